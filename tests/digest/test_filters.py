"""Filters of a subscription as words."""

from __future__ import annotations

from datetime import datetime

import pytest

from recommender.digest.filters import content_filter, fits
from recommender.errors import InputError
from recommender.library.model import ContentFilter, ContentType, Platform, Understanding
from tests.delivery.builders import content
from tests.digest.builders import NOW


def test_words_become_a_filter() -> None:
    words = {
        "category": "美妆护肤，食品饮料",
        "brand": "浅月",
        "creator": "xhs-a",
        "platform": "xhs,weibo",
        "content_type": "seeding",
        "tag": "护肤",
        "min_quality": "60",
        "published_from": "2026-06-01",
        "published_to": "2026-06-30",
    }
    found = content_filter(words)
    assert found == ContentFilter(
        categories=("美妆护肤", "食品饮料"),
        brands=("浅月",),
        creators=("xhs-a",),
        platforms=(Platform.XHS, Platform.WEIBO),
        content_types=(ContentType.SEEDING,),
        tags=("护肤",),
        min_quality=60,
        published_from=datetime(2026, 6, 1, tzinfo=NOW.tzinfo),
        published_to=datetime(2026, 6, 30, 23, 59, 59, 999000, tzinfo=NOW.tzinfo),
    )
    assert content_filter({}) == ContentFilter()
    assert content_filter({"published_from": "2026-06-01T08:00"}).published_from == datetime(2026, 6, 1, 8, tzinfo=NOW.tzinfo)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("colour", "red"),
        ("platform", "myspace"),
        ("content_type", "ad"),
        ("min_quality", "nan"),
        ("min_quality", "1e9"),
        ("min_quality", "好"),
        ("published_from", "昨天"),
        ("published_to", "2026-02-30"),
    ],
)
def test_what_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(InputError) as caught:
        content_filter({name: value})
    assert caught.value.field == name
    assert name in caught.value.message


@pytest.mark.parametrize(
    ("words", "passes"),
    [
        ({}, True),
        ({"category": "美妆护肤"}, True),
        ({"category": "宠物"}, False),
        ({"brand": "浅月,别家"}, True),
        ({"brand": "别家"}, False),
        ({"creator": "小满护肤"}, True),
        ({"creator": "xhs-b"}, False),
        ({"platform": "weibo"}, False),
        ({"content_type": "seeding"}, True),
        ({"content_type": "service"}, False),
        ({"tag": "护肤"}, True),
        ({"tag": "旅行"}, False),
        ({"min_quality": "60"}, True),
        ({"min_quality": "80"}, False),
        ({"published_from": "2026-07-01"}, True),
        ({"published_from": "2026-07-02"}, False),
        ({"published_to": "2026-07-01"}, True),
        ({"published_to": "2026-06-30"}, False),
        ({"category": "美妆护肤", "tag": "旅行"}, False),
    ],
)
def test_fits(words: dict[str, str], passes: bool) -> None:
    item = content(
        understanding=Understanding(category="美妆护肤", brands=("浅月",), content_type=ContentType.SEEDING, quality=70, version="test")
    )
    assert fits(item, content_filter(words)) is passes
    if words.keys() & {"published_from", "published_to"}:
        assert not fits(content(published_at=None), content_filter(words))
