"""The one place where errors become answers: RFC 9457 problem+json, in Chinese, never a traceback."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from recommender.errors import (
    BlockedAddress,
    Conflict,
    FetchFailed,
    IndexUnavailable,
    InputError,
    NotAllowed,
    NotFound,
    SettingsError,
    ZhongcaoError,
)

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20
UNION_TAGS = frozenset({"single", "batch"})  # which shape of a body was tried; no part of a field's name


class KeyNeeded(ZhongcaoError):
    """No key where one is needed, or one that is not valid."""


# Most particular first: the first class that fits decides.
STATUSES: tuple[tuple[type[ZhongcaoError], int], ...] = (
    (KeyNeeded, 401),
    (SettingsError, 500),
    (InputError, 422),
    (NotFound, 404),
    (Conflict, 409),
    (NotAllowed, 403),
    (BlockedAddress, 422),
    (FetchFailed, 502),
    (IndexUnavailable, 503),
    (ZhongcaoError, 500),
)
TITLES = {
    400: ("malformed", "请求读不懂"),
    401: ("key", "需要有效的密钥"),
    403: ("not-allowed", "不允许"),
    404: ("not-found", "没有找到"),
    405: ("method", "不支持的方法"),
    406: ("not-acceptable", "没有这种格式"),
    409: ("conflict", "冲突"),
    413: ("too-large", "请求太大"),
    415: ("media-type", "不支持的内容格式"),
    422: ("input", "请求有误"),
    500: ("unexpected", "服务出错了"),
    502: ("upstream", "对方没有正确回应"),
    503: ("unavailable", "暂时不可用"),
}
DETAILS = {
    404: "没有这个地址，请核对路径；全部接口见 /openapi.json。",
    405: "这个地址不支持该方法。",
    400: "请求读不懂，请检查正文是不是合法的 UTF-8 JSON（上传文件时是不是完整的表单）。",
    500: "服务遇到了没有预料到的问题，已经记入日志；请稍后再试。",
}
_MESSAGES = {
    "missing": "缺少必填项",
    "extra_forbidden": "不认识的字段；可用的字段见 /openapi.json",
    "string_type": "应为文字",
    "string_unicode": "含有无法用 UTF-8 表示的字符",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "string_pattern_mismatch": "格式不对：应以字母、数字或汉字开头，只含字母、数字、汉字和 _ . : -，最多 64 个",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "enum": "应为 {expected} 之一",
    "literal_error": "应为 {expected} 之一",
    "greater_than_equal": "应不小于 {ge}",
    "less_than_equal": "应不大于 {le}",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数字太大",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为有限的数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为 JSON 对象",
    "model_attributes_type": "应为 JSON 对象",
    "json_invalid": "不是合法的 JSON",
    "date_from_datetime_parsing": "应为日期，例如 2026-07-01",
    "date_from_datetime_inexact": "应为日期，例如 2026-07-01",
    "date_parsing": "应为日期，例如 2026-07-01",
    "date_type": "应为日期，例如 2026-07-01",
    "value_error": "应为上传的文件",
}


def problem(
    request: Request, status: int, detail: str = "", *, errors: Iterable[Mapping[str, str]] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """A problem+json answer; `errors` are {field, message}."""
    name, title = TITLES.get(status, ("http", HTTPStatus(status).phrase))
    body: dict[str, Any] = {"type": f"urn:zhongcao:problem:{name}", "title": title, "status": status}
    body |= {"detail": _plain(detail or DETAILS.get(status, title)), "instance": _plain(request.url.path)[:300]}
    body["errors"] = [{name: _plain(text) for name, text in error.items()} for error in errors]
    return Response(orjson.dumps(body), status, dict(headers or {}), MEDIA_TYPE)


def status_of(error: ZhongcaoError) -> int:
    """The HTTP status of an error that was raised on purpose."""
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def field_errors(found: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Pydantic's findings as {field, message} in Chinese. What was given is never repeated: it may be huge or secret."""
    return [
        {"field": "" if error["type"] == "json_invalid" else _field(error["loc"]), "message": _message(error)}
        for error in list(found)[:MOST_ERRORS]
    ]


def install(app: FastAPI, page: Callable[[Request, int], Response]) -> None:
    """Answer every error of `app` as a problem; a reader in a browser gets `page` for an address that is none."""

    @app.exception_handler(ZhongcaoError)
    def on_purpose(request: Request, error: ZhongcaoError) -> Response:
        status = status_of(error)
        if status == 500:
            logger.error("%s: %s", type(error).__name__, error.message)
        errors = [{"field": error.field, "message": error.message}] if error.field else []
        return problem(request, status, error.message, errors=errors, headers=challenge(request) if status == 401 else None)

    @app.exception_handler(OverflowError)
    def too_large(request: Request, error: OverflowError) -> Response:
        # A number that the database or a date cannot hold, from inside an opaque cursor for instance.
        return problem(request, 422, "请求里有一个数字太大，存不下。")

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        errors = field_errors(error.errors())
        detail = "；".join(f"{found['field']}：{found['message']}" if found["field"] else found["message"] for found in errors[:3])
        more = f"（共 {len(errors)} 处）" if len(errors) > 3 else ""
        malformed = any(found["type"] == "json_invalid" for found in error.errors())
        return problem(request, 400 if malformed else 422, f"{detail}{more}。", errors=errors)

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        if not request.url.path.startswith("/v1") and "text/html" in request.headers.get("accept", ""):
            return page(request, error.status_code)
        return problem(request, error.status_code, headers=error.headers)


def challenge(request: Request) -> dict[str, str]:
    """How to show a key: as a bearer token to the API, by the browser's own dialogue to pages."""
    scheme = "Bearer" if request.url.path.startswith("/v1/") else "Basic"
    return {"WWW-Authenticate": f'{scheme} realm="zhongcao"'}


def _field(place: Iterable[Any]) -> str:
    """`("body", "events", 3, "kind")` as `events[3].kind`."""
    name = ""
    for part in list(place)[1:]:
        if part not in UNION_TAGS:
            name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return name[:200]


def _message(error: Mapping[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "zhongcao":
        return str(context.get("message", error["msg"]))
    if kind == "json_invalid":
        return f"第 {error['loc'][-1] + 1} 个字符附近不是合法的 JSON"
    if kind not in _MESSAGES:
        logger.warning("no Chinese message for the validation error %s", kind)
        return "值不对"
    expected = str(context.get("expected", "")).replace("'", "").replace(" or ", "、").replace(", ", "、")
    return _MESSAGES[kind].format(**{**context, "expected": expected})


def _plain(text: str) -> str:
    """Text that JSON can hold: a lone surrogate is replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")
