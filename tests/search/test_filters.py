"""Filters, facets, orders and neighbours, against counts by hand over contents whose fields run through different cycles."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.library.model import ContentFilter, ContentItem, ContentType
from recommender.search import Index, open_index, publish
from tests.search.builders import BRANDS, CATEGORIES, DAY, library_in, settings_in, understood, varied


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, list[ContentItem]]]:
    home = tmp_path_factory.mktemp("many")
    notes, taken = varied(90)
    library = library_in(home, notes)
    understood(library, **taken)
    publish(settings_in(home).search_url, library, settings_in(home))
    index = open_index(settings_in(home).search_url, library, settings_in(home))
    yield index, [item for items in library.contents.iterate() for item in items]
    library.close()


FILTERS = st.builds(
    ContentFilter,
    categories=st.sets(st.sampled_from(CATEGORIES), max_size=2).map(tuple),
    brands=st.sets(st.sampled_from(BRANDS), max_size=2).map(tuple),
    creators=st.sampled_from([(), ("作者1",), ("xhs-作者2", "作者3"), ("无此人",)]),
    content_types=st.sets(st.sampled_from(list(ContentType)), max_size=2).map(tuple),
    tags=st.sampled_from([(), ("标签1",), ("标签0", "标签2")]),
    watch_lists=st.sampled_from([(), ("even",), ("even", "rare"), ("no-such-list",)]),
    min_quality=st.sampled_from([None, 0.0, 50.0]),
    published_from=st.sampled_from([None, DAY + timedelta(hours=3)]),
    published_to=st.sampled_from([None, DAY + timedelta(hours=6)]),
)


def passes(item: ContentItem, filter: ContentFilter) -> bool:
    understanding = item.understanding
    chosen: list[tuple[tuple[Any, ...], set[Any]]] = [
        (filter.categories, {understanding.category}),
        (filter.brands, set(understanding.brands)),
        (filter.creators, {item.creator_id, item.creator_name}),
        (filter.content_types, {understanding.content_type}),
        (filter.tags, set(item.tags)),
        (filter.watch_lists, set(item.watch_lists)),
    ]
    at = item.published_at
    return (
        all(not values or set(values) & held for values, held in chosen)
        and (filter.min_quality is None or understanding.quality >= filter.min_quality)
        and (filter.published_from is None or (at is not None and at >= filter.published_from))
        and (filter.published_to is None or (at is not None and at <= filter.published_to))
    )


def values(item: ContentItem, facet: str) -> list[str]:
    understanding = item.understanding
    held: dict[str, list[Any]] = {
        "category": [understanding.category],
        "brand": list(understanding.brands),
        "creator": [item.creator_name],
        "platform": [item.platform],
        "content_type": [understanding.content_type],
    }
    return [str(value) for value in held[facet] if value]


FACETS = {"category": "categories", "brand": "brands", "creator": "creators", "platform": "platforms", "content_type": "content_types"}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.sampled_from(["", "防晒", "面霜", "-防晒"]), filter=FILTERS)
def test_filters_and_facets_are_those_of_a_count_by_hand(many: tuple[Index, list[ContentItem]], query: str, filter: ContentFilter) -> None:
    index, items = many
    plain = [item for item in items if query in ("", "-防晒") or query in item.title]
    plain = [item for item in plain if query != "-防晒" or "防晒" not in item.title]
    expected = {item.id for item in plain if passes(item, filter)}
    result = index.search(query, filter, limit=1000)
    if expected:
        assert {hit.id for hit in result.hits} == expected
        assert result.total == len(expected)
        for facet, name in FACETS.items():
            nothing: Any = {name: ()}
            without = replace(filter, **nothing)
            counted = Counter(value for item in plain if passes(item, without) for value in values(item, facet))
            assert result.facets[facet] == dict(counted)
    else:
        # Nothing holds the words under the filter: what comes is near them and still under the filter.
        assert all(passes(item, filter) for item in items if item.id in {hit.id for hit in result.hits})


@pytest.mark.parametrize("order", ["newest", "quality", "heat", "relevance"])
@pytest.mark.parametrize("query", ["", "防晒"])
def test_pages_follow_each_other_without_gap_or_repeat(many: tuple[Index, list[ContentItem]], query: str, order: str) -> None:
    index, items = many
    whole = [hit.id for hit in index.search(query, limit=1000, order=order).hits]
    paged: list[str] = []
    cursor = None
    while True:
        result = index.search(query, limit=7, order=order, cursor=cursor)
        paged += [hit.id for hit in result.hits]
        assert result.total == len(whole)
        cursor = result.next_cursor
        if cursor is None:
            break
    assert paged == whole
    by_id = {item.id: item for item in items}
    if order == "quality":
        qualities = [by_id[name].understanding.quality for name in whole]
        assert qualities == sorted(qualities, reverse=True)
    if order == "newest":
        moments = [item.published_at.timestamp() if (item := by_id[name]).published_at else 0 for name in whole]
        assert moments == sorted(moments, reverse=True)


def test_a_match_takes_its_candidates_from_the_watch_lists_alone(many: tuple[Index, list[ContentItem]]) -> None:
    index, items = many
    allowed = {item.id for item in items if "rare" in item.watch_lists}
    assert 0 < len(allowed) < len(items)
    assert {name for name, _ in index.candidates("防晒 面霜", ContentFilter(watch_lists=("rare",)))} == allowed


def test_joining_and_leaving_a_watch_list_reaches_the_index(tmp_path: Path) -> None:
    home = settings_in(tmp_path)
    library = library_in(tmp_path, varied(6)[0])
    publish(home.search_url, library, home)
    index = open_index(home.search_url, library, home)
    chosen = ContentFilter(watch_lists=("new",))
    library.contents.add_to_watch_list("new", ["xhs-n2", "xhs-n5"])
    publish(home.search_url, library, home)
    index.refresh()
    assert {hit.id for hit in index.search("", chosen).hits} == {"xhs-n2", "xhs-n5"}
    library.contents.leave_watch_list("new", ["xhs-n2"])
    publish(home.search_url, library, home)
    index.refresh()
    assert {hit.id for hit in index.search("", chosen).hits} == {"xhs-n5"}
    library.close()


def test_similar_is_exact_under_a_filter(many: tuple[Index, list[ContentItem]]) -> None:
    index, items = many
    chosen = ContentFilter(categories=(CATEGORIES[1],))
    allowed = [item.id for item in items if passes(item, chosen)]
    vector = index.vectors(["xhs-n30"])[0]
    cosines = index.vectors(allowed) @ vector
    hits = index.similar("xhs-n30", limit=5, filter=chosen)
    assert len(hits) == 5
    assert np.allclose([hit.score for hit in hits], np.sort(cosines[[name != "xhs-n30" for name in allowed]])[::-1][:5], atol=1e-5)
    assert {hit.id for hit in hits} <= set(allowed)


def test_candidates_carry_both_scores_and_obey_the_filter(many: tuple[Index, list[ContentItem]]) -> None:
    index, items = many
    chosen = ContentFilter(brands=(BRANDS[2],))
    allowed = {item.id for item in items if passes(item, chosen)}
    found_now = index.candidates("防晒 面霜", chosen, limit=200)
    assert {name for name, _ in found_now} == allowed
    vector = index.embed(["防晒 面霜"])[0]
    for name, parts in found_now:
        assert parts["meaning"] == pytest.approx(float(index.vectors([name])[0] @ vector), abs=1e-5)
        assert (parts["words"] > 0) == any(word in index_title(items, name) for word in ("防晒", "面霜"))


def index_title(items: list[ContentItem], name: str) -> str:
    return next(item.title for item in items if item.id == name)
