"""Watch-lists, and what each of them brings."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select

from recommender.errors import NotFound
from recommender.library.model import Coverage, WatchKind, WatchList
from recommender.library.sourcing_tables import content_watch_lists, sources, watch_lists
from recommender.library.store import Store
from recommender.library.tables import contents

WEEK = timedelta(days=7)


def _watch_list(row: Any) -> WatchList:
    values = {**row._mapping, "kind": WatchKind(row.kind), "terms": tuple(row.terms), "aliases": tuple(row.aliases)}
    return WatchList(**values)


class WatchListRepository:
    """What the team follows."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, watch_list: WatchList) -> WatchList:
        """Insert or replace by id."""
        row = {**asdict(watch_list), "kind": watch_list.kind.value, "terms": list(watch_list.terms), "aliases": list(watch_list.aliases)}
        with self._store.write() as connection:
            connection.execute(delete(watch_lists).where(watch_lists.c.id == watch_list.id))
            connection.execute(watch_lists.insert(), row)
        return watch_list

    def get(self, watch_list_id: str) -> WatchList:
        """One watch-list. Raises `NotFound`."""
        with self._store.read() as connection:
            row = connection.execute(select(watch_lists).where(watch_lists.c.id == watch_list_id)).first()
        if row is None:
            raise NotFound(f"没有编号为 {watch_list_id[:64]} 的关注清单。")
        return _watch_list(row)

    def all(self) -> list[WatchList]:
        """All watch-lists by kind and id."""
        with self._store.read() as connection:
            return [_watch_list(row) for row in connection.execute(select(watch_lists).order_by(watch_lists.c.kind, watch_lists.c.id))]

    def delete(self, watch_list_id: str) -> None:
        """Remove one; sources no longer name it. Its contents stay in the library (`leave_watch_list` takes the mark off them).

        Raises `NotFound`.
        """
        with self._store.write() as connection:
            if connection.execute(delete(watch_lists).where(watch_lists.c.id == watch_list_id)).rowcount == 0:
                raise NotFound(f"没有编号为 {watch_list_id[:64]} 的关注清单。")
            for row in connection.execute(select(sources.c.id, sources.c.watch_lists)).all():
                if watch_list_id in row.watch_lists:
                    kept = [each for each in row.watch_lists if each != watch_list_id]
                    connection.execute(sources.update().where(sources.c.id == row.id).values(watch_lists=kept))

    def coverage(self, now: datetime) -> dict[str, Coverage]:
        """What each watch-list brings, by its id; weeks are counted back from `now`."""
        member = content_watch_lists.c
        this_week, last_week = now - WEEK, now - 2 * WEEK
        counted = select(
            member.watch_list_id,
            func.count().label("total"),
            func.count().filter(member.at > this_week).label("this_week"),
            func.count().filter(member.at > last_week, member.at <= this_week).label("last_week"),
            func.max(member.at).label("last_new_at"),
            func.count().filter(member.at > this_week, contents.c.source_id.is_not(None)).label("brought"),
        )
        counted = counted.join(contents, contents.c.id == member.content_id).group_by(member.watch_list_id)
        with self._store.read() as connection:
            rows = {row.watch_list_id: row for row in connection.execute(counted)}
            named = connection.execute(select(sources.c.watch_lists, sources.c.last_state).where(sources.c.enabled)).all()
        found: dict[str, Coverage] = {}
        for watch_list in self.all():
            row = rows.get(watch_list.id)
            states = [source.last_state for source in named if watch_list.id in source.watch_lists]
            new, brought = (row.this_week, row.brought) if row else (0, 0)
            found[watch_list.id] = Coverage(
                watch_list_id=watch_list.id,
                total=row.total if row else 0,
                this_week=new,
                last_week=row.last_week if row else 0,
                last_new_at=row.last_new_at if row else None,
                sources=len(states),
                failing=states.count("failed"),
                full=0 < watch_list.weekly_quota <= brought,
                brought=brought,
            )
        return found
