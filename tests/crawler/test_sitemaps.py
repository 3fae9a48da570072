"""Sitemaps of every kind, and what must not be read."""

from __future__ import annotations

import gzip
import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsers.sitemaps import ParsedSitemap, parse_sitemap, unpack

URL = "https://tea.example/sitemap.xml"
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)
PAGES = f"""<?xml version="1.0" encoding="UTF-8"?>
<urlset {NAMESPACES}>
<url><loc> https://tea.example/old </loc><lastmod>2023-01-02</lastmod></url>
<url><loc>/new?a=1&amp;b=2</loc><lastmod>2024-06-10T08:30:00+08:00</lastmod><image:image><image:loc>https://img.example/1.jpg</image:loc></image:image></url>
<url><loc>https://tea.example/undated</loc></url>
<url><loc>https://tea.example/news</loc><news:news><news:publication_date>2024-01-01</news:publication_date></news:news></url>
<url><loc>javascript:alert(1)</loc></url>
<url><loc>https://tea.example/old</loc></url>
</urlset>"""
ORDER = ["https://tea.example/new?a=1&b=2", "https://tea.example/news", "https://tea.example/old", "https://tea.example/undated"]
INDEX = b"<sitemapindex><sitemap><loc>https://tea.example/a.xml</loc><lastmod>2023-01-01</lastmod></sitemap><sitemap><loc>/b.xml.gz</loc><lastmod>2024-01-01</lastmod></sitemap></sitemapindex>"


def urls(found: ParsedSitemap) -> list[str]:
    assert found.problem == ""
    return [page.url for page in found.pages]


@pytest.mark.parametrize("data", [PAGES.encode(), gzip.compress(PAGES.encode()), PAGES.replace("UTF-8", "UTF-16").encode("utf-16")])
def test_pages_newest_first(data: bytes) -> None:
    found = parse_sitemap(data, URL)
    assert urls(found) == ORDER
    assert found.pages[0].lastmod == datetime.fromisoformat("2024-06-10T08:30:00+08:00")
    assert found.pages[-1].lastmod is None


def test_an_index_names_further_sitemaps() -> None:
    found = parse_sitemap(INDEX, URL)
    assert (found.pages, found.sitemaps, found.problem) == ((), ("https://tea.example/b.xml.gz", "https://tea.example/a.xml"), "")


def test_a_list_of_addresses_and_a_feed_are_sitemaps_too() -> None:
    assert urls(parse_sitemap("\ufeffhttps://tea.example/1\r\nhttps://tea.example/茶\n\n".encode(), URL)) == [
        "https://tea.example/1",
        "https://tea.example/茶",
    ]
    item = b"<item><title>a</title><link>https://tea.example/1</link><pubDate>Mon, 10 Jun 2024 08:30:00 +0800</pubDate></item>"
    feed = b"<rss version='2.0'><channel>" + item + b"</channel></rss>"
    assert urls(parse_sitemap(feed, URL)) == ["https://tea.example/1"]


def test_a_cut_or_ill_formed_sitemap_is_read_as_far_as_it_goes() -> None:
    assert urls(parse_sitemap(PAGES[: PAGES.index("<url><loc>https://tea.example/undated")].encode(), URL)) == [ORDER[0], ORDER[2]]
    assert urls(parse_sitemap(b"<urlset><url><loc>https://tea.example/?a&b</loc></url></urlset>", URL)) == ["https://tea.example/?a&b"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空的"),
        (b"<!doctype html><html></html>", "不是网站地图"),
        (b'{"a": 1}', "不是网站地图"),
        (b"<urlset", "不完整"),
        (b"\x1f\x8bxxxx", "解不开"),
        (gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"x")))), "许多层"),
        (b'<!DOCTYPE urlset [<!ENTITY a "b">]><urlset><url><loc>https://tea.example/&a;</loc></url></urlset>', "出于安全"),
        (b'<!DOCTYPE urlset SYSTEM "file:///etc/passwd"><urlset><url><loc>https://tea.example/</loc></url></urlset>', "出于安全"),
        (b"<urlset>" + b"<url>" * 100_000, "不完整"),
    ],
)
def test_what_is_no_sitemap_is_named_quickly(data: bytes, said: str) -> None:
    started = time.perf_counter()
    assert said in parse_sitemap(data, URL).problem
    assert time.perf_counter() - started < 1.0


def test_unpacking_ends_at_the_limit() -> None:
    bomb = gzip.compress(b"\0" * 5_000_000)
    with pytest.raises(ValueError, match="超过 1 MB"):
        unpack(bomb, 1_000_000)
    assert len(unpack(bomb, 5_000_000)) == 5_000_000


@given(st.binary(max_size=200), st.sampled_from([b"", b"<urlset><url><loc>", b"<sitemapindex>", b"\x1f\x8b"]))
def test_any_bytes_give_an_answer(data: bytes, head: bytes) -> None:
    assert isinstance(parse_sitemap(head + data, URL), ParsedSitemap)
