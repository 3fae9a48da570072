"""Reading contents: one, many, a filtered page with a cursor, and facet counts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import BigInteger, ColumnElement, Float, Text, and_, func, or_, select, type_coerce
from sqlalchemy.types import TypeEngine

from recommender.errors import InputError, NotFound
from recommender.library.history import history_of
from recommender.library.model import ContentFilter, ContentItem, CountPoint, Tombstone
from recommender.library.rows import CARD_COLUMNS, CARDS_BY_ID, CONTENTS_BY_ID, content_from, select_contents
from recommender.library.sourcing_tables import content_watch_lists
from recommender.library.store import Store, chunks
from recommender.library.tables import content_brands, contents, creators, milliseconds, removals, tombstones

NO_FILTER = ContentFilter()
ORDERS = {"newest": contents.c.published_at, "quality": contents.c.quality, "heat": contents.c.heat}
ORDER_TYPES: dict[str, type[TypeEngine[Any]]] = {"newest": BigInteger, "quality": Float, "heat": BigInteger}
FACET_FIELDS = {
    "category": "categories",
    "brand": "brands",
    "creator": "creators",
    "platform": "platforms",
    "content_type": "content_types",
}


def conditions(filter: ContentFilter) -> list[ColumnElement[bool]]:
    """The filter as SQL conditions, all of which must hold."""
    found: list[ColumnElement[bool]] = []
    for values, column in (
        (filter.categories, contents.c.category),
        (filter.platforms, contents.c.platform),
        (filter.content_types, contents.c.content_type),
    ):
        if values:
            found.append(column.in_([str(value) for value in values]))
    if filter.brands:
        found.append(contents.c.id.in_(select(content_brands.c.content_id).where(content_brands.c.brand.in_(filter.brands))))
    if filter.creators:
        named = select(creators.c.id).where(or_(creators.c.id.in_(filter.creators), creators.c.name.in_(filter.creators)))
        found.append(contents.c.creator_id.in_(named))
    if filter.watch_lists:
        member = content_watch_lists.c
        found.append(contents.c.id.in_(select(member.content_id).where(member.watch_list_id.in_(filter.watch_lists))))
    if filter.tags:
        found.append(
            or_(*(type_coerce(contents.c.tags, Text).contains(orjson.dumps(tag).decode(), autoescape=True) for tag in filter.tags))
        )
    if filter.min_quality is not None:
        found.append(contents.c.quality >= filter.min_quality)
    if filter.published_from is not None:
        found.append(contents.c.published_at >= filter.published_from)
    if filter.published_to is not None:
        found.append(contents.c.published_at <= filter.published_to)
    return found


def _without(filter: ContentFilter, name: str) -> ContentFilter:
    empty: Any = {name: ()}
    return replace(filter, **empty)


def encode_cursor(order: str, value: Any, content_id: str) -> str:
    """An opaque place in a listing."""
    return base64.urlsafe_b64encode(orjson.dumps([order, value, content_id])).decode().rstrip("=")


def decode_cursor(cursor: str, order: str) -> tuple[Any, str]:
    """The place a cursor names. Raises `InputError` where it is none of ours, or of another order."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        made_for, value, content_id = orjson.loads(base64.urlsafe_b64decode(padded))
        if made_for != order or not isinstance(content_id, str) or not isinstance(value, int | float) or abs(value) >= 2**63:
            raise ValueError
        return value, content_id
    except (ValueError, UnicodeEncodeError, TypeError, binascii.Error):
        raise InputError("cursor 无效：请使用上一页返回的 next_cursor，并保持排序不变。", field="cursor") from None


