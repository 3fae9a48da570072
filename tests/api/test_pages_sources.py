"""The pages of sources and watch-lists: how each fares in plain words, and what an editor makes and changes there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.services import Services
from crawler.parsers.discovery import Candidate
from recommender.errors import InputError
from recommender.library.model import CrawlReport, JobState, Source, SourceKind, WatchKind, WatchList
from tests.api.building import House, LetterIndex, open_house, replace_rooms, settings_in
from tests.api.page_reading import Page, complaints, read
from tests.library.builders import incoming

NOW = datetime.now(UTC)
FEED: dict[str, Any] = {"name": "护肤周刊", "kind": "feed", "url": "https://example.com/feed.xml"}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house with an index of letters."""
    replace_rooms(monkeypatch)
    monkeypatch.setattr(LetterIndex, "similar", lambda *_: [], raising=False)
    house = open_house(settings_in(tmp_path))
    yield house
    house.client.__exit__(None, None, None)


def post(house: House, path: str, **form: object) -> str:
    answer = house.client.post(path, data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text[:2000]
    assert house.client.get(answer.headers["location"]).status_code == 200
    return str(answer.headers["location"])


def refusal(house: House, path: str, status: int = 422, **form: object) -> str:
    """The words of the page that says why a form was refused."""
    answer = house.client.post(path, data=form, follow_redirects=False)
    assert answer.status_code == status, answer.text[:2000]
    return read(answer.text).words()


def page(house: House, path: str) -> Page:
    answer = house.client.get(path)
    assert answer.status_code == 200, answer.text[:2000]
    found = read(answer.text)
    assert complaints(found) == []
    return found


def run(house: House, source_id: str, state: str, message: str = "", *, found: int = 0, hours: float = 1) -> None:
    house.library.sources.record_run(source_id, state, message, CrawlReport(found=found, new=found), NOW - timedelta(hours=hours))


def test_sources_are_added_read_and_deleted(desk: House) -> None:
    post(desk, "/watch-lists", kind="category", name="护肤", terms="面霜，防晒")
    [watch_list] = desk.library.watch_lists.all()
    assert watch_list.terms == ("面霜", "防晒")
    given = {"name": "护肤周刊", "kind": "feed", "url": "https://example.com/feed.xml", "schedule_minutes": "60"}
    post(desk, "/sources", **given, watch_lists=watch_list.id)
    [source] = desk.library.sources.all()
    assert (source.url, source.schedule_minutes, source.watch_lists) == (given["url"], 60, (watch_list.id,))
    [job] = desk.library.jobs.recent()
    assert (job.source_id, job.state) == (source.id, JobState.QUEUED)
    post(desk, f"/sources/{source.id}/crawl")
    assert len(desk.library.jobs.recent()) == 1
    assert "已经" in refusal(desk, "/sources", 409, **given)
    assert "url" in refusal(desk, "/sources", name="坏地址", kind="feed", url="file:///etc/passwd")
    refusal(desk, "/sources/none/crawl", 404)
    post(desk, f"/sources/{source.id}/delete")
    post(desk, f"/watch-lists/{watch_list.id}/delete")
    assert desk.library.sources.all() == [] and desk.library.watch_lists.all() == []
    assert "护肤周刊" not in page(desk, "/sources").words()


def test_a_source_is_changed_and_keeps_its_record(desk: House) -> None:
    for number in (1, 2):
        desk.library.watch_lists.put(WatchList(f"w{number}", WatchKind.BRAND, f"清单{number}"))
    desk.library.sources.add(Source("f", "旧名", SourceKind.FEED, "https://example.com/old.xml", only_matching=True))
    run(desk, "f", "ok", found=3)
    fields = {**FEED, "schedule_minutes": "60", "max_items": "9", "max_requests": "7", "rights": "owned"}
    post(desk, "/sources/f", **fields, watch_lists=["w1", "w2"], full_text="false", only_matching="false", enabled="true")
    source = desk.library.sources.get("f")
    assert (source.name, source.url, source.watch_lists, source.max_requests) == ("护肤周刊", FEED["url"], ("w1", "w2"), 7)
    assert (source.full_text, source.only_matching, source.rights, source.last_found) == (False, False, "owned", 3)
    assert "没有编号为 none" in refusal(desk, "/sources/f", 404, **FEED, watch_lists=["none"])
    refusal(desk, "/sources/none", 404, **FEED)
    assert "max_items" in refusal(desk, "/sources/f", **FEED, max_items="0")
    edit = page(desk, "/sources/f")
    ticked = [box.attributes["value"] for box in edit.all("input", name="watch_lists") if "checked" in box.attributes]
    assert ticked == ["w1", "w2"] and edit.all("input", name="url")[0].attributes["value"] == FEED["url"]


def test_a_watch_list_is_made_changed_and_gathers_what_is_there(desk: House) -> None:
    form = {
        "kind": "brand",
        "name": "青屿",
        "terms": "面霜，防晒",
        "aliases": "QINGYU",
        "schedule_minutes": "60",
        "weekly_quota": "5",
        "quiet_days": "3",
    }
    post(desk, "/watch-lists", **form)
    [one] = desk.library.watch_lists.all()
    assert (one.terms, one.aliases, one.schedule_minutes, one.weekly_quota, one.quiet_days) == (("面霜", "防晒"), ("QINGYU",), 60, 5, 3)
    assert desk.library.contents.get("xhs-a1").watch_lists == (one.id,)
    words = page(desk, "/sources").words()
    assert "看 1 条内容" in words and "比上周多" in words
    assert "敏感肌换季面霜" in page(desk, f"/?watch_list={one.id}").words()
    assert len(page(desk, f"/?watch_list={one.id}").all("article", class_="card")) == 1
    post(desk, f"/watch-lists/{one.id}", kind="brand", name="炸锅", terms="鸡翅", enabled="true")
    assert desk.library.contents.get("xhs-a2").watch_lists == (one.id,)
    assert desk.library.contents.get("xhs-a1").watch_lists == ()
    changed = desk.library.watch_lists.get(one.id)
    assert (changed.name, changed.aliases, changed.schedule_minutes) == ("炸锅", (), None)
    assert "name" in refusal(desk, "/watch-lists", kind="brand")
    refusal(desk, "/watch-lists/none", 404, kind="brand", name="x")
    assert desk.client.get("/watch-lists/none").status_code == desk.client.get("/sources/none").status_code == 404
    post(desk, f"/watch-lists/{one.id}/delete")
    assert desk.library.contents.get("xhs-a2").watch_lists == ()


def test_each_state_is_said_in_words_with_a_remedy(desk: House) -> None:
    remedies = {"failed": "自动放慢重试", "low": "偶尔一次不用管", "empty": "重新「发现」一次"}
    for state in ("ok", "unchanged", "low", "empty", "failed"):
        desk.library.sources.add(Source(f"s-{state}", f"来源{state}", SourceKind.FEED, f"https://example.com/{state}"))
        for hours in (4, 3, 2):
            run(desk, f"s-{state}", "ok", found=20, hours=hours)
        run(desk, f"s-{state}", state, f"说明{state}", found=2)
        words = page(desk, f"/sources/s-{state}").words()
        assert f"说明{state}" in words and "平时 20 条" in words
        assert [remedy in words for remedy in remedies.values()] == [state == each for each in remedies]
    run(desk, "s-failed", "failed", "还是不行", hours=0.5)
    assert "连续 2 次" in page(desk, "/sources").words()
    desk.library.sources.add(Source("s-new", "新的", SourceKind.FEED, "https://example.com/new"))
    desk.library.sources.add(Source("s-off", "停的", SourceKind.FEED, "https://example.com/off", enabled=False))
    words = page(desk, "/sources").words()
    assert "还没有运行过" in words and "已停用" in words
    bars = page(desk, "/sources/s-failed").all("rect")
    assert [bar.attributes["class"] for bar in bars] == ["run-ok"] * 3 + ["run-failed"] * 2
    names = [element.text for element in page(desk, "/sources").all("a", data_open="")]
    assert names[:3] == ["来源failed", "来源low", "来源empty"]


@pytest.mark.parametrize(
    ("changes", "members", "failing", "words"),
    [
        ({}, 0, None, "等着第一个来源"),
        ({}, 0, False, "还没有内容"),
        ({}, 2, None, "比上周多"),
        ({"weekly_quota": 2}, 2, False, "本周配额已满"),
        ({"enabled": False}, 2, False, "已停用"),
        ({}, 2, True, "来源都抓不到"),
    ],
)
def test_a_watch_list_says_how_it_stands(desk: House, changes: dict[str, object], members: int, failing: bool | None, words: str) -> None:
    one = WatchList("w", WatchKind.CATEGORY, "护肤")
    desk.library.watch_lists.put(replace(one, **changes))  # type: ignore[arg-type]
    if failing is not None:
        desk.library.sources.add(Source("f", "源", SourceKind.FEED, "https://example.com/", ("w",)))
        run(desk, "f", "failed" if failing else "ok", found=1)
    desk.library.contents.upsert([incoming(f"q{number}", watch_lists=("w",)) for number in range(members)], source_id="f")
    [section] = page(desk, "/sources").all("section", id="w")
    found = page(desk, "/sources")
    assert words in found.words() and section


def test_a_failing_source_of_two_lists_explains_itself_once(desk: House) -> None:
    for number in (1, 2):
        desk.library.watch_lists.put(WatchList(f"w{number}", WatchKind.BRAND, f"清单{number}"))
    desk.library.sources.add(Source("f", "源", SourceKind.FEED, "https://example.com/", ("w1", "w2")))
    run(desk, "f", "failed", "服务器拒绝连接。")
    desk.library.alerts.raise_alert("source", "f", "源连续抓不到。", NOW)
    desk.library.alerts.raise_alert("watch_list", "w2", "清单2 没有新内容。", NOW)
    found = page(desk, "/sources")
    assert found.words().count("服务器拒绝连接。") == 1
    assert "需要看一眼（2）" in found.words()
    assert {"/sources/f", "/watch-lists/w2"} <= {element.attributes["href"] for element in found.all("a")}
    desk.library.alerts.clear("source", "f", NOW)
    assert "源连续抓不到。" not in page(desk, "/sources").words()


def test_an_address_is_looked_through_for_feeds_to_choose_from(desk: House, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.library.sources.add(Source("there", "有了", SourceKind.FEED, "https://example.com/old.xml"))
    feeds = [
        Candidate("https://example.com/<b>.xml", SourceKind.FEED, "<script>周刊"),
        Candidate("https://example.com/old.xml", SourceKind.FEED, "有了"),
        Candidate("https://example.com/sitemap.xml", SourceKind.SITEMAP),
    ]
    monkeypatch.setattr("api.filling.discover_sources", lambda _settings, _url: feeds)
    answer = desk.client.post("/sources/discover", data={"url": "https://example.com/"})
    found = read(answer.text)
    assert answer.status_code == 200 and complaints(found) == []
    offered = [(form.attributes["value"]) for form in found.all("input", name="url")]
    assert offered == ["https://example.com/<b>.xml", "https://example.com/sitemap.xml", "https://example.com/"]
    assert [kind.attributes["value"] for kind in found.all("input", name="kind")] == ["feed", "sitemap", "page"]
    assert found.all("a", href="/sources/there") and "<script>周刊" in " ".join(element.text for element in found.elements)

    def nothing(_settings: object, _url: str) -> list[Candidate]:
        raise InputError("网站没有回应。")

    monkeypatch.setattr("api.filling.discover_sources", nothing)
    assert "网站没有回应。" in refusal(desk, "/sources/discover", url="https://example.com/")
    refusal(desk, "/sources/discover", url="javascript:alert(1)")


def test_opml_goes_in_and_says_what_it_brought(desk: House, monkeypatch: pytest.MonkeyPatch) -> None:
    followed: list[bool] = []
    monkeypatch.setattr(Services, "follow_up", lambda _: followed.append(True))
    outline = '<outline text="护肤"><outline type="rss" text="周刊" xmlUrl="https://example.com/feed.xml"/></outline>'
    opml = f'<?xml version="1.0"?><opml version="2.0"><head/><body>{outline}</body></opml>'
    answer = desk.client.post("/sources/opml", files={"file": ("feeds.opml", opml.encode())})
    assert answer.status_code == 200 and complaints(read(answer.text)) == []
    assert [source.url for source in desk.library.sources.all()] == ["https://example.com/feed.xml"]
    assert [one.name for one in desk.library.watch_lists.all()] == ["护肤"]
    assert "OPML 已导入" in read(answer.text).words() and followed
    for body in (b"", b"<html>", b"\x00\xff"):
        assert desk.client.post("/sources/opml", files={"file": ("x.opml", body)}).status_code == 422
    assert desk.client.post("/sources/opml", data={"file": "text"}).status_code == 422
    assert desk.client.get("/v1/sources.opml").status_code == 200
    assert page(desk, "/sources").all("a", href="/v1/sources.opml")
