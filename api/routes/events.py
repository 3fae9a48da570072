"""Feedback: events that count once, whatever way they are sent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header

from api.keys import Writer
from api.openapi import problems
from api.services import Services, services
from api.wire.events import EventIn, EventsOut, OneOrMore
from api.wire.fields import now, shanghai
from recommender.errors import InputError

router = APIRouter(tags=["反馈"])
Doors = Annotated[Services, Depends(services)]
FIRST_SEEN = "event without a time of its own"


@router.post("/events", summary="上报反馈事件", responses=problems(409))
def add_events(
    doors: Doors,
    _caller: Writer,
    given: OneOrMore,
    idempotency_key: Annotated[str | None, Header(description="没有写 key 的事件用它作键", examples=["batch-20260701-17"])] = None,
) -> EventsOut:
    """一条，或 events 里的多条（全部收下或全部不收）。同一个 key 只算一次；同 key 不同内容答 409。"""
    single = isinstance(given, EventIn)
    events = [given] if isinstance(given, EventIn) else given.events
    found = []
    for place, event in enumerate(events):
        key = event.key or (idempotency_key if single or not idempotency_key else f"{idempotency_key}:{place}")
        if not key:
            raise InputError("每个事件要有 key，或者在请求头写 Idempotency-Key，这样重发才不会重复计数。", field="key")
        found.append(event.to_event(key, now() if event.occurred_at else _first_seen(doors, key)))
    fresh = doors.library.events.add(found)
    ids = list(dict.fromkeys(event.content_id for event in found))
    known = doors.library.contents.get_many(ids)
    return EventsOut(accepted=sum(fresh), repeated=len(fresh) - sum(fresh), unknown_contents=[each for each in ids if each not in known])


def _first_seen(doors: Services, key: str) -> datetime:
    """When this key was first sent: an event without a time keeps that moment, so that sending it again is a repeat."""
    doors.library.idempotency.put(key, FIRST_SEEN, "", 200, shanghai(now()))
    kept = doors.library.idempotency.get(key, FIRST_SEEN)
    return datetime.fromisoformat(kept.body) if kept else now()
