"""Creators and customer segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from recommender.errors import Conflict, NotFound
from recommender.library.model import Creator, CreatorTier, Platform, Segment
from recommender.library.store import Store, chunks
from recommender.library.tables import contents, creators, segments, subscriptions


def _creator(row: Any) -> Creator:
    return Creator(id=row.id, platform=Platform(row.platform), name=row.name, fans=row.fans, tier=CreatorTier(row.tier))


def write_creators(connection: Connection, found: Sequence[Creator]) -> None:
    """Insert or update creators; a masked or empty name and unknown fans keep what is known."""
    newest: dict[str, Creator] = {}
    for creator in found:
        before = newest.get(creator.id)
        newest[creator.id] = creator if before is None else _merged(before, creator)
    stored: dict[str, Creator] = {}
    for chunk in chunks(list(newest)):
        stored |= {row.id: _creator(row) for row in connection.execute(select(creators).where(creators.c.id.in_(chunk)))}
    new = [asdict(creator) for creator in newest.values() if creator.id not in stored]
    changed = [
        {"key": merged.id, "new_name": merged.name, "new_fans": merged.fans, "new_tier": merged.tier.value}
        for creator in newest.values()
        if creator.id in stored and (merged := _merged(stored[creator.id], creator)) != stored[creator.id]
    ]
    if new:
        connection.execute(creators.insert(), new)
    if changed:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("name", "fans", "tier")}
        connection.execute(update(creators).where(creators.c.id == bindparam("key")).values(values), changed)


def _merged(before: Creator, after: Creator) -> Creator:
    known = before.name and (not after.name or "*" in after.name)
    fans_known = after.fans is None
    return Creator(
        id=before.id,
        platform=before.platform,
        name=before.name if known else after.name,
        fans=before.fans if fans_known else after.fans,
        tier=before.tier if fans_known else after.tier,
    )


class CreatorRepository:
    """Accounts that publish."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def upsert(self, found: Sequence[Creator]) -> None:
        """Insert or update creators by id."""
        with self._store.write() as connection:
            write_creators(connection, found)

    def get(self, creator_id: str) -> Creator:
        """One creator. Raises `NotFound`."""
        with self._store.read() as connection:
            row = connection.execute(select(creators).where(creators.c.id == creator_id)).first()
        if row is None:
            raise NotFound(f"没有编号为 {creator_id[:96]} 的达人。")
        return _creator(row)

    def named(self, name: str) -> list[Creator]:
        """Creators with exactly this name, on any platform."""
        with self._store.read() as connection:
            return [_creator(row) for row in connection.execute(select(creators).where(creators.c.name == name).order_by(creators.c.id))]

    def top(self, limit: int = 50) -> list[tuple[Creator, int]]:
        """Creators with the most contents, and how many."""
        amount = func.count()
        query = select(creators, amount.label("amount")).join(contents, contents.c.creator_id == creators.c.id).group_by(*creators.c)
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(amount.desc(), creators.c.id).limit(limit))
            return [(_creator(row), row.amount) for row in rows]


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
