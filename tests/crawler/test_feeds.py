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
    assert (second.identity, second.text) == ("https://blog.example.com/feed.xml#8", "没有链接的一条")
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


def test_only_the_first_thousand_entries_are_read() -> None:
    items = "".join(f"<item><title>{number}</title><link>https://blog.example.com/{number}</link></item>" for number in range(3_000))
    feed = parse_feed(f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode(), URL)
    assert [note.title for note in notes(feed)] == [str(number) for number in range(1_000)]


@pytest.mark.parametrize(
    "data",
    [
        b"<rss><channel>" + b"<a>" * 50_000,
        b"<rss><channel>" + b"<b></b>" * 50_000,
        b"<rss><channel>" + b"<!--" * 50_000,
        b"<rss><channel>-->" + b"<!--" * 50_000,
        b"<rss><channel><item><description>" + b"<![CDATA[" * 50_000,
    ],
    ids=["deep", "many", "comments", "comments behind their end", "cdata"],
)
def test_documents_made_to_take_long_are_refused_at_once(data: bytes) -> None:
    started = time.process_time()
    assert "没有读" in parse_feed(data, URL).problem
    assert time.process_time() - started < 1.0


def test_a_feed_with_much_markup_in_its_texts_is_read() -> None:
    text = "<p>一<b>二</b></p>" * 20_000
    (note,) = notes(
        parse_feed(
            f"<rss><channel><item><title>x</title><description><![CDATA[{text}]]></description></item></channel></rss>".encode(), URL
        )
    )
    assert note.text.count("一二") == 20_000


@pytest.mark.parametrize(
    ("body", "partial"),
    [
        ("锡罐最稳。", False),
        ("锡罐最稳，其次……", False),
        ("锡罐最稳 [...]", True),
        ("&lt;p&gt;锡罐最稳&lt;/p&gt;&lt;a href='/1'&gt;Read more →&lt;/a&gt;", True),
        ("锡罐最稳。(继续阅读)", True),
        ("", True),
        ("怎么存茶", True),
    ],
)
def test_a_body_that_only_teases_is_partial(body: str, partial: bool) -> None:
    content = f"<content:encoded>{body}</content:encoded>" if partial is False else f"<description>{body}</description>"
    item = f"<item><title>怎么存茶</title><link>/1</link>{content}</item>"
    feed = f"<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>t</title>{item}</channel></rss>"
    (note,) = notes(parse_feed(feed.encode(), URL))
    assert note.partial is partial
    assert "Read more" not in note.text


def test_a_feed_of_nothing_but_short_summaries_teases_and_one_of_short_posts_does_not() -> None:
    def feed(title: str) -> str:
        item = f"<item>{title}<link>/1</link><description>今天有新茶到店。</description></item>"
        return f"<rss version='2.0'><channel>{item * 5}</channel></rss>"

    assert all(note.partial for note in notes(parse_feed(feed("<title>新茶</title>").encode(), URL)))
    assert not any(note.partial for note in notes(parse_feed(feed("").encode(), URL)))


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


def test_an_address_is_nobodys_name() -> None:
    item = "<item><title>一</title><link>/1</link><author>tea@blog.example.com</author></item>"
    (note,) = notes(parse_feed(f"<rss version='2.0'><channel><title>茶铺日记</title>{item}</channel></rss>".encode(), URL))
    assert note.creator_name == "茶铺日记"


def test_a_whole_article_of_wechat_loses_what_stands_around_it() -> None:
    words = "<p>锡罐密封最稳，放在阴凉处，离灶台远一点。</p>" * 12
    body = f"<p>点击上方蓝字关注我们</p>{words}<p>长按识别二维码关注公众号</p><p>扫码关注，不错过更新</p>"
    item = (
        f"<item><title>存茶</title><link>https://mp.weixin.qq.com/s/AbC</link><content:encoded><![CDATA[{body}]]></content:encoded></item>"
    )
    rss = f'<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><generator>WeWe RSS</generator>{item}</channel></rss>'
    (note,) = parse_feed(rss.encode(), "https://wewe.example/feeds/all.rss").notes
    assert isinstance(note, ParsedNote) and not note.partial
    assert "锡罐密封" in note.text.split("\n")[0] and note.text.endswith("离灶台远一点。")
    blog = parse_feed(rss.replace("mp.weixin.qq.com", "blog.example.com").replace("WeWe RSS", "x").encode(), URL).notes[0]
    assert isinstance(blog, ParsedNote) and "点击上方蓝字" in blog.text


def test_entries_without_a_link_are_their_feeds_own() -> None:
    feed = '<rss version="2.0"><channel><title>t</title><item><guid isPermaLink="false">1</guid><title>一</title></item></channel></rss>'
    first, second = (parse_feed(feed.encode(), f"https://{host}.example/feed").notes[0] for host in ("a", "b"))
    assert isinstance(first, ParsedNote) and isinstance(second, ParsedNote)
    assert first.identity != second.identity and first.identity.endswith("#1")
