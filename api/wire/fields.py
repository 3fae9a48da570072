"""Field types that every shape shares: bounded words, ids, addresses and moments."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from recommender.library.tables import SHANGHAI

EARLIEST_YEAR, LATEST_YEAR = 1970, 2100
MOST_FILTER_VALUES = 50


class Wire(BaseModel):
    """A shape on the wire. A field that it does not know is refused by name."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


def shown(*examples: Any) -> ConfigDict:
    """The configuration of a shape that the OpenAPI document shows with these examples."""
    return ConfigDict(json_schema_extra={"examples": list(examples)})


def refuse(message: str) -> PydanticCustomError:
    """A validation error that is shown as it is, in Chinese."""
    return PydanticCustomError("zhongcao", "{message}", {"message": message})


def _without_nul(value: str) -> str:
    if "\x00" in value:
        raise refuse("不能含有空字符（NUL）")
    return value


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        good = False
    if not good or any(letter.isspace() or letter < " " for letter in value):
        raise refuse("应是 http:// 或 https:// 开头的网址，不带用户名和空格")
    return value


def _moment(value: Any, *, end_of_day: bool = False) -> datetime:
    """ISO 8601 date or datetime; without an offset it is Asia/Shanghai."""
    wrong = refuse("应是 ISO 8601 的日期或时间，例如 2026-07-01 或 2026-07-01T08:00:00+08:00")
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, str) and len(value) <= 40:
        try:
            # A plus sign in a query string arrives as a space.
            found = datetime.fromisoformat(value.strip().replace(" 0", "+0") if "T" in value else value.strip())
        except ValueError:
            raise wrong from None
        if end_of_day and len(value.strip()) <= len("2026-07-01"):
            found = datetime.combine(found.date(), time.max)
    else:
        raise wrong
    if not EARLIEST_YEAR < found.year < LATEST_YEAR:
        raise refuse(f"年份应在 {EARLIEST_YEAR + 1} 到 {LATEST_YEAR - 1} 之间")
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def _end_moment(value: Any) -> datetime:
    return _moment(value, end_of_day=True)


def _split(value: Any) -> Any:
    """Repeated and comma-separated values as one list."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return value
    found: list[Any] = []
    for part in value:
        found.extend(filter(None, map(str.strip, part.replace("，", ",").split(",")))) if isinstance(part, str) else found.append(part)
    if len(found) > MOST_FILTER_VALUES:
        raise refuse(f"最多 {MOST_FILTER_VALUES} 个值")
    return list(dict.fromkeys(found))


def shanghai(moment: datetime) -> str:
    """ISO 8601 with +08:00, to the second."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")


def now() -> datetime:
    """This moment, aware."""
    return datetime.now(UTC)


_DATE_SCHEMA: dict[str, Any] = {"type": "string", "description": "ISO 8601 日期或时间；没有时区时按 Asia/Shanghai。"}

Plain = AfterValidator(_without_nul)
Word = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True), Plain]
Line = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), Plain]
Paragraph = Annotated[str, StringConstraints(max_length=4_000, strip_whitespace=True), Plain]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), Plain]
Id = Annotated[str, StringConstraints(pattern=r"^\w[\w.:-]{0,63}$")]
ContentId = Annotated[str, StringConstraints(min_length=1, max_length=96), Plain]
Address = Annotated[
    str, StringConstraints(max_length=2_048), AfterValidator(_web_address), WithJsonSchema({"type": "string", "format": "uri"})
]
Instant = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema(_DATE_SCHEMA)]
InstantEnd = Annotated[datetime, BeforeValidator(_end_moment), WithJsonSchema(_DATE_SCHEMA)]
Splitting = BeforeValidator(_split)
When = Annotated[
    datetime,
    PlainSerializer(shanghai, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-07-01T08:00:00+08:00"]}),
]
