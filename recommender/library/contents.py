"""The contents repository: upsert by identity, understanding, corrections, near-duplicate clusters, removal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, delete, func, select, update

from recommender.errors import InputError, NotFound
from recommender.library.listing import ContentReader
from recommender.library.merging import content_id, fingerprint, merge, source_values
from recommender.library.model import ContentItem, ContentType, Correction, IncomingContent, Rights, Understanding, UpsertOutcome
from recommender.library.people import write_creators
from recommender.library.store import chunks, take_numbers
from recommender.library.tables import content_brands, contents, corrections, removals, segments, subscriptions, tombstones

SAMPLE_PREFIX = "sample-"
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
TAKEN_DOWN = "这条内容已经下架，不再收录。"


class ContentRepository(ContentReader):
    """All contents. Each method is one transaction; calling it twice leaves the same state."""

    def upsert(self, items: Sequence[IncomingContent], *, source_id: str | None = None) -> list[UpsertOutcome]:
        """Store what is new or changed. Outcomes are in the order of `items`; a repeated identity or address counts as duplicate."""
        places: dict[str, int] = {}
        outcomes: list[UpsertOutcome | None] = [None] * len(items)
        identities: dict[str, str] = {}
        for place, item in enumerate(items):
            found_id, identity = content_id(item.platform, item.identity, item.url)
            identities[found_id] = identity
            if found_id in places:
                outcomes[places[found_id]] = UpsertOutcome("duplicate", found_id)
            places[found_id] = place
        with self._store.write() as connection:
            gone = _tombstones(connection, list(places), [item.url for item in items if item.url])
            stored = _stored(connection, list(places), [items[place].url for place in places.values()])
            write_creators(connection, [creator for item in items if (creator := item.creator) is not None])
            new_rows: list[dict[str, Any]] = []
            changed_rows: list[dict[str, Any]] = []
            now = datetime.now(UTC)
            met: dict[str, str] = {}  # address of each content of this batch → its id, so that one content is written once
            for found_id, place in places.items():
                item = items[place]
                if found_id in gone or item.url in gone:
                    outcomes[place] = UpsertOutcome("refused", found_id, TAKEN_DOWN)
                    continue
                before = stored.get(found_id) or (stored.get(item.url) if item.url else None)
                if (first := met.get(before["url"] if before else item.url)) is not None:
                    outcomes[place] = UpsertOutcome("duplicate", first)
                    continue
                for address in filter(None, (item.url, before["url"] if before else "")):
                    met[address] = before["id"] if before else found_id
                incoming = source_values(item)
                if before is None:
                    row = {**_NOT_UNDERSTOOD, **incoming, "id": found_id, "platform": item.platform.value, "identity": identities[found_id]}
                    row |= {
                        "source_id": source_id,
                        "is_sample": item.is_sample,
                        "rights": item.rights.value,
                        "cluster": found_id,
                        "heat": 1,
                    }
                    row |= {"fingerprint": fingerprint(incoming), "first_seen_at": now, "updated_at": now}
                    new_rows.append(row)
                    outcomes[place] = UpsertOutcome("new", found_id)
                    continue
                merged = merge(before, incoming, same_source=before["source_id"] == source_id)
                mark = fingerprint(merged) if merged else before["fingerprint"]
                if merged is None or mark == before["fingerprint"]:
                    outcomes[place] = UpsertOutcome("unchanged", before["id"])
                    continue
                changed_rows.append({**merged, "key": before["id"], "fingerprint": mark, "updated_at": now, "understood_version": ""})
                outcomes[place] = UpsertOutcome("changed", before["id"])
            _number(connection, new_rows + changed_rows)
            if new_rows:
                for chunk in chunks([row["id"] for row in new_rows]):
                    connection.execute(delete(removals).where(removals.c.content_id.in_(chunk)))
                connection.execute(contents.insert(), new_rows)
            if changed_rows:
                connection.execute(_update_of(changed_rows[0]), changed_rows)
        return [outcome for outcome in outcomes if outcome is not None]

    def save_understanding(self, understood: Sequence[tuple[str, Understanding]], *, read_at: Mapping[str, int] | None = None) -> None:
        """Store what each content is taken to be; corrected fields keep the editor's word.

        `read_at` has the revision at which each content was read: one that another process has changed since is left to the
        next look, or the new text would carry the findings of the old one.
        """
        with self._store.write() as connection:
            kept: dict[str, Any] = {}
            columns = [contents.c[name] for name in ("id", "revision", "corrected", "content_type", "category", "brands")]
            for chunk in chunks([found_id for found_id, _ in understood]):
                kept |= {row.id: row for row in connection.execute(select(*columns).where(contents.c.id.in_(chunk)))}
            rows = []
            for found_id, understanding in understood:
                if found_id not in kept or (read_at is not None and kept[found_id].revision != read_at.get(found_id)):
                    continue
                row = _understanding_values(understanding)
                row |= {name: getattr(kept[found_id], name) for name in kept[found_id].corrected if name in row}
                if "content_type" in kept[found_id].corrected:
                    row["type_confidence"], row["type_reason"] = 1.0, "编辑已确认"
                if "category" in kept[found_id].corrected:
                    row["category_confidence"] = 1.0
                rows.append({**row, "key": found_id})
            if not rows:
                return
            _number(connection, rows)
            connection.execute(_update_of(rows[0]), rows)
            _write_brands(connection, {row["key"]: row["brands"] for row in rows})

    def correct(self, found_id: str, field: str, value: Any, editor: str) -> ContentItem:
        """Record an editor's word on content_type, category, brands or rights; it is never overwritten. Raises `InputError`, `NotFound`."""
        value = _checked(field, value)
        with self._store.write() as connection:
            row = connection.execute(select(contents).where(contents.c.id == found_id)).first()
            if row is None:
                raise NotFound(f"内容库里没有编号为 {found_id[:96]} 的内容。")
            before = getattr(row, field)
            changes: dict[str, Any] = {"key": found_id, field: value, "corrected": sorted({*row.corrected, field})}
            if field == "content_type":
                changes |= {"type_confidence": 1.0, "type_reason": "编辑已确认"}
            if field == "category":
                changes |= {"category_confidence": 1.0}
            _number(connection, [changes])
            connection.execute(_update_of(changes), [changes])
            if field == "brands":
                _write_brands(connection, {found_id: value})
            record = {"content_id": found_id, "field": field, "editor": editor, "at": datetime.now(UTC)}
            record |= {"value": orjson.dumps(value).decode(), "previous": orjson.dumps(before).decode()}
            connection.execute(corrections.insert(), record)
        return self.get(found_id)

    def corrections(self, limit: int = 20) -> list[Correction]:
        """The newest corrections."""
        columns = [column for column in corrections.c if column.name != "id"]
        with self._store.read() as connection:
            rows = connection.execute(select(*columns).order_by(corrections.c.id.desc()).limit(limit))
            return [Correction(**row._mapping) for row in rows]

    def set_clusters(self, members: Iterable[tuple[str, str, int]]) -> int:
        """Store (content id, leader id, size of the cluster) where it differs; returns how many did.

        Those are to be understood again, since the quality score counts originality.
        """
        with self._store.write() as connection:
            now = {
                row.id: (row.cluster, row.heat) for row in connection.execute(select(contents.c.id, contents.c.cluster, contents.c.heat))
            }
            rows: list[dict[str, Any]] = [
                {"key": found_id, "cluster": leader, "heat": heat, "understood_version": ""}
                for found_id, leader, heat in members
                if now.get(found_id, (leader, heat)) != (leader, heat)
            ]
            if rows:
                _number(connection, rows)
                connection.execute(_update_of(rows[0]), rows)
        return len(rows)

    def take_down(self, found_id: str, reason: str) -> None:
        """Purge a content and leave a tombstone, so that no crawl or import brings it back. Raises `NotFound`."""
        url = self.get(found_id).url
        with self._store.write() as connection:
            _remove(connection, [found_id])
            connection.execute(delete(tombstones).where(tombstones.c.content_id == found_id))
            connection.execute(tombstones.insert(), {"content_id": found_id, "url": url, "reason": reason, "at": datetime.now(UTC)})

    def remove_sample(self) -> int:
        """Delete the sample contents, segments and subscriptions; returns the number of contents."""
        with self._store.write() as connection:
            ids = [row.id for row in connection.execute(select(contents.c.id).where(contents.c.is_sample))]
            _remove(connection, ids)
            for table in (segments, subscriptions):
                connection.execute(delete(table).where(table.c.id.startswith(SAMPLE_PREFIX, autoescape=True)))
        return len(ids)

    def sample_count(self) -> int:
        """How many contents are samples."""
        with self._store.read() as connection:
            return int(connection.execute(select(func.count()).select_from(contents).where(contents.c.is_sample)).scalar_one())


