"""微博's JSON answers: statuses, long texts, reposts, videos, walls."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.addresses import status_id
from crawler.items import ParsedNote, Refusal
from crawler.parsers.weibo import parse_weibo, weibo_text
from crawler.repair import moment
from recommender.library.model import MediaKind, Platform
from recommender.library.tables import SHANGHAI
from tests.data import DATA, needs_data

URL = "https://m.weibo.cn/api/container/getIndex?type=uid&value=1234567890"
NOW = datetime(2024, 6, 16, 12, 0, tzinfo=SHANGHAI)
EMOJI = "<span class=\"url-icon\"><img alt=[偷笑] src='//h5.sinaimg.cn/m/emoticon/x.png' /></span>"


def status(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "created_at": "06-14",
        "id": 4383747416000001,
        "mid": "4383747416000001",
        "text": f"早上第一炉{EMOJI} <a href='https://m.weibo.cn/search?q=x'><span class=\"surl-text\">#早餐#</span></a><br/>开门了",
        "user": {"id": 1234567890, "screen_name": "街角面包店", "followers_count": "6335.7万"},
        "reposts_count": 3,
        "comments_count": "12",
        "attitudes_count": "100万+",
        "isLongText": False,
        "pics": [{"url": "https://m.example/s.jpg", "large": {"url": "https://m.example/l.jpg"}}, {"url": "//m.example/2.jpg"}],
    }
    return made | changes


def notes(answer: Any, url: str = URL) -> list[ParsedNote]:
    found = parse_weibo(json.dumps(answer), url)
    assert all(isinstance(note, ParsedNote) for note in found), found
    return [note for note in found if isinstance(note, ParsedNote)]


def test_a_status() -> None:
    (note,) = notes({"ok": 1, "data": {"cards": [{"card_type": 9, "mblog": status()}]}})
    assert (note.platform, note.identity, note.url) == (Platform.WEIBO, "4383747416000001", "https://m.weibo.cn/detail/4383747416000001")
    assert (note.title, note.text, note.tags) == ("", "早上第一炉[偷笑] #早餐#\n开门了", ("早餐",))
    assert (note.creator_id, note.creator_name, note.creator_fans) == ("1234567890", "街角面包店", "6335.7万")
    assert (note.liked, note.commented, note.shared) == ("100万+", "12", "3")
    assert note.images == ("https://m.example/l.jpg", "https://m.example/2.jpg")
    assert moment(note.published_at, NOW) == datetime(2024, 6, 14, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "answer",
    [
        {"ok": 1, "data": status()},
        {"ok": 1, "data": {"cards": [{"card_type": 11, "card_group": [{"card_type": 9, "mblog": status()}, {"card_type": 6}]}]}},
        {"data": {"list": [status(text_raw="x")]}},
        {"statuses": [status()]},
    ],
)
def test_wherever_a_status_stands(answer: Any) -> None:
    assert [note.identity for note in notes(answer)] == ["4383747416000001"]


@pytest.mark.parametrize(
    ("printed", "read"), [("刚刚", NOW), ("06-14", datetime(2024, 6, 14, tzinfo=SHANGHAI)), ("Sat Jun 15 11:44:46 +0800 2019", None)]
)
def test_times(printed: str, read: datetime | None) -> None:
    (note,) = notes({"data": status(created_at=printed)})
    assert moment(note.published_at, NOW) == (read or datetime(2019, 6, 15, 11, 44, 46, tzinfo=SHANGHAI))


def test_long_texts() -> None:
    cut = '面粉要看蛋白质 ...<a href="/status/4383747416000001">全文</a>'
    (short,) = notes({"data": status(text=cut, isLongText=True)})
    assert (short.text, short.partial) == ("面粉要看蛋白质", True)
    (whole,) = notes({"data": status(text=cut, isLongText=True, longText={"longTextContent": "面粉要看蛋白质，<br />还要看灰分"})})
    assert (whole.text, whole.partial) == ("面粉要看蛋白质，\n还要看灰分", False)
    extend = {"ok": 1, "data": {"ok": 1, "longTextContent": "很长<br/>很长", "reposts_count": 1, "comments_count": 2, "attitudes_count": 3}}
    (alone,) = notes(extend, "https://m.weibo.cn/statuses/extend?id=4383747416000001")
    assert (alone.identity, alone.text, alone.liked) == ("4383747416000001", "很长\n很长", "3")
    assert isinstance(parse_weibo(json.dumps(extend), "https://m.weibo.cn/statuses/extend")[0], Refusal)


def test_a_repost_is_own_words_and_marked_quotation() -> None:
    quoted = status(text="面粉要看蛋白质", user={"id": 9, "screen_name": "麦田"})
    (note,) = notes({"data": status(text="说得对//<a href='/n/x'>@小满</a>:嗯", retweeted_status=quoted, pics=[])})
    assert note.text == "说得对//@小满:嗯\n//@麦田：面粉要看蛋白质"
    assert (note.creator_id, note.identity) == ("1234567890", "4383747416000001")
    (gone,) = notes({"data": status(text="看", retweeted_status={"text": "抱歉，此微博已被作者删除。", "user": None})})
    assert gone.text.startswith("看\n//@原微博：")


def test_video_and_links() -> None:
    page = {"type": "video", "page_pic": {"url": "https://m.example/c.jpg"}, "media_info": {"stream_url": "https://m.example/v.mp4"}}
    link = (
        '<a data-url="http://t.cn/A1" href="https://x"><span class=\'url-icon\'><img src=\'y\'></span><span class="surl-text">{}</span></a>'
    )
    (note,) = notes({"data": status(text=link.format("街角面包店的微博视频") + "看看" + link.format("网页链接"), page_info=page, pics=[])})
    assert (note.kind, note.video_url, note.images) == (MediaKind.VIDEO, "https://m.example/v.mp4", ("https://m.example/c.jpg",))
    assert note.text == "看看 http://t.cn/A1"
    assert weibo_text("<a href='https://weibo.cn/sinaurl?u=https%3A%2F%2Ftea.example%2F1'>网页链接</a>") == "https://tea.example/1"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"ok": -100, "url": "https://passport.weibo.com/sso/signin"}, "登录"),
        ({"ok": 0, "msg": "请先登录"}, "登录"),
        ({"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}, "还没有内容"),
        ({"ok": 1, "data": {"userInfo": {"id": 1}}}, "账号资料"),
        ({"ok": 1, "data": {"data": [{"id": 1, "text": "好吃", "user": {}, "like_count": 2, "bid": "x"}]}}, "评论"),
        ({"data": status(deleted="1")}, "删除"),
        ({"data": status(text="抱歉，此微博已被作者删除。查看帮助：网页链接")}, "删除"),
        ({"data": status(visible={"type": 1})}, "没有公开"),
        ([], "没有微博"),
    ],
)
def test_what_is_no_status_is_refused_with_the_reason(answer: Any, said: str) -> None:
    (refusal,) = parse_weibo(json.dumps(answer), URL)
    assert isinstance(refusal, Refusal)
    assert said in refusal.reason
    assert "没有存" in refusal.reason


def test_both_names_of_a_status_are_one() -> None:
    assert status_id("z0Ijpwgk7") == "3501703397689247"
    assert status_id("3501703397689247") == "3501703397689247"
    assert status_id("") == ""


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["data", "cards", "mblog", "text", "user", "pics", "isLongText", "page_info", "mid"]), inner)
        ),
    )
)
def test_any_json_gives_an_answer(value: object) -> None:
    assert parse_weibo(json.dumps({"data": value}), URL)
    assert parse_weibo(json.dumps(value), URL)


@pytest.mark.parametrize("text", ["", "{", "null", "[" * 5_000, '{"data":' * 500 + "1" + "}" * 500, "<html>"])
def test_no_answer_of_weibo_is_said_so(text: str) -> None:
    assert isinstance(parse_weibo(text, URL)[0], Refusal)


@needs_data
@pytest.mark.parametrize(
    ("name", "kinds"), [("cards1", 10), ("retweet01", 1), ("statuses1", 1), ("userInfo", 0), ("comments1", 0), ("comments2", 0)]
)
def test_real_answers(name: str, kinds: int) -> None:
    found = parse_weibo((DATA / "weibo" / f"{name}.json").read_text("utf-8"), "https://m.weibo.cn/statuses/extend?id=4692725286729624")
    real = [note for note in found if isinstance(note, ParsedNote)]
    assert len(real) == kinds
    assert len(found) == max(kinds, 1)
    assert all(note.text and note.identity.isdigit() and "<" not in note.text for note in real)
