"""What goes into a digest, and that it is frozen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from recommender.digest import choosing, due, make_digest, preview
from recommender.errors import InputError, NotFound
from recommender.library.model import Channel, ContentType, DeliveryState, Segment
from recommender.matching import MatchedItem, MatchResult
from tests.delivery.builders import BLOCKED
from tests.digest.builders import NOW, TODAY, House


def test_recent_contents_come_first_by_worth_then_older_ones_by_relevance(home: House) -> None:
    old_best = home.add(1, age_days=90, score=9, quality=99)
    old = home.add(2, age_days=40, score=8)
    plain = home.add(3, age_days=2, score=5, quality=40)
    good = home.add(4, age_days=3, score=5, quality=90)
    home.add(5, age_days=1, score=1, quality=90)  # hardly about it
    digest = make_digest(home.library, home.index, home.settings, home.subscribe(limit=4), TODAY, NOW)
    assert digest.content_ids == (good, plain, old_best, old)
    assert digest.reasons[0] == "写到了「洗脸」，3 天前发布，质量分 90。"
    assert all(reason.endswith("。") for reason in digest.reasons)
    assert digest.title == "早报：洗脸 · 7月1日"


def test_what_compliance_blocks_comes_behind_what_may_be_sent(home: House) -> None:
    blocked = home.add(1, age_days=0.1, score=9, quality=99, understanding=BLOCKED)
    fine = home.add(2, age_days=9, score=5, quality=10)
    digest = preview(home.library, home.index, home.settings, home.subscribe(), TODAY, NOW)
    assert digest.content_ids == (fine, blocked)


def test_a_digest_is_frozen(home: House) -> None:
    subscription = home.subscribe()
    home.add(1)
    first = make_digest(home.library, home.index, home.settings, subscription, TODAY, NOW)
    home.add(2)
    assert make_digest(home.library, home.index, home.settings, subscription, TODAY, NOW + timedelta(hours=1)) == first


def test_nothing_comes_twice(home: House) -> None:
    subscription = home.subscribe(limit=2)
    ids = {home.add(number) for number in range(5)}
    days = [(NOW + timedelta(days=day)) for day in range(4)]
    made = [make_digest(home.library, home.index, home.settings, subscription, f"2026-07-0{n}", now) for n, now in enumerate(days, 1)]
    assert [len(digest.content_ids) for digest in made] == [2, 2, 1, 0]
    assert {content_id for digest in made for content_id in digest.content_ids} == ids


def test_near_duplicates_come_once_for_ever(home: House) -> None:
    subscription = home.subscribe()
    first = home.add(1, quality=90)
    home.add(2, cluster=first)
    assert make_digest(home.library, home.index, home.settings, subscription, TODAY, NOW).content_ids == (first,)
    home.add(3, cluster=first)
    tomorrow = make_digest(home.library, home.index, home.settings, subscription, "2026-07-02", NOW + timedelta(days=1))
    assert tomorrow.content_ids == ()


def test_older_contents_fill_what_is_left_however_many_were_had(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "PAGE", 2)
    subscription = home.subscribe(limit=5)
    for number in range(8):
        home.add(number, age_days=100, score=10 - number)
    first = make_digest(home.library, home.index, home.settings, subscription, TODAY, NOW)
    second = make_digest(home.library, home.index, home.settings, subscription, "2026-07-02", NOW + timedelta(days=1))
    assert [*first.content_ids, *second.content_ids] == [f"xhs-{number}" for number in range(8)]


def test_other_subscriptions_have_their_own_memory(home: House) -> None:
    only = home.add(1)
    for name in ("早报", "晚报"):
        assert make_digest(home.library, home.index, home.settings, home.subscribe(name), TODAY, NOW).content_ids == (only,)


def test_filters_and_limits_hold(home: House) -> None:
    home.add(1, quality=30)
    good = home.add(2, quality=90)
    subscription = replace(home.subscribe(filters={"min_quality": "60"}), limit=10**30)
    assert preview(home.library, home.index, home.settings, subscription, TODAY, NOW).content_ids == (good,)
    assert preview(home.library, home.index, home.settings, replace(subscription, limit=-1), TODAY, NOW).content_ids == ()
    with pytest.raises(InputError, match="colour"):
        preview(home.library, home.index, home.settings, replace(subscription, filters={"colour": "red"}), TODAY, NOW)


def test_without_a_query_the_newest_come(home: House) -> None:
    older, newer = home.add(1, age_days=3, score=0), home.add(2, age_days=1, score=0)
    digest = preview(home.library, home.index, home.settings, home.subscribe(query=" "), TODAY, NOW)
    assert digest.content_ids == (newer, older)
    assert digest.reasons[0] == "1 天前发布，质量分 70。"


def test_a_preview_leaves_no_trace(home: House) -> None:
    subscription = home.subscribe()
    home.add(1)
    seen = preview(home.library, home.index, home.settings, subscription, TODAY, NOW)
    assert home.library.digests.get(subscription.id, TODAY) is None
    assert make_digest(home.library, home.index, home.settings, subscription, TODAY, NOW) == seen


def test_only_today_is_made(home: House) -> None:
    subscription = home.subscribe()
    with pytest.raises(NotFound, match="2026-06-30"):
        make_digest(home.library, home.index, home.settings, subscription, "2026-06-30", NOW)
    with pytest.raises(InputError, match="还没到"):
        make_digest(home.library, home.index, home.settings, subscription, "2026-07-02", NOW)
    for day in ("昨天", "2026-13-01", "20260701", "2026-7-1", "", "9" * 100):
        with pytest.raises(InputError, match="2026-07-01 这样"):
            make_digest(home.library, home.index, home.settings, subscription, day, NOW)


def test_by_segment_matching_decides(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    segment = home.library.segments.put(Segment(id="s", name="新手妈妈"))
    chosen, other = home.add(1), home.add(2, quality=20)
    asked: list[Any] = []

    def match(_library: object, _index: object, request: Any, _now: object, *, cooldown_days: int) -> MatchResult:
        assert cooldown_days == home.settings.cooldown_days
        asked.append(request)
        found = home.library.contents.get_many([chosen, other])
        items = [MatchedItem(found[content_id], 1.0, {}, ("妈妈常问的问题", "讲护理。", "还新鲜。")) for content_id in (chosen, other)]
        return MatchResult(items, ())

    monkeypatch.setattr(choosing, "match", match)
    words = {"min_quality": "60", "content_type": ""}
    subscription = home.subscribe(segment_id="s", query="拉新", channel=Channel.MOMENTS, filters=words)
    digest = preview(home.library, home.index, home.settings, subscription, TODAY, NOW)
    assert digest.content_ids == (chosen,)
    assert digest.reasons == ("妈妈常问的问题；讲护理。",)
    (request,) = asked
    assert (request.segment, request.goal, request.channel, request.exclude) == (segment, "拉新", Channel.MOMENTS, frozenset())
    typed = replace(subscription, filters={"content_type": "service"})
    assert preview(home.library, home.index, home.settings, typed, TODAY, NOW).content_ids == ()
    assert asked[-1].content_types == (ContentType.SERVICE,)


def test_a_segment_that_is_gone_is_named(home: House) -> None:
    with pytest.raises(NotFound):
        preview(home.library, home.index, home.settings, home.subscribe(segment_id="gone"), TODAY, NOW)


def test_due(home: House) -> None:
    early, late = home.subscribe("早报", hour=8), home.subscribe("晚报", hour=20)
    home.subscribe("停用", enabled=False)
    assert due(home.library, NOW) == [early]
    assert due(home.library, NOW.replace(hour=7)) == []
    assert {found.id for found in due(home.library, NOW.replace(hour=20))} == {early.id, late.id}
    digest = make_digest(home.library, home.index, home.settings, early, TODAY, NOW)
    assert due(home.library, NOW) == [early]
    home.library.digests.set_state(digest.id, DeliveryState.FAILED, "x")
    assert due(home.library, NOW) == [early]
    home.library.digests.set_state(digest.id, DeliveryState.SENT)
    assert due(home.library, NOW) == []
    assert due(home.library, NOW + timedelta(days=1)) == [early]
