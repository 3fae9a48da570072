"""Builders for library tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from recommender.library.model import Counts, Creator, IncomingContent, MediaKind, Platform

DAY = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


def incoming(identity: str = "n1", **changes: Any) -> IncomingContent:
    """A plain note; `changes` override its fields."""
    made = IncomingContent(
        platform=Platform.XHS,
        identity=identity,
        url=f"https://www.xiaohongshu.com/explore/{identity}",
        kind=MediaKind.IMAGE,
        title="一周早餐",
        text="周一小米粥，周二全麦面包。",
        original_title="一周早餐",
        original_text="周一小米粥，周二全麦面包。[笑哭R]",
        tags=("早餐",),
        creator=Creator(id="xhs-c1", platform=Platform.XHS, name="阿青", fans=1200),
        published_at=DAY,
        counts=Counts(liked=10, collected=2),
    )
    return replace(made, **changes)
