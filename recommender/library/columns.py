"""How the tables keep values: times as UTC milliseconds, lists and maps as JSON text; both read back as Python values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import BigInteger, Column, Dialect, MetaData, Text, TypeDecorator

SHANGHAI = ZoneInfo("Asia/Shanghai")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC milliseconds so that it sorts and compares alike everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value / 1000, SHANGHAI)


class Json(TypeDecorator[Any]):
    """A list or map of plain values as JSON text, Chinese kept readable."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


def milliseconds(moment: datetime) -> int:
    """UTC milliseconds of an aware datetime."""
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def words(name: str, *, default: str | None = "") -> Column[str]:
    """A text column, empty unless said otherwise."""
    return Column(name, Text, nullable=default is None, server_default=default)
