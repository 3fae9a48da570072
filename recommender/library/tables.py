"""The tables of contents, people, sending and access; those of sourcing stand in `sourcing_tables`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from recommender.library.columns import EPOCH, SHANGHAI, Json, Moment, metadata, milliseconds, words

__all__ = [
    "EPOCH",
    "SHANGHAI",
    "Json",
    "Moment",
    "answers",
    "comments",
    "content_brands",
    "contents",
    "corrections",
    "count_history",
    "counters",
    "creators",
    "digests",
    "events",
    "facts",
    "keys",
    "ledger",
    "metadata",
    "milliseconds",
    "removals",
    "segments",
    "signatures",
    "subscriptions",
    "tombstones",
]

contents = Table(
    "contents",
    metadata,
    Column("id", String(96), primary_key=True),
    Column("platform", String(16), nullable=False),
    Column("identity", String(80), nullable=False),
    words("url"),
    Column("kind", String(8), nullable=False),
    words("title"),
    words("text"),
    words("original_title"),
    words("original_text"),
    Column("tags", Json, nullable=False),
    Column("creator_id", String(96)),
    Column("published_at", Moment),
    Column("source_updated_at", Moment),
    Column("liked", BigInteger),
    Column("collected", BigInteger),
    Column("commented", BigInteger),
    Column("shared", BigInteger),
    Column("images", Json, nullable=False),
    words("video_url"),
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
    words("type_reason"),
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
    Column("watch_lists", Json, nullable=False, server_default="[]"),
    UniqueConstraint("platform", "identity", name="uq_contents_identity"),
    Index("ix_contents_url", "url"),
    Index("ix_contents_revision", "revision"),
    Index("ix_contents_published", "published_at", "id"),
    Index("ix_contents_quality", "quality", "id"),
    Index("ix_contents_heat", "heat", "id"),
    Index("ix_contents_creator", "creator_id"),
    Index("ix_contents_understood", "understood_version"),
    Index("ix_contents_cluster", "cluster"),
)

content_brands = Table(
    "content_brands",
    metadata,
    Column("content_id", String(96), primary_key=True),
    Column("brand", String(80), primary_key=True),
    Index("ix_content_brands_brand", "brand"),
)

count_history = Table(
    "count_history",
    metadata,
    Column("content_id", String(96), primary_key=True),
    Column("at", Moment, primary_key=True),
    *(Column(name, BigInteger) for name in ("liked", "collected", "commented", "shared")),
)

comments = Table(
    "comments",
    metadata,
    Column("id", String(96), primary_key=True),
    Column("content_id", String(96), nullable=False, index=True),
    words("text"),
    Column("liked", BigInteger),
    Column("published_at", Moment),
)

signatures = Table(
    "signatures",
    metadata,
    Column("content_id", String(96), primary_key=True),
    Column("version", String(32), nullable=False),
    Column("fingerprint", String(32), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

removals = Table(
    "removals", metadata, Column("content_id", String(96), primary_key=True), Column("revision", BigInteger, nullable=False, index=True)
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("content_id", String(96), primary_key=True),
    Column("url", Text, nullable=False, index=True),
    words("reason"),
    Column("at", Moment, nullable=False),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("content_id", String(96), nullable=False, index=True),
    Column("field", String(32), nullable=False),
    words("value"),
    words("previous"),
    words("editor"),
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
    Column("person", String(96), nullable=False, server_default="", index=True),
)

segments = Table(
    "segments",
    metadata,
    Column("id", String(64), primary_key=True),
    words("name"),
    words("description"),
    Column("tags", Json, nullable=False),
    words("region"),
    words("source"),
    words("tier"),
    words("life_stage"),
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
    words("actor"),
    Column("value", Float, nullable=False),
    Column("occurred_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("fingerprint", String(32), nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(64), primary_key=True),
    words("name"),
    words("query"),
    Column("segment_id", String(64)),
    Column("channel", String(16), nullable=False),
    Column("group_type", String(16)),
    Column("filters", Json, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("limit", Integer, nullable=False),
    words("robot_url"),
    Column("enabled", Boolean, nullable=False),
)

digests = Table(
    "digests",
    metadata,
    Column("id", String(96), primary_key=True),
    Column("subscription_id", String(64), nullable=False, index=True),
    Column("day", String(10), nullable=False),
    words("title"),
    Column("content_ids", Json, nullable=False),
    Column("reasons", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    words("message"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("digest_id", String(96), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    words("message"),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(16), primary_key=True),
    words("name"),
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
    words("body"),
    Column("at", Moment, nullable=False),
)

facts = Table("facts", metadata, Column("name", String(64), primary_key=True), words("value"))
counters = Table("counters", metadata, Column("name", String(32), primary_key=True), Column("value", BigInteger, nullable=False))
