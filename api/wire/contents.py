"""Contents on the wire: one, a page of them, a pasted note and an editor's correction."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import Field, StringConstraints, model_validator

from api.wire.fields import Address, Instant, Line, Plain, When, Wire, Word, refuse, shown
from recommender.delivery.gate import why_not
from recommender.library.model import (
    ComplianceLevel,
    ContentItem,
    ContentType,
    CreatorTier,
    Finding,
    MediaKind,
    Platform,
    Rights,
)


class CreatorOut(Wire):
    """Who published a content."""

    id: str
    name: str
    fans: int | None
    tier: CreatorTier | None


class CountsOut(Wire):
    """Public engagement; null where the platform did not say."""

    liked: int | None
    collected: int | None
    commented: int | None
    shared: int | None


class QualityOut(Wire):
    """Quality from 0 to 100 and what it is made of."""

    score: float
    parts: dict[str, float]


class FindingOut(Wire):
    """One compliance finding; start and end are character offsets into title + newline + text as published."""

    rule: str
    level: ComplianceLevel
    start: int
    end: int
    term: str
    law: str
    reason: str
    suggestion: str

    @staticmethod
    def of(finding: Finding) -> FindingOut:
        return FindingOut(**{name: getattr(finding, name) for name in FindingOut.model_fields})


class ComplianceOut(Wire):
    """The worst level and every finding."""

    level: ComplianceLevel
    findings: list[FindingOut]


class LinksOut(Wire):
    """Where more of a content is: this API, our page, and where it was published."""

    self: str
    page: str
    original: str | None


FINDING_EXAMPLE: dict[str, Any] = {
    "rule": "ad-absolute-best",
    "level": "block",
    "start": 4,
    "end": 6,
    "term": "最佳",
    "law": "广告法第九条",
    "reason": "绝对化用语",
    "suggestion": "改成具体的事实",
}
CONTENT_EXAMPLE: dict[str, Any] = {
    "id": "xhs-64f1c0de0000000012000001",
    "platform": "xhs",
    "url": "https://www.xiaohongshu.com/explore/64f1c0de0000000012000001",
    "title": "换季敏感肌，我只留下这三样",
    "text": "先说结论：洁面少一步，面霜厚一点，防晒别停。",
    "kind": "image",
    "tags": ["敏感肌", "换季护肤"],
    "creator": {"id": "xhs-1f2e3d4c5b6a7988", "name": "柚子的梳妆台", "fans": 23000, "tier": "koc"},
    "published_at": "2026-07-01T20:15:00+08:00",
    "counts": {"liked": 1200, "collected": 860, "commented": 64, "shared": None},
    "images": ["https://img.example.com/1.jpg"],
    "picture": "/pictures/xhs-64f1c0de0000000012000001",
    "rights": "authorised",
    "exportable": True,
    "why_not": "",
    "content_type": "seeding",
    "content_type_confidence": 0.86,
    "content_type_reason": "写了使用感受和推荐清单",
    "category": "美妆护肤",
    "category_confidence": 0.93,
    "brands": ["青屿"],
    "keywords": ["敏感肌", "面霜", "防晒"],
    "quality": {"score": 78.5, "parts": {"length": 20.0, "engagement": 31.5}},
    "compliance": {"level": "ok", "findings": []},
    "cluster": "xhs-64f1c0de0000000012000001",
    "heat": 3,
    "corrected": ["rights"],
    "watch_lists": ["category-beauty"],
    "is_sample": False,
    "source_id": "feed-skincare",
    "first_seen_at": "2026-07-02T06:00:00+08:00",
    "updated_at": "2026-07-02T06:00:00+08:00",
    "links": {
        "self": "/v1/contents/xhs-64f1c0de0000000012000001",
        "page": "/contents/xhs-64f1c0de0000000012000001",
        "original": "https://www.xiaohongshu.com/explore/64f1c0de0000000012000001",
    },
}


class ContentOut(Wire):
    """One content with what it is taken to be, and why."""

    model_config = shown(CONTENT_EXAMPLE)

    id: str
    platform: Platform
    url: str
    title: str
    text: str
    kind: MediaKind
    tags: list[str]
    creator: CreatorOut | None
    published_at: When | None
    counts: CountsOut
    images: list[str]
    picture: str
    rights: Rights
    exportable: bool
    why_not: str
    content_type: ContentType | None
    content_type_confidence: float
    content_type_reason: str
    category: str | None
    category_confidence: float
    brands: list[str]
    keywords: list[str]
    quality: QualityOut
    compliance: ComplianceOut
    cluster: str
    heat: int
    corrected: list[str]
    watch_lists: list[str]
    is_sample: bool
    source_id: str | None
    first_seen_at: When
    updated_at: When
    links: LinksOut

    @staticmethod
    def of(item: ContentItem) -> ContentOut:
        """The content as the API shows it to staff and their tools."""
        found, reason, place = item.understanding, why_not(item), quote(item.id, safe="")
        creator = None
        if item.creator_id is not None:
            creator = CreatorOut(id=item.creator_id, name=item.creator_name, fans=item.creator_fans, tier=item.creator_tier)
        counts = CountsOut(**{name: getattr(item.counts, name) for name in CountsOut.model_fields})
        return ContentOut(
            id=item.id,
            platform=item.platform,
            url=item.url,
            title=item.title,
            text=item.text,
            kind=item.kind,
            tags=list(item.tags),
            creator=creator,
            published_at=item.published_at,
            counts=counts,
            images=list(item.images),
            picture=f"/pictures/{place}",
            rights=item.rights,
            exportable=not reason,
            why_not=reason,
            content_type=found.content_type,
            content_type_confidence=found.type_confidence,
            content_type_reason=found.type_reason,
            category=found.category,
            category_confidence=found.category_confidence,
            brands=list(found.brands),
            keywords=list(found.keywords),
            quality=QualityOut(score=found.quality, parts=found.quality_parts),
            compliance=ComplianceOut(level=found.compliance, findings=[FindingOut.of(finding) for finding in found.findings]),
            cluster=item.cluster,
            heat=item.heat,
            corrected=list(item.corrected),
            watch_lists=list(item.watch_lists),
            is_sample=item.is_sample,
            source_id=item.source_id,
            first_seen_at=item.first_seen_at,
            updated_at=item.updated_at,
            links=LinksOut(self=f"/v1/contents/{place}", page=f"/contents/{place}", original=item.url or None),
        )


class ContentFull(ContentOut):
    """One content with the title and text as they were published, personal data masked."""

    model_config = shown(
        {
            **CONTENT_EXAMPLE,
            "original_title": "换季敏感肌，我只留下这三样✨",
            "original_text": "先说结论：洁面少一步，面霜厚一点。[笑哭R]",
        }
    )

    original_title: str
    original_text: str

    @staticmethod
    def of(item: ContentItem) -> ContentFull:
        return ContentFull(**dict(ContentOut.of(item)), original_title=item.original_title, original_text=item.original_text)


Facets = dict[str, dict[str, int]]
FACETS_EXAMPLE: dict[str, Any] = {
    "category": {"美妆护肤": 12},
    "brand": {"青屿": 3},
    "creator": {},
    "platform": {"xhs": 12},
    "content_type": {"seeding": 9},
}


class ContentPage(Wire):
    """One page of contents, how many there are in all, and counts by value of each facet."""

    model_config = shown({"items": [CONTENT_EXAMPLE], "next_cursor": None, "total": 1, "facets": FACETS_EXAMPLE})

    items: list[ContentOut]
    next_cursor: str | None
    total: int
    facets: Facets


class NewContent(Wire):
    """A note that an editor pasted."""

    model_config = shown(
        {
            "title": "空气炸锅鸡翅，十五分钟上桌",
            "text": "鸡翅划两刀，料酒、生抽、蜂蜜腌半小时，180 度每面七分钟。",
            "url": "https://www.xiaohongshu.com/explore/64f1c0de0000000012000002",
            "tags": ["空气炸锅", "快手菜"],
            "rights": "owned",
        }
    )

    title: Line = ""
    text: Annotated[str, StringConstraints(min_length=1, max_length=50_000, strip_whitespace=True), Plain]
    url: Address | None = None
    platform: Platform | None = Field(default=None, description="留空时由网址判断。")
    creator: Annotated[str, StringConstraints(max_length=80, strip_whitespace=True), Plain] = ""
    tags: list[Word] = Field(default_factory=list, max_length=50)
    published_at: Instant | None = None
    rights: Literal[Rights.OWNED, Rights.AUTHORISED, Rights.REFERENCE, Rights.UNKNOWN] = Rights.UNKNOWN


class ContentChange(Wire):
    """An editor's correction; what is left out stays as it is. It is never overwritten by rules or models."""

    model_config = shown({"content_type": "service", "category": "食品美食", "brands": ["青屿"], "editor": "小林"})

    content_type: ContentType | None = None
    category: Annotated[str, StringConstraints(min_length=1, max_length=16), Plain] | None = None
    brands: list[Word] | None = Field(default=None, max_length=50)
    rights: Literal[Rights.OWNED, Rights.AUTHORISED, Rights.REFERENCE, Rights.UNKNOWN] | None = None
    editor: Annotated[str, StringConstraints(max_length=80, strip_whitespace=True), Plain] = ""

    @model_validator(mode="after")
    def _something(self) -> ContentChange:
        if not self.fields():
            raise refuse("请至少给出 content_type、category、brands、rights 中的一个")
        return self

    def fields(self) -> dict[str, object]:
        """The corrected fields in the library's own form."""
        given = self.model_dump(mode="json", exclude={"editor"}, exclude_none=True)
        return {str(name): value for name, value in given.items()}
