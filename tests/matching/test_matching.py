"""Matching from request to list over a small library."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.errors import InputError
from recommender.library.model import Channel, ComplianceLevel, ContentType, Event, EventKind, GroupType, Segment, Understanding
from recommender.matching import match, read_profile, score_contents
from recommender.matching.profile import without_trait
from recommender.matching.ranking import make_ranker, may_be_sent, score_of
from tests.matching.builders import MOTHER, NOW, SERVICE, House, content, open_house, request

VIP = Segment("vip", "珠宝老客", "喜欢珍珠", ("珍珠", "VIP"), tier="VIP")
SEGMENTS = (
    MOTHER,
    VIP,
    Segment("", "月子里的奶爸", "夜里冲奶换尿布，想学哄睡"),
    Segment("", "爱聚餐的同事", "下班约烤肉喝一杯", interests=("烤肉",)),
    Segment("", "准新娘", "正在挑婚戒", ("备婚",)),
    Segment("", "老司机", "爱车族，自己做保养", ("车主",)),
)


def test_a_role_finds_posts_that_share_no_word_with_it(house: House) -> None:
    found = match(house.library, house.index, request(Segment("", "宝妈")), NOW)
    names = house.names([item.content for item in found.items])
    assert {"solids", "puree"} & set(names[:3])
    assert not {"tyre", "roast", "ring", "pearl", "clearance", "spring"} & set(names)
    assert all("宝妈" not in item.content.title + item.content.text for item in found.items)


def test_the_same_question_has_the_same_answer_and_the_score_is_the_sum_of_its_parts(house: House) -> None:
    first = match(house.library, house.index, request(), NOW)
    assert first == match(house.library, house.index, request(), NOW)
    for item in first.items:
        assert item.score == pytest.approx(sum(item.parts.values()))
        assert 2 <= len(item.reasons) <= 4
    again = score_contents(house.index, request(), [item.content for item in first.items], NOW)
    assert again == pytest.approx([item.score for item in first.items])


def test_what_was_sent_or_is_excluded_stays_away_for_the_cooldown(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    try:
        first, second = match(house.library, house.index, request(), NOW).items[:2]
        sent = Event("k1", EventKind.SENT, first.content.id, NOW - timedelta(days=2), segment_id=MOTHER.id)
        house.library.events.add([sent])
        asked = request(exclude=frozenset({second.content.id}))
        found = {item.content.id for item in match(house.library, house.index, asked, NOW).items}
        assert not {first.content.id, second.content.id} & found
        later = match(house.library, house.index, request(), NOW + timedelta(days=40)).items
        assert first.content.id in {item.content.id for item in later}
        other = match(house.library, house.index, request(replace(MOTHER, id="others")), NOW).items
        assert first.content.id in {item.content.id for item in other}
    finally:
        house.library.close()


def test_what_compliance_blocks_is_never_sent(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    try:
        best = match(house.library, house.index, request(), NOW).items[0].content
        blocked = replace(best.understanding, compliance=ComplianceLevel.BLOCK)
        house.library.contents.save_understanding([(best.id, blocked)])
        assert best.id not in {item.content.id for item in match(house.library, house.index, request(), NOW).items}
        assert not may_be_sent(replace(best, understanding=blocked))
    finally:
        house.library.close()


def test_vip_groups_see_no_clearance(house: House) -> None:
    asked = request(VIP, channel=Channel.GROUP, group_type=GroupType.VIP)
    clearance, pearl = house.item("clearance"), house.item("pearl")
    scores = score_contents(house.index, asked, [clearance, pearl], NOW)
    assert scores[0] < scores[1] - 0.2
    in_moments = score_contents(house.index, request(VIP), [clearance], NOW)
    assert in_moments[0] > scores[0]


@pytest.mark.parametrize("limit", [0, -1, 101, 10**30])
def test_an_odd_limit_is_refused_in_one_sentence(house: House, limit: int) -> None:
    with pytest.raises(InputError, match="1 到 100"):
        match(house.library, house.index, request(limit=limit), NOW)


def test_a_segment_nobody_understands_still_gets_a_list_and_is_told(house: House) -> None:
    found = match(house.library, house.index, request(Segment("", "xyz")), NOW)
    assert len(found.items) >= 3
    assert any("没能" in note for note in found.notes)


@given(st.text(max_size=60), st.text(max_size=60), st.lists(st.text(max_size=8), max_size=4), st.dates())
@settings(max_examples=40, deadline=None)
def test_any_words_are_a_segment(house: House, name: str, description: str, tags: list[str], day: date) -> None:
    asked = request(Segment("", name, description, tuple(tags)), date=day, goal=description)
    found = match(house.library, house.index, asked, NOW)
    assert len({item.content.id for item in found.items}) == len(found.items) <= asked.limit


@given(st.sampled_from(SEGMENTS), st.sampled_from([*GroupType, None]), st.sampled_from(["", "答疑，建立信任", "种草新品"]))
@settings(max_examples=25, deadline=None)
def test_without_a_trait_that_a_reason_names_the_score_falls(
    house: House, segment: Segment, group_type: GroupType | None, goal: str
) -> None:
    asked = request(segment, channel=Channel.GROUP if group_type else Channel.MOMENTS, group_type=group_type, goal=goal)
    named = 0
    for item in match(house.library, house.index, asked, NOW).items:
        for reason in item.reasons:
            if "多半想看" in reason:
                said = reason.split("“")[1].split("”")[0]
                (score,) = score_contents(house.index, without_trait(asked, said), [item.content], NOW)
                assert score < item.score, reason
                named += 1
    assert named


@pytest.mark.parametrize("part", ["type", "quality", "region", "season", "freshness", "category"])
def test_without_what_a_part_names_the_score_falls(part: str) -> None:
    day = date(2026, 3, 20)
    ranker = make_ranker(request(date=day, content_types=(SERVICE,)), day)
    known = Understanding(SERVICE, category="母婴亲子", quality=80)
    full = content(title="上海春天的辅食", tags=("辅食",), understanding=known, published_at=NOW)
    without = {
        "type": replace(full, understanding=replace(known, content_type=ContentType.PERSONA)),
        "quality": replace(full, understanding=replace(known, quality=10)),
        "category": replace(full, understanding=replace(known, category="汽车")),
        "region": replace(full, title="春天的辅食"),
        "season": replace(full, title="上海的辅食"),
        "freshness": replace(full, published_at=NOW - timedelta(days=900)),
    }[part]
    assert score_of(ranker.parts(without, 0.2)) < score_of(ranker.parts(full, 0.2))


def test_a_price_of_last_year_is_stale_sooner_than_a_recipe() -> None:
    ranker = make_ranker(request(), NOW.date())
    recipe = content(title="辅食做法", tags=("辅食",), published_at=NOW - timedelta(days=100))
    price = content(title="折扣码和优惠", tags=("省钱", "打折"), published_at=NOW - timedelta(days=100))
    assert ranker.parts(recipe, 0)["freshness"] > 3 * ranker.parts(price, 0)["freshness"]


def test_a_profile_maps_free_words_and_keeps_unknown_ones() -> None:
    profile = read_profile(request(Segment("", "宝妈", tags=("蓝莓斑马",), region="住在浦东"), goal="讲讲辅食"))
    assert max(profile.needs, key=lambda name: profile.needs[name]) == "辅食"
    assert "蓝莓斑马" in profile.words
    assert profile.places == {"上海"}
    assert sum(weight * weight for weight in profile.needs.values()) == pytest.approx(1)
