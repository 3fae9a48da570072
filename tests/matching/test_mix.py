"""The list: quotas, caps, near-duplicates, runs."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from recommender.library.model import ContentType, Understanding
from recommender.matching.lexicon import weights
from recommender.matching.mix import Scored, choose, in_order, quotas, spread
from tests.matching.builders import content

SHARES = weights()["list"]
KINDS = st.sampled_from([*ContentType, None])


@st.composite
def scored_lists(draw: st.DrawFn, kinds: st.SearchStrategy[ContentType | None] = KINDS) -> list[Scored]:
    made = []
    for number in range(draw(st.integers(0, 25))):
        known = Understanding(content_type=draw(kinds), brands=tuple(draw(st.lists(st.sampled_from("甲乙丙"), max_size=2, unique=True))))
        cluster = f"web-{draw(st.integers(0, 25)):03}"
        creator = draw(st.sampled_from([None, "c1", "c2"]))
        item = content(number, understanding=known, cluster=cluster, creator_id=creator)
        made.append(Scored(item, {"topic": draw(st.floats(0, 1)), "quality": draw(st.floats(0, 0.1))}))
    return made


MIXES = st.tuples(*[st.floats(0.05, 1)] * 3).map(lambda raw: {kind: share / sum(raw) for kind, share in zip(ContentType, raw, strict=True)})


@given(MIXES, st.integers(1, 100))
def test_quotas_sum_to_the_limit_and_are_the_shares_to_one(mix: dict[ContentType, float], limit: int) -> None:
    found = quotas(mix, limit)
    assert sum(found.values()) == limit
    assert all(abs(found[kind] - limit * mix[kind]) < 1 for kind in ContentType)


@given(scored_lists(), MIXES, st.integers(1, 12))
def test_a_list_repeats_nothing_and_keeps_its_caps(scored: list[Scored], mix: dict[ContentType, float], limit: int) -> None:
    chosen, notes = choose(scored, mix, limit)
    assert len(chosen) <= limit
    assert {one.item.id for one in chosen} <= {one.item.id for one in scored}
    assert len({one.item.cluster for one in chosen}) == len(chosen)
    brands = Counter(brand for one in chosen for brand in one.item.understanding.brands)
    creators = Counter(one.item.creator_id for one in chosen if one.item.creator_id)
    assert max(brands.values(), default=0) <= max(1, ceil(SHARES["brand_share"] * limit))
    assert max(creators.values(), default=0) <= max(1, ceil(SHARES["creator_share"] * limit))
    assert bool(notes) >= (len(chosen) < limit)
    assert choose(list(reversed(scored)), mix, limit) == (chosen, notes)


@given(MIXES, st.integers(1, 12))
def test_the_mix_is_met_where_the_library_can(mix: dict[ContentType, float], limit: int) -> None:
    kinds = [kind for kind in ContentType for _ in range(limit)]
    scored = [
        Scored(content(place, understanding=Understanding(content_type=kind)), {"topic": 1 - place / 100})
        for place, kind in enumerate(kinds)
    ]
    chosen, notes = choose(scored, mix, limit)
    assert Counter(one.type for one in chosen) == Counter({kind: count for kind, count in quotas(mix, limit).items() if count})
    assert notes == ()


@given(scored_lists(st.sampled_from(ContentType)))
def test_spreading_keeps_the_items_and_parts_the_runs_where_it_can(scored: list[Scored]) -> None:
    ranked = in_order(scored)
    placed = spread(ranked)
    assert sorted(one.item.id for one in placed) == sorted(one.item.id for one in ranked)
    most = max(Counter(one.type for one in placed).values(), default=0)
    if most <= 2 * (len(placed) - most + 1):
        assert all(len(list(run)) <= 2 for _, run in groupby(placed, key=lambda one: one.type))


def test_what_is_short_is_said() -> None:
    scored = [Scored(content(1, understanding=Understanding(content_type=ContentType.SEEDING)), {"topic": 0.5})]
    chosen, notes = choose(scored, {ContentType.PERSONA: 0.4, ContentType.SEEDING: 0.3, ContentType.SERVICE: 0.3}, 5)
    assert len(chosen) == 1
    assert any("人设型" in note and "想要 2 条，差 2 条" in note for note in notes)
    assert any("只有 1 条" in note for note in notes)


def test_what_is_about_something_else_is_not_used_to_fill_up() -> None:
    good = [Scored(content(place), {"topic": 0.6}) for place in range(5)]
    other = Scored(content(9, understanding=Understanding(quality=100)), {"topic": 0.05, "quality": 0.04})
    chosen, _ = choose([*good, other], dict.fromkeys(ContentType, 1 / 3), 10)
    assert other not in chosen


def test_the_parts_of_one_series_come_once() -> None:
    titles = [
        "（上篇）开颅手术之后的日子和家里的一切 @某人",
        "开颅手术之后的日子和家里的一切（中）",
        "(下篇)开颅手术之后的日子和家里的一切 @某人 @某人",
        "别的一天",
    ]
    made = [
        Scored(
            content(
                number,
                title="" if number == 2 else title,
                text=f"{title}\n正文。",
                creator_id="c1",
                understanding=Understanding(content_type=ContentType.PERSONA),
                cluster="",
            ),
            {"topic": 1.0 - number / 10},
        )
        for number, title in enumerate(titles)
    ]
    chosen, _ = choose(made, dict.fromkeys(ContentType, 1 / 3), 12)
    assert [one.item.title for one in chosen] == [titles[0], titles[3]]
