"""The pages over the real rooms: each answers with and without content, in both languages, and its forms work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from recommender.library.model import CrawlReport, EventKind, Rights, Segment, Source, SourceKind, Subscription, WatchKind, WatchList
from tests.api.building import House, open_house, settings_in
from tests.api.page_reading import HAN, Page, complaints, read

NOTES = (
    ("p1", "敏感肌换季怎么护肤", "换季脸红刺痛，洁面少一步，面霜厚一点，防晒别停。附我的护肤步骤教程。", Rights.OWNED),
    ("p2", "空气炸锅蜂蜜鸡翅", "鸡翅划两刀，料酒、生抽、蜂蜜腌半小时，180 度每面七分钟，孩子很爱吃。", Rights.AUTHORISED),
    ("a3", "新手妈妈辅食记录", "六个月加辅食，先从高铁米粉开始，一样一样加，观察宝宝三天。", Rights.REFERENCE),
    ("p4", "这款面霜真的最佳", "国家级配方，三天见效，全网最低价，赶紧下单。", Rights.UNKNOWN),
    ("p5", "", "今天店里来了三只猫。一只睡在收银台上，我们都不敢结账。", Rights.OWNED),
)
PATHS = (
    *("/", "/?q=面霜", "/?q=没有这样的词汇", "/?order=quality", "/?watch_list=skin", "/match", "/digest"),
    *("/sources", "/sources/feed-a", "/watch-lists/skin", "/creators", "/creators?q=没有这个人", "/creators/xhs-c1?link=柚子"),
    *("/import", "/clip", "/contents/xhs-p1", "/contents/xhs-p5"),
)


def furnish(house: House) -> None:
    """Segments, subscriptions and sources."""
    house.library.segments.put(Segment("mothers", "新手妈妈", "宝宝一岁以内，关心辅食", ("母婴", "辅食")))
    house.library.subscriptions.put(Subscription("daily", "护肤早报", query="面霜", hour=0))
    house.library.subscriptions.put(
        Subscription("late", "妈妈晚报", segment_id="mothers", robot_url="https://robot.example/send?key=topsecret")
    )
    house.library.watch_lists.put(WatchList("skin", WatchKind.CATEGORY, "护肤", ("面霜",), weekly_quota=3))
    house.library.contents.add_to_watch_list("skin", ["xhs-p1", "xhs-p4"])
    house.library.alerts.raise_alert("source", "feed-a", "连续三次抓不到。", datetime.now(UTC))
    house.library.sources.add(Source("feed-a", "护肤周刊", SourceKind.FEED, "https://example.com/feed.xml", ("skin",)))
    house.library.sources.record_run("feed-a", "failed", "网站要求登录。", CrawlReport(), datetime.now(UTC))
    house.library.jobs.enqueue("feed-a")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = open_house(settings_in(tmp_path_factory.mktemp("pages"), vector_size=16), NOTES, understood=False)
    furnish(house)
    house.client.app.state.services.follow_up()  # type: ignore[attr-defined]
    yield house
    house.client.__exit__(None, None, None)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[House]:
    house = open_house(settings_in(tmp_path), (), understood=False)
    yield house
    house.client.__exit__(None, None, None)


def get(house: House, path: str, **headers: str) -> Page:
    answer = house.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.status_code == 200, answer.text[:2000]
    assert answer.headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in answer.headers["content-security-policy"]
    return read(answer.text)


def post(house: House, path: str, **form: str) -> str:
    """The address that a posted form leads to."""
    answer = house.client.post(path, data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text[:2000]
    assert house.client.get(answer.headers["location"]).status_code == 200
    return str(answer.headers["location"])


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_sound_in_both_languages(filled: House, path: str) -> None:
    for language in ("zh-CN,zh;q=0.9", "en-GB,en;q=0.8,zh;q=0.2"):
        page = get(filled, path, accept_language=language)
        assert complaints(page) == []
        assert page.all("html")[0].attributes["lang"] == ("zh-CN" if language.startswith("zh") else "en")
    foreign = [element for element in page.elements if not element.in_chinese and element.tag != "title" and HAN.search(element.text)]
    assert foreign == []


def test_every_page_answers_for_an_empty_library(empty: House) -> None:
    for path in ("/", "/?q=面霜", "/match", "/digest", "/sources", "/creators", "/import"):
        assert complaints(get(empty, path)) == []
    assert "内容库还是空的" in get(empty, "/").words()


def test_a_card_says_what_a_content_is(filled: House) -> None:
    page = get(filled, "/?q=面霜")
    assert {"面霜"} <= {element.text for element in page.all("mark")}
    words = page.words()
    assert "柚子" in words and "小红书" in words and "质量" in words and "2026-07-01" in words
    assert page.all("img", src="/pictures/xhs-p1")
    note = get(filled, "/?q=" + "面霜" * 300).words()
    assert "200" in note


def test_facets_narrow_and_can_be_taken_back(filled: House) -> None:
    page = get(filled, "/?platform=xhs&platform=weibo")
    chosen = [element for element in page.all("a") if element.attributes.get("class") == "chosen"]
    assert [parse_qs(urlsplit(element.attributes["href"]).query)["platform"] for element in chosen][:2] == [["weibo"], ["xhs"]]
    assert get(filled, "/?platform=weibo").all("article", class_="card") == []
    assert len(get(filled, "/?min_quality=0&published_from=2026-06-01").all("article", class_="card")) == len(NOTES)
    assert filled.client.get("/?min_quality=many").status_code == 422
    assert filled.client.get("/?published_from=yesterday&platform=x").status_code == 422


def test_a_listing_is_paged_by_cursor(tmp_path: Path) -> None:
    texts = [(f"n{number}", f"第{number}条", "正文", Rights.OWNED) for number in range(23)]
    house = open_house(settings_in(tmp_path), texts, understood=False)
    first = get(house, "/")
    following = first.all("a", rel="next")[0].attributes["href"]
    second = get(house, following)
    links = {element.attributes["href"] for page in (first, second) for element in page.all("a", data_open="")}
    assert len(first.all("article", class_="card")) == 20 and len(links) == 23
    assert second.all("a", rel="next") == []
    house.client.__exit__(None, None, None)


def test_a_content_shows_why_and_what_may_be_done(filled: House) -> None:
    page = get(filled, "/contents/xhs-p4")
    assert {"国家级", "最佳"} & {element.text for element in page.all("mark", class_="block")}
    assert "广告法" in page.words() and "仅供内部查看" in page.words()
    assert len(page.all("textarea", readonly="")) == 2
    source = page.all("a", rel="noopener noreferrer nofollow")[0]
    assert source.attributes["href"] == "https://www.xiaohongshu.com/explore/p4"
    assert len(page.all("meter")) == 5


def test_a_match_is_shown_with_reasons_and_not_repeated_once_sent(filled: House) -> None:
    path = "/match?segment=mothers&channel=group&group_type=category&goal=辅食&date=2026-07-04&limit=5"
    page = get(filled, path)
    assert complaints(page) == []
    items = [element.attributes["value"] for element in page.all("input", name="content")]
    assert items and page.all("ul", class_="reasons")
    follow = post(filled, "/match/sent", segment="mothers", content=items[0], channel="group", next=path)
    assert follow.startswith("/match?segment=mothers")
    post(filled, "/match/sent", segment="mothers", content=items[0], channel="group", next=path)
    left = [element.attributes["value"] for element in get(filled, path).all("input", name="content")]
    assert items[0] not in left
    sent = [event for event in filled.library.events.recent() if event.kind is EventKind.SENT]
    assert [(event.content_id, event.segment_id) for event in sent] == [(items[0], "mothers")]


def test_digests_show_todays_items_and_hide_the_robots_key(filled: House) -> None:
    page = get(filled, "/digest")
    assert "护肤早报" in page.words() and "topsecret" not in page.words()
    assert page.all("a", data_open="")
    assert any("format=markdown" in element.attributes["href"] for element in page.all("a"))
    assert filled.client.get("/digest?subscription=daily&day=2020-01-01").status_code == 404
    assert filled.client.get("/digest?subscription=daily&day=soon").status_code == 422


def test_a_digest_that_cannot_be_made_hides_no_other(filled: House) -> None:
    filled.library.subscriptions.put(Subscription("orphan", "人群没了", segment_id="nobody", hour=0))
    words = get(filled, "/digest").words()
    assert "护肤早报" in words and "没有编号为 nobody 的人群" in words
    assert "没有生成过日报" in get(filled, "/digest?day=2020-01-01").words()
    filled.library.subscriptions.delete("orphan")


def test_the_language_is_negotiated_chosen_and_remembered(filled: House) -> None:
    assert get(filled, "/", accept_language="fr,en;q=0.5").all("html")[0].attributes["lang"] == "en"
    assert get(filled, "/", accept_language="fr,*;q=x").all("html")[0].attributes["lang"] == "zh-CN"
    english = filled.client.get("/?lang=en")
    assert "HttpOnly" in english.headers["set-cookie"] and read(english.text).all("html")[0].attributes["lang"] == "en"
    assert get(filled, "/match").all("html")[0].attributes["lang"] == "en"
    filled.client.cookies.clear()
    switch = get(filled, "/?q=面霜&order=newest").all("a", hreflang="en")[0].attributes["href"]
    assert parse_qs(urlsplit(switch).query) == {"q": ["面霜"], "order": ["newest"], "lang": ["en"]}


def test_errors_are_pages(filled: House) -> None:
    for path, status in (
        ("/contents/none", 404),
        ("/match?segment=none", 404),
        ("/match?segment=mothers&limit=1000", 422),
        ("/nowhere", 404),
    ):
        answer = filled.client.get(path, headers={"accept": "text/html"})
        assert answer.status_code == status
        page = read(answer.text)
        assert complaints(page) == [] and "Traceback" not in answer.text
    english = filled.client.get("/contents/none", headers={"accept-language": "en"})
    assert "Nothing here" in read(english.text).words()
    assert filled.client.get("/?cursor=broken").status_code == 422
    assert filled.client.get("/static/none.css").status_code == 404


def test_static_files_are_kept_by_their_version(filled: House) -> None:
    page = get(filled, "/")
    sheets = [element.attributes["href"] for element in page.all("link")] + [element.attributes["src"] for element in page.all("script")]
    assert len(sheets) >= 5
    for address in sheets:
        answer = filled.client.get(address)
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|url\(", answer.text)
        assert "immutable" not in filled.client.get(address.partition("?")[0]).headers["cache-control"]


def test_an_index_that_is_not_ready_shows_the_newest_instead(filled: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from recommender.errors import IndexUnavailable
    from recommender.search import Index

    def unavailable(*_arguments: object, **_named: object) -> None:
        raise IndexUnavailable("索引正在重建。")

    monkeypatch.setattr(Index, "search", unavailable)
    monkeypatch.setattr(Index, "similar", unavailable)
    answer = filled.client.get("/?q=面霜")
    assert answer.status_code == 503 and "索引正在重建。" in answer.text
    assert len(read(answer.text).all("article", class_="card")) == len(NOTES)
    assert filled.client.get("/contents/xhs-p1").status_code == 200


def test_a_failure_inside_is_a_page_without_a_traceback(filled: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from recommender.library.sourcing import JobRepository

    def broken(*_arguments: object) -> None:
        raise RuntimeError("inner words")

    monkeypatch.setattr(JobRepository, "recent", broken)
    answer = filled.client.get("/sources")
    assert answer.status_code == 500 and "inner words" not in answer.text and "出了点问题" in answer.text


def test_a_query_of_5000_characters_is_not_repeated_in_every_link(filled: House) -> None:
    shown = filled.client.get("/", params={"q": "面霜" * 2500})
    assert "只看了前 200 个字" in shown.text
    assert "面霜" * 101 not in shown.text
    assert len(shown.content) < 400_000
