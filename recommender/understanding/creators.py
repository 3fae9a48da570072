"""How far a creator reaches."""

from __future__ import annotations

import tomllib
from functools import cache

from recommender.library.model import CreatorTier
from recommender.understanding.taxonomy import DATA


@cache
def tier_floors() -> tuple[tuple[int, CreatorTier], ...]:
    """(least followers, tier) from the widest reach down."""
    followers = tomllib.loads((DATA / "creators.toml").read_text("utf-8"))["followers"]
    return tuple(sorted(((int(least), CreatorTier(name)) for name, least in followers.items()), reverse=True))


def tier_of(fans: int | None) -> CreatorTier:
    """The tier of a creator with so many followers; unknown counts as ordinary."""
    return next((tier for least, tier in tier_floors() if fans is not None and fans >= least), CreatorTier.ORDINARY)
