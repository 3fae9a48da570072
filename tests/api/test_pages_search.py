"""How a search was understood, on its page: parts to take away, other queries, and the help."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from api.pages.search import HELP, MOST_CHIPS
from recommender.search import Chip, SearchResult
from recommender.search.fields import TITLES
from recommender.search.query import parse_query
from recommender.text.tokenizer import Tokenizer
from tests.api.building import House
from tests.api.page_reading import Page, complaints, read

HOSTILE = '"><script>alert(1)</script>'


def answer(house: House, monkeypatch: pytest.MonkeyPatch, chips: tuple[Chip, ...], *suggestions: str, more: str = "") -> Page:
    result = SearchResult([], 0, {}, None, "x", chips=chips, suggestions=suggestions)
    monkeypatch.setattr(type(house.index), "search", lambda *_, **__: result)
    page = read(house.client.get(f"/?q=x{more}").text)
    assert complaints(page) == []
    return page


def queries(page: Page, **attributes: str) -> list[dict[str, list[str]]]:
    return [parse_qs(urlsplit(link.attributes["href"]).query) for link in page.all("a", **attributes)]


def test_a_part_is_taken_away_and_the_rest_of_the_address_stays(still: House, monkeypatch: pytest.MonkeyPatch) -> None:
    chips = Chip("word", "面霜", "面霜", "品类:美妆"), Chip("category", "品类 美妆护肤", "品类:美妆", "面霜")
    page = answer(still, monkeypatch, chips, more="&platform=xhs&order=newest&cursor=c")
    kept = {"platform": ["xhs"], "order": ["newest"]}
    assert queries(page, class_="chip")[:2] == [{**kept, "q": ["品类:美妆"]}, {**kept, "q": ["面霜"]}]
    assert {"面霜", "品类 美妆护肤"} <= {element.text for element in page.all("span", lang="zh")}


@pytest.mark.parametrize(("kind", "shown"), [("word", 0), ("name", 1), ("brand", 1), ("excluded", 1)])
def test_one_plain_word_has_no_chip(still: House, monkeypatch: pytest.MonkeyPatch, kind: str, shown: int) -> None:
    page = answer(still, monkeypatch, (Chip(kind, "面霜", "面霜", ""),))
    assert queries(page, class_="chip") == [{}] * shown


def test_what_may_have_been_meant_is_a_link(still: House, monkeypatch: pytest.MonkeyPatch) -> None:
    page = answer(still, monkeypatch, (), "雅诗兰黛", more="&platform=xhs")
    assert "你要找的是不是：" in page.words()
    assert {"q": ["雅诗兰黛"], "platform": ["xhs"]} in queries(page, lang="zh")


def test_hostile_and_endless_parts_stay_text_and_few(still: House, monkeypatch: pytest.MonkeyPatch) -> None:
    page = answer(still, monkeypatch, (Chip("word", HOSTILE, HOSTILE, HOSTILE),) * 100, HOSTILE)
    links = queries(page, class_="chip")
    assert len(links) == MOST_CHIPS and all(link["q"] == [HOSTILE] for link in links)


def test_the_help_shows_every_field_by_an_example_that_is_understood(still: House) -> None:
    page = read(still.client.get("/").text)
    assert complaints(page) == []
    assert [{"q": [example]} for _, example in HELP] == [link for link in queries(page, lang="zh") if link.get("q")]
    assert set(TITLES) <= {name for name, _ in HELP}
    for name, example in HELP:
        kinds = {chip.kind for chip in parse_query(example, Tokenizer(), characters=200).chips}
        assert {"without": "excluded", "or": "choice"}.get(name, name) in kinds, example
