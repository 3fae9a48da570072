"""Learning from feedback: the same state in any order, bounded, explained, and hard to push."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.library.model import Event, EventKind, Response
from recommender.matching import match
from recommender.matching.feedback import experience_from, rates_of
from recommender.matching.learning import GRID, Experience, Policy, options
from tests.matching.builders import MOTHER, NOW, House, open_house, request

DAY = dt.date(2026, 11, 4)
FACTS = st.tuples(
    st.sampled_from(["妈妈", "白领"]),
    st.sampled_from(["美食", "护肤"]),
    st.integers(0, 400),  # days before DAY
    st.integers(1, 50),
    st.integers(0, 1),
)


def _experience(facts: list[tuple[str, str, int, int, int]]) -> Experience:
    found = Experience()
    for segment, topic, age, shown, won in facts:
        found.add(segment, topic, f"{topic}-{age % 3}", DAY - dt.timedelta(days=age), shown=shown, won=won)
    return found


@settings(deadline=None, max_examples=40)
@given(st.lists(FACTS, max_size=12), st.randoms())
def test_late_and_shuffled_events_give_the_state_of_a_rebuild(facts: list[tuple[str, str, int, int, int]], random: object) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = _experience(facts).rates(DAY), _experience(shuffled).rates(DAY)
    for segment in ("妈妈", "白领"):
        for topic in ("美食", "护肤"):
            for content in range(3):
                one, other = (rates.of_content(segment, topic, f"{topic}-{content}") for rates in (first, second))
                assert one == pytest.approx(other, rel=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.lists(FACTS, max_size=12))
def test_rates_are_rates_and_factors_stay_within_their_bound(facts: list[tuple[str, str, int, int, int]]) -> None:
    experience = _experience(facts)
    rates = experience.rates(DAY)
    policy = Policy(rates)
    candidates = [(topic, f"{topic}-{content}") for topic in ("美食", "护肤", "没见过") for content in range(3)]
    for segment in ("妈妈", "白领", "新人群"):
        bound = policy.bound(segment)
        assert options().least_bound <= bound <= options().most_bound
        for random in (None, np.random.default_rng(1)):
            factors = policy.factors(segment, candidates, random)
            assert np.all((factors >= 1 / bound - 1e-9) & (factors <= bound + 1e-9))
        assert all(0 < rates.of_content(segment, *candidate)[0] < 1 for candidate in candidates)


def test_a_topic_that_a_segment_answers_to_counts_for_new_contents_of_it() -> None:
    experience = Experience()
    for age in range(20):
        day = DAY - dt.timedelta(days=age)
        experience.add("妈妈", "美食", f"a{age}", day, shown=50, won=10)
        experience.add("妈妈", "护肤", f"b{age}", day, shown=50, won=1)
        experience.add("白领", "护肤", f"b{age}", day, shown=50, won=8)
    rates = experience.rates(DAY)
    assert rates.of_segment_topic("妈妈", "美食") > 3 * rates.of_segment_topic("妈妈", "护肤")
    assert rates.of_content("妈妈", "美食", "没发过")[0] > rates.of_content("妈妈", "护肤", "没发过")[0]
    assert rates.of_segment_topic("白领", "护肤") > rates.of_segment_topic("妈妈", "护肤")


def test_without_a_signal_between_topics_the_levels_are_held_together() -> None:
    random = np.random.default_rng(5)
    apart, alike = Experience(), Experience()
    for number in range(300):
        topic = f"t{number % 10}"
        for experience, rate in ((apart, 0.02 + 0.03 * (number % 10)), (alike, 0.1)):
            experience.add("妈妈", topic, f"c{number}", DAY, shown=60, won=float(random.binomial(60, rate)))
    assert alike.learn_strengths(DAY).topic >= 5 * apart.learn_strengths(DAY).topic
    assert GRID[0] <= apart.strengths.topic <= GRID[-1]


def test_propensities_add_up_to_the_places_and_the_floor_holds() -> None:
    experience = _experience([("妈妈", "美食", 1, 500, 1), ("妈妈", "护肤", 1, 500, 1)])
    candidates = [("美食" if number % 2 else "护肤", f"c{number}") for number in range(12)]
    choice = Policy(experience.rates(DAY)).choose("妈妈", candidates, np.ones(12), 4, np.random.default_rng(3), draws=200)
    assert len(set(choice.places)) == 4
    assert choice.propensity.sum() == pytest.approx(4)
    assert choice.propensity.min() >= options().random_floor * 4 / 12 - 1e-12
    same = Policy(experience.rates(DAY)).choose("妈妈", candidates, np.ones(12), 4, np.random.default_rng(3), draws=200)
    assert same.places == choice.places


def test_one_actor_moves_little_however_much_it_clicks() -> None:
    shown = [Response("c", "妈妈", DAY, EventKind.EXPOSURE, "", "美食", 200)]
    many = experience_from([*shown, Response("c", "妈妈", DAY, EventKind.CLICK, "刷子", "美食", 1_000)]).rates(DAY)
    few = experience_from([*shown, Response("c", "妈妈", DAY, EventKind.CLICK, "客户", "美食", 3)]).rates(DAY)
    assert many.of_content("妈妈", "美食", "c") == few.of_content("妈妈", "美食", "c")
    crowd = [Response("c", "妈妈", DAY, EventKind.CLICK, f"客户{number}", "美食", 1) for number in range(60)]
    assert experience_from([*shown, *crowd]).rates(DAY).of_content("妈妈", "美食", "c")[0] > few.of_content("妈妈", "美食", "c")[0]


def test_complaints_weigh_against_a_content() -> None:
    shown = [Response("c", "妈妈", DAY, EventKind.EXPOSURE, "", "美食", 100), Response("c", "妈妈", DAY, EventKind.CLICK, "甲", "美食", 3)]
    liked = experience_from(shown).rates(DAY)
    left = experience_from([*shown, Response("c", "妈妈", DAY, EventKind.LEAVE_GROUP, "乙", "美食", 1)]).rates(DAY)
    assert left.of_content("妈妈", "美食", "c")[0] < liked.of_content("妈妈", "美食", "c")[0]


def _answer(house: House, name: str, kind: EventKind, times: int) -> None:
    events = [
        Event(f"{name}-{kind}-{number}", kind, house.ids[name], NOW, segment_id=MOTHER.id, actor=f"客户{number}") for number in range(times)
    ]
    house.library.events.add(events)


def test_what_customers_did_moves_the_ranking_and_is_given_as_a_reason(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    assert rates_of(house.library, DAY) is None
    before = match(house.library, house.index, request(), NOW)
    assert all("feedback" not in item.parts for item in before.items)
    liked, shunned = before.items[-1].content.id, before.items[0].content.id
    names = {content_id: name for name, content_id in house.ids.items()}
    for content_id in (liked, shunned):
        _answer(house, names[content_id], EventKind.EXPOSURE, 60)
    _answer(house, names[liked], EventKind.CLICK, 30)
    _answer(house, names[shunned], EventKind.HIDE, 20)
    after = match(house.library, house.index, request(limit=8), NOW)
    parts = {item.content.id: item.parts.get("feedback", 0.0) for item in after.items}
    assert parts[liked] > 0 > parts.get(shunned, -1.0)
    place = [item.content.id for item in after.items]
    assert place.index(liked) < (place.index(shunned) if shunned in place else len(place))
    said = next(item.reasons for item in after.items if item.content.id == liked)
    assert any("这个人群对这类内容的响应是平均的" in sentence for sentence in said)
    for item in after.items:
        assert item.score == pytest.approx(sum(item.parts.values()))
    house.library.close()
