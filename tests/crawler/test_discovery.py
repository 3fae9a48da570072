"""From a page's address to the feeds and sitemaps of its site, on a site of our own."""

from __future__ import annotations

import gzip

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery import MOST_REQUESTS, discover
from crawler.parsers.discovery import Candidate, find_sources
from recommender.errors import BlockedAddress, FetchFailed, InputError, NotAllowed
from recommender.library.model import SourceKind
from recommender.settings import Settings
from tests.crawler.site import Page, Site, serve

ITEM = "<item><title>存茶</title><link>/1</link><description>锡罐</description></item>"
FEED = Page(f'<rss version="2.0"><channel><title>茶铺日记</title>{ITEM}</channel></rss>'.encode(), "application/rss+xml")
SITEMAP = Page(b"<urlset><url><loc>/1</loc></url></urlset>", "application/xml")
NOTHING = Page(b"User-agent: *\nDisallow:\n", "text/plain")


def settings(site: Site) -> Settings:
    return Settings(allow_private=(site.host,), crawl_delay_seconds=0.0, crawl_timeout_seconds=5.0)


def page(head: str = "", body: str = "") -> Page:
    return Page(f"<html><head>{head}</head><body>{body}</body></html>".encode())


def found(pages: dict[str, Page], path: str = "/blog/") -> tuple[list[tuple[str, SourceKind, str]], list[str]]:
    with serve(pages) as site:
        candidates = discover(settings(site), site.url(path))
        return [(c.url.removeprefix(site.url("")), c.kind, c.title) for c in candidates], [path for path, _ in site.requests]


def test_what_a_page_names_comes_first_and_is_read_before_it_is_offered() -> None:
    head = (
        '<link rel="alternate" type="application/rss+xml" title="文章" href="/blog/feed.xml">'
        '<link rel="alternate" type="application/rss+xml" title="评论" href="/comments.xml">'
        '<link rel="alternate" type="application/atom+xml" href="/broken.xml">'
        '<link rel="alternate" hreflang="en" href="/en/">'
    )
    pages = {"/blog/": page(head), "/blog/feed.xml": FEED, "/broken.xml": page(), "/sitemap.xml": SITEMAP, "/robots.txt": NOTHING}
    candidates, asked = found(pages)
    assert candidates == [("/blog/feed.xml", SourceKind.FEED, "茶铺日记"), ("/sitemap.xml", SourceKind.SITEMAP, "网站地图")]
    assert asked[0] == "/robots.txt"
    assert "/comments.xml" not in asked
    assert "/atom.xml" not in asked  # a feed was found already


def test_the_usual_places_are_tried_and_the_same_feed_is_offered_once() -> None:
    candidates, asked = found({"/blog/": page(), "/rss.xml": FEED, "/index.xml": FEED})
    assert candidates == [("/rss.xml", SourceKind.FEED, "茶铺日记")]
    assert len(asked) <= MOST_REQUESTS


def test_robots_names_the_sitemap_and_is_obeyed() -> None:
    robots = Page(b"User-agent: *\nDisallow: /feed\nSitemap: {}/maps/all.xml\n", "text/plain")
    with serve({"/blog/": page(), "/feed": FEED, "/maps/all.xml": SITEMAP}) as site:
        site.pages["/robots.txt"] = Page(robots.body.replace(b"{}", site.url("").encode()), "text/plain")
        candidates = discover(settings(site), site.url("/blog/"))
        assert [c.url for c in candidates] == [site.url("/maps/all.xml")]
        assert "/feed" not in [path for path, _ in site.requests]


def test_the_address_of_a_feed_or_sitemap_is_its_own_answer() -> None:
    assert found({"/f": FEED}, "/f")[0] == [("/f", SourceKind.FEED, "茶铺日记")]
    assert found({"/s": SITEMAP}, "/s")[0] == [("/s", SourceKind.SITEMAP, "网站地图")]


def test_redirects_are_followed_and_a_page_that_fails_may_still_have_feeds() -> None:
    pages = {
        "/blog/": Page(status=301, location="/neu/"),
        "/neu/": page('<link rel="alternate" type="application/rss+xml" href="f">'),
        "/neu/f": FEED,
    }
    assert found(pages)[0] == [("/neu/f", SourceKind.FEED, "茶铺日记")]
    assert found({"/blog/": Page(status=403), "/rss.xml": FEED})[0] == [("/rss.xml", SourceKind.FEED, "茶铺日记")]