def _stored(connection: Connection, ids: list[str], urls: list[str]) -> dict[str, Any]:
    """Stored rows by id and by canonical URL."""
    found: dict[str, Any] = {}
    for column, wanted in ((contents.c.url, [url for url in urls if url]), (contents.c.id, ids)):
        for chunk in chunks(wanted):
            for row in connection.execute(select(contents).where(column.in_(chunk))):
                found[getattr(row, column.name)] = row._mapping
    return found


def _tombstones(connection: Connection, ids: list[str], urls: list[str]) -> set[str]:
    gone: set[str] = set()
    for column, wanted in ((tombstones.c.content_id, ids), (tombstones.c.url, urls)):
        for chunk in chunks(wanted):
            gone.update(connection.execute(select(column).where(column.in_(chunk))).scalars())
    return gone


def _number(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Give each row a revision of its own."""
    if rows:
        first = take_numbers(connection, "revision", len(rows))
        for offset, row in enumerate(rows):
            row["revision"] = first + offset


def _update_of(row: dict[str, Any]) -> Any:
    return update(contents).where(contents.c.id == bindparam("key")).values({name: bindparam(name) for name in row if name != "key"})


def _understanding_values(understanding: Understanding) -> dict[str, Any]:
    values = asdict(understanding)
    values["compliance"] = understanding.compliance.value
    values["content_type"] = understanding.content_type.value if understanding.content_type else None
    values["understood_version"] = values.pop("version")
    return values


def _write_brands(connection: Connection, brands: dict[str, Sequence[str]]) -> None:
    for chunk in chunks(list(brands)):
        connection.execute(delete(content_brands).where(content_brands.c.content_id.in_(chunk)))
    rows = [{"content_id": found_id, "brand": brand} for found_id, names in brands.items() for brand in dict.fromkeys(names)]
    if rows:
        connection.execute(content_brands.insert(), rows)


def _remove(connection: Connection, ids: list[str]) -> None:
    rows: list[dict[str, Any]] = [{"content_id": found_id} for found_id in ids]
    _number(connection, rows)
    for chunk in chunks(ids):
        for table, column in ((contents, contents.c.id), (content_brands, content_brands.c.content_id), (removals, removals.c.content_id)):
            connection.execute(delete(table).where(column.in_(chunk)))
    if rows:
        connection.execute(removals.insert(), rows)


def _checked(field: str, value: Any) -> Any:
    """A correction's value in stored form."""
    if field == "content_type" and value in list(ContentType):
        return str(value)
    if field == "rights" and value in list(Rights) and value != Rights.TAKEN_DOWN:
        return str(value)
    if field == "category" and isinstance(value, str) and 0 < len(value) <= 16:
        return value
    if field == "brands" and isinstance(value, list | tuple) and all(isinstance(brand, str) and 0 < len(brand) <= 80 for brand in value):
        return list(dict.fromkeys(value))
    raise InputError(f"不能把 {field[:40]} 改成 {str(value)[:80]!r}。", field=field)
