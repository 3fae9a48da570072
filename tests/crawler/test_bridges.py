"""Feeds of bridges and the notes expected of them: each `feeds/NAME.xml` or `.json` has its `NAME.expected.json`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.items import ParsedNote
from crawler.parsers.bridges import account_of, recognise
from crawler.parsers.feeds import parse_feed
from recommender.library.model import Platform

FEEDS = Path(__file__).with_name("feeds")
HOST = "http://rss.home.example:1200/feed"
SAMPLES = sorted(path for path in FEEDS.iterdir() if not path.name.endswith(".expected.json"))


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_feed_and_expected_notes(path: Path) -> None:
    expected = json.loads((FEEDS / f"{path.stem}.expected.json").read_text("utf-8"))
    feed = parse_feed(path.read_bytes(), HOST)
    assert feed.problem == ""
    assert len(feed.notes) == len(expected)
    for note, fields in zip(feed.notes, expected, strict=True):
        assert isinstance(note, ParsedNote)
        wanted = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
        assert {name: getattr(note, name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("url", "platform", "account"),
    [
        ("https://www.xiaohongshu.com/user/profile/5f00000000000000000000bb", Platform.XHS, "5f00000000000000000000bb"),
        ("https://weibo.com/u/1234567890", Platform.WEIBO, "1234567890"),
        ("https://weibo.com/1234567890/z0Ijpwgk7", Platform.WEIBO, "1234567890"),
        ("https://m.weibo.cn/detail/4383747416000001", Platform.WEIBO, ""),
        ("https://space.bilibili.com/2267573/dynamic", Platform.BILIBILI, "2267573"),
        ("https://www.bilibili.com/read/12345", Platform.BILIBILI, ""),
        ("https://www.zhihu.com/people/frederchen/posts", Platform.ZHIHU, "frederchen"),
        ("https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=MzA=", Platform.WECHAT, "MzA="),
        ("https://blog.example.com/123456/", Platform.WEB, ""),
        ("http://[", Platform.WEB, ""),
    ],
)
def test_accounts_in_addresses(url: str, platform: Platform, account: str) -> None:
    assert account_of(url) == (platform, account)


def test_the_route_names_the_account_where_the_link_does_not() -> None:
    channel = recognise("http://10.0.0.5:1200/weibo/user/1234567890", "街角面包店的微博", "https://docs.rsshub.app", "RSSHub")
    assert (channel.platform, channel.account_id, channel.account_name) == (Platform.WEIBO, "1234567890", "街角面包店")
    searched = recognise("http://10.0.0.5:1200/weibo/keyword/面包", "又有人在微博提到面包了", "https://s.weibo.com/weibo/x", "RSSHub")
    assert (searched.account_id, searched.mixed) == ("", True)


def test_an_account_may_be_called_a_collector() -> None:
    link = "https://www.xiaohongshu.com/user/profile/5f00000000000000000000bb"
    channel = recognise("http://10.0.0.5:1200/x", "好物推荐收藏家 - 笔记 • 小红书 / RED", link, "RSSHub")
    assert (channel.account_name, channel.mixed) == ("好物推荐收藏家", False)


def test_articles_that_a_bridge_serves_itself_are_those_of_the_account() -> None:
    item = "<item><title>六月读什么</title><link>http://10.0.0.2:8001/rss/feed/3223096120-2247483700_1</link><description>雨天</description></item>"
    feed = f"<rss version='2.0'><channel><title>一家书店</title><generator>Mp-We-Rss</generator>{item}</channel></rss>"
    (note,) = parse_feed(feed.encode(), "http://10.0.0.2:8001/rss/MP_WXS_3223096120").notes
    assert isinstance(note, ParsedNote)
    assert (note.platform, note.identity) == (Platform.WECHAT, "MzIyMzA5NjEyMA==_2247483700_1")
    assert note.url == "https://mp.weixin.qq.com/s?__biz=MzIyMzA5NjEyMA==&mid=2247483700&idx=1"
    assert (note.creator_id, note.creator_name) == ("MzIyMzA5NjEyMA==", "一家书店")


def test_a_blog_that_only_mentions_a_bridge_path_is_no_bridge() -> None:
    assert recognise("https://blog.example.com/weibo/user/1234567890", "博客", "https://blog.example.com/", "Hexo").account_id == ""
