"""Days and hours of digests, in Asia/Shanghai, and which subscriptions are due."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from recommender.errors import InputError
from recommender.library import Library
from recommender.library.model import DeliveryState, Digest, Subscription
from recommender.library.tables import SHANGHAI

LATE_DAYS = 3  # so long an undelivered digest is still sent


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


def overdue(library: Library, now: datetime) -> list[Digest]:
    """Digests of the last LATE_DAYS days whose delivery to a group was not finished, oldest first.

    A later digest leaves out what they hold, so whoever delivers sends them too, however late: what is not sent would be lost.
    """
    hour, today = now.astimezone(SHANGHAI).hour, day_of(now)
    first = day_of(now - timedelta(days=LATE_DAYS))
    return sorted(
        (
            digest
            for subscription in library.subscriptions.all()
            if subscription.enabled and subscription.robot_url and hour >= subscription.hour  # no group is woken at night
            for digest in library.digests.recent(subscription.id, LATE_DAYS + 1)
            if first <= digest.day < today and digest.state is not DeliveryState.SENT
        ),
        key=lambda digest: (digest.day, digest.id),
    )


def _delivered(library: Library, subscription: Subscription, day: str) -> bool:
    digest = library.digests.get(subscription.id, day)
    return digest is not None and digest.state is DeliveryState.SENT
