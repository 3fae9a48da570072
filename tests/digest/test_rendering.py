"""Every format of a digest, with nothing from outside left as markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import feedparser
import pytest

from recommender.digest import digest_html_csp, html_body, make_digest, preview, render_digest
from recommender.digest.markdown import item_block
from recommender.digest.rendering import Format
from recommender.digest.viewing import view_digest
from recommender.errors import NotFound
from recommender.library.model import Digest, Rights
from tests.digest.builders import NOW, TODAY, House

FORMATS: tuple[Format, ...] = ("json", "html", "markdown", "atom", "feed")
HOSTILE = "<script>alert(1)</script>[点我](javascript:alert(1)) **粗** <@all> \x00"


def made(home: House, **changes: Any) -> Digest:
    return make_digest(home.library, home.index, home.settings, home.subscribe(**changes), TODAY, NOW)


class Tags(HTMLParser):
    """The tags and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]


def test_json_has_everything(home: House) -> None:
    home.add(1, rights=Rights.OWNED)
    document = json.loads(render_digest(home.library, made(home), home.settings, "json"))
    assert (document["id"], document["day"], document["state"], document["note"]) == (f"早报:{TODAY}", TODAY, "pending", "")
    (item,) = document["items"]
    assert (item["number"], item["id"], item["exportable"]) == (1, "xhs-1", True)
    assert item["url"] == "http://127.0.0.1:8000/contents/xhs-1"
    assert item["rendered"]["text"] == "第 1 篇护肤笔记\n\n第 1 篇的正文，说洗脸。"
    assert item["reason"].startswith("写到了「洗脸」")


def test_html_is_one_whole_page_under_its_policy(home: House) -> None:
    home.add(1, rights=Rights.OWNED)
    home.add(2)
    page = render_digest(home.library, made(home), home.settings, "html")
    tags = Tags()
    tags.feed(page)
    assert tags.names.count("li") == 2
    assert "http://127.0.0.1:8000/contents/xhs-1" in tags.links
    assert "只供内部参考" in page
    assert "可发送的文案" in page
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style
    fingerprint = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{fingerprint}'" in digest_html_csp()
    assert "unsafe" not in digest_html_csp()


def test_the_fragment_has_no_page_around_it(home: House) -> None:
    home.add(1)
    body = html_body(home.library, made(home), home.settings)
    assert body.lstrip().startswith("<section")
    assert "<style" not in body


def test_markdown_is_what_wecom_shows(home: House) -> None:
    home.add(1)
    text = render_digest(home.library, made(home), home.settings, "markdown")
    assert text.startswith("### 早报：洗脸 · 7月1日\n今日 1 篇")
    assert "**1. [第 1 篇护肤笔记](http://127.0.0.1:8000/contents/xhs-1)**" in text
    assert "推荐理由" in text
    assert "[原文](https://notes.example/1)" in text


@pytest.mark.parametrize("format", ["atom", "feed"])
def test_feeds_read_back(home: House, format: Format) -> None:
    home.add(1)
    text = render_digest(home.library, made(home), home.settings, format)
    if format == "feed":
        ids = [item["id"] for item in json.loads(text)["items"]]
    else:
        parsed = feedparser.parse(text)
        assert not parsed.bozo
        ids = [entry.id for entry in parsed.entries]
    assert ids == ["tag:zhongcao,2026:content/xhs-1"]


@pytest.mark.parametrize("format", FORMATS)
def test_a_digest_without_contents_says_so(home: House, format: Format) -> None:
    text = render_digest(home.library, made(home), home.settings, format)
    assert format in ("atom", "feed") or "没有新内容" in text


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_from_outside_is_markup(home: House, format: Format) -> None:
    home.add(1, title=HOSTILE, text=HOSTILE, url="https://notes.example/a)[b](c", rights=Rights.OWNED)
    text = render_digest(home.library, made(home, name=HOSTILE), home.settings, format)
    if format == "html":
        tags = Tags()
        tags.feed(text)
        assert "script" not in tags.names
        assert not [link for link in tags.links if link.startswith("javascript")]
    elif format == "markdown":
        assert "<script" not in text
        assert "<@all>" not in text
        assert "](javascript" not in text
        assert not re.search(r"[^*]\*\*粗", text)
    elif format == "atom":
        assert "<script" not in text
        assert "&amp;lt;script" in text
    else:
        assert "\x00" not in text
        assert "\\u0000" not in text
        assert "<script" not in "".join(item.get("content_html", "") for item in json.loads(text)["items"])


def test_what_is_gone_is_left_out_and_numbers_stay(home: House) -> None:
    home.add(1, quality=90)
    home.add(2, quality=50)
    digest = made(home)
    home.library.contents.take_down(digest.content_ids[0], "投诉")
    document = json.loads(render_digest(home.library, digest, home.settings, "json"))
    assert [(item["number"], item["id"]) for item in document["items"]] == [(2, digest.content_ids[1])]
    assert 'value="2"' in render_digest(home.library, digest, home.settings, "html")


def test_a_digest_outlives_its_subscription(home: House) -> None:
    home.add(1)
    digest = made(home)
    home.library.subscriptions.delete(digest.subscription_id)
    with pytest.raises(NotFound):
        home.library.subscriptions.get(digest.subscription_id)
    assert "第 1 篇" in render_digest(home.library, digest, home.settings, "html")


@pytest.mark.parametrize("limit_bytes", [4096, 700, 300, 120])
def test_an_item_fits_by_losing_what_matters_least(home: House, limit_bytes: int) -> None:
    home.add(1, title="长标题" * 40, text="长正文。" * 200, url="https://notes.example/" + "x" * 3000)
    digest = preview(home.library, home.index, home.settings, home.subscribe(), TODAY, NOW)
    (item,) = view_digest(home.library, digest, home.settings).items
    block = item_block(item, limit_bytes)
    assert len(block.encode()) <= limit_bytes
    assert "1." in block
    assert "长标题" in block
