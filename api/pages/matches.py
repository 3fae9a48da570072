"""What suits a segment: choose one, see the ranked contents with reasons, copy, and mark as sent."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.pages.answers import PageRoute, back_to, here, page
from api.pages.forms import Posted, read, word
from api.routes.names import new_id
from api.services import Services, services
from api.wire.matching import MatchIn
from api.wire.segments import NewSegment
from recommender.delivery import render
from recommender.errors import Conflict, NotFound
from recommender.library.model import Channel, ContentType, Event, EventKind, GroupType, Segment
from recommender.library.tables import SHANGHAI
from recommender.matching import MatchRequest, MatchResult, match

LIMITS = (5, 10, 20)
NOTHING_FOUND = MatchResult(items=[], notes=())

Doors = Annotated[Services, Depends(services)]

router = APIRouter(route_class=PageRoute)


def _asked(request: Request, segments: list[Segment]) -> MatchIn | None:
    """The brief in the address, or None where no segment was chosen yet."""
    given: dict[str, object] = {
        name: value for name in ("channel", "group_type", "goal", "date", "limit") if (value := request.query_params.get(name, "").strip())
    }
    chosen = request.query_params.get("segment", "")
    if not chosen:
        return None
    if all(segment.id != chosen for segment in segments):
        raise NotFound("没有这个人群，可能已经删除。")
    given = {"channel": Channel.MOMENTS, **given, "segment_id": chosen}
    if given["channel"] != Channel.GROUP:
        given.pop("group_type", None)
    if preferred := request.query_params.get("prefer", ""):
        given["content_types"] = [preferred]
    return MatchIn.model_validate(given)


@router.get("/match")
def match_page(request: Request, found: Doors) -> Response:
    """The matches of the chosen segment."""
    segments = found.library.segments.all()
    asked = _asked(request, segments)
    segment = next((segment for segment in segments if asked and segment.id == asked.segment_id), None)
    result = NOTHING_FOUND
    if asked and segment:
        brief = MatchRequest(
            segment=segment,
            channel=asked.channel,
            group_type=asked.group_type,
            goal=asked.goal,
            content_types=tuple(asked.content_types),
            date=asked.date,
            limit=asked.limit,
            exclude=frozenset(),
        )
        result = match(found.library, found.fresh_index(), brief, dt.datetime.now(dt.UTC), cooldown_days=found.settings.cooldown_days)
    mix = Counter(item.content.understanding.content_type for item in result.items)
    return page(
        request,
        "match.html",
        segments=segments,
        segment=segment,
        asked=asked,
        result=result,
        renderings={item.content.id: render(item.content, asked.channel) for item in result.items} if asked else {},
        mix=[(kind, mix[kind]) for kind in (*ContentType, None) if mix[kind]],
        channels=list(Channel),
        group_types=list(GroupType),
        content_types=list(ContentType),
        limits=LIMITS,
        today=dt.datetime.now(SHANGHAI).date().isoformat(),
        this_page=str(here(request)),
    )


@router.get("/segments")
def segments_page() -> Response:
    """Segments live on the matching page."""
    return back_to("/match")


@router.post("/match/sent")
def mark_sent(found: Doors, form: Posted) -> Response:
    """Record that a content went to a segment, so that it is not proposed again within the cooldown."""
    segment = found.library.segments.get(word(form, "segment"))
    item = found.library.contents.get(word(form, "content"))
    channel = Channel.GROUP if word(form, "channel") == Channel.GROUP else Channel.MOMENTS
    now = dt.datetime.now(dt.UTC)
    key = f"page-sent:{segment.id}:{item.id}:{channel.value}:{now.astimezone(SHANGHAI).date().isoformat()}"
    event = Event(key=key, kind=EventKind.SENT, content_id=item.id, occurred_at=now, segment_id=segment.id, channel=channel, actor="page")
    with suppress(Conflict):  # pressed twice today: the first press counts
        found.library.events.add([event])
    return back_to(word(form, "next", 4_000) or "/match", "sent")


@router.post("/segments")
def add_segment(found: Doors, form: Posted) -> Response:
    """Keep a new segment and see what suits it."""
    given = read(NewSegment, form, lists=("tags", "interests"))
    segment = found.library.segments.put(given.to_segment(new_id("segment")))
    return back_to(f"/match?segment={segment.id}", "added")


@router.post("/segments/{segment_id}/delete")
def delete_segment(segment_id: str, found: Doors, _form: Posted) -> Response:
    """Remove a segment that no subscription uses."""
    found.library.segments.delete(segment_id)
    return back_to("/match", "deleted")
