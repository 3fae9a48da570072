"""Creators on the wire: found by name and reach, and one with what they publish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from api.wire.fields import ContentId, Line, When, Wire, shown
from recommender.library.model import Creator, CreatorProfile, CreatorTier, Platform

CREATOR_EXAMPLE: dict[str, Any] = {
    "id": "xhs-1f2e3d4c5b6a7988",
    "platform": "xhs",
    "name": "柚子的梳妆台",
    "fans": 23000,
    "tier": "koc",
    "person": "",
}
MOST_SKIPPED = 100_000


class CreatorQuery(Wire):
    """Query parameters of the list of creators."""

    q: Line = Field(default="", description="名字里有这些字", examples=["柚子"])
    platform: Platform | None = Field(default=None, description="平台", examples=["xhs"])
    tier: CreatorTier | None = Field(default=None, description="量级：head、shoulder、koc、ordinary", examples=["koc"])
    order: Literal["posts", "fans", "engagement"] = Field(default="posts", description="排序：内容数、粉丝数、平均互动", examples=["fans"])
    limit: int = Field(default=20, ge=1, le=100, description="每页个数", examples=[20])
    offset: int = Field(default=0, ge=0, le=MOST_SKIPPED, description="跳过前面多少个", examples=[0])


class AccountOut(Wire):
    """One account; accounts with the same non-empty `person` belong together."""

    id: str
    platform: Platform
    name: str
    fans: int | None
    tier: CreatorTier
    person: str

    @staticmethod
    def of(creator: Creator) -> AccountOut:
        return AccountOut(**{name: getattr(creator, name) for name in AccountOut.model_fields})


class FoundCreator(Wire):
    """An account and how many of its contents the library holds."""

    creator: AccountOut
    posts: int


class CreatorPage(Wire):
    """One page of creators; `next_offset` is null on the last one."""

    model_config = shown({"items": [{"creator": CREATOR_EXAMPLE, "posts": 41}], "next_offset": None})

    items: list[FoundCreator]
    next_offset: int | None

    @staticmethod
    def of(found: Sequence[tuple[Creator, int]], query: CreatorQuery) -> CreatorPage:
        """The page that `query` asked for; `found` holds one more where another page follows."""
        items = [FoundCreator(creator=AccountOut.of(creator), posts=posts) for creator, posts in found[: query.limit]]
        return CreatorPage(items=items, next_offset=query.offset + query.limit if len(found) > query.limit else None)


class Named(Wire):
    """A word and how many posts it is in."""

    name: str
    posts: int


class MonthOut(Wire):
    """Posts of one month and the median of their engagement."""

    month: str
    posts: int
    median_engagement: float | None


class ProfileOut(Wire):
    """What an account publishes; engagement is likes + collections + comments + shares, `relative` its median over that of its tier."""

    model_config = shown(
        {
            "creator": CREATOR_EXAMPLE,
            "linked": [],
            "posts": 41,
            "first_at": "2026-01-03T20:15:00+08:00",
            "last_at": "2026-07-01T20:15:00+08:00",
            "categories": [{"name": "美妆护肤", "posts": 38}],
            "brands": [{"name": "青屿", "posts": 9}],
            "tags": [{"name": "敏感肌", "posts": 22}],
            "content_types": [{"name": "seeding", "posts": 30}],
            "median_engagement": 1530.0,
            "tier_median": 620.0,
            "relative": 2.47,
            "months": [{"month": "2026-07", "posts": 4, "median_engagement": 2124.0}],
        }
    )

    creator: AccountOut
    linked: list[AccountOut]
    posts: int
    first_at: When | None
    last_at: When | None
    categories: list[Named]
    brands: list[Named]
    tags: list[Named]
    content_types: list[Named]
    median_engagement: float | None
    tier_median: float | None
    relative: float | None
    months: list[MonthOut]

    @staticmethod
    def of(profile: CreatorProfile) -> ProfileOut:
        named = {
            field: [Named(name=name, posts=posts) for name, posts in getattr(profile, field)]
            for field in ("categories", "brands", "tags", "content_types")
        }
        return ProfileOut(
            **named,
            creator=AccountOut.of(profile.creator),
            linked=[AccountOut.of(creator) for creator in profile.linked],
            posts=profile.posts,
            first_at=profile.first_at,
            last_at=profile.last_at,
            median_engagement=profile.median_engagement,
            tier_median=profile.tier_median,
            relative=profile.relative,
            months=[MonthOut(month=month, posts=posts, median_engagement=middle) for month, posts, middle in profile.months],
        )


class LinkIn(Wire):
    """Accounts that are one person or one brand."""

    model_config = shown({"ids": ["xhs-1f2e3d4c5b6a7988", "weibo-9a8b7c6d5e4f3a2b"]})

    ids: Annotated[list[ContentId], Field(min_length=2, max_length=50)]


class LinkedOut(Wire):
    """The accounts that now belong together."""

    model_config = shown({"person": "xhs-1f2e3d4c5b6a7988", "accounts": [{**CREATOR_EXAMPLE, "person": "xhs-1f2e3d4c5b6a7988"}]})

    person: str
    accounts: list[AccountOut]
