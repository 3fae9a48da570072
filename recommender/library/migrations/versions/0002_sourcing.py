"""Watch-lists with schedule and quota, the history of runs and counts, alerts, comments, signatures, column mappings"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from recommender.library.columns import Json, Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ADDED: dict[str, list[sa.Column[Any]]] = {
    "contents": [sa.Column("watch_lists", Json(), nullable=False, server_default="[]")],
    "creators": [sa.Column("person", sa.String(96), nullable=False, server_default="")],
    "fetches": [sa.Column("at", Moment())],
    "watch_lists": [
        sa.Column("aliases", Json(), nullable=False, server_default="[]"),
        sa.Column("schedule_minutes", sa.Integer()),
        sa.Column("weekly_quota", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("quiet_days", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("enabled", sa.Boolean(), nullable=False, server_default=sa.true()),
    ],
    "sources": [
        sa.Column("only_matching", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("full_text", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("max_requests", sa.Integer(), nullable=False, server_default="60"),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
    ],
}
_COUNTS = ("liked", "collected", "commented", "shared")


def upgrade() -> None:
    for table, columns in _ADDED.items():
        for column in columns:
            op.add_column(table, column)
    op.create_index("ix_creators_person", "creators", ["person"])
    op.create_index("ix_contents_cluster", "contents", ["cluster"])
    op.create_table(
        "source_runs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source_id", sa.String(64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("found", "new", "changed", "unchanged", "duplicates", "refused")),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_source_runs_source", "source_runs", ["source_id", "id"])
    op.create_table(
        "content_watch_lists",
        sa.Column("watch_list_id", sa.String(64), nullable=False),
        sa.Column("content_id", sa.String(96), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("watch_list_id", "content_id"),
    )
    op.create_index("ix_content_watch_lists_content", "content_watch_lists", ["content_id"])
    op.create_index("ix_content_watch_lists_at", "content_watch_lists", ["watch_list_id", "at"])
    op.create_table(
        "count_history",
        sa.Column("content_id", sa.String(96), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        *(sa.Column(name, sa.BigInteger()) for name in _COUNTS),
        sa.PrimaryKeyConstraint("content_id", "at"),
    )
    op.create_table(
        "comments",
        sa.Column("id", sa.String(96), nullable=False),
        sa.Column("content_id", sa.String(96), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("liked", sa.BigInteger()),
        sa.Column("published_at", Moment()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_comments_content_id", "comments", ["content_id"])
    op.create_table(
        "signatures",
        sa.Column("content_id", sa.String(96), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("content_id"),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("raised_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment()),
        sa.Column("cleared_at", Moment()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_alerts_subject", "alerts", ["kind", "subject_id"])
    op.create_table(
        "mappings",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("columns", Json(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    for table in ("mappings", "alerts", "signatures", "comments", "count_history", "content_watch_lists", "source_runs"):
        op.drop_table(table)
    op.drop_index("ix_creators_person", table_name="creators")
    op.drop_index("ix_contents_cluster", table_name="contents")
    for table, columns in _ADDED.items():
        for column in columns:
            op.drop_column(table, column.name)
