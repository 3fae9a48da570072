"""The first schema"""

import sqlalchemy as sa
from alembic import op

from recommender.library.tables import Json, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "answers",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("route", sa.String(length=200), nullable=False),
        sa.Column("body_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", "route"),
    )
    op.create_table(
        "content_brands",
        sa.Column("content_id", sa.String(length=96), nullable=False),
        sa.Column("brand", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("content_id", "brand"),
    )
    op.create_index("ix_content_brands_brand", "content_brands", ["brand"], unique=False)
    op.create_table(
        "contents",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("identity", sa.String(length=80), nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("original_title", sa.Text(), server_default="", nullable=False),
        sa.Column("original_text", sa.Text(), server_default="", nullable=False),
        sa.Column("tags", Json(), nullable=False),
        sa.Column("creator_id", sa.String(length=96), nullable=True),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("source_updated_at", Moment(), nullable=True),
        sa.Column("liked", sa.BigInteger(), nullable=True),
        sa.Column("collected", sa.BigInteger(), nullable=True),
        sa.Column("commented", sa.BigInteger(), nullable=True),
        sa.Column("shared", sa.BigInteger(), nullable=True),
        sa.Column("images", Json(), nullable=False),
        sa.Column("video_url", sa.Text(), server_default="", nullable=False),
        sa.Column("source_id", sa.String(length=64), nullable=True),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("rights", sa.String(length=16), nullable=False),
        sa.Column("diversion", Json(), nullable=False),
        sa.Column("cluster", sa.String(length=96), nullable=False),
        sa.Column("heat", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("first_seen_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("content_type", sa.String(length=16), nullable=True),
        sa.Column("type_confidence", sa.Float(), server_default="0", nullable=False),
        sa.Column("type_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("category", sa.String(length=16), nullable=True),
        sa.Column("category_confidence", sa.Float(), server_default="0", nullable=False),
        sa.Column("brands", Json(), nullable=False),
        sa.Column("keywords", Json(), nullable=False),
        sa.Column("quality", sa.Float(), server_default="0", nullable=False),
        sa.Column("quality_parts", Json(), nullable=False),
        sa.Column("compliance", sa.String(length=8), server_default="ok", nullable=False),
        sa.Column("findings", Json(), nullable=False),
        sa.Column("understood_version", sa.String(length=64), server_default="", nullable=False),
        sa.Column("corrected", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("platform", "identity", name="uq_contents_identity"),
    )
    op.create_index("ix_contents_creator", "contents", ["creator_id"], unique=False)
    op.create_index("ix_contents_heat", "contents", ["heat", "id"], unique=False)
    op.create_index("ix_contents_published", "contents", ["published_at", "id"], unique=False)
    op.create_index("ix_contents_quality", "contents", ["quality", "id"], unique=False)
    op.create_index("ix_contents_revision", "contents", ["revision"], unique=False)
    op.create_index("ix_contents_understood", "contents", ["understood_version"], unique=False)
    op.create_index("ix_contents_url", "contents", ["url"], unique=False)
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("content_id", sa.String(length=96), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.Column("previous", sa.Text(), server_default="", nullable=False),
        sa.Column("editor", sa.Text(), server_default="", nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_corrections_content_id"), "corrections", ["content_id"], unique=False)
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "creators",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fans", sa.BigInteger(), nullable=True),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_creators_name"), "creators", ["name"], unique=False)
    op.create_table(
        "digests",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("subscription_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("content_ids", Json(), nullable=False),
        sa.Column("reasons", Json(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_digests_subscription_id"), "digests", ["subscription_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("content_id", sa.String(length=96), nullable=False),
        sa.Column("segment_id", sa.String(length=64), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=True),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("occurred_at", Moment(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(op.f("ix_events_content_id"), "events", ["content_id"], unique=False)
    op.create_index(op.f("ix_events_segment_id"), "events", ["segment_id"], unique=False)
    op.create_table(
        "facts",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "fetches",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), server_default="", nullable=False),
        sa.Column("last_modified", sa.Text(), server_default="", nullable=False),
        sa.Column("fingerprint", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("url"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("requested_at", Moment(), nullable=False),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("heartbeat_at", Moment(), nullable=True),
        sa.Column("report", Json(), nullable=True),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_jobs_state"), "jobs", ["state"], unique=False)
    op.create_table(
        "keys",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("scopes", Json(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_hash"),
    )
    op.create_table(
        "ledger",
        sa.Column("digest_id", sa.String(length=96), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("digest_id", "part"),
    )
    op.create_table(
        "removals",
        sa.Column("content_id", sa.String(length=96), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("content_id"),
    )
    op.create_index(op.f("ix_removals_revision"), "removals", ["revision"], unique=False)
    op.create_table(
        "segments",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("tags", Json(), nullable=False),
        sa.Column("region", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("tier", sa.Text(), server_default="", nullable=False),
        sa.Column("life_stage", sa.Text(), server_default="", nullable=False),
        sa.Column("interests", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("watch_lists", Json(), nullable=False),
        sa.Column("schedule_minutes", sa.Integer(), nullable=False),
        sa.Column("max_items", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("rights", sa.String(length=16), nullable=False),
        sa.Column("last_run_at", Moment(), nullable=True),
        sa.Column("last_success_at", Moment(), nullable=True),
        sa.Column("last_state", sa.Text(), server_default="", nullable=False),
        sa.Column("last_message", sa.Text(), server_default="", nullable=False),
        sa.Column("last_found", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_new", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("url"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("query", sa.Text(), server_default="", nullable=False),
        sa.Column("segment_id", sa.String(length=64), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("group_type", sa.String(length=16), nullable=True),
        sa.Column("filters", Json(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("limit", sa.Integer(), nullable=False),
        sa.Column("robot_url", sa.Text(), server_default="", nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "tombstones",
        sa.Column("content_id", sa.String(length=96), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("content_id"),
    )
    op.create_index(op.f("ix_tombstones_url"), "tombstones", ["url"], unique=False)
    op.create_table(
        "watch_lists",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("terms", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:

    op.drop_table("watch_lists")
    op.drop_index(op.f("ix_tombstones_url"), table_name="tombstones")
    op.drop_table("tombstones")
    op.drop_table("subscriptions")
    op.drop_table("sources")
    op.drop_table("segments")
    op.drop_index(op.f("ix_removals_revision"), table_name="removals")
    op.drop_table("removals")
    op.drop_table("ledger")
    op.drop_table("keys")
    op.drop_index(op.f("ix_jobs_state"), table_name="jobs")
    op.drop_table("jobs")
    op.drop_table("fetches")
    op.drop_table("facts")
    op.drop_index(op.f("ix_events_segment_id"), table_name="events")
    op.drop_index(op.f("ix_events_content_id"), table_name="events")
    op.drop_table("events")
    op.drop_index(op.f("ix_digests_subscription_id"), table_name="digests")
    op.drop_table("digests")
    op.drop_index(op.f("ix_creators_name"), table_name="creators")
    op.drop_table("creators")
    op.drop_table("counters")
    op.drop_index(op.f("ix_corrections_content_id"), table_name="corrections")
    op.drop_table("corrections")
    op.drop_index("ix_contents_url", table_name="contents")
    op.drop_index("ix_contents_understood", table_name="contents")
    op.drop_index("ix_contents_revision", table_name="contents")
    op.drop_index("ix_contents_quality", table_name="contents")
    op.drop_index("ix_contents_published", table_name="contents")
    op.drop_index("ix_contents_heat", table_name="contents")
    op.drop_index("ix_contents_creator", table_name="contents")
    op.drop_table("contents")
    op.drop_index("ix_content_brands_brand", table_name="content_brands")
    op.drop_table("content_brands")
    op.drop_table("answers")
