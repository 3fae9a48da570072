"""Whole crawls of a small local site, in their own process as in earnest."""

from __future__ import annotations

import gzip
import json
import tarfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.intake import local_now
from crawler.run import crawl, table
from crawler.worker import enqueue_due, run_next_job
from recommender.errors import NotFound
from recommender.library import open_library
from recommender.library.model import CrawlReport, JobState, Platform, Rights, Source, SourceKind
from tests.crawler.builders import stored
from tests.crawler.crawling import add, settings_for
from tests.crawler.site import Page, serve
from tests.data import DATA, needs_data

PAGES = Path(__file__).with_name("pages")
ITEM = "<item><title>第{0}篇</title><link>https://blog.example.com/{0}</link><description>正文{0}{1}</description></item>"


def rss(count: int, text: str = "") -> Page:
    items = "".join(ITEM.format(number, text) for number in range(count))
    return Page(f'<rss version="2.0"><channel><title>茶铺</title>{items}</channel></rss>'.encode(), "application/rss+xml")


def page(name: str) -> Page:
    return Page((PAGES / name).read_bytes())


def test_a_crawl_stores_then_changes_nothing_then_sees_the_change(tmp_path: Path) -> None:
    broken = b'<rss version="2.0"><channel><item></item><item><title>x</title></item></channel></rss>'
    pages = {
        "/feed": rss(3),
        "/some": Page(broken, "application/rss+xml"),
        "/wechat": page("wechat_article.html"),
        "/deleted": page("wechat_deleted.html"),
        "/login": page("login.html"),
        "/article": page("article.html"),
        "/empty": rss(0),
        "/page-as-feed": page("article.html"),
        "/secret/feed": rss(1),
        "/robots.txt": Page(b"User-agent: *\nDisallow: /secret/", "text/plain"),
        "/403": Page(b"", status=403),
        "/500": Page(b"", status=500),
        "/loop": Page(b"", status=302, location="/loop"),
        "/moved": Page(b"", status=301, location="/feed"),
        "/bomb": Page(gzip.compress(b"<p>x</p>" * 2_000_000), headers={"Content-Encoding": "gzip"}),
    }
    with serve(pages) as site:
        settings = settings_for(tmp_path, site)
        library = open_library(settings.library_url)
        kinds = {"/wechat": SourceKind.PAGE, "/deleted": SourceKind.PAGE, "/login": SourceKind.PAGE, "/article": SourceKind.PAGE}
        paths = [path for path in pages if path != "/robots.txt"] + ["/gone"]
        sources = {path: add(library, site.url(path), kinds.get(path, SourceKind.FEED), max_items=2) for path in paths}
        events: list[dict[str, Any]] = []
        reports = crawl(settings, [source.id for source in sources.values()], show=events.append)

        def now(path: str) -> Source:
            return library.sources.get(sources[path].id)

        report = reports[sources["/feed"].id]
        assert (report.found, report.new, report.refused) == (2, 2, 0)
        assert (reports[sources["/some"].id].new, reports[sources["/some"].id].refused) == (1, 1)
        assert {path for path in paths if now(path).last_state == "ok"} == {"/feed", "/some", "/wechat", "/article", "/moved"}
        assert now("/empty").last_state == "empty"
        said = {path: now(path).last_message for path in paths if now(path).last_state == "failed"}
        for path, words in {
            "/deleted": "已被作者删除",
            "/login": "要登录",
            "/page-as-feed": "网页，不是订阅源",
            "/secret/feed": "robots.txt 不允许",
            "/403": "拒绝访问",
            "/500": "服务器出错",
            "/loop": "转向次数太多",
            "/bomb": "太大",
            "/gone": "404",
        }.items():
            assert words in said[path], path
        assert len(events) >= 2 * len(paths)
        kept = stored(library)
        assert {item.platform for item in kept} == {Platform.WEB, Platform.WECHAT}
        assert {item.rights for item in kept} == {Rights.AUTHORISED}
        assert all(agent.startswith("zhongcao/") for agent in site.agents)
        assert [path for path, _ in site.requests].count("/robots.txt") == 1
        assert not any(path.startswith("/secret") for path, _ in site.requests)
        printed = table(reports, library.sources.all())
        assert "合计" in printed
        assert "robots.txt 不允许" in printed

        site.requests.clear()
        again = crawl(settings, [sources[path].id for path in ("/feed", "/wechat", "/deleted")])
        assert sum(report.new + report.changed for report in again.values()) == 0
        assert all(mark for path, mark in site.requests if path in ("/feed", "/wechat"))
        assert "没有新内容" in now("/feed").last_message
        assert "已被作者删除" in now("/deleted").last_message

        site.pages["/feed"] = rss(2, "，改过")
        changed = crawl(settings, [sources["/feed"].id])[sources["/feed"].id]
        assert (changed.new, changed.changed) == (0, 2)
        library.close()


