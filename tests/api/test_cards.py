from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.wire.cards import card_of
from api.wire.contents import ContentOut
from api.wire.searching import SearchOut
from recommender.library import Library, open_library
from recommender.library.model import (
    ComplianceLevel,
    ContentItem,
    ContentType,
    Counts,
    Creator,
    CreatorTier,
    Finding,
    IncomingContent,
    MediaKind,
    Platform,
    Understanding,
)
from recommender.library.vocabulary import Rights
from tests.api.building import House, incoming

NUMBERS = count()
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
SHARES = st.floats(0, 1e9, allow_nan=False)
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))
LISTS = st.lists(WORDS, max_size=3).map(tuple)
AMOUNTS = st.none() | st.integers(0, 2**53)
FINDINGS = st.builds(
    Finding,
    WORDS,
    st.sampled_from(ComplianceLevel),
    st.integers(0, 99),
    st.integers(0, 99),
    term=WORDS,
    law=WORDS,
    reason=WORDS,
    suggestion=WORDS,
)
UNDERSTANDINGS = st.builds(
    Understanding,
    content_type=st.none() | st.sampled_from(ContentType),
    type_confidence=SHARES,
    type_reason=WORDS,
    category=st.none() | WORDS,
    category_confidence=SHARES,
    brands=st.sets(WORDS, max_size=2).map(tuple),
    keywords=LISTS,
    quality=SHARES,
    quality_parts=st.dictionaries(WORDS, SHARES, max_size=3),
    compliance=st.sampled_from(ComplianceLevel),
    findings=st.lists(FINDINGS, max_size=4).map(tuple),
    version=st.sampled_from(["", "test"]),
)
CREATORS = st.builds(Creator, st.sampled_from(["xhs-c1", "xhs-c2"]), st.just(Platform.XHS), WORDS, AMOUNTS, st.sampled_from(CreatorTier))
NOTES = st.builds(
    IncomingContent,
    platform=st.sampled_from(Platform),
    identity=st.builds(lambda odd: f"{next(NUMBERS)}{odd}", st.sampled_from(["", "/花", "?a=%2"])),
    url=st.just("") | st.builds(lambda: f"https://example.com/{next(NUMBERS)}"),
    kind=st.sampled_from(MediaKind),
    title=WORDS,
    text=WORDS,
    original_title=WORDS,
    original_text=WORDS,
    tags=LISTS,
    creator=st.none() | CREATORS,
    published_at=st.none() | MOMENTS,
    counts=st.builds(Counts, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS),
    images=LISTS,
    is_sample=st.booleans(),
    rights=st.sampled_from([Rights.OWNED, Rights.AUTHORISED, Rights.REFERENCE, Rights.UNKNOWN]),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = open_library(f"sqlite:///{tmp_path_factory.mktemp('cards') / 'library.db'}")
    yield opened
    opened.close()


def through_the_models(item: ContentItem) -> Any:
    return orjson.loads(ContentOut.of(item).model_dump_json())


def told(value: Any) -> bytes:
    """With the keys in one order, and 1 unlike 1.0 and True."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


@settings(max_examples=40, deadline=None)
@given(notes=st.lists(st.tuples(NOTES, UNDERSTANDINGS), min_size=1, max_size=6))
def test_a_card_says_what_the_models_say(library: Library, notes: list[tuple[IncomingContent, Understanding]]) -> None:
    stored = library.contents.upsert([note for note, _ in notes])
    ids = [outcome.id for outcome in stored if outcome.id]
    library.contents.save_understanding([(name, found) for name, (_, found) in zip(ids, notes, strict=False)])
    items, cards = library.contents.get_many(ids), library.contents.get_cards([*ids, "xhs-nobody"])
    assert set(cards) == set(items)
    for name, item in items.items():
        assert told(orjson.loads(orjson.dumps(card_of(cards[name])))) == told(through_the_models(item))


def test_a_search_answers_in_the_form_it_promises(house: House) -> None:
    finding = Finding("ad-absolute-best", ComplianceLevel.BLOCK, 0, 2, "最佳", "广告法第九条", "绝对化用语", "改成具体的事实")
    library = house.library
    library.contents.upsert(
        [replace(incoming("b1", "最佳面霜", "最佳。", Rights.OWNED), creator=None, tags=("护肤",), images=("https://a.test/1",))]
    )
    blocked = Understanding(ContentType.SEEDING, compliance=ComplianceLevel.BLOCK, findings=(finding,), version="test")
    library.contents.save_understanding([("xhs-b1", blocked)])
    library.contents.correct("xhs-b1", "category", "母婴亲子", "小林")
    answer = house.client.get("/v1/search?q=面霜")
    assert answer.headers["content-type"] == "application/json"
    SearchOut.model_validate_json(answer.content)  # knows no other fields, and misses none
    found = {hit["content"]["id"]: hit["content"] for hit in answer.json()["hits"]}
    assert set(found) == {"xhs-a1", "xhs-b1"}
    assert found == {name: through_the_models(item) for name, item in library.contents.get_many(list(found)).items()}
