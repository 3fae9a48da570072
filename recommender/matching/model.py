"""What is asked of matching and what it answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from recommender.library.model import Channel, ContentItem, ContentType, GroupType, Segment

MOST_ITEMS = 100


@dataclass(frozen=True, slots=True)
class MatchRequest:
    """Who is sent something, where, why and when. `content_types` is a preference order, no filter; `date` is today if None."""

    segment: Segment
    channel: Channel = Channel.MOMENTS
    group_type: GroupType | None = None
    goal: str = ""
    content_types: tuple[ContentType, ...] = ()
    date: dt.date | None = None
    limit: int = 10
    exclude: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MatchedItem:
    """One content to send. `score` is the sum of `parts`; each of `reasons` is a Chinese sentence naming what raised it."""

    content: ContentItem
    score: float
    parts: dict[str, float] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchResult:
    """The list in the order to send it, and sentences on what the library could not fill."""

    items: list[MatchedItem]
    notes: tuple[str, ...] = ()
