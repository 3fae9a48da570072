"""Feeds of every kind, and documents that only look like one."""

from __future__ import annotations

import gzip
import json
import tarfile
import time

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import ParsedNote, Refusal
from crawler.parsers.feeds import ParsedFeed, parse_feed
from crawler.repair import moment
from recommender.library.model import MediaKind, Platform
from tests.data import DATA, needs_data

URL = "https://blog.example.com/feed.xml"
RSS = """<?xml version="1.0" encoding="{encoding}"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>茶铺日记</title><link>https://blog.example.com/</link>
<item><title>梅雨天怎么存茶</title><link>/posts/1?utm_source=rss</link><guid>1</guid><category>茶</category>
<description>短的</description><content:encoded><![CDATA[<p>锡罐最稳。</p><script>alert(1)</script><img src="/tea.jpg">]]></content:encoded>
<pubDate>Mon, 10 Jun 2024 08:30:00 +0800</pubDate></item>
<item><title>转载</title><link>https://www.xiaohongshu.com/explore/64b8f0d2000000001c00a1b2?xsec_token=1</link><description>好看</description>
<enclosure url="https://media.example/v.mp4" type="video/mp4" length="1"/></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><title>一</title>
<id>tag:1</id><updated>2024-06-10T00:30:00Z</updated>
<author><name>阿满</name></author>
<link href="https://blog.example.com/1"/><summary type="html">&lt;b&gt;正文&lt;/b&gt;</summary></entry></feed>"""
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "茶铺日记",
    "authors": [{"name": "阿满"}],
    "items": [
        {
            "id": 7,
            "url": "https://blog.example.com/7",
            "content_html": "<p>正文</p>",
            "date_published": "2024-06-10T08:30:00+08:00",
            "tags": ["茶"],
            "image": "/a.jpg",
        },
        {"id": "8", "content_text": "没有链接的一条"},
        "不是对象",
    ],
}


def notes(feed: ParsedFeed) -> list[ParsedNote]:
    assert feed.problem == ""
    return [note for note in feed.notes if isinstance(note, ParsedNote)]


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312", "utf-16"])
def test_rss(encoding: str) -> None:
    first, second = notes(parse_feed(RSS.format(encoding=encoding).encode(encoding), URL))
    assert (first.title, first.text, first.creator_name, first.tags) == ("梅雨天怎么存茶", "锡罐最稳。", "茶铺日记", ("茶",))
    assert first.url == "https://blog.example.com/posts/1?utm_source=rss"
    assert first.images == ("https://blog.example.com/tea.jpg",)
    assert moment(first.published_at) == moment("2024-06-10T08:30:00+08:00")
    assert (second.platform, second.identity, second.kind) == (Platform.XHS, "64b8f0d2000000001c00a1b2", MediaKind.VIDEO)


def test_atom() -> None:
    (note,) = notes(parse_feed(ATOM.encode(), URL))
    assert (note.title, note.text, note.creator_name, note.url) == ("一", "正文", "阿满", "https://blog.example.com/1")


def test_json_feed() -> None:
    feed = parse_feed(orjson.dumps(JSON_FEED), URL)
    first, second = notes(feed)
    assert (first.text, first.creator_name, first.tags, first.images) == ("正文", "阿满", ("茶",), ("https://blog.example.com/a.jpg",))
    assert (second.identity, second.text) == ("8", "没有链接的一条")
    assert isinstance(feed.notes[2], Refusal)


def test_an_ill_formed_feed_is_read_as_far_as_it_goes() -> None:
    cut = RSS.format(encoding="utf-8").encode()[:-150]
    assert [note.title for note in notes(parse_feed(cut, URL))][:1] == ["梅雨天怎么存茶"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空的"),
        (b"<!doctype html><html><body>x</body></html>", "网页"),
        (b"<?xml version='1.0'?><urlset><url><loc>x</loc></url></urlset>", "网站地图"),
        ("随便".encode(), "不是订阅源"),
        (b'{"a": 1}', "JSON Feed"),
        (b'{"a": ', "完整的 JSON"),
        (b"/etc/passwd", "不是订阅源"),
        (b"https://example.com/feed", "不是订阅源"),
        ('<!DOCTYPE a [<!ENTITY b "c">'.encode("utf-16"), "实体"),
    ],
)
def test_what_is_no_feed_is_named(data: bytes, said: str) -> None:
    assert said in parse_feed(data, URL).problem


def test_an_empty_feed_is_a_feed() -> None:
    assert parse_feed(b'<rss version="2.0"><channel><title>e</title></channel></rss>', URL) == ParsedFeed("e")


@given(st.binary(max_size=400))
def test_any_bytes_give_an_answer(data: bytes) -> None:
    assert isinstance(parse_feed(data, URL), ParsedFeed)


@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["items", "url", "authors", "tags", "name", "title"]), inner)
        ),
    )
)
def test_any_json_gives_an_answer(value: object) -> None:
    assert isinstance(parse_feed(b'{"items": ' + json.dumps([value, value]).encode() + b"}", URL), ParsedFeed)


def test_declared_entities_are_never_expanded() -> None:
    rows = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    feed = parse_feed(
        f'<?xml version="1.0"?>{rows}<rss version="2.0"><channel><item><title>x&b;&b;y</title></item></channel></rss>'.encode(), URL
    )
    assert all("aaaaaaaaaa" not in note.title for note in feed.notes if isinstance(note, ParsedNote))


@needs_data
def test_xml_attacks_are_refused_quickly() -> None:
    attacks = json.loads(gzip.decompress((DATA / "security" / "xml_attacks.json.gz").read_bytes()))
    assert len(attacks) == 84
    for attack in attacks:
        started = time.perf_counter()
        feed = parse_feed(attack["xml"].encode("utf-8", "replace"), URL)
        assert time.perf_counter() - started < 1.0, attack["name"]
        assert not any("root:" in note.text for note in feed.notes if isinstance(note, ParsedNote))


@needs_data
def test_every_real_feed_is_read_without_an_exception() -> None:
    read = with_notes = 0
    with tarfile.open(DATA / "feeds" / "feeds.tar.gz") as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member) if member.isfile() else None
            if file is None:
                continue
            feed = parse_feed(file.read(), URL)
            read += 1
            with_notes += bool(feed.notes)
            if member.name == "zh/blog_atom.xml":
                assert len(notes(feed)) == 20
    assert read > 3_000
    assert with_notes > 1_500
