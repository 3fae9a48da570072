"""Compliance checks of any text, and whether the service is alive and ready."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.errors import problem
from api.keys import Reader
from api.openapi import problems
from api.services import Services, services
from api.wire.checks import Alive, CheckedOut, ComplianceIn, Ready
from api.wire.contents import FindingOut
from recommender.compliance import check_text, worst

logger = logging.getLogger(__name__)
router = APIRouter(tags=["合规"])
health = APIRouter(tags=["健康"])
Doors = Annotated[Services, Depends(services)]


@router.post("/compliance/check", summary="检查一段文字")
def check_compliance(_caller: Reader, given: ComplianceIn) -> CheckedOut:
    """指出位置、法条、级别、原因和改法；block 级的内容不能导出，但可以阅读。"""
    findings = check_text(given.text, category=given.category, has_purchase_link=given.has_purchase_link)
    return CheckedOut(level=worst(findings), findings=[FindingOut.of(finding) for finding in findings])


@health.get("/healthz", summary="进程活着吗")
def alive() -> Alive:
    """不需要密钥，不碰数据库。"""
    return Alive()


@health.get("/readyz", summary="可以服务了吗", responses=problems(503), response_model=Ready)
def ready(request: Request, doors: Doors, _caller: Reader) -> Ready | Response:
    """内容库能回答、索引完好时答 200；否则 503，并说明原因。"""
    reasons, contents, indexed, version = [], 0, 0, ""
    try:
        contents = doors.library.contents.count()
    except Exception:
        logger.exception("the library does not answer")
        reasons.append({"field": "library", "message": "内容库没有回答"})
    try:
        status = doors.fresh_index().status()
        indexed, version = status.documents, status.version
        if not status.healthy:
            reasons.append({"field": "index", "message": status.message or "索引不完好，正在重建"})
    except Exception:
        logger.exception("the index does not answer")
        reasons.append({"field": "index", "message": "索引没有回答"})
    if reasons:
        return problem(request, 503, "；".join(reason["message"] for reason in reasons), errors=reasons)
    return Ready(contents=contents, indexed=indexed, index_version=str(version))
