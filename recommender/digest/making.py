"""Making a digest: once a day per subscription, then frozen."""

from __future__ import annotations

from datetime import datetime

from recommender.delivery.composing import plain
from recommender.digest.choosing import choose
from recommender.digest.days import day_of, parse_day
from recommender.errors import InputError, NotFound
from recommender.library import Library
from recommender.library.model import Digest, Subscription
from recommender.search import Index
from recommender.settings import Settings


def make_digest(library: Library, index: Index, settings: Settings, subscription: Subscription, day: str, now: datetime) -> Digest:
    """The digest of `day` (YYYY-MM-DD, Asia/Shanghai): the stored one, or, for today, a new one that is then frozen.

    Two callers at once get the same digest. One without contents says that nothing is new. Raises NotFound for a past day
    that had none, and InputError for a day to come, because what is chosen now counts as delivered on that day.
    """
    if known := library.digests.get(subscription.id, parse_day(day).isoformat()):
        return known
    if day > day_of(now):
        raise InputError(f"{day} 还没到，当天才能生成日报。", field="day")
    if day < day_of(now):
        raise NotFound(f"「{subscription.name}」在 {day} 没有生成过日报。")
    return library.digests.create(preview(library, index, settings, subscription, day, now))


def preview(library: Library, index: Index, settings: Settings, subscription: Subscription, day: str, now: datetime) -> Digest:
    """What the digest of `day` would be if it were made now; nothing is stored and nothing counts as delivered."""
    date = parse_day(day)
    choices = choose(library, index, settings, subscription, date, now)
    return Digest(
        id=f"{subscription.id}:{day}",
        subscription_id=subscription.id,
        day=day,
        title=f"{' '.join(plain(subscription.name).split()) or subscription.id} · {date.month}月{date.day}日",
        content_ids=tuple(choice.content.id for choice in choices),
        reasons=tuple(choice.reason for choice in choices),
        created_at=now,
    )
