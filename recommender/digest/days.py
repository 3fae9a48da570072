"""Days and hours of digests, in Asia/Shanghai, and which subscriptions are due."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from recommender.errors import InputError
from recommender.library import Library
from recommender.library.model import DeliveryState, Subscription

SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_of(now: datetime) -> str:
    """The day in Asia/Shanghai, YYYY-MM-DD, at the aware moment `now`."""
    return now.astimezone(SHANGHAI).date().isoformat()


def parse_day(day: str) -> date:
    """The date that `day` names; raises InputError unless it is YYYY-MM-DD."""
    try:
        if len(day) != len("2026-01-01"):
            raise ValueError
        return date.fromisoformat(day)
    except ValueError:
        raise InputError("日期应写成 2026-07-01 这样。", field="day") from None


def due(library: Library, now: datetime) -> list[Subscription]:
    """The enabled subscriptions whose hour has come today and whose digest of today is not delivered yet, by id.

    A digest whose delivery failed is due again: how often it is tried is up to whoever asks.
    """
    local = now.astimezone(SHANGHAI)
    day = day_of(now)
    return [
        subscription
        for subscription in library.subscriptions.all()
        if subscription.enabled and local.hour >= subscription.hour and not _delivered(library, subscription, day)
    ]


def _delivered(library: Library, subscription: Subscription, day: str) -> bool:
    digest = library.digests.get(subscription.id, day)
    return digest is not None and digest.state is DeliveryState.SENT
