"""Readers' comments on contents. Who wrote one is never stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select

from recommender.library.merging import content_id
from recommender.library.model import Comment, IncomingComment
from recommender.library.store import Store, chunks
from recommender.library.tables import comments, contents, tombstones


class CommentRepository:
    """Comments by content; they may arrive before the content does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def upsert(self, items: Sequence[IncomingComment]) -> tuple[int, int]:
        """Store comments by their id; returns (new, known before). Those on contents that were taken down are left out."""
        rows: dict[str, dict[str, Any]] = {}
        for item in items:
            found_id, _ = content_id(item.platform, item.note_identity, "")
            key, _ = content_id(item.platform, item.comment_id, "")
            values = {"content_id": found_id, "text": item.text, "liked": item.liked, "published_at": item.published_at}
            rows[key] = {"id": key, **values}
        with self._store.write() as connection:
            gone: set[str] = set()
            for chunk in chunks(list({row["content_id"] for row in rows.values()})):
                wanted = select(tombstones.c.content_id).where(tombstones.c.content_id.in_(chunk))
                gone.update(connection.execute(wanted).scalars())
            kept = [row for row in rows.values() if row["content_id"] not in gone]
            known = 0
            for chunk in chunks([row["id"] for row in kept]):
                known += connection.execute(delete(comments).where(comments.c.id.in_(chunk))).rowcount
            if kept:
                connection.execute(comments.insert(), kept)
        return len(kept) - known, known

    def of(self, found_id: str, limit: int = 50) -> list[Comment]:
        """The comments on a content, most liked first."""
        query = select(comments).where(comments.c.content_id == found_id).order_by(func.coalesce(comments.c.liked, 0).desc(), comments.c.id)
        with self._store.read() as connection:
            return [Comment(**row._mapping) for row in connection.execute(query.limit(limit))]

    def drop_strays(self) -> int:
        """Delete the comments on contents that are not in the library, or no longer; returns how many."""
        there = select(contents.c.id)
        with self._store.write() as connection:
            return connection.execute(delete(comments).where(comments.c.content_id.not_in(there))).rowcount

    def count(self) -> int:
        """How many comments are stored."""
        with self._store.read() as connection:
            return int(connection.execute(select(func.count()).select_from(comments)).scalar_one())
