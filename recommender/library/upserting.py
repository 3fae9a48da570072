"""How a batch of incoming contents meets what is stored, in one transaction: new, changed, unchanged, duplicate or refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from recommender.library.creators import write_creators
from recommender.library.history import write_history
from recommender.library.merging import content_id, fingerprint, merge, source_values
from recommender.library.model import IncomingContent, UpsertOutcome
from recommender.library.sourcing_tables import content_watch_lists
from recommender.library.store import chunks, take_numbers
from recommender.library.tables import contents, removals
from recommender.library.takedowns import buried, is_buried

TAKEN_DOWN = "这条内容已经下架，不再收录。"
_NOT_UNDERSTOOD: dict[str, Any] = {
    "content_type": None,
    "type_confidence": 0.0,
    "type_reason": "",
    "category": None,
    "category_confidence": 0.0,
    "brands": [],
    "keywords": [],
    "quality": 0.0,
    "quality_parts": {},
    "compliance": "ok",
    "findings": [],
    "understood_version": "",
    "corrected": [],
}


class Meeting:
    """One batch. `hold` writes it and says what became of each item, in their order."""

    def __init__(self, items: Sequence[IncomingContent], source_id: str | None) -> None:
        self._items = items
        self._source_id = source_id
        self._outcomes: list[UpsertOutcome | None] = [None] * len(items)
        self._places: dict[str, int] = {}  # content id → the last item that has it
        self._identities: dict[str, str] = {}
        self._new: list[dict[str, Any]] = []
        self._changed: list[dict[str, Any]] = []
        self._before: dict[str, Any] = {}  # the stored rows of those that change
        self._joining: dict[tuple[str, str], datetime] = {}  # (stored content, watch-list that it joins) → when it came in
        self._met: dict[str, str] = {}  # address of each content of this batch → its id, so that one content is written once
        self._now = datetime.now(UTC)

    def hold(self, connection: Connection) -> list[UpsertOutcome]:
        """Read, decide, write."""
        for place, item in enumerate(self._items):
            found_id, self._identities[found_id] = content_id(item.platform, item.identity, item.url)
            if found_id in self._places:
                self._outcomes[self._places[found_id]] = UpsertOutcome("duplicate", found_id)
            self._places[found_id] = place
        gone = buried(connection, list(self._places), self._items)
        stored = _stored(connection, list(self._places), [self._items[place].url for place in self._places.values()])
        welcome = []
        for found_id, place in self._places.items():
            item = self._items[place]
            if is_buried(gone, found_id, item):
                self._outcomes[place] = UpsertOutcome("refused", found_id, TAKEN_DOWN)
                continue
            welcome.append(item)
            before = stored.get(found_id) or (stored.get(item.url) if item.url else None)
            self._outcomes[place] = self._decide(found_id, item, before)
        write_creators(connection, [item.creator for item in welcome if item.creator])
        self._write(connection)
        return [outcome for outcome in self._outcomes if outcome is not None]

    def _decide(self, found_id: str, item: IncomingContent, before: Any) -> UpsertOutcome:
        if (first := self._met.get(before["url"] if before else item.url)) is not None:
            return UpsertOutcome("duplicate", first)
        for address in filter(None, (item.url, before["url"] if before else "")):
            self._met[address] = before["id"] if before else found_id
        incoming = source_values(item)
        if before is None:
            row = {**_NOT_UNDERSTOOD, **incoming, "id": found_id, "platform": item.platform.value, "identity": self._identities[found_id]}
            row |= {"source_id": self._source_id, "is_sample": item.is_sample, "rights": item.rights.value, "cluster": found_id, "heat": 1}
            row |= {"watch_lists": sorted(item.watch_lists), "fingerprint": fingerprint(incoming)}
            self._new.append({**row, "first_seen_at": self._now, "updated_at": self._now})
            return UpsertOutcome("new", found_id)
        joining = [each for each in item.watch_lists if each not in before["watch_lists"]]
        self._joining.update({(before["id"], each): before["first_seen_at"] for each in joining})
        merged = merge(before, incoming, same_source=before["source_id"] == self._source_id, partial=item.partial)
        if merged is None or (mark := fingerprint(merged)) == before["fingerprint"]:
            return UpsertOutcome("unchanged", before["id"])
        self._before[before["id"]] = before
        self._changed.append({**merged, "key": before["id"], "fingerprint": mark, "updated_at": self._now, "understood_version": ""})
        return UpsertOutcome("changed", before["id"])

    def _write(self, connection: Connection) -> None:
        number(connection, self._new + self._changed)
        if self._new:
            for chunk in chunks([row["id"] for row in self._new]):
                connection.execute(delete(removals).where(removals.c.content_id.in_(chunk)))
            connection.execute(contents.insert(), self._new)
        if self._changed:
            write_history(connection, self._before, self._changed)
            connection.execute(update_of(self._changed[0]), self._changed)
        told = {row["id"] for row in self._new}
        new = {(row["id"], each): self._now for row in self._new for each in row["watch_lists"]}
        join(connection, self._joining | new, told=told)


def _stored(connection: Connection, ids: list[str], urls: list[str]) -> dict[str, Any]:
    """Stored rows by id and by canonical URL."""
    found: dict[str, Any] = {}
    for column, wanted in ((contents.c.url, [url for url in urls if url]), (contents.c.id, ids)):
        for chunk in chunks(wanted):
            for row in connection.execute(select(contents).where(column.in_(chunk))):
                found[getattr(row, column.name)] = row._mapping
    return found


def number(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Give each row a revision of its own."""
    if rows:
        first = take_numbers(connection, "revision", len(rows))
        for offset, row in enumerate(rows):
            row["revision"] = first + offset


def update_of(row: dict[str, Any]) -> Any:
    """The statement that updates contents by `key` to values such as those of `row`."""
    return update(contents).where(contents.c.id == bindparam("key")).values({name: bindparam(name) for name in row if name != "key"})


def join(connection: Connection, pairs: Mapping[tuple[str, str], datetime], *, told: Collection[str] = ()) -> None:
    """Make (content, watch-list) pairs members, each with the moment the content came in, so that a new list does not call old
    contents new. The rows of contents that are not `told` of it already are, and numbered.
    """
    rows = [{"content_id": found_id, "watch_list_id": each, "at": at} for (found_id, each), at in sorted(pairs.items())]
    if not rows:
        return
    connection.execute(content_watch_lists.insert(), rows)
    wanted: dict[str, set[str]] = {}
    for row in rows:
        if row["content_id"] not in told:
            wanted.setdefault(str(row["content_id"]), set()).add(str(row["watch_list_id"]))
    for chunk in chunks(list(wanted)):
        changes: list[dict[str, Any]] = [
            {"key": row.id, "watch_lists": sorted({*row.watch_lists, *wanted[row.id]})}
            for row in connection.execute(select(contents.c.id, contents.c.watch_lists).where(contents.c.id.in_(chunk)))
        ]
        number(connection, changes)
        connection.execute(update_of(changes[0]), changes)
