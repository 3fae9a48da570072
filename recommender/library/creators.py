"""Creators: who publishes, how far they reach, what they write about, and which accounts are one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, case, func, or_, select, update

from recommender.errors import InputError, NotFound
from recommender.library.model import Creator, CreatorProfile, CreatorTier, Platform
from recommender.library.store import Store, chunks
from recommender.library.tables import contents, creators
from recommender.library.takedowns import buried_creators

MOST_NAMED = 20  # categories, brands and tags of a profile
_COUNTS = (contents.c.liked, contents.c.collected, contents.c.commented, contents.c.shared)
ENGAGEMENT: ColumnElement[Any] = case(
    (func.coalesce(*_COUNTS).is_(None), None), else_=sum((func.coalesce(count, 0) for count in _COUNTS[1:]), func.coalesce(_COUNTS[0], 0))
)


def _creator(row: Any) -> Creator:
    return Creator(row.id, Platform(row.platform), row.name, row.fans, CreatorTier(row.tier), row.person)


def write_creators(connection: Connection, found: Sequence[Creator]) -> None:
    """Insert or update creators; a masked or empty name and unknown fans keep what is known."""
    newest: dict[str, Creator] = {}
    for creator in found:
        before = newest.get(creator.id)
        newest[creator.id] = creator if before is None else _merged(before, creator)
    stored: dict[str, Creator] = {}
    for chunk in chunks(list(newest)):
        stored |= {row.id: _creator(row) for row in connection.execute(select(creators).where(creators.c.id.in_(chunk)))}
    new = [asdict(creator) for creator in newest.values() if creator.id not in stored]
    changed = [
        {"key": merged.id, "new_name": merged.name, "new_fans": merged.fans, "new_tier": merged.tier.value}
        for creator in newest.values()
        if creator.id in stored and (merged := _merged(stored[creator.id], creator)) != stored[creator.id]
    ]
    if new:
        connection.execute(creators.insert(), new)
    if changed:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("name", "fans", "tier")}
        connection.execute(update(creators).where(creators.c.id == bindparam("key")).values(values), changed)


def _merged(before: Creator, after: Creator) -> Creator:
    known = before.name and (not after.name or "*" in after.name)
    fans_known = after.fans is None
    return Creator(
        id=before.id,
        platform=before.platform,
        name=before.name if known else after.name,
        fans=before.fans if fans_known else after.fans,
        tier=before.tier if fans_known else after.tier,
        person=before.person,
    )


class CreatorRepository:
    """Accounts that publish."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def upsert(self, found: Sequence[Creator]) -> None:
        """Insert or update creators by id; those taken down stay out."""
        with self._store.write() as connection:
            gone = buried_creators(connection, [creator.id for creator in found])
            write_creators(connection, [creator for creator in found if creator.id not in gone])

    def get(self, creator_id: str) -> Creator:
        """One creator. Raises `NotFound`."""
        with self._store.read() as connection:
            row = connection.execute(select(creators).where(creators.c.id == creator_id)).first()
        if row is None:
            raise NotFound(f"没有编号为 {creator_id[:96]} 的达人。")
        return _creator(row)

    def named(self, name: str) -> list[Creator]:
        """Creators with exactly this name, on any platform."""
        with self._store.read() as connection:
            return [_creator(row) for row in connection.execute(select(creators).where(creators.c.name == name).order_by(creators.c.id))]

    def top(self, limit: int = 50) -> list[tuple[Creator, int]]:
        """Creators with the most contents, and how many."""
        return self.find(limit=limit)

    def find(
        self,
        query: str = "",
        *,
        platform: Platform | None = None,
        tier: CreatorTier | None = None,
        order: str = "posts",
        limit: int = 50,
        offset: int = 0,
    ) -> list[tuple[Creator, int]]:
        """Creators with contents whose name holds `query`, and how many contents; order is posts, fans or engagement (mean of a post)."""
        amount = func.count()
        keys: dict[str, ColumnElement[Any]] = {
            "posts": amount,
            "fans": func.coalesce(creators.c.fans, -1),
            "engagement": func.avg(ENGAGEMENT),
        }
        if order not in keys:
            raise InputError(f"不支持按 {order[:40]} 排序，可选：{'、'.join(keys)}。", field="order")
        wanted = select(creators, amount.label("amount")).join(contents, contents.c.creator_id == creators.c.id).group_by(*creators.c)
        if query:
            wanted = wanted.where(creators.c.name.contains(query, autoescape=True))
        if platform is not None:
            wanted = wanted.where(creators.c.platform == platform.value)
        if tier is not None:
            wanted = wanted.where(creators.c.tier == tier.value)
        with self._store.read() as connection:
            rows = connection.execute(wanted.order_by(keys[order].desc(), creators.c.id).limit(limit).offset(offset))
            return [(_creator(row), row.amount) for row in rows]

    def link(self, ids: Sequence[str]) -> str:
        """Say that these accounts are one person or brand; returns the id they share. Raises `InputError`, `NotFound`."""
        wanted = [self.get(creator_id) for creator_id in dict.fromkeys(ids)]
        if len(wanted) < 2:
            raise InputError("至少要选两个账号才能关联。", field="ids")
        before = sorted({creator.person for creator in wanted if creator.person})
        person = before[0] if before else min(creator.id for creator in wanted)
        same = or_(creators.c.id.in_([creator.id for creator in wanted]), creators.c.person.in_(before))
        with self._store.write() as connection:
            connection.execute(update(creators).where(same).values(person=person))
        return person

    def unlink(self, creator_id: str) -> None:
        """Take one account out of what it was linked with. Raises `NotFound`."""
        person = self.get(creator_id).person
        if not person:
            return
        with self._store.write() as connection:
            connection.execute(update(creators).where(creators.c.id == creator_id).values(person=""))
            left = list(connection.execute(select(creators.c.id).where(creators.c.person == person)).scalars())
            if len(left) == 1:
                connection.execute(update(creators).where(creators.c.person == person).values(person=""))

    def profile(self, creator_id: str) -> CreatorProfile:
        """What an account publishes, counted over its contents in the library. Raises `NotFound`."""
        creator = self.get(creator_id)
        columns = (contents.c.id, contents.c.category, contents.c.content_type, contents.c.tags, contents.c.brands, contents.c.published_at)
        posts_query = select(*columns, ENGAGEMENT.label("engagement")).where(contents.c.creator_id == creator_id)
        peers = select(ENGAGEMENT).join(creators, creators.c.id == contents.c.creator_id)
        peers = peers.where(creators.c.platform == creator.platform.value, creators.c.tier == creator.tier.value, ENGAGEMENT.is_not(None))
        with self._store.read() as connection:
            posts = connection.execute(posts_query).all()
            known = connection.execute(select(func.count()).select_from(peers.subquery())).scalar_one()
            tier_median = connection.execute(peers.order_by(ENGAGEMENT).offset(known // 2).limit(1)).scalar()
            linked = connection.execute(select(creators).where(creators.c.person == creator.person, creators.c.id != creator_id))
            others = tuple(_creator(row) for row in linked) if creator.person else ()
        own = [post.engagement for post in posts if post.engagement is not None]
        middle = float(median(own)) if own else None
        by_month: dict[str, list[Any]] = {}
        for post in posts:
            if post.published_at is not None:
                by_month.setdefault(f"{post.published_at:%Y-%m}", []).append(post.engagement)
        moments = [post.published_at for post in posts if post.published_at is not None]
        return CreatorProfile(
            creator=creator,
            linked=others,
            posts=len(posts),
            first_at=min(moments, default=None),
            last_at=max(moments, default=None),
            categories=_most(post.category for post in posts if post.category),
            brands=_most(brand for post in posts for brand in post.brands),
            tags=_most(tag for post in posts for tag in post.tags),
            content_types=_most(post.content_type for post in posts if post.content_type),
            median_engagement=middle,
            tier_median=None if tier_median is None else float(tier_median),
            relative=middle / tier_median if middle is not None and tier_median else None,
            months=tuple((month, len(found), _middle(found)) for month, found in sorted(by_month.items())),
        )


def _most(values: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(values).most_common(MOST_NAMED))


def _middle(values: Iterable[Any]) -> float | None:
    known = [value for value in values if value is not None]
    return float(median(known)) if known else None
