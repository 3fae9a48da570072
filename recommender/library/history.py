"""How public counts grew: the counts before each change of them, kept with the moment they were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, tuple_

from recommender.library.model import ContentItem, CountPoint, Counts
from recommender.library.store import chunks
from recommender.library.tables import count_history

_COUNTS = ("liked", "collected", "commented", "shared")


def write_history(connection: Connection, stored: Mapping[str, Any], changed: Sequence[Mapping[str, Any]]) -> None:
    """Keep the counts of stored rows that are about to be replaced by others; `changed` rows carry the content's id as `key`."""
    rows = {}
    for row in changed:
        before = stored[row["key"]]
        if any(before[name] != row[name] for name in _COUNTS):
            rows[row["key"]] = {"content_id": row["key"], "at": before["updated_at"], **{name: before[name] for name in _COUNTS}}
    for chunk in chunks(list(rows)):  # two changes in one millisecond: the later one stands
        same = tuple_(count_history.c.content_id, count_history.c.at).in_([(found_id, rows[found_id]["at"]) for found_id in chunk])
        connection.execute(delete(count_history).where(same))
    if rows:
        connection.execute(count_history.insert(), list(rows.values()))


def history_of(connection: Connection, item: ContentItem) -> list[CountPoint]:
    """The points of one content, oldest first, the counts of now last."""
    rows = connection.execute(select(count_history).where(count_history.c.content_id == item.id).order_by(count_history.c.at))
    before = [CountPoint(row.at, Counts(row.liked, row.collected, row.commented, row.shared)) for row in rows]
    return [*before, CountPoint(item.updated_at, item.counts)]
