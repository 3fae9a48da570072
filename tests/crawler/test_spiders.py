"""What the spiders fetch and what they leave: entries that only tease, sitemaps, budgets, mistaken kinds, the pace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.health import mistaken
from crawler.intake import local_now
from crawler.items import ParsedNote
from crawler.spiders.feeds import laid_over
from recommender.library import Library
from recommender.library.model import CrawlReport, Platform, SourceKind
from tests.crawler.builders import stored
from tests.crawler.crawling import add, run, settings_for
from tests.crawler.site import Page, Site, article, serve, sitemap


@pytest.fixture
def sites() -> Iterator[list[Site]]:
    """Two hosts: one name, two ports."""
    with ExitStack() as stack:
        yield [stack.enter_context(serve({})) for _ in range(2)]


def teaser_feed(*links: str) -> Page:
    items = "".join(
        f"<item><title>茶事 {number}</title><link>{link}</link><category>茶</category><author>阿满</author>"
        f"<description>清晨的雾还没有散……阅读全文</description></item>"
        for number, link in enumerate(links)
    )
    return Page(f'<rss version="2.0"><channel><title>茶铺</title>{items}</channel></rss>'.encode(), "application/rss+xml")


def test_an_entry_that_teases_gets_the_text_of_its_page_once(tmp_path: Path, library: Library, sites: list[Site]) -> None:
    blog, other = sites
    blog.pages |= {f"/{n}": article(n) for n in range(3)}
    blog.pages |= {"/robots.txt": Page(b"User-agent: *\nDisallow: /2", "text/plain")}
    other.pages["/feed"] = teaser_feed(*(blog.url(f"/{n}") for n in range(4)))
    source = add(library, other.url("/feed"), full_text=True)
    settings = settings_for(tmp_path, *sites)

    report, after = run(settings, library, source)
    assert (report.found, report.new, report.refused) == (4, 4, 0)
    texts = {item.title: item.text for item in stored(library)}
    assert "火候全凭经验" in texts["茶事 0"] and "火候全凭经验" in texts["茶事 1"]
    assert "火候" not in texts["茶事 2"] and "火候" not in texts["茶事 3"]
    assert all("茶" in item.tags for item in stored(library))
    assert {item.creator_name for item in stored(library)} == {"阿满"}
    assert "有 2 页没有读到" in after.last_message and ("robots.txt" in after.last_message or "404" in after.last_message)
    assert sorted(blog.hits()) == ["/0", "/1", "/3", "/robots.txt"]  # its own robots.txt is asked, and obeyed
    assert library.sources.runs(source.id)[0].requests == len(blog.requests) + len(other.requests)

    other.pages["/feed"] = teaser_feed(*(blog.url(f"/{n}") for n in (0, 1, 3, 5)))
    blog.requests.clear()
    report, _ = run(settings, library, source)
    assert sorted(blog.hits()) == ["/5", "/robots.txt"]  # what was read, or is not there, is not asked for again
    texts = {item.url[-1]: item.text for item in stored(library)}
    assert "火候全凭经验" in texts["0"], "a teaser never replaces the whole text"


def test_a_page_that_fails_for_now_is_asked_for_again_though_the_feed_is_as_it_was(
    tmp_path: Path, library: Library, sites: list[Site]
) -> None:
    blog, other = sites
    blog.pages["/0"] = Page(b"", status=500)
    other.pages["/feed"] = teaser_feed(blog.url("/0"))
    source, settings = add(library, other.url("/feed"), full_text=True), settings_for(tmp_path, *sites)
    _, after = run(settings, library, source)
    assert after.last_state == "ok" and "服务器出错" in after.last_message
    blog.pages["/0"] = article(0)
    report, _ = run(settings, library, source)
    assert report.changed == 1 and "火候" in stored(library)[0].text
    assert run(settings, library, source)[1].last_state == "unchanged"


def test_an_entry_cannot_lead_to_what_the_guard_forbids(tmp_path: Path, library: Library, sites: list[Site]) -> None:
    canary, other = sites
    canary.pages["/0"] = article(0)
    other.pages["/feed"] = teaser_feed(canary.url("/0"), "http://169.254.169.254/latest/", other.url("/moved"), "ftp://a.example/1")
    other.pages["/moved"] = Page(status=302, location=canary.url("/0"))
    report, after = run(settings_for(tmp_path, other), library, add(library, other.url("/feed"), full_text=True))
    assert canary.requests == [] and report.new == 4
    assert "有 3 页没有读到" in after.last_message and "出于安全没有连接" in after.last_message


def test_a_feed_that_brings_far_less_than_usual_is_low(tmp_path: Path, library: Library, sites: list[Site]) -> None:
    sites[0].pages["/feed"] = teaser_feed("https://example.com/1")
    source = add(library, sites[0].url("/feed"))
    for _ in range(3):
        library.sources.record_run(source.id, "ok", "", CrawlReport(found=20, new=20), local_now())
    _, after = run(settings_for(tmp_path, sites[0]), library, source)
    assert (after.last_state, after.failures) == ("low", 0)
    assert "平时约 20 条，这次只有 1 条" in after.last_message


def test_the_budget_ends_a_run_and_the_next_goes_on(tmp_path: Path, library: Library, sites: list[Site]) -> None:
    blog, other = sites
    blog.pages |= {f"/{n}": article(n) for n in range(6)}
    other.pages["/feed"] = teaser_feed(*(blog.url(f"/{n}") for n in range(6)))
    source, settings = add(library, other.url("/feed"), full_text=True, max_requests=6), settings_for(tmp_path, *sites)
    report, after = run(settings, library, source)
    assert report.new == 6
    assert len(blog.requests) + len(other.requests) == 6
    assert "6 次请求用完" in after.last_message and "还有 3 页" in after.last_message
    report, after = run(settings, library, source)
    assert report.changed == 3 and "用完" not in after.last_message
    assert len(blog.hits("/0") + blog.hits("/1") + blog.hits("/2")) == 3
    assert all("火候" in item.text for item in stored(library))


def test_a_budget_too_small_for_anything_is_said(tmp_path: Path, library: Library, sites: list[Site]) -> None:
    sites[0].pages["/feed"] = teaser_feed("https://example.com/1")
    _, after = run(settings_for(tmp_path, sites[0]), library, add(library, sites[0].url("/feed"), max_requests=1))
    assert after.last_state == "failed" and "1 次请求用完" in after.last_message


def test_a_sitemap_is_read_newest_first_a_few_at_a_time(tmp_path: Path, library: Library, sites: list[Site]) -> None:
    site = sites[0]
    days = [local_now() - timedelta(days=n) for n in range(10, 20)]
    addresses = {site.url(f"/p{n}"): day.isoformat() for n, day in enumerate(days)}
    site.pages |= {f"/p{n}": article(n) for n in range(9)} | {"/p3": Page(b"<html><title>x</title></html>")}
    site.pages["/sitemap.xml"] = sitemap(dict(reversed(addresses.items())))
    source = add(library, site.url("/sitemap.xml"), SourceKind.SITEMAP, max_items=5)
    settings = settings_for(tmp_path, site)

    report, after = run(settings, library, source)
    assert sorted(site.hits("/p")) == [f"/p{n}" for n in range(5)]
    assert (report.found, report.new, report.refused) == (5, 4, 1)
    assert after.last_state == "ok" and "还有 5 页没有抓" in after.last_message and "/p3" in after.last_message
    report, after = run(settings, library, source)
    assert sorted(site.hits("/p")[5:]) == [f"/p{n}" for n in range(5, 10)]  # /p9 is not there
    assert (report.new, report.refused) == (4, 1)

    site.requests.clear()
    report, after = run(settings, library, source)
    assert (after.last_state, site.hits("/p"), report.found) == ("unchanged", [], 0)
    assert library.sources.get(source.id).failures == 0

    site.pages["/p2"] = article(2, "改过，")
    site.pages["/sitemap.xml"] = sitemap(addresses | {site.url("/p2"): (local_now() + timedelta(minutes=1)).isoformat()})
    report, _ = run(settings, library, source)
    assert (report.changed, site.hits("/p")) == (1, ["/p2"])


def test_a_sitemap_without_times_is_asked_again_after_a_while_only_for_what_changed(
    tmp_path: Path, library: Library, sites: list[Site]
) -> None:
    site = sites[0]
    site.pages |= {f"/p{n}": article(n) for n in range(3)}
    site.pages["/s.xml"] = sitemap({site.url(f"/p{n}"): "" for n in range(3)})
    source, settings = add(library, site.url("/s.xml"), SourceKind.SITEMAP), settings_for(tmp_path, site)
    assert run(settings, library, source)[0].new == 3
    assert run(settings, library, source)[1].last_state == "unchanged"
    assert len(site.hits("/p")) == 3
    long_ago = local_now() - timedelta(days=30)
    states = library.fetches.known([site.url(f"/p{n}") for n in range(3)])
    library.fetches.put_many({url: replace(state, at=long_ago) for url, state in states.items()})
    site.pages["/p1"] = article(1, "改过，")
    report, _ = run(settings, library, source)
    assert (report.found, report.changed) == (1, 1)
    assert [bool(mark) for path, mark in site.requests if path.startswith("/p")][3:] == [True] * 3


def test_sitemaps_of_sitemaps_are_read_until_there_is_enough(tmp_path: Path, library: Library, sites: list[Site]) -> None:
    site = sites[0]
    site.pages |= {f"/p{n}": article(n) for n in range(4)}
    site.pages |= {f"/s{n}.xml": sitemap({site.url(f"/p{n}"): ""}) for n in range(4)}
    maps = "".join(
        f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in ("/index.xml", "/gone.xml", "/s0.xml", "/s1.xml", "/s2.xml")
    )
    site.pages["/index.xml"] = Page(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{maps}</sitemapindex>'.encode())
    source, settings = add(library, site.url("/index.xml"), SourceKind.SITEMAP, max_items=2), settings_for(tmp_path, site)
    report, after = run(settings, library, source)
    assert report.new == 2 and site.hits("/s") == ["/s0.xml", "/s1.xml"] and site.hits("/index").count("/index.xml") == 1
    assert "gone.xml" in after.last_message
    assert run(settings, library, source)[0].new == 1


def test_a_site_that_is_down_fails_and_its_pages_come_later(tmp_path: Path, library: Library, sites: list[Site]) -> None:
    site = sites[0]
    site.pages |= {f"/p{n}": Page(b"", status=500) for n in range(8)}
    site.pages["/s.xml"] = sitemap({site.url(f"/p{n}"): "" for n in range(8)})
    source, settings = add(library, site.url("/s.xml"), SourceKind.SITEMAP), settings_for(tmp_path, site)
    report, after = run(settings, library, source)
    assert (after.last_state, report.found) == ("failed", 0)
    assert "有 8 页没有读到" in after.last_message and "服务器出错（500）" in after.last_message
    site.pages |= {f"/p{n}": article(n) for n in range(1, 9)}
    site.pages["/s.xml"] = sitemap({site.url(f"/p{n}"): "" for n in (8, *range(8))})
    site.requests.clear()
    report, after = run(settings, library, source)
    assert site.hits("/p")[0] == "/p8", "what was never asked for comes first"
    assert (after.last_state, report.new, report.refused) == ("ok", 8, 0) and "有 1 页没有读到" in after.last_message
    assert run(settings, library, source)[1].last_state == "unchanged", "one page that never answers is no failure"


def test_a_weibo_answer_is_read_by_its_own_parser(tmp_path: Path, library: Library, sites: list[Site]) -> None:
    said = {"id": "4976000000000001", "mid": "4976000000000001", "text": "春茶上市了，今年的明前茶很香", "attitudes_count": 3}
    said |= {"created_at": "Sat Jun 15 11:44:46 +0800 2024", "reposts_count": 1, "comments_count": 2}
    status = json.dumps({"ok": 1, "data": said | {"user": {"id": 1, "screen_name": "阿满"}}})
    sites[0].pages["/status"] = Page(status.encode(), "application/json")
    report, after = run(settings_for(tmp_path, sites[0]), library, add(library, sites[0].url("/status"), SourceKind.PAGE))
    assert report.new == 1, after.last_message
    assert (stored(library)[0].platform, stored(library)[0].counts.liked) == (Platform.WEIBO, 3)


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        (SourceKind.PAGE, b'<?xml version="1.0"?><rss version="2.0">', "是订阅源"),
        (SourceKind.PAGE, b'{"version": "https://jsonfeed.org/version/1.1"}', "是订阅源"),
        (SourceKind.PAGE, b"<urlset>", "是网站地图"),
        (SourceKind.PAGE, b"<!doctype html><title>a", ""),
        (SourceKind.SITEMAP, b"\n<!DOCTYPE html><html>", "是网页"),
        (SourceKind.SITEMAP, b"<urlset>", ""),
    ],
)
def test_a_source_of_the_wrong_kind_is_told_which_it_is(kind: SourceKind, body: bytes, words: str) -> None:
    assert words in mistaken(kind, body)
    assert bool(words) == bool(mistaken(kind, body))


def test_a_page_is_laid_over_its_entry() -> None:
    entry = ParsedNote(
        Platform.WEB, url="https://a.example/1", title="茶", text="短", tags=("茶",), creator_name="阿满", updated_at="x", partial=True
    )
    page = ParsedNote(Platform.WEB, url="https://a.example/1?x", title="茶 - 网站", text="长得多的正文", images=("https://a.example/i",))
    both = laid_over(entry, page)
    assert (both.text, both.images, both.partial) == (page.text, page.images, False)
    assert (both.url, both.title, both.tags, both.creator_name, both.updated_at) == (entry.url, "茶", ("茶",), "阿满", "x")
    assert laid_over(entry, ParsedNote(Platform.WEB, text="")) == entry
    named = laid_over(entry, ParsedNote(Platform.WECHAT, identity="7", url="https://mp.weixin.qq.com/s/7", text="长", creator_name="公号"))
    assert (named.platform, named.identity, named.url, named.creator_name) == (Platform.WECHAT, "7", "https://mp.weixin.qq.com/s/7", "阿满")


def test_the_pace_holds_over_the_sources_of_a_host_and_robots_may_slow_it(tmp_path: Path, library: Library, sites: list[Site]) -> None:
    blog, other = sites  # two ports of one host, which share its pace
    blog.pages |= {"/0": article(0), "/1": article(1), "/robots.txt": Page(b"User-agent: *\nCrawl-delay: 0.5", "text/plain")}
    other.pages["/feed"] = teaser_feed(blog.url("/0"), blog.url("/1"))
    source = add(library, other.url("/feed"), full_text=True)
    run(settings_for(tmp_path, *sites, crawl_delay_seconds=0.2), library, source)
    times = sorted(blog.times + other.times)
    assert all(later - earlier > 0.15 for earlier, later in pairwise(times))
    pages = [at for (path, _), at in zip(blog.requests, blog.times, strict=True) if path != "/robots.txt"]
    assert pages[1] - pages[0] > 0.45


def test_a_busy_site_is_given_rest(tmp_path: Path, library: Library, sites: list[Site]) -> None:
    site = sites[0]
    feed = teaser_feed("https://example.com/1")
    times = iter((1, 0))

    def busy(handler: object) -> None:
        site.pages["/feed"] = feed
        next(times)
        handler.wfile.write(b"HTTP/1.1 429 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n")  # type: ignore[attr-defined]

    site.pages["/feed"] = Page(answer=busy)
    site.pages["/later"] = Page(b"", status=503, headers={"Retry-After": "7200"})
    settings = settings_for(tmp_path, site)
    report, _ = run(settings, library, add(library, site.url("/feed")))
    assert report.new == 1
    assert site.times[-1] - site.times[-2] > 0.9
    site.requests.clear()
    later = add(library, site.url("/later"))
    _, after = run(settings, library, later)
    assert "以后再来" in after.last_message and site.hits("/later") == ["/later"]
    _, after = run(settings, library, later)
    assert "还没有到时候" in after.last_message and site.hits("/later") == ["/later"]
    assert after.failures == 2
