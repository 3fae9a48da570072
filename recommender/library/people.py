"""Customer segments."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, select

from recommender.errors import Conflict, NotFound
from recommender.library.model import Segment
from recommender.library.store import Store
from recommender.library.tables import segments, subscriptions


class SegmentRepository:
    """Customer segments."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, segment: Segment) -> Segment:
        """Insert or replace by id."""
        row = {**asdict(segment), "tags": list(segment.tags), "interests": list(segment.interests)}
        with self._store.write() as connection:
            connection.execute(delete(segments).where(segments.c.id == segment.id))
            connection.execute(segments.insert(), row)
        return segment

    def get(self, segment_id: str) -> Segment:
        """One segment. Raises `NotFound`."""
        with self._store.read() as connection:
            row = connection.execute(select(segments).where(segments.c.id == segment_id)).first()
        if row is None:
            raise NotFound(f"没有编号为 {segment_id[:64]} 的人群。")
        return _segment(row)

    def all(self) -> list[Segment]:
        """All segments by id."""
        with self._store.read() as connection:
            return [_segment(row) for row in connection.execute(select(segments).order_by(segments.c.id))]

    def delete(self, segment_id: str) -> None:
        """Remove one. Raises `NotFound`, and `Conflict` while subscriptions send to it."""
        with self._store.write() as connection:
            users = connection.execute(select(subscriptions.c.name).where(subscriptions.c.segment_id == segment_id)).scalars().all()
            if users:
                raise Conflict(f"还有订阅发给这个人群：{'、'.join(users[:5])}。请先改掉或删除这些订阅。", field="segment_id")
            if connection.execute(delete(segments).where(segments.c.id == segment_id)).rowcount == 0:
                raise NotFound(f"没有编号为 {segment_id[:64]} 的人群。")


def _segment(row: Any) -> Segment:
    return Segment(**{**row._mapping, "tags": tuple(row.tags), "interests": tuple(row.interests)})