@pytest.mark.parametrize(
    ("pages", "error", "said"),
    [
        ({"/blog/": Page(status=404)}, FetchFailed, "404"),
        ({"/robots.txt": Page(status=503), "/blog/": page(), "/feed": FEED}, FetchFailed, "503"),
        ({"/robots.txt": Page(b"User-agent: *\nDisallow: /"), "/blog/": page(), "/feed": FEED}, NotAllowed, "robots.txt"),
        ({"/blog/": Page(status=302, location="/blog/")}, FetchFailed, "转向"),
        ({"/blog/": Page(status=401)}, FetchFailed, "要求登录"),
        ({"/blog/": Page(gzip.compress(bytes(30_000_000)))}, FetchFailed, "解压后超过 10 MB，没有读。$"),
        ({"/blog/": Page(gzip.compress(b"x" * 999)[:20] + b"junk")}, FetchFailed, "压缩的内容损坏"),
        ({"/blog/": Page(status=302, location="http://127.0.0.1:1/")}, BlockedAddress, "内部"),
    ],
)
def test_why_there_is_nothing(pages: dict[str, Page], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        found(pages)


def test_a_site_without_feeds_has_none_and_odd_addresses_are_refused() -> None:
    candidates, asked = found({"/blog/": page()})
    assert candidates == []
    assert len(asked) <= MOST_REQUESTS
    for url in ("javascript:alert(1)", "", "blog"):
        with pytest.raises(InputError, match="完整网址"):
            discover(Settings(), url)


def test_requests_are_bounded_whatever_a_page_names() -> None:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/f{n}">' for n in range(50))
    _, asked = found({"/blog/": page(links)})
    assert len(asked) <= MOST_REQUESTS


def test_candidates_of_a_page() -> None:
    links = '<a href="/atom.xml" title="订阅">RSS</a><a href="/about">关于</a>'
    html = f'<base href="https://cdn.example/x/"><link rel="alternate" type="application/feed+json" href="feed.json">{links}'
    candidates = find_sources(html, "https://tea.example/blog/1")
    assert candidates[0] == Candidate("https://cdn.example/x/feed.json", SourceKind.FEED)
    assert candidates[1] == Candidate("https://cdn.example/atom.xml", SourceKind.FEED, "订阅", guessed=True)
    assert [c.url for c in candidates if c.kind is SourceKind.SITEMAP] == ["https://tea.example/sitemap.xml"]
    assert len({c.url for c in candidates}) == len(candidates)


@given(st.text(), st.sampled_from(["https://tea.example/", "http://[", "x", "https://tea.example/%"]))
def test_any_page_gives_candidates(html: str, url: str) -> None:
    assert all(c.url.startswith("http") for c in find_sources(f"<link rel=alternate type=application/rss+xml href='{html}'>{html}", url))


class Network(httpcore.NetworkBackend):
    """A network on which nothing answers. Source of the methods: httpcore."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def connect_tcp(self, *_: object, **__: object) -> httpcore.NetworkStream:
        raise self.error


@pytest.mark.parametrize(
    ("host", "error", "said"),
    [
        ("192.0.43.10", httpcore.ConnectError("[Errno 111] Connection refused"), "连接不上，请检查网址和端口"),
        ("192.0.43.10", httpcore.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"), "加密连接有问题"),
        ("192.0.43.10", httpcore.ConnectTimeout(), "没有在规定时间内回应"),
        ("192.0.43.10", httpcore.ReadError(), "中途断开"),
        ("no-such-host.invalid", httpcore.ConnectError(), "找不到主机 no-such-host.invalid"),
    ],
)
def test_why_a_site_does_not_answer(host: str, error: Exception, said: str) -> None:
    with pytest.raises(FetchFailed, match=said) as caught:
        discover(Settings(crawl_delay_seconds=0.0), f"https://{host}/blog/", backend=Network(error))
    assert "Error" not in caught.value.message
