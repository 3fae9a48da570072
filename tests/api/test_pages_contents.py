"""The page of one content: its text beside what was published, its growth, comments, copies, lists and where it came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recommender.library.model import Counts, IncomingComment, Platform, Rights, Source, SourceKind, WatchKind, WatchList
from tests.api.building import House, LetterIndex, incoming, open_house, replace_rooms, settings_in
from tests.api.page_reading import Page, complaints, read

NOTE = incoming("a1", "敏感肌换季面霜", "面霜厚一点，防晒别停。", Rights.OWNED)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house whose index finds nothing alike."""
    replace_rooms(monkeypatch)
    monkeypatch.setattr(LetterIndex, "similar", lambda *_: [], raising=False)
    house = open_house(settings_in(tmp_path))
    yield house
    house.client.__exit__(None, None, None)


def page(house: House, path: str = "/contents/xhs-a1") -> Page:
    answer = house.client.get(path)
    assert answer.status_code == 200, answer.text[:2000]
    found = read(answer.text)
    assert complaints(found) == []
    return found


def test_the_growth_of_the_counts_is_drawn_and_listed(desk: House) -> None:
    assert page(desk).all("svg", class_="growth") == []
    for liked in (10, 12_000):
        desk.library.contents.upsert([replace(NOTE, counts=Counts(liked, 5), source_updated_at=datetime.now(UTC))])
    found = page(desk)
    [drawing] = found.all("svg", class_="growth")
    assert drawing.attributes["aria-label"] == "互动总数从 15 到 1.2万，共 2 次记录"
    rows = [element.text for element in found.all("td")]
    assert rows.count("1.2万") == 1 and rows.count("10") == 1 and "–" in rows


def test_the_most_liked_comments_are_shown_as_text(desk: House) -> None:
    comments = [IncomingComment(Platform.XHS, "a1", f"c{n}", f"第{n}条<script>", n or None) for n in range(14)]
    desk.library.comments.upsert(comments)
    words = page(desk).words()
    assert "第13条<script>" in words and "13 赞" in words and "第4条<script>" in words and "第3条<script>" not in words


def test_copies_are_named_with_where_they_came_from(desk: House) -> None:
    desk.library.sources.add(Source("feed", "<b>周刊", SourceKind.FEED, "https://example.com/feed.xml"))
    desk.library.contents.upsert([incoming(f"k{n}", f"副本{n}", "一样的正文", Rights.UNKNOWN) for n in range(10)], source_id="feed")
    members = ["xhs-k0", "xhs-a1", *(f"xhs-k{n}" for n in range(1, 10))]
    desk.library.contents.set_clusters([(each, "xhs-k0", 11) for each in members])
    found = page(desk)
    assert "同一内容的其他副本（10）" in found.words() and "还有 2 份" in found.words() and "主副本" in found.words()
    links = [element.attributes["href"] for element in found.all("a") if "/contents/xhs-k" in element.attributes["href"]]
    assert links[0] == "/contents/xhs-k0" and len(links) == 10
    assert [element.text for element in found.all("span", lang="zh")].count("<b>周刊") == 10
    assert page(desk, "/contents/xhs-k0").all("a", href="/sources/feed")


def test_lists_source_and_first_sight_are_told(desk: House) -> None:
    desk.library.watch_lists.put(WatchList("skin", WatchKind.CATEGORY, "护<i>肤"))
    desk.library.contents.add_to_watch_list("skin", ["xhs-a1"])
    found = page(desk)
    assert [element.text for element in found.all("a", href="/?watch_list=skin")] == ["护<i>肤"]
    assert "导入或粘贴" in found.words() and "收录时间" in found.words()
    assert found.all("a", href="/creators/xhs-c1")
    desk.library.watch_lists.delete("skin")
    assert page(desk).all("a", href="/?watch_list=skin") == []


def test_the_original_stands_beside_the_clean_text(desk: House) -> None:
    cleaned = replace(incoming("b1", "面霜", "面霜真好用", Rights.OWNED), original_text="面霜真好用[笑哭R]#面霜[话题]#")
    desk.library.contents.upsert([cleaned])
    found = page(desk, "/contents/xhs-b1")
    assert [element.text.strip() for element in found.all("div", class_="text")] == ["面霜真好用"]
    assert "面霜真好用[笑哭R]#面霜[话题]#" in found.all("div", class_="text original")[0].text


def test_a_list_narrows_the_search(desk: House) -> None:
    desk.library.watch_lists.put(WatchList("skin", WatchKind.CATEGORY, "护肤"))
    desk.library.contents.add_to_watch_list("skin", ["xhs-a1"])
    found = page(desk, "/?watch_list=skin")
    assert len(found.all("article", class_="card")) == 1 and len(found.all("a", class_="chip")) == 1
    assert "护肤" in [element.text for element in found.all("span")]
    assert page(desk, "/?watch_list=gone").all("article", class_="card") == []
    assert desk.client.get("/?watch_list=" + "x" * 300).status_code == 422


def test_an_unnamed_author_is_said_to_be_one(desk: House) -> None:
    creator = replace(NOTE.creator, id="xhs-masked", name="") if NOTE.creator else None
    desk.library.contents.upsert([replace(NOTE, identity="m1", url="https://example.com/m1", creator=creator)])
    assert page(desk, "/contents/xhs-m1").all("a", href="/creators/xhs-masked")[0].text == "未具名账号"
