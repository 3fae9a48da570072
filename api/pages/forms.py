"""Reading what a reader sends: posted forms (the gate refuses those of other sites), and addresses that change one filter of a listing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from recommender.errors import InputError

MOST_BYTES = 1_000_000
_SEPARATORS = re.compile(r"\s*[,，、;；\n]+\s*")
Model = TypeVar("Model", bound=BaseModel)
Member = TypeVar("Member", bound=StrEnum)
Query = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The file of a form, under the name that it has with its sender."""

    name: str
    data: bytes


async def _posted(request: Request) -> FormData:
    size = 0
    chunks = []
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BYTES:
            raise InputError("提交的内容太大，最多 1 MB；大文件请用 zhongcao import 导入。")
        chunks.append(chunk)
    request._body = b"".join(chunks)  # what Request.body() keeps; form() below reads it from there
    try:
        return await request.form(max_files=0, max_fields=200)
    except HTTPException:
        raise InputError("表单读不懂，请返回上一页重新提交。") from None


Posted = Annotated[FormData, Depends(_posted)]


async def _uploaded(request: Request) -> Uploaded:
    try:
        async with request.form(max_files=1, max_fields=20) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise InputError("请先选一个文件。", field="file")
            return Uploaded(file.filename or "", await file.read())
    except HTTPException:
        raise InputError("没有收到文件，请返回上一页重新选择。", field="file") from None


Upload = Annotated[Uploaded, Depends(_uploaded)]


def word(form: FormData, name: str, most: int = 200) -> str:
    """The text of one field, trimmed; empty where it is missing. Raises `InputError` where it is too long or no text."""
    value = form.get(name, "")
    if not isinstance(value, str) or "\x00" in value:
        raise InputError("这一栏只能填文字。", field=name)
    if len(value.strip()) > most:
        raise InputError(f"这一栏最多 {most} 个字。", field=name)
    return value.strip()


def words(text: str) -> list[str]:
    """Words separated by commas, enumeration commas or lines, each once; a name may hold spaces."""
    return list(dict.fromkeys(filter(None, _SEPARATORS.split(text.strip()))))


def read(model: type[Model], form: FormData, lists: Sequence[str] = ()) -> Model:
    """The filled-in fields of `form` as `model`; those in `lists` hold several words. Raises pydantic's ValidationError."""
    given: dict[str, object] = {}
    for name in model.model_fields:
        value = word(form, name, MOST_BYTES)
        if name in lists:
            value = "\n".join(part for part in form.getlist(name) if isinstance(part, str))  # ticked boxes come one by one
        if value:
            given[name] = words(value) if name in lists else value
    return model.model_validate(given)


def choice(kind: type[Member], text: str) -> Member | None:
    """The member of a vocabulary that `text` names, or None."""
    return next((member for member in kind if member.value == text), None)


def address(path: str, query: Query) -> str:
    """`path` with `query`."""
    return f"{path}?{urlencode(query)}" if query else path


def toggled(query: Query, name: str, value: str) -> Query:
    """`query` with this value of a filter added, or taken away where it was there."""
    return [pair for pair in query if pair != (name, value)] if (name, value) in query else [*query, (name, value)]


def with_value(query: Query, changes: Mapping[str, str]) -> Query:
    """`query` with these single values set, or left out where empty."""
    kept = [pair for pair in query if pair[0] not in changes]
    return kept + [(name, value) for name, value in changes.items() if value]
