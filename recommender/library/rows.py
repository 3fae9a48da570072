"""From table rows to the values of the model."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import BigInteger, Select, Text, bindparam, select, type_coerce

from recommender.library.columns import SHANGHAI, Json, Moment
from recommender.library.model import (
    ComplianceLevel,
    ContentItem,
    ContentType,
    Counts,
    CreatorTier,
    Finding,
    MediaKind,
    Platform,
    Rights,
    Understanding,
)
from recommender.library.tables import contents, creators

_INTERNAL = frozenset(
    {"identity", "original_title", "original_text", "source_updated_at", "video_url", "diversion", "fingerprint", "revision"}
)


def _as_stored(column: Any) -> Any:
    kept = Text if isinstance(column.type, Json) else BigInteger if isinstance(column.type, Moment) else None
    return type_coerce(column, kept).label(column.name) if kept else column


def select_contents(*, but: Set[str] = frozenset()) -> Select[Any]:
    """Contents, less some columns, with what is known of their creators; lists and maps as JSON text, moments as milliseconds."""
    return select(
        *(_as_stored(column) for column in contents.c if column.name not in but),
        creators.c.name.label("creator_name"),
        creators.c.fans.label("creator_fans"),
        creators.c.tier.label("creator_tier"),
    ).select_from(contents.outerjoin(creators, creators.c.id == contents.c.creator_id))


# Made once: to put a statement together costs as much as to run it. Both want the parameter `ids`.
_BY_ID = contents.c.id.in_(bindparam("ids", expanding=True))
CONTENTS_BY_ID = select_contents().where(_BY_ID)
CARDS_BY_ID = select_contents(but=_INTERNAL).where(_BY_ID)
CARD_COLUMNS = tuple(CARDS_BY_ID.selected_columns.keys())
_CONTENT_COLUMNS = tuple(CONTENTS_BY_ID.selected_columns.keys())


def finding_from(value: dict[str, Any]) -> Finding:
    """A finding from its stored map."""
    return Finding(**{**value, "level": ComplianceLevel(value["level"])})


def _list(stored: str) -> tuple[Any, ...]:
    return () if stored == "[]" else tuple(orjson.loads(stored))


def _moment(stored: int) -> datetime:
    return datetime.fromtimestamp(stored / 1000, SHANGHAI)


def content_from(values: Any) -> ContentItem:
    """A content from a row of the whole of `select_contents`."""
    row = dict(zip(_CONTENT_COLUMNS, values, strict=True))  # read by name many times as fast as a row
    return ContentItem(
        id=row["id"],
        platform=Platform(row["platform"]),
        identity=row["identity"],
        url=row["url"],
        kind=MediaKind(row["kind"]),
        title=row["title"],
        text=row["text"],
        original_title=row["original_title"],
        original_text=row["original_text"],
        tags=_list(row["tags"]),
        creator_id=row["creator_id"],
        creator_name=row["creator_name"] or "",
        published_at=_moment(row["published_at"]) if row["published_at"] is not None else None,
        counts=Counts(row["liked"], row["collected"], row["commented"], row["shared"]),
        images=_list(row["images"]),
        video_url=row["video_url"],
        source_id=row["source_id"],
        is_sample=row["is_sample"],
        rights=Rights(row["rights"]),
        diversion=_list(row["diversion"]),
        cluster=row["cluster"],
        heat=row["heat"],
        fingerprint=row["fingerprint"],
        revision=row["revision"],
        first_seen_at=_moment(row["first_seen_at"]),
        updated_at=_moment(row["updated_at"]),
        understanding=Understanding(
            content_type=ContentType(row["content_type"]) if row["content_type"] else None,
            type_confidence=row["type_confidence"],
            type_reason=row["type_reason"],
            category=row["category"],
            category_confidence=row["category_confidence"],
            brands=_list(row["brands"]),
            keywords=_list(row["keywords"]),
            quality=row["quality"],
            quality_parts=orjson.loads(row["quality_parts"]),
            compliance=ComplianceLevel(row["compliance"]),
            findings=tuple(finding_from(value) for value in _list(row["findings"])),
            version=row["understood_version"],
        ),
        corrected=_list(row["corrected"]),
        watch_lists=_list(row["watch_lists"]),
        creator_fans=row["creator_fans"],
        creator_tier=CreatorTier(row["creator_tier"]) if row["creator_tier"] else None,
    )
