"""Feedback on the wire: what happened to contents that were sent or shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Discriminator, Field, StringConstraints, Tag

from api.wire.fields import ContentId, Id, Instant, Line, Plain, Wire, shown
from recommender.library.model import Channel, Event, EventKind

EventKey = Annotated[str, StringConstraints(min_length=1, max_length=160), Plain]
EVENT_EXAMPLE: dict[str, Any] = {
    "key": "scrm-20260701-000123",
    "kind": "click",
    "content_id": "xhs-64f1c0de0000000012000001",
    "occurred_at": "2026-07-01T20:31:00+08:00",
    "segment_id": "new-mothers",
    "channel": "group",
    "actor": "member-2718",
}


class EventIn(Wire):
    """One event. `key` makes it count once; without it the Idempotency-Key header is used."""

    model_config = shown(EVENT_EXAMPLE)

    key: EventKey | None = None
    kind: EventKind
    content_id: ContentId
    occurred_at: Instant | None = Field(default=None, description="留空即第一次收到的时间")
    segment_id: Id | None = None
    channel: Channel | None = None
    actor: Line = ""
    value: float = Field(default=0.0, ge=0, le=1_000_000_000, description="订单金额，元")

    def to_event(self, key: str, received_at: datetime) -> Event:
        """The event under this key; without a time of its own it happened at `received_at`."""
        return Event(
            key=key,
            kind=self.kind,
            content_id=self.content_id,
            occurred_at=self.occurred_at or received_at,
            segment_id=self.segment_id,
            channel=self.channel,
            actor=self.actor,
            value=self.value,
        )


class EventBatch(Wire):
    """Several events, stored all or none."""

    model_config = shown({"events": [EVENT_EXAMPLE]})

    events: list[EventIn] = Field(min_length=1, max_length=1_000)


def _shape(given: Any) -> str:
    return "batch" if isinstance(given, EventBatch) or (isinstance(given, dict) and "events" in given) else "single"


OneOrMore = Annotated[Annotated[EventIn, Tag("single")] | Annotated[EventBatch, Tag("batch")], Discriminator(_shape)]


class EventsOut(Wire):
    """How many were new, how many were known, and which contents the library does not (or no longer) hold."""

    model_config = shown({"accepted": 1, "repeated": 0, "unknown_contents": []})

    accepted: int
    repeated: int
    unknown_contents: list[str]
