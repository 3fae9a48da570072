"""Contents made for tests."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from recommender.library.model import ContentItem, Counts, MediaKind, Platform, Rights, Understanding

SEEN = datetime(2026, 1, 10, tzinfo=UTC)


def content(title: str = "", text: str = "", tags: tuple[str, ...] = (), **changes: Any) -> ContentItem:
    item = ContentItem(
        id="xhs-1",
        platform=Platform.XHS,
        identity="1",
        url="",
        kind=MediaKind.IMAGE,
        title=title,
        text=text,
        original_title=title,
        original_text=text,
        tags=tags,
        creator_id=None,
        creator_name="",
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
        counts=Counts(liked=30, collected=10, commented=3, shared=1),
        images=("a", "b", "c"),
        video_url="",
        source_id=None,
        is_sample=False,
        rights=Rights.UNKNOWN,
        diversion=(),
        cluster="xhs-1",
        heat=1,
        fingerprint="",
        revision=1,
        first_seen_at=SEEN,
        updated_at=SEEN,
        understanding=Understanding(),
    )
    return replace(item, **changes)
