"""Feeds that a feed reader reads back."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import feedparser
from hypothesis import given
from hypothesis import strategies as st

from recommender.delivery.feeds import Feed, atom, content_entries, content_url, json_feed, stable_id
from recommender.library.model import ContentItem, Rights
from tests.delivery.builders import NOON, content


def feed(*contents: ContentItem, reasons: tuple[str, ...] = ()) -> Feed:
    return Feed(
        id=stable_id("subscription", "早报"),
        title="早报",
        home_url="http://127.0.0.1:8000/",
        feed_url="http://127.0.0.1:8000/feed",
        updated=NOON,
        entries=content_entries(contents, "http://127.0.0.1:8000", reasons),
    )


def test_atom_reads_back() -> None:
    parsed = feedparser.parse(atom(feed(content(), content(id="xhs-2/x", rights=Rights.REFERENCE), reasons=("新鲜。", "合适。"))))
    assert not parsed.bozo
    assert parsed.feed.title == "早报"
    assert [entry.id for entry in parsed.entries] == ["tag:zhongcao,2026:content/xhs-1", "tag:zhongcao,2026:content/xhs-2%2Fx"]
    assert parsed.entries[0].link == "http://127.0.0.1:8000/contents/xhs-1"
    assert parsed.entries[0].author == "小满护肤"
    assert "洗完三分钟内抹面霜" in parsed.entries[0].content[0].value
    assert "新鲜。" in parsed.entries[0].content[0].value
    assert "不能直接发给客户" in parsed.entries[1].content[0].value
    assert parsed.entries[0].updated == "2026-07-01T12:00:00+08:00"


def test_json_feed_reads_back() -> None:
    document = json.loads(json_feed(feed(content())))
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = document["items"]
    assert item["id"] == "tag:zhongcao,2026:content/xhs-1"
    assert item["external_url"] == "https://notes.example/1"
    assert item["date_published"] == "2026-07-01T12:00:00+08:00"
    assert item["tags"] == ["美妆护肤", "护肤"]


def test_a_text_that_may_not_be_used_is_only_quoted() -> None:
    long = "一句正文。" * 100
    assert atom(feed(content(text=long, rights=Rights.UNKNOWN))).count("一句正文") < 40
    assert atom(feed(content(text=long))).count("一句正文") > 100


def test_what_was_taken_down_is_left_out() -> None:
    assert feed(content(rights=Rights.TAKEN_DOWN), content()).entries == feed(content()).entries


@given(st.text(), st.text(), st.text())
def test_any_text_makes_well_formed_feeds(title: str, text: str, name: str) -> None:
    document = feed(content(title=title, text=text, creator_name=name, tags=(title,)), reasons=(text,))
    root = ElementTree.fromstring(atom(replace(document, title=name)))
    assert len(root.findall("{http://www.w3.org/2005/Atom}entry")) == 1
    assert json.loads(json_feed(document))["items"]


def test_markup_stays_text() -> None:
    hostile = "<script>alert(1)</script>\x00\x0b\ufffe]]>"
    entry = feedparser.parse(atom(feed(content(title=hostile, text=hostile, url="javascript:alert(1)"))), sanitize_html=False).entries[0]
    assert "<script" not in entry.content[0].value
    assert "&lt;script&gt;" in entry.content[0].value
    assert "javascript" not in atom(feed(content(url="javascript:alert(1)")))


def test_addresses_hold_any_id() -> None:
    assert content_url("http://a.example", "web-https://b/?c=1&d#e") == "http://a.example/contents/web-https%3A%2F%2Fb%2F%3Fc%3D1%26d%23e"
