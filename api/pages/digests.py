"""Digests: today's of every subscription, those of earlier days, and the subscriptions themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.pages.answers import PageRoute, back_to, page
from api.pages.forms import Posted, read
from api.routes.names import new_id
from api.services import Services, services
from api.wire.subscriptions import NewSubscription, masked
from recommender.digest import make_digest
from recommender.digest.days import day_of, parse_day
from recommender.digest.making import preview
from recommender.digest.viewing import DigestView, view_digest
from recommender.errors import IndexUnavailable, InputError, NotFound
from recommender.library.model import Channel, GroupType, Subscription
from recommender.library.tables import SHANGHAI

EARLIER_DAYS = 14

Doors = Annotated[Services, Depends(services)]

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Shown:
    """A subscription's digest on the page. `is_preview`: its hour has not come yet, nothing is decided."""

    subscription: Subscription
    robot: str  # host of the robot's address; the rest is a secret
    view: DigestView | None
    is_preview: bool
    problem: str  # why there is no digest, where that is not the index
    days: list[str]


def _shown(found: Services, subscription: Subscription, day: str, now: datetime, *, among: bool) -> Shown:
    """One digest; what is wrong with one `among` several is said in its place and never hides the others. Raises NotFound, InputError."""
    library, settings = found.library, found.settings
    early = day == day_of(now) and now.astimezone(SHANGHAI).hour < subscription.hour and library.digests.get(subscription.id, day) is None
    problem = ""
    try:
        index = found.fresh_index()
        digest = (preview if early else make_digest)(library, index, settings, subscription, day, now)
        view = view_digest(library, digest, settings)
    except IndexUnavailable:
        view = None
    except (InputError, NotFound) as error:  # its segment is gone, its filters are wrong, or that day had none
        if not among:
            raise
        view, problem = None, error.message
    days = [digest.day for digest in library.digests.recent(subscription.id, EARLIER_DAYS) if digest.day != day]
    return Shown(subscription, masked(subscription.robot_url), view, early, problem, days)


@router.get("/digest")
def digest_page(request: Request, found: Doors, subscription: str = "", day: str = "") -> Response:
    """Today's digests, or those of one subscription or day."""
    now = datetime.now(UTC)
    known = found.library.subscriptions.all()
    wanted = [found.library.subscriptions.get(subscription)] if subscription else [each for each in known if each.enabled]
    segments = found.library.segments.all()
    return page(
        request,
        "digest.html",
        shown=[_shown(found, each, parse_day(day).isoformat() if day else day_of(now), now, among=not subscription) for each in wanted],
        today=day_of(now),
        day=day or day_of(now),
        single=subscription,
        subscriptions=known,
        segments=segments,
        segment_names={segment.id: segment.name for segment in segments},
        channels=list(Channel),
        group_types=list(GroupType),
    )


@router.get("/subscriptions")
def subscriptions_page() -> Response:
    """Subscriptions live on the digest page."""
    return back_to("/digest")


@router.post("/subscriptions")
def add_subscription(found: Doors, form: Posted) -> Response:
    """Keep a new subscription. Raises `NotFound` for a segment that is not there."""
    given = read(NewSubscription, form)
    if given.segment_id:
        found.library.segments.get(given.segment_id)
    subscription = found.library.subscriptions.put(given.to_subscription(new_id("daily")))
    return back_to(f"/digest?subscription={subscription.id}", "added")


@router.post("/subscriptions/{subscription_id}/delete")
def delete_subscription(subscription_id: str, found: Doors, _form: Posted) -> Response:
    """Remove a subscription; what it delivered stays on record."""
    found.library.subscriptions.delete(subscription_id)
    return back_to("/digest", "deleted")
