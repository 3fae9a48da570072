"""The tables of sourcing: watch-lists, sources and their runs, fetched addresses, jobs, alerts, column mappings."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, Text, false, true

from recommender.library.columns import Json, Moment, metadata, words

watch_lists = Table(
    "watch_lists",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    words("name"),
    Column("terms", Json, nullable=False),
    Column("aliases", Json, nullable=False, server_default="[]"),
    Column("schedule_minutes", Integer),
    Column("weekly_quota", Integer, nullable=False, server_default="0"),
    Column("quiet_days", Integer, nullable=False, server_default="0"),
    Column("enabled", Boolean, nullable=False, server_default=true()),
)

content_watch_lists = Table(
    "content_watch_lists",
    metadata,
    Column("watch_list_id", String(64), primary_key=True),
    Column("content_id", String(96), primary_key=True),
    Column("at", Moment, nullable=False),
    Index("ix_content_watch_lists_content", "content_id"),
    Index("ix_content_watch_lists_at", "watch_list_id", "at"),
)

sources = Table(
    "sources",
    metadata,
    Column("id", String(64), primary_key=True),
    words("name"),
    Column("kind", String(16), nullable=False),
    Column("url", Text, nullable=False, unique=True),
    Column("watch_lists", Json, nullable=False),
    Column("schedule_minutes", Integer, nullable=False),
    Column("max_items", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("rights", String(16), nullable=False),
    Column("last_run_at", Moment),
    Column("last_success_at", Moment),
    words("last_state"),
    words("last_message"),
    Column("last_found", Integer, nullable=False, server_default="0"),
    Column("last_new", Integer, nullable=False, server_default="0"),
    Column("only_matching", Boolean, nullable=False, server_default=false()),
    Column("full_text", Boolean, nullable=False, server_default=true()),
    Column("max_requests", Integer, nullable=False, server_default="60"),
    Column("failures", Integer, nullable=False, server_default="0"),
)

source_runs = Table(
    "source_runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source_id", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    words("message"),
    *(Column(name, Integer, nullable=False) for name in ("found", "new", "changed", "unchanged", "duplicates", "refused")),
    Column("seconds", Float, nullable=False),
    Column("requests", Integer, nullable=False),
    Index("ix_source_runs_source", "source_id", "id"),
)

fetches = Table(
    "fetches",
    metadata,
    Column("url", Text, primary_key=True),
    words("etag"),
    words("last_modified"),
    words("fingerprint"),
    Column("at", Moment),
)

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
    words("message"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("subject_id", String(64), nullable=False),
    words("message"),
    Column("raised_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("cleared_at", Moment),
    Index("ix_alerts_subject", "kind", "subject_id"),
)

mappings = Table("mappings", metadata, Column("name", String(80), primary_key=True), Column("columns", Json, nullable=False))
