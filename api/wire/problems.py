"""An error on the wire: RFC 9457 problem details."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from api.wire.fields import shown

PROBLEM_EXAMPLE: dict[str, Any] = {
    "type": "urn:zhongcao:problem:input",
    "title": "请求有误",
    "status": 422,
    "detail": "limit：应不大于 100。",
    "instance": "/v1/contents",
    "errors": [{"field": "limit", "message": "应不大于 100"}],
}


class FieldError(BaseModel):
    """One field and what is wrong with it."""

    field: str
    message: str


class Problem(BaseModel):
    """What went wrong, in Chinese, for the person who reads it."""

    model_config = shown(PROBLEM_EXAMPLE)

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError] = []
