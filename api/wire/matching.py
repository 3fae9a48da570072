"""What suits a segment on a channel: the request and the ranked answer."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import Field, model_validator

from api.wire.contents import CONTENT_EXAMPLE, ComplianceOut, ContentOut
from api.wire.fields import ContentId, Id, Paragraph, Wire, refuse, shown
from api.wire.filters import MOST_ITEMS
from api.wire.segments import SEGMENT_EXAMPLE, NewSegment
from recommender.delivery.rendering import Rendered
from recommender.library.model import Channel, ContentType, GroupType

MATCH_EXAMPLE: dict[str, Any] = {
    "segment_id": "new-mothers",
    "channel": "group",
    "group_type": "category",
    "goal": "周末亲子活动预热",
    "content_types": ["service", "seeding"],
    "date": "2026-07-04",
    "limit": 5,
}
INLINE_EXAMPLE: dict[str, Any] = {"segment": {**SEGMENT_EXAMPLE, "id": None}, "channel": "moments", "limit": 3}


class MatchIn(Wire):
    """A segment, in words or by its id, and where the contents are to go."""

    model_config = shown(MATCH_EXAMPLE, INLINE_EXAMPLE)

    segment: NewSegment | None = Field(default=None, description="直接写出人群；与 segment_id 二选一")
    segment_id: Id | None = Field(default=None, description="已保存人群的编号；与 segment 二选一")
    channel: Channel
    group_type: GroupType | None = None
    goal: Paragraph = ""
    content_types: list[ContentType] = Field(default_factory=list, max_length=len(ContentType), description="偏好顺序，不是筛选")
    date: dt.date | None = None
    limit: int = Field(default=10, ge=1, le=MOST_ITEMS)
    exclude: list[ContentId] = Field(default_factory=list, max_length=1_000, description="不要出现的内容编号")

    @model_validator(mode="after")
    def _one_segment(self) -> MatchIn:
        if (self.segment is None) == (self.segment_id is None):
            raise refuse("segment 和 segment_id 要给其中一个，且只给一个")
        if self.group_type is not None and self.channel is not Channel.GROUP:
            raise refuse("group_type 只用于 channel 为 group 的请求")
        return self


class RenderedOut(Wire):
    """The post as it would go out; where `exportable` is false, `text` is for staff only and `why_not` says why."""

    channel: Channel
    title: str
    text: str
    bytes: int
    characters: int
    images: list[str]
    link: str
    exportable: bool
    why_not: str
    notes: list[str]

    @staticmethod
    def of(rendered: Rendered) -> RenderedOut:
        values = {name: getattr(rendered, name) for name in RenderedOut.model_fields}
        return RenderedOut(**{**values, "images": list(rendered.images), "notes": list(rendered.notes)})


class MatchedOut(Wire):
    """One content for the segment, with what spoke for it."""

    content: ContentOut
    score: float
    parts: dict[str, float]
    reasons: list[str]
    compliance: ComplianceOut
    rendered: RenderedOut


class MatchOut(Wire):
    """The best first; `notes` say what the library could not fill."""

    model_config = shown(
        {
            "items": [
                {
                    "content": CONTENT_EXAMPLE,
                    "score": 0.83,
                    "parts": {"words": 0.41, "meaning": 0.29, "quality": 0.13},
                    "reasons": ["提到了人群关心的「敏感肌」", "质量分 78，高于同类"],
                    "compliance": {"level": "ok", "findings": []},
                    "rendered": {
                        "channel": "group",
                        "title": "换季敏感肌，我只留下这三样",
                        "text": "换季敏感肌，我只留下这三样\n先说结论：洁面少一步。",
                        "bytes": 75,
                        "characters": 25,
                        "images": [],
                        "link": "https://www.xiaohongshu.com/explore/64f1c0de0000000012000001",
                        "exportable": True,
                        "why_not": "",
                        "notes": [],
                    },
                }
            ],
            "notes": ["服务型内容只找到 1 条"],
        }
    )

    items: list[MatchedOut]
    notes: Annotated[list[str], Field(description="库里不够的地方")]
