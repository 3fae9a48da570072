"""The OpenAPI 3.1 document: what FastAPI finds, with problems, headers and an example for every request and answer."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import MEDIA_TYPE, TITLES
from api.wire.fields import Wire
from api.wire.problems import PROBLEM_EXAMPLE, Problem

WRITES = frozenset({"post", "put", "patch", "delete"})
TAGS = [
    {"name": "内容", "description": "内容库里的笔记和文章：列出、收进、更正、下架。"},
    {"name": "达人", "description": "账号、量级、写什么、和谁合作，同一个人的几个账号。"},
    {"name": "搜索", "description": "词、字和意思一起找，可筛选、排序。"},
    {"name": "人群", "description": "用文字描述的客户人群。"},
    {"name": "匹配", "description": "为人群和渠道选内容，说明理由。"},
    {"name": "反馈", "description": "内容发出后发生了什么；同一个 key 只算一次。"},
    {"name": "订阅与日报", "description": "每天按订阅选出的内容，五种格式。"},
    {"name": "来源", "description": "内容从哪里来，抓取任务、关注清单和提醒。"},
    {"name": "导入", "description": "上传文件、看列怎么对应、试跑、入库。"},
    {"name": "合规", "description": "广告法等规则的检查。"},
    {"name": "健康", "description": "进程和服务的状态。"},
]
DESCRIPTION = (
    "私域内容库的接口。错误一律是 RFC 9457 的 problem+json；翻页用 next_cursor；写操作可带 Idempotency-Key；"
    "读操作带 ETag；时间是带时区的 ISO 8601，默认 Asia/Shanghai。权限 read < write < admin，高的包含低的。"
)
_REF = "#/components/schemas/"
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "同一个键、同样的请求只执行一次，重发得到同一个回答；内容不同则答 409。",
    "schema": {"type": "string", "minLength": 1, "maxLength": 160},
    "example": "c8f1a7b2-paste-17",
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "上次回答的 ETag；没有变化时答 304。",
    "schema": {"type": "string"},
    "example": '"5d41402abc4b2a76b9719d91"',
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Problem answers of a route, for its `responses`."""
    return {status: _problem(status) for status in statuses}


def install(app: FastAPI) -> None:
    """Let `app` describe itself; the document is made once, when first asked for."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # how FastAPI wants it extended


def _document(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title="种草 Zhongcao", version=app.version, openapi_version="3.1.0", description=DESCRIPTION, routes=app.routes, tags=TAGS
    )
    schemas: dict[str, Any] = found["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    described = Problem.model_json_schema(ref_template=_REF + "{model}")
    schemas |= described.pop("$defs")
    schemas["Problem"] = described
    examples = _examples(Wire)
    for name, schema in schemas.items():
        if name in examples:
            schema["examples"] = examples[name]
        elif name.startswith("Body_"):  # a form with a file, which FastAPI describes by itself
            schema["examples"] = [{field: part["examples"][0] for field, part in schema["properties"].items()}]
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)
            for content in [operation.get("requestBody", {}), *operation["responses"].values()]:
                for media in content.get("content", {}).values():
                    _exemplify(media, schemas)
    return found


def _examples(shape: type[Wire]) -> dict[str, Any]:
    """The examples of every shape by its name, nulls and all, which FastAPI drops."""
    found: dict[str, Any] = {}
    for each in shape.__subclasses__():
        extra = each.model_config.get("json_schema_extra")
        if isinstance(extra, dict):
            found[each.__name__] = extra["examples"]
        found |= _examples(each)
    return found


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    """What the gate and the idempotency of writes add to every route."""
    parameters, answers = operation.setdefault("parameters", []), operation["responses"]
    answers.pop("422", None)
    statuses = [401, 403] if operation.get("security") else []
    if parameters or "requestBody" in operation:
        statuses.append(422)
    if path.startswith("/v1/") and method in WRITES:
        statuses.append(409)
        if all(parameter["name"].lower() != "idempotency-key" for parameter in parameters):
            parameters.append(_IDEMPOTENCY_KEY)
    if "requestBody" in operation:
        statuses += [400, 413, 415]
    if path.startswith("/v1/") and method == "get":
        parameters.append(_IF_NONE_MATCH)
        answers["200"].setdefault("headers", {})["ETag"] = {"schema": {"type": "string"}, "description": "这份回答的标记"}
        answers["304"] = {"description": "和 If-None-Match 的一样，没有变化"}
    for status in statuses:
        answers.setdefault(str(status), _problem(status))
    operation["responses"] = dict(sorted(answers.items()))
    if not parameters:
        operation.pop("parameters")


def _problem(status: int) -> dict[str, Any]:
    name, title = TITLES[status]
    example = {**PROBLEM_EXAMPLE, "type": f"urn:zhongcao:problem:{name}", "title": title, "status": status}
    if status != 422:
        example |= {"detail": f"{title}。", "errors": []}
    return {"description": title, "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_REF}Problem"}, "example": example}}}


def _exemplify(media: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Give a body the examples of its schema."""
    if "example" in media or "examples" in media:
        return
    schema = media.get("schema", {})
    references = [part["$ref"] for part in (schema, *schema.get("oneOf", []), *schema.get("anyOf", [])) if "$ref" in part]
    found = [example for reference in references for example in schemas[reference.removeprefix(_REF)].get("examples", [])]
    if len(found) == 1:
        media["example"] = found[0]
    elif found:
        media["examples"] = {f"例{number}": {"value": example} for number, example in enumerate(found, 1)}
