"""Creators: found, profiled, linked by an editor."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from recommender.errors import InputError, NotFound
from recommender.library import Library
from recommender.library.model import ContentType, Counts, Creator, CreatorTier, Platform, Understanding
from tests.library.builders import DAY, incoming

QING = Creator("xhs-c1", Platform.XHS, "阿青", 1_200)
LAN = Creator("xhs-c2", Platform.XHS, "阿蓝", 80_000, CreatorTier.SHOULDER)
WEIBO = Creator("weibo-c1", Platform.WEIBO, "阿青的微博", 900)


def _filled(library: Library) -> None:
    for number, liked in enumerate((10, 20, 90)):
        item = incoming(f"a{number}", creator=QING, counts=Counts(liked=liked), published_at=DAY + timedelta(days=20 * number))
        library.contents.upsert([item])
    library.contents.upsert([incoming("b0", creator=LAN, counts=Counts(liked=5)), incoming("w0", platform=Platform.WEIBO, creator=WEIBO)])
    peer = Creator("xhs-c3", Platform.XHS, "路人", 10)
    library.contents.upsert([incoming(f"p{number}", creator=peer, counts=Counts(liked=10)) for number in range(5)])
    understood = Understanding(content_type=ContentType.SERVICE, category="食品美食", brands=("雀巢",), version="1")
    library.contents.save_understanding([("xhs-a0", understood), ("xhs-a1", understood)])


def test_a_profile_counts_what_an_account_publishes(library: Library) -> None:
    _filled(library)
    found = library.creators.profile("xhs-c1")
    assert (found.posts, found.categories, found.brands, found.content_types) == (3, (("食品美食", 2),), (("雀巢", 2),), (("service", 2),))
    assert found.tags == (("早餐", 3),)
    assert (found.median_engagement, found.tier_median, found.relative) == (20.0, 10.0, 2.0)
    assert found.months == (("2026-11", 2, 15.0), ("2026-12", 1, 90.0))
    assert (found.first_at, found.last_at) == (DAY, DAY + timedelta(days=40))
    with pytest.raises(NotFound):
        library.creators.profile("xhs-none")


def test_creators_are_found_by_name_platform_and_tier_in_three_orders(library: Library) -> None:
    _filled(library)
    assert [creator.id for creator, _ in library.creators.find()] == ["xhs-c3", "xhs-c1", "weibo-c1", "xhs-c2"]
    assert [creator.id for creator, _ in library.creators.find("阿", order="fans")] == ["xhs-c2", "xhs-c1", "weibo-c1"]
    assert [creator.id for creator, _ in library.creators.find(platform=Platform.XHS, order="engagement")] == ["xhs-c1", "xhs-c3", "xhs-c2"]
    assert library.creators.find(tier=CreatorTier.SHOULDER) == [(LAN, 1)]
    assert library.creators.find("%") == []
    with pytest.raises(InputError):
        library.creators.find(order="luck")


def test_accounts_are_linked_and_a_crawl_does_not_part_them(library: Library) -> None:
    _filled(library)
    person = library.creators.link(["xhs-c1", "weibo-c1"])
    assert [other.id for other in library.creators.profile("xhs-c1").linked] == ["weibo-c1"]
    library.contents.upsert([incoming("a9", creator=replace(QING, fans=2_000))])
    assert library.creators.get("xhs-c1").person == person
    assert library.creators.link(["weibo-c1", "xhs-c2"]) == person
    assert len(library.creators.profile("xhs-c2").linked) == 2
    library.creators.unlink("xhs-c2")
    library.creators.unlink("weibo-c1")
    assert {library.creators.get(each).person for each in ("xhs-c1", "xhs-c2", "weibo-c1")} == {""}
    with pytest.raises(InputError):
        library.creators.link(["xhs-c1", "xhs-c1"])
