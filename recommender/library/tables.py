"""The tables of the library. Times are UTC milliseconds, lists and maps are JSON text; both read back as Python values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

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


def _words(name: str, *, default: str | None = "") -> Column[str]:
    return Column(name, Text, nullable=default is None, server_default=default)


contents = Table(
    "contents",
    metadata,
    Column("id", String(96), primary_key=True),
    Column("platform", String(16), nullable=False),
    Column("identity", String(80), nullable=False),
    _words("url"),
    Column("kind", String(8), nullable=False),
    _words("title"),
    _words("text"),
    _words("original_title"),
    _words("original_text"),
    Column("tags", Json, nullable=False),
    Column("creator_id", String(96)),
    Column("published_at", Moment),
    Column("source_updated_at", Moment),
    Column("liked", BigInteger),
    Column("collected", BigInteger),
    Column("commented", BigInteger),
    Column("shared", BigInteger),
    Column("images", Json, nullable=False),
    _words("video_url"),
    Column("source_id", String(64)),
    Column("is_sample", Boolean, nullable=False),
    Column("rights", String(16), nullable=False),
    Column("diversion", Json, nullable=False),
    Column("cluster", String(96), nullable=False),
    Column("heat", Integer, nullable=False),
    Column("fingerprint", String(32), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("first_seen_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("content_type", String(16)),
    Column("type_confidence", Float, nullable=False, server_default="0"),
    _words("type_reason"),
    Column("category", String(16)),
    Column("category_confidence", Float, nullable=False, server_default="0"),
    Column("brands", Json, nullable=False),
    Column("keywords", Json, nullable=False),
    Column("quality", Float, nullable=False, server_default="0"),
    Column("quality_parts", Json, nullable=False),
    Column("compliance", String(8), nullable=False, server_default="ok"),
    Column("findings", Json, nullable=False),
    Column("understood_version", String(64), nullable=False, server_default=""),
    Column("corrected", Json, nullable=False),
    UniqueConstraint("platform", "identity", name="uq_contents_identity"),
    Index("ix_contents_url", "url"),
    Index("ix_contents_revision", "revision"),
    Index("ix_contents_published", "published_at", "id"),
    Index("ix_contents_quality", "quality", "id"),
    Index("ix_contents_heat", "heat", "id"),
    Index("ix_contents_creator", "creator_id"),
    Index("ix_contents_understood", "understood_version"),
)

content_brands = Table(
    "content_brands",
    metadata,
    Column("content_id", String(96), primary_key=True),
    Column("brand", String(80), primary_key=True),
    Index("ix_content_brands_brand", "brand"),
)

removals = Table(
    "removals", metadata, Column("content_id", String(96), primary_key=True), Column("revision", BigInteger, nullable=False, index=True)
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("content_id", String(96), primary_key=True),
    Column("url", Text, nullable=False, index=True),
    _words("reason"),
    Column("at", Moment, nullable=False),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("content_id", String(96), nullable=False, index=True),
    Column("field", String(32), nullable=False),
    _words("value"),
    _words("previous"),
    _words("editor"),
    Column("at", Moment, nullable=False),
)

creators = Table(
    "creators",
    metadata,
    Column("id", String(96), primary_key=True),
    Column("platform", String(16), nullable=False),
    Column("name", Text, nullable=False, index=True),
    Column("fans", BigInteger),
    Column("tier", String(16), nullable=False),
)

watch_lists = Table(
    "watch_lists",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    _words("name"),
    Column("terms", Json, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("id", String(64), primary_key=True),
    _words("name"),
    Column("kind", String(16), nullable=False),
    Column("url", Text, nullable=False, unique=True),
    Column("watch_lists", Json, nullable=False),
    Column("schedule_minutes", Integer, nullable=False),
    Column("max_items", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("rights", String(16), nullable=False),
    Column("last_run_at", Moment),
    Column("last_success_at", Moment),
    _words("last_state"),
    _words("last_message"),
    Column("last_found", Integer, nullable=False, server_default="0"),
    Column("last_new", Integer, nullable=False, server_default="0"),
)

fetches = Table("fetches", metadata, Column("url", Text, primary_key=True), _words("etag"), _words("last_modified"), _words("fingerprint"))

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source_id", String(64), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("requested_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("heartbeat_at", Moment),
    Column("report", Json),
    _words("message"),
)

segments = Table(
    "segments",
    metadata,
    Column("id", String(64), primary_key=True),
    _words("name"),
    _words("description"),
    Column("tags", Json, nullable=False),
    _words("region"),
    _words("source"),
    _words("tier"),
    _words("life_stage"),
    Column("interests", Json, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("content_id", String(96), nullable=False, index=True),
    Column("segment_id", String(64), index=True),
    Column("channel", String(16)),
    _words("actor"),
    Column("value", Float, nullable=False),
    Column("occurred_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("fingerprint", String(32), nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(64), primary_key=True),
    _words("name"),
    _words("query"),
    Column("segment_id", String(64)),
    Column("channel", String(16), nullable=False),
    Column("group_type", String(16)),
    Column("filters", Json, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("limit", Integer, nullable=False),
    _words("robot_url"),
    Column("enabled", Boolean, nullable=False),
)

digests = Table(
    "digests",
    metadata,
    Column("id", String(96), primary_key=True),
    Column("subscription_id", String(64), nullable=False, index=True),
    Column("day", String(10), nullable=False),
    _words("title"),
    Column("content_ids", Json, nullable=False),
    Column("reasons", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    _words("message"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("digest_id", String(96), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    _words("message"),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(16), primary_key=True),
    _words("name"),
    Column("scopes", Json, nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

answers = Table(
    "answers",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("route", String(200), primary_key=True),
    Column("body_fingerprint", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    _words("body"),
    Column("at", Moment, nullable=False),
)

facts = Table("facts", metadata, Column("name", String(64), primary_key=True), _words("value"))
counters = Table("counters", metadata, Column("name", String(32), primary_key=True), Column("value", BigInteger, nullable=False))
