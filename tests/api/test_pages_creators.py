"""The pages of creators: found by name, told in words against their like, linked by editors, taken down whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.charts import every_month, growth_line, month_bars, spark
from recommender.errors import NotFound
from recommender.library.model import Counts, Creator, CreatorTier, IncomingContent, MediaKind, Platform
from tests.api.building import House, LetterIndex, open_house, replace_rooms, settings_in
from tests.api.page_reading import Page, complaints, read

YUZU = Creator("xhs-yuzu", Platform.XHS, "柚子", 23_000, CreatorTier.KOC)
YUZU_WEIBO = Creator("weibo-yuzu", Platform.WEIBO, "柚子酱", 900)
NOBODY = Creator("xhs-nobody", Platform.XHS, "", None)
PEER = Creator("xhs-peer", Platform.XHS, "阿满", 9_000, CreatorTier.KOC)


def note(creator: Creator, number: int, liked: int | None, month: int = 6) -> IncomingContent:
    identity = f"{creator.id}{number}"
    return IncomingContent(
        platform=creator.platform,
        identity=identity,
        url=f"https://example.com/{identity}",
        kind=MediaKind.TEXT,
        title=f"{creator.name or '无名'}的第{number}篇",
        text="正文",
        original_title="标题",
        original_text="正文",
        tags=("护肤",),
        creator=creator,
        published_at=datetime(2026, month, 3, tzinfo=UTC),
        counts=Counts(liked=liked),
        images=("https://example.com/x.png",),
    )


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Two accounts of one person, one that nobody can name, and a peer."""
    replace_rooms(monkeypatch)
    monkeypatch.setattr(LetterIndex, "similar", lambda *_: [], raising=False)
    house = open_house(settings_in(tmp_path), ())
    notes = [note(YUZU, number, 100, month) for number, month in ((1, 3), (2, 6), (3, 6))] + [note(PEER, number, 40) for number in range(5)]
    house.library.contents.upsert([*notes, note(YUZU_WEIBO, 1, None), note(NOBODY, 1, 3)])
    yield house
    house.client.__exit__(None, None, None)


def page(house: House, path: str, status: int = 200) -> Page:
    answer = house.client.get(path)
    assert answer.status_code == status, answer.text[:2000]
    found = read(answer.text)
    assert complaints(found) == []
    return found


def names(house: House, path: str) -> list[str]:
    return [element.text for element in page(house, path).all("a", data_open="")]


def test_creators_are_listed_narrowed_and_ordered(desk: House) -> None:
    assert names(desk, "/creators") == ["阿满", "柚子", "柚子酱", "未具名账号"]
    assert names(desk, "/creators?order=fans")[:2] == ["柚子", "阿满"]
    assert names(desk, "/creators?order=engagement")[0] == "柚子"
    assert names(desk, "/creators?q=柚") == ["柚子", "柚子酱"]
    assert names(desk, "/creators?q=柚&platform=weibo") == ["柚子酱"]
    assert names(desk, "/creators?tier=koc") == ["阿满", "柚子"]
    assert names(desk, "/creators?q=%25") == []
    for odd in ("?order=x", "?platform=x&tier=y", "?from=x", "?from=-1", "?from=99999999", "?from=" + "9" * 40, "?from=²"):
        page(desk, f"/creators{odd}")


def test_a_long_list_has_further_pages(desk: House) -> None:
    others = [note(Creator(f"xhs-o{number}", Platform.XHS, f"达人{number}"), 1, 1) for number in range(45)]
    desk.library.contents.upsert(others)
    first = page(desk, "/creators?platform=xhs")
    following = first.all("a", rel="next")[0].attributes["href"]
    second = page(desk, following)
    shown = {link.attributes["href"] for each in (first, second) for link in each.all("a", data_open="")}
    assert len(shown) == 48 and second.all("a", rel="next") == []


def test_a_creator_is_told_in_words_against_the_tier(desk: House) -> None:
    words = page(desk, "/creators/xhs-yuzu").words()
    assert "高于同级中位数，是小红书·KOC的 2.5 倍" in words and "2.3万" in words
    assert "差不多" in page(desk, "/creators/xhs-peer").words()
    assert "还没有互动数据" in page(desk, "/creators/weibo-yuzu").words()
    assert "未具名账号" in page(desk, "/creators/xhs-nobody").words()
    desk.library.contents.upsert([note(Creator("xhs-low", Platform.XHS, "小", 6_000, CreatorTier.KOC), 1, 4)])
    assert "低于同级中位数，只有小红书·KOC的 10%" in page(desk, "/creators/xhs-low").words()
    assert page(desk, "/creators/none", 404)


