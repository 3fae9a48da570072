"""Ways in by hand and the way out for good: a link, a page as a browser shows it, takedowns."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api import filling
from api.keys import Admin, Writer
from api.openapi import problems
from api.routes.contents import stored_answer
from api.services import Services, services
from api.wire.checks import Removed
from api.wire.contents import ContentOut
from api.wire.filling import NewClip, NewLink, NewTakedown, TakedownList

router = APIRouter(tags=["内容"])
Doors = Annotated[Services, Depends(services)]
KNOWN: dict[int | str, dict[str, Any]] = {200: {"description": "库里已经有这一条", "model": ContentOut}}


@router.post("/contents/link", summary="收进一个链接", status_code=201, responses={**KNOWN, **problems(403, 409)})
def fetch_link(doors: Doors, _caller: Writer, given: NewLink, response: Response) -> ContentOut:
    """现在就去取这个网页（遵守 robots.txt，不绕过登录和验证），读出笔记或文章入库。取不到、已删除的，说明原因。"""
    return stored_answer(doors, filling.fetch_link(doors, given.url), response)


@router.post("/contents/clip", summary="收进浏览器里打开的网页", status_code=201, responses={**KNOWN, **problems(409)})
def clip_page(doors: Doors, _caller: Writer, given: NewClip, response: Response) -> ContentOut:
    """把编辑正在看的网页连同网址发来，读出笔记或文章入库；服务自己不去取。"""
    return stored_answer(doors, filling.clip_page(doors, given.url, given.html), response)


@router.get("/takedowns", summary="列出下架记录")
def list_takedowns(
    doors: Doors, _caller: Admin, limit: Annotated[int, Query(ge=1, le=500, description="最多几条", examples=[100])] = 100
) -> TakedownList:
    """下架了什么、为什么；新的在前。这些不会再被抓取或导入。"""
    return TakedownList.of(doors.library.contents.tombstones(limit))


@router.post("/takedowns", summary="下架内容、网址或达人", responses=problems(404))
def add_takedown(doors: Doors, _caller: Admin, given: NewTakedown) -> Removed:
    """删去正文、图片、向量和以后的日报，以后也不再收。网址和达人还没有内容时也可以先下架。"""
    removed = filling.take_down(doors, content_id=given.content_id, url=given.url, creator_id=given.creator_id, reason=given.reason)
    return Removed(removed=removed)