class ContentReader:
    """Reads of the contents table."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, content_id: str) -> ContentItem:
        """One content. Raises `NotFound`."""
        if found := self.get_many([content_id]):
            return found[content_id]
        raise NotFound(f"内容库里没有编号为 {content_id[:96]} 的内容。")

    def get_many(self, ids: Sequence[str]) -> dict[str, ContentItem]:
        """Contents by id; unknown ids are left out."""
        found: dict[str, ContentItem] = {}
        with self._store.read() as connection:
            for chunk in chunks(list(ids)):
                for row in connection.execute(CONTENTS_BY_ID, {"ids": chunk}):
                    found[row.id] = content_from(row)
        return {content_id: found[content_id] for content_id in ids if content_id in found}

    def get_cards(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What there is to show of contents, by id, for showing many of them fast; unknown ids are left out.

        Each holds by column what `ContentItem` holds, less what nobody is shown (original words, video, fingerprint), as
        it is stored: lists and maps as JSON text, moments as UTC milliseconds.
        """
        found: dict[str, dict[str, Any]] = {}
        with self._store.read() as connection:
            for chunk in chunks(list(ids)):
                for row in connection.execute(CARDS_BY_ID, {"ids": chunk}):
                    found[row[0]] = dict(zip(CARD_COLUMNS, row, strict=True))
        return found

    def find_url(self, url: str) -> ContentItem | None:
        """The content with this canonical URL."""
        with self._store.read() as connection:
            row = connection.execute(select_contents().where(contents.c.url == url).limit(1)).first()
        return content_from(row) if row else None

    def history(self, content_id: str) -> list[CountPoint]:
        """The public counts as they grew, oldest first; the last is what stands now. Raises `NotFound`."""
        item = self.get(content_id)
        with self._store.read() as connection:
            return history_of(connection, item)

    def tombstones(self, limit: int = 100) -> list[Tombstone]:
        """What was taken down, newest first."""
        query = select(tombstones).order_by(tombstones.c.at.desc(), tombstones.c.content_id).limit(limit)
        with self._store.read() as connection:
            return [Tombstone(row.content_id, row.url, row.reason, row.at) for row in connection.execute(query)]

    def cluster(self, leader: str, limit: int = 50) -> list[ContentItem]:
        """The near-duplicates that `leader` leads, itself included."""
        query = select_contents().where(contents.c.cluster == leader).order_by(contents.c.revision).limit(limit)
        with self._store.read() as connection:
            return [content_from(row) for row in connection.execute(query)]

    def count(self, filter: ContentFilter = NO_FILTER) -> int:
        """How many contents pass the filter."""
        with self._store.read() as connection:
            return int(connection.execute(select(func.count()).select_from(contents).where(*conditions(filter))).scalar_one())

    def page(
        self, filter: ContentFilter = NO_FILTER, *, order: str = "newest", after: str | None = None, limit: int = 20
    ) -> tuple[list[ContentItem], str | None]:
        """One page in the given order (newest, quality, heat), and the cursor of the next page or None."""
        if order not in ORDERS:
            raise InputError(f"不支持按 {order[:40]} 排序，可选：{'、'.join(ORDERS)}。", field="order")
        key: ColumnElement[Any] = func.coalesce(type_coerce(ORDERS[order], ORDER_TYPES[order]), 0)
        query = select_contents().where(*conditions(filter)).order_by(key.desc(), contents.c.id.desc()).limit(limit + 1)
        if after is not None:
            value, content_id = decode_cursor(after, order)
            query = query.where(or_(key < value, and_(key == value, contents.c.id < content_id)))
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        items = [content_from(row) for row in rows[:limit]]
        if len(rows) <= limit or not items:
            return items, None
        last = items[-1]
        value = {
            "newest": milliseconds(last.published_at) if last.published_at else 0,
            "quality": last.understanding.quality,
            "heat": last.heat,
        }[order]
        return items, encode_cursor(order, value, last.id)

    def facets(self, filter: ContentFilter = NO_FILTER, *, most: int = 30) -> dict[str, dict[str, int]]:
        """Counts by value of each facet, most frequent first; a facet ignores the filter on its own field."""
        found: dict[str, dict[str, int]] = {}
        with self._store.read() as connection:
            for facet, name in FACET_FIELDS.items():
                where = conditions(_without(filter, name))
                if facet == "brand":
                    column: ColumnElement[str] = content_brands.c.brand
                    table: Any = content_brands.join(contents, contents.c.id == content_brands.c.content_id)
                elif facet == "creator":
                    column, table = creators.c.name, contents.join(creators, creators.c.id == contents.c.creator_id)
                else:
                    column, table = contents.c[facet], contents
                amount = func.count()
                query = select(column, amount).select_from(table).where(*where, column.is_not(None)).group_by(column)
                rows = connection.execute(query.order_by(amount.desc(), column).limit(most))
                found[facet] = {row[0]: row[1] for row in rows}
        return found

    def revision(self) -> int:
        """The newest revision of any stored change; 0 for an empty library."""
        with self._store.read() as connection:
            newest = connection.execute(select(func.max(contents.c.revision))).scalar() or 0
            return max(newest, connection.execute(select(func.max(removals.c.revision))).scalar() or 0)

    def changed_since(self, revision: int, limit: int = 1000) -> list[ContentItem]:
        """Contents stored after `revision`, oldest change first."""
        query = select_contents().where(contents.c.revision > revision).order_by(contents.c.revision).limit(limit)
        with self._store.read() as connection:
            return [content_from(row) for row in connection.execute(query)]

    def removed_since(self, revision: int) -> list[tuple[str, int]]:
        """(content id, revision) of contents that left the library after `revision`."""
        query = select(removals.c.content_id, removals.c.revision).where(removals.c.revision > revision).order_by(removals.c.revision)
        with self._store.read() as connection:
            return [(row.content_id, row.revision) for row in connection.execute(query)]

    def iterate(self, batch: int = 1000) -> Iterator[list[ContentItem]]:
        """All contents in batches, in order of revision."""
        revision = 0
        while items := self.changed_since(revision, batch):
            yield items
            revision = items[-1].revision

    def not_understood(self, version: str, limit: int = 1000) -> list[ContentItem]:
        """Contents whose understanding is not of `version`."""
        query = select_contents().where(contents.c.understood_version != version).order_by(contents.c.revision).limit(limit)
        with self._store.read() as connection:
            return [content_from(row) for row in connection.execute(query)]
