"""The contents repository: upsert by identity, understanding, corrections, near-duplicate clusters, removal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, delete, func, select

from recommender.errors import InputError, NotFound
from recommender.library.listing import ContentReader
from recommender.library.model import ContentItem, ContentType, Correction, IncomingContent, Rights, Understanding, UpsertOutcome
from recommender.library.rows import content_from, select_contents
from recommender.library.sourcing_tables import content_watch_lists
from recommender.library.store import chunks
from recommender.library.tables import content_brands, contents, corrections, segments, subscriptions
from recommender.library.takedowns import bury, creator_subject, drop_from_digests, forget_answers, forget_creator, remove, url_subject
from recommender.library.upserting import Meeting, join, number, update_of

SAMPLE_PREFIX = "sample-"


class ContentRepository(ContentReader):
    """All contents. Each method is one transaction; calling it twice leaves the same state."""

    def upsert(self, items: Sequence[IncomingContent], *, source_id: str | None = None, dry_run: bool = False) -> list[UpsertOutcome]:
        """Store what is new or changed. Outcomes are in the order of `items`; a repeated identity or address counts as duplicate.

        With `dry_run` the outcomes are those that would come, and nothing is stored.
        """
        with self._store.rehearse() if dry_run else self._store.write() as connection:
            return Meeting(items, source_id).hold(connection)

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
            number(connection, rows)
            connection.execute(update_of(rows[0]), rows)
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
            number(connection, [changes])
            connection.execute(update_of(changes), [changes])
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
        members = list(members)
        with self._store.write() as connection:
            now: dict[str, tuple[str, int]] = {}
            for chunk in chunks([found_id for found_id, _, _ in members]):
                wanted = select(contents.c.id, contents.c.cluster, contents.c.heat).where(contents.c.id.in_(chunk))
                now |= {row.id: (row.cluster, row.heat) for row in connection.execute(wanted)}
            rows: list[dict[str, Any]] = [
                {"key": found_id, "cluster": leader, "heat": heat, "understood_version": ""}
                for found_id, leader, heat in members
                if now.get(found_id, (leader, heat)) != (leader, heat)
            ]
            if rows:
                number(connection, rows)
                connection.execute(update_of(rows[0]), rows)
        return len(rows)

    def add_to_watch_list(self, watch_list_id: str, ids: Sequence[str]) -> int:
        """Make stored contents belong to a watch-list; returns how many did not before."""
        with self._store.write() as connection:
            member = content_watch_lists.c
            there = set(connection.execute(select(member.content_id).where(member.watch_list_id == watch_list_id)).scalars())
            new: dict[tuple[str, str], datetime] = {}
            for chunk in chunks(sorted(set(ids) - there)):
                stored = connection.execute(select(contents.c.id, contents.c.first_seen_at).where(contents.c.id.in_(chunk)))
                new |= {(row.id, watch_list_id): row.first_seen_at for row in stored}
            join(connection, new)
        return len(new)

    def leave_watch_list(self, watch_list_id: str, ids: Sequence[str] | None = None) -> int:
        """Take contents (all of them, where `ids` is None) out of a watch-list; returns how many were in it."""
        member = content_watch_lists.c
        with self._store.write() as connection:
            there = set(connection.execute(select(member.content_id).where(member.watch_list_id == watch_list_id)).scalars())
            leaving = sorted(there if ids is None else there & set(ids))
            for chunk in chunks(leaving):
                connection.execute(delete(content_watch_lists).where(member.watch_list_id == watch_list_id, member.content_id.in_(chunk)))
                rows: list[dict[str, Any]] = [
                    {"key": row.id, "watch_lists": [each for each in row.watch_lists if each != watch_list_id]}
                    for row in connection.execute(select(contents.c.id, contents.c.watch_lists).where(contents.c.id.in_(chunk)))
                ]
                number(connection, rows)
                connection.execute(update_of(rows[0]), rows)
        return len(leaving)

    def take_down(self, found_id: str, reason: str) -> list[ContentItem]:
        """Purge a content and leave a tombstone, so that no crawl or import brings it back; returns what was removed. Raises `NotFound`."""
        removed = self._take_down(contents.c.id == found_id, reason)
        if not removed:
            raise NotFound(f"内容库里没有编号为 {found_id[:96]} 的内容。")
        return removed

    def take_down_url(self, url: str, reason: str) -> list[ContentItem]:
        """The same by canonical address, also for one that is not in the library (yet): it never gets in."""
        return self._take_down(contents.c.url == url, reason, (url_subject(url), url))

    def take_down_creator(self, creator_id: str, reason: str) -> list[ContentItem]:
        """The same for all contents of a creator, known and future, and for the record of the creator."""
        return self._take_down(contents.c.creator_id == creator_id, reason, (creator_subject(creator_id), ""), creator_id)

    def _take_down(
        self, which: ColumnElement[bool], reason: str, subject: tuple[str, str] | None = None, creator_id: str = ""
    ) -> list[ContentItem]:
        with self._store.write() as connection:  # found and removed in one: nothing is stored in between
            items = [content_from(row) for row in connection.execute(select_contents().where(which))]
            ids = [item.id for item in items]
            remove(connection, ids)
            drop_from_digests(connection, ids)
            forget_answers(connection, ids)
            for item in items:
                bury(connection, item.id, item.url, reason)
            if subject:
                bury(connection, *subject, reason)
            if creator_id:
                forget_creator(connection, creator_id)
        return items

    def remove_sample(self) -> int:
        """Delete the sample contents, segments and subscriptions; returns the number of contents."""
        with self._store.write() as connection:
            ids = [row.id for row in connection.execute(select(contents.c.id).where(contents.c.is_sample))]
            remove(connection, ids)
            for table in (segments, subscriptions):
                connection.execute(delete(table).where(table.c.id.startswith(SAMPLE_PREFIX, autoescape=True)))
        return len(ids)

    def sample_count(self) -> int:
        """How many contents are samples."""
        with self._store.read() as connection:
            return int(connection.execute(select(func.count()).select_from(contents).where(contents.c.is_sample)).scalar_one())


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
