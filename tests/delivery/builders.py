"""Contents for the tests of delivery and digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from recommender.library.model import ComplianceLevel, ContentItem, Counts, Finding, MediaKind, Platform, Rights, Understanding

NOON = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
BLOCKED = Understanding(
    compliance=ComplianceLevel.BLOCK,
    findings=(Finding("ad-9-best", ComplianceLevel.BLOCK, 0, 2, "最佳", "广告法 第九条", "绝对化用语", "换成具体的感受"),),
    version="test",
)


def content(**changes: Any) -> ContentItem:
    """An owned note that passed compliance."""
    item = ContentItem(
        id="xhs-1",
        platform=Platform.XHS,
        identity="1",
        url="https://notes.example/1",
        kind=MediaKind.IMAGE,
        title="换季这样洗脸不紧绷",
        text="早上只用清水。晚上用温和的洁面。\n\n洗完三分钟内抹面霜。",
        original_title="",
        original_text="",
        tags=("护肤",),
        creator_id="xhs-a",
        creator_name="小满护肤",
        published_at=NOON,
        counts=Counts(),
        images=("https://pictures.example/1.jpg",),
        video_url="",
        source_id=None,
        is_sample=False,
        rights=Rights.OWNED,
        diversion=(),
        cluster="xhs-1",
        heat=1,
        fingerprint="",
        revision=1,
        first_seen_at=NOON,
        updated_at=NOON,
        understanding=Understanding(version="test", category="美妆护肤", quality=70),
    )
    return replace(item, **changes)
