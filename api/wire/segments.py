"""Customer segments on the wire."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from api.wire.fields import Id, Line, Name, Paragraph, Wire, Word, shown
from recommender.library.model import Segment

SEGMENT_EXAMPLE: dict[str, Any] = {
    "id": "new-mothers",
    "name": "新手妈妈",
    "description": "宝宝一岁以内，关心辅食和睡眠，喜欢分享和优惠",
    "tags": ["母婴", "辅食"],
    "region": "杭州",
    "source": "线下门店",
    "tier": "VIP",
    "life_stage": "新客",
    "interests": ["绘本", "户外"],
}


class SegmentFields(Wire):
    """What describes a segment, apart from its id. Free words: nothing is refused for not being known."""

    model_config = shown({name: SEGMENT_EXAMPLE[name] for name in SEGMENT_EXAMPLE if name != "id"})

    name: Name
    description: Paragraph = ""
    tags: list[Word] = Field(default_factory=list, max_length=100)
    region: Line = ""
    source: Line = ""
    tier: Line = ""
    life_stage: Line = ""
    interests: list[Word] = Field(default_factory=list, max_length=100)

    def to_segment(self, segment_id: str) -> Segment:
        """The segment with this id."""
        values = self.model_dump(include=set(SegmentFields.model_fields))
        return Segment(**{**values, "id": segment_id, "tags": tuple(self.tags), "interests": tuple(self.interests)})


class NewSegment(SegmentFields):
    """A segment to be made; without an id it is given one."""

    model_config = shown(SEGMENT_EXAMPLE)

    id: Id | None = None


class SegmentOut(Wire):
    """A stored segment."""

    model_config = shown(SEGMENT_EXAMPLE)

    id: str
    name: str
    description: str
    tags: list[str]
    region: str
    source: str
    tier: str
    life_stage: str
    interests: list[str]

    @staticmethod
    def of(segment: Segment) -> SegmentOut:
        return SegmentOut(
            id=segment.id,
            name=segment.name,
            description=segment.description,
            tags=list(segment.tags),
            region=segment.region,
            source=segment.source,
            tier=segment.tier,
            life_stage=segment.life_stage,
            interests=list(segment.interests),
        )


class SegmentList(Wire):
    """All segments."""

    model_config = shown({"items": [SEGMENT_EXAMPLE]})

    items: Annotated[list[SegmentOut], Field(description="按编号排列")]