def test_posts_over_time_are_drawn_and_told(desk: House) -> None:
    found = page(desk, "/creators/xhs-yuzu")
    [drawing] = found.all("svg", class_="bars")
    assert drawing.attributes["aria-label"] == "2026-03 到 2026-06 每月发布的内容，共 3 篇"
    assert [title.text for title in found.all("title")][1:] == ["2026-03：1 篇", "2026-04：0 篇", "2026-05：0 篇", "2026-06：2 篇"]
    assert len(found.all("article", class_="card")) == 3
    assert found.all("a", href="/?creator=xhs-yuzu&tag=%E6%8A%A4%E8%82%A4")


def test_accounts_are_linked_and_unlinked_by_editors_only(desk: House) -> None:
    offered = page(desk, "/creators/xhs-yuzu?link=柚子").all("input", name="other")
    assert [field.attributes["value"] for field in offered] == ["weibo-yuzu"]
    assert desk.client.post("/creators/xhs-yuzu/link", data={"other": "weibo-yuzu"}, follow_redirects=False).status_code == 303
    linked = page(desk, "/creators/weibo-yuzu")
    assert linked.all("a", href="/creators/xhs-yuzu") and "已关联" in page(desk, "/creators").words()
    assert page(desk, "/creators/xhs-yuzu?link=柚子").all("form", action="/creators/xhs-yuzu/link") == []
    for other, status in (("xhs-yuzu", 422), ("none", 404), ("", 404)):
        assert desk.client.post("/creators/xhs-yuzu/link", data={"other": other}).status_code == status
    desk.client.post("/creators/xhs-yuzu/unlink", data={"other": "weibo-yuzu"})
    assert desk.library.creators.get("weibo-yuzu").person == desk.library.creators.get("xhs-yuzu").person == ""


def test_a_creator_is_taken_down_with_a_reason_and_confirmed(desk: House) -> None:
    cached = desk.client.app.state.services.settings.home / "cache" / "pictures"  # type: ignore[attr-defined]
    for form in ({}, {"reason": "要求"}, {"sure": "yes"}):
        assert desk.client.post("/creators/xhs-yuzu/take-down", data=form).status_code == 422
    assert desk.library.contents.count() == 10
    answer = desk.client.post("/creators/xhs-yuzu/take-down", data={"reason": "本人要求", "sure": "yes"}, follow_redirects=False)
    assert answer.headers["location"] == "/creators?done=taken_down" and not cached.exists()
    assert desk.library.contents.count() == 7
    with pytest.raises(NotFound):
        desk.library.creators.get("xhs-yuzu")
    assert desk.library.contents.upsert([note(YUZU, 9, 1)])[0].state == "refused"
    assert page(desk, "/creators/xhs-yuzu", 404)


def test_only_who_may_take_down_may(locked: House) -> None:
    form = {"reason": "x", "sure": "yes"}
    assert locked.client.post("/creators/xhs-c1/take-down", data=form, headers=locked.key("write")).status_code == 403


def drawn(markup: str) -> ElementTree.Element:
    root = ElementTree.fromstring(markup)
    assert not any(name in ("style", "href") or name.startswith("on") for element in root.iter() for name in element.attrib)
    return root


XML = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")


@given(st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(["ok", "failed"]), st.text(XML, max_size=20)), max_size=12), st.text(XML))
def test_a_spark_has_a_bar_per_run_inside_its_box(values: list[tuple[int, str, str]], label: str) -> None:
    root = drawn(spark(values, label))
    assert root.attrib["aria-label"] == label
    bars = root.findall("rect")
    assert [bar.findtext("title") for bar in bars] == [words for _, _, words in values]
    assert all(float(bar.attrib["y"]) >= 0 and float(bar.attrib["y"]) + float(bar.attrib["height"]) <= 28 for bar in bars)


@given(st.lists(st.tuples(st.datetimes(), st.integers(0, 10**9)), min_size=1, max_size=9))
def test_a_line_stays_in_its_box(points: list[tuple[datetime, int]]) -> None:
    root = drawn(growth_line(sorted(points), "互动"))
    assert len(root.findall("circle")) == len(points)
    for dot in root.findall("circle"):
        assert 0 <= float(dot.attrib["cx"]) <= 300 and 0 <= float(dot.attrib["cy"]) <= 72


@given(st.sets(st.tuples(st.integers(1990, 2100), st.integers(1, 12)), max_size=9), st.integers(1, 40))
def test_months_without_a_post_are_filled_in(given: set[tuple[int, int]], most: int) -> None:
    months = [(f"{year:04d}-{month:02d}", 1, None) for year, month in sorted(given)]
    filled = every_month(months, most)
    assert len(filled) <= most and [month for month, _, _ in filled] == sorted({month for month, _, _ in filled})
    assert bool(filled) == bool(months)
    assert filled[-1:] == months[-1:]
    assert sum(amount for _, amount, _ in filled) == len([month for month, _, _ in filled if month in {each for each, _, _ in months}])
    drawn(month_bars([(month, amount, month) for month, amount, _ in filled], "每月"))
    assert all(re.fullmatch(r"\d{4}-\d\d", month) for month, _, _ in filled)
