from __future__ import annotations

import pytest

from api.wire.searching import SearchOut
from recommender.errors import IndexUnavailable
from recommender.search import Chip, SearchResult
from tests.api.building import House, fields_of


def test_hits_carry_content_score_parts_and_matched_words(still: House) -> None:
    found = still.client.get("/v1/search", params={"q": "面霜"}).json()
    assert (found["query"], found["total"], found["next_cursor"]) == ("面霜", 1, None)
    hit = found["hits"][0]
    assert hit["content"]["id"] == "xhs-a1"
    assert (hit["score"], hit["parts"], hit["matched"]) == (1.0, {"words": 1.0}, ["面霜"])


def test_filters_and_order_reach_the_index(still: House) -> None:
    assert still.client.get("/v1/search?q=面霜&platform=weibo&order=quality").json()["total"] == 0


def test_a_query_of_5000_characters_is_shortened_and_says_so(still: House) -> None:
    answer = still.client.get("/v1/search", params={"q": "面" * 5000})
    assert answer.status_code == 200
    assert answer.json()["notes"] == ["查询太长，只看了前 200 个字"]
    assert len(answer.json()["query"]) == 500


def test_a_content_that_left_since_the_index_was_made_is_left_out(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(house.library.contents), "get_cards", lambda *_: {})
    assert house.client.get("/v1/search?q=面霜").json()["hits"] == []


@pytest.mark.parametrize("query", ["", "limit=5"])
def test_a_search_needs_a_query(still: House, query: str) -> None:
    assert fields_of(still.client.get(f"/v1/search?{query}")) == ["q"]


def test_a_wrong_cursor_is_named(still: House) -> None:
    answer = still.client.get("/v1/search?q=面霜&cursor=!!")
    assert (answer.status_code, fields_of(answer)) == (422, ["cursor"])


@pytest.mark.parametrize("raw", [b"%ff%fe", b"%ed%a0%80", b"%00", b"a%00b", b"%", b"%zz", b"+", b"%F0%9F%92%84"])
def test_bytes_that_are_no_text(still: House, raw: bytes) -> None:
    answer = still.client.get(f"/v1/search?q={raw.decode()}")
    assert answer.status_code == 200
    assert "\x00" not in still.index.queries[-1]


def test_no_index_yet(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise IndexUnavailable("索引还在建立，请稍后再试。")

    monkeypatch.setattr(type(house.index), "search", missing)
    answer = house.client.get("/v1/search?q=面霜")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "索引还在建立，请稍后再试。"


def test_chips_and_suggestions_are_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    chip = Chip("category", "品类 美妆护肤", "品类:美妆", "面霜")
    result = SearchResult([], 0, {}, None, "面霜 品类:美妆护肤", chips=(chip,), suggestions=("面霜",))
    monkeypatch.setattr(type(house.index), "search", lambda *_, **__: result)
    answer = house.client.get("/v1/search", params={"q": "面霜 品类:美妆"})
    told = SearchOut.model_validate_json(answer.content).model_dump()
    assert told["chips"] == [{"kind": "category", "label": "品类 美妆护肤", "text": "品类:美妆", "rest": "面霜"}]
    assert told["suggestions"] == ["面霜"]