def test_nothing_of_ours_is_reached_unless_excepted(tmp_path: Path) -> None:
    with serve({"/feed": rss(1)}) as canary, serve({}) as site:
        targets = [
            canary.url("/feed"),
            f"http://localhost:{canary.port}/feed",
            f"http://2130706433:{canary.port}/feed",
            f"http://0x7f.1:{canary.port}/feed",
            f"http://[::ffff:127.0.0.1]:{canary.port}/feed",
            "http://169.254.169.254/latest/",
        ]
        site.pages |= {f"/{number}": Page(b"", status=302, location=target) for number, target in enumerate(targets)}
        settings = settings_for(tmp_path, site)
        library = open_library(settings.library_url)
        sources = [add(library, url) for url in [*targets, *(site.url(f"/{number}") for number in range(len(targets)))]]
        reports = crawl(settings, [source.id for source in sources])
        assert canary.requests == []
        assert sum(report.found for report in reports.values()) == 0
        assert all("出于安全没有连接" in source.last_message for source in library.sources.all())
        library.close()


def test_a_robots_file_that_cannot_be_had_forbids(tmp_path: Path) -> None:
    with serve({"/feed": rss(1), "/robots.txt": Page(b"", status=503, headers={"Retry-After": "0"})}) as site:
        settings = settings_for(tmp_path, site)
        library = open_library(settings.library_url)
        source = add(library, site.url("/feed"))
        assert crawl(settings, [source.id])[source.id].found == 0
        assert "视为不允许" in library.sources.get(source.id).last_message
        assert not any(path == "/feed" for path, _ in site.requests)
        library.close()


def test_a_server_that_refuses_is_said_in_plain_words(tmp_path: Path) -> None:
    with serve({}) as site:
        settings, url = settings_for(tmp_path, site), site.url("/feed")
    library = open_library(settings.library_url)
    source = add(library, url)
    crawl(settings, [source.id])
    said = library.sources.get(source.id).last_message
    assert "拒绝连接" in said and "robots.txt" in said
    assert "Error" not in said
    library.close()


def test_a_child_that_dies_is_a_failed_run_and_not_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.run.sys.executable", "/bin/false")
    settings = settings_for(tmp_path)
    library = open_library(settings.library_url)
    source = add(library, "https://example.com/feed")
    assert crawl(settings, [source.id]) == {source.id: CrawlReport()}
    assert "抓取进程意外结束" in library.sources.get(source.id).last_message
    with pytest.raises(NotFound):
        crawl(settings, ["nobody"])
    assert crawl(settings, []) == {}
    library.close()


def test_jobs_are_queued_when_due_and_run_one_at_a_time(tmp_path: Path) -> None:
    with serve({"/feed": rss(2)}) as site:
        settings = settings_for(tmp_path, site)
        library = open_library(settings.library_url)
        source = add(library, site.url("/feed"), schedule_minutes=60)
        add(library, "https://example.com/off", enabled=False)
        assert not run_next_job(library, settings)
        assert enqueue_due(library, local_now()) == 1
        assert enqueue_due(library, local_now()) == 0
        assert run_next_job(library, settings)
        job = library.jobs.recent(1)[0]
        assert (job.state, job.report.new, job.source_id) == (JobState.DONE, 2, source.id)
        assert "新增 2 条" in job.message
        assert enqueue_due(library, local_now()) == 0
        assert enqueue_due(library, local_now() + timedelta(minutes=61)) == 1
        library.sources.delete(source.id)
        assert run_next_job(library, settings)
        assert library.jobs.recent(1)[0].state is JobState.FAILED
        library.close()


@needs_data
def test_real_feeds_and_pages_from_a_local_site(tmp_path: Path) -> None:
    truths = json.loads((DATA / "html_wechat" / "truth.json").read_text("utf-8"))[::4]
    pages = {
        f"/w{number}": Page(gzip.decompress((DATA / "html_wechat" / truth["file"]).read_bytes())) for number, truth in enumerate(truths)
    }
    with tarfile.open(DATA / "feeds" / "feeds.tar.gz") as archive:
        feed = archive.extractfile("zh/blog_atom.xml")
        assert feed is not None
        pages["/feed"] = Page(feed.read(), "application/atom+xml")
    with serve(pages) as site:
        settings = settings_for(tmp_path, site)
        library = open_library(settings.library_url)
        sources = [add(library, site.url(path), SourceKind.FEED if path == "/feed" else SourceKind.PAGE) for path in pages]
        reports = crawl(settings, [source.id for source in sources])
        articles = sum(truth["has_article"] for truth in truths)
        assert sum(report.new for report in reports.values()) == 20 + articles
        assert sum(report.refused for report in reports.values()) == len(truths) - articles
        assert library.contents.count() == 20 + articles
        library.close()
