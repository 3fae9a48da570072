"""The data files of matching: complete, consistent, and read as they say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recommender.errors import InputError
from recommender.library.model import Channel, ContentType, GroupType
from recommender.matching.channels import channel_rules, wanted_mix
from recommender.matching.lexicon import Lexicon, lexicon
from recommender.matching.places import places
from recommender.matching.seasons import calendar, season_fit, seasons_on
from recommender.text.folding import fold
from recommender.understanding.taxonomy import CATEGORIES

TYPES = st.lists(st.sampled_from(ContentType), unique=True).map(tuple)


def test_topics_cover_every_category_and_are_folded() -> None:
    known = lexicon()
    assert {topic.category for topic in known.topics.values()} == set(CATEGORIES)
    for topic in known.topics.values():
        assert len(topic.words) >= 8, topic.name
        assert all(word == fold(word) for word in topic.words), topic.name
    assert len(known.needs_of_role) >= 60
    assert all(0 < weight <= 1 for needs in known.needs_of_role.values() for weight in needs.values())


def test_a_role_leads_to_needs_it_does_not_name() -> None:
    roles = {mention.name for mention in lexicon().mentions("宝妈") if mention.kind == "role"}
    assert "婴儿妈妈" in roles
    assert "辅食" in lexicon().needs_of_role["婴儿妈妈"]


def test_a_role_with_an_unknown_topic_is_refused() -> None:
    with pytest.raises(InputError, match="没有的"):
        Lexicon({"甲": {"category": "汽车", "said": "甲", "words": "甲"}}, {"乙": {"said": "乙", "topics": "没有的"}}, 1.0)


def test_a_star_stands_for_a_few_characters_of_one_clause() -> None:
    known = Lexicon({"甲": {"category": "汽车", "said": "头发*少", "words": "甲"}}, {}, 1.0)
    assert [mention.said for mention in known.mentions("最近头发越来越少")] == ["头发越来越少"]
    assert known.mentions("头发好，钱少") == []


def test_a_shared_word_and_a_later_word_say_less() -> None:
    raw = {name: {"category": "汽车", "said": name, "words": f"一一 {name}{name} 三三 四四 五五 六六"} for name in "甲乙"}
    words = Lexicon(raw, {}, 1.5).topics["甲"].words
    assert words["甲甲"] > words["一一"]
    assert words["三三"] > words["六六"]


@given(st.dates(date(2024, 1, 1), date(2028, 12, 31)))
@example(date(2024, 2, 29))
def test_every_day_has_a_season_and_only_those_that_are_on_fit(day: date) -> None:
    on = seasons_on(day)
    assert on & {"春", "夏", "秋", "冬"}
    assert season_fit(calendar().named("圣诞树怎么装") & {"圣诞"}, on) == (1.0 if "圣诞" in on else -1.0)
    assert season_fit(frozenset(), on) == 0.0


@pytest.mark.parametrize(
    ("day", "expected", "unexpected"),
    [
        (date(2026, 2, 10), {"春节", "情人节", "冬"}, {"618", "中秋"}),
        (date(2027, 1, 2), {"元旦跨年", "冬"}, {"秋"}),
        (date(2026, 11, 5), {"双11", "秋"}, {"国庆"}),
        (date(2026, 9, 20), {"中秋", "秋"}, {"端午"}),
    ],
)
def test_feasts_are_on_with_their_warm_up(day: date, expected: set[str], unexpected: set[str]) -> None:
    assert expected <= seasons_on(day)
    assert not unexpected & seasons_on(day)


def test_the_last_days_of_the_calendar_are_days_too() -> None:
    assert "冬" in seasons_on(date.max)
    assert "冬" in seasons_on(date.max - timedelta(days=20))


def test_a_city_lies_in_its_country_and_elsewhere_does_not_fit() -> None:
    known = places()
    assert known.named("周末去dallas和plano") == {"达拉斯": 2}
    assert known.lies_in("达拉斯", "北美")
    assert known.fit({"上海": 2.0}, {"华东"}) > known.fit({"中国": 2.0}, {"上海"}) > 0 > known.fit({"北京": 2.0}, {"上海"})
    assert known.fit({}, {"上海"}) == known.fit({"上海": 1.0}, set()) == 0.0


@pytest.mark.parametrize("group_type", list(GroupType))
def test_every_channel_has_a_mix_that_sums_to_one(group_type: GroupType) -> None:
    for channel in Channel:
        rules = channel_rules(channel, group_type, "")
        assert sum(rules.mix.values()) == pytest.approx(1)
        assert set(rules.mix) == set(ContentType)


@given(TYPES)
def test_a_preference_leans_the_mix_and_keeps_its_sum(order: tuple[ContentType, ...]) -> None:
    rules = channel_rules(Channel.MOMENTS, None, "")
    mix = wanted_mix(rules, order)
    assert sum(mix.values()) == pytest.approx(1)
    if order:
        assert mix[order[0]] > rules.mix[order[0]]


def test_a_silent_segment_gets_care_in_any_channel() -> None:
    for channel in Channel:
        rules = channel_rules(channel, GroupType.FLASH, "沉默客户")
        assert rules.mix[ContentType.SERVICE] > 0.5
        assert "秒杀" in rules.avoid
        assert rules.deals == 0
