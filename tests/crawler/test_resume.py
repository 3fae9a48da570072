"""Crawls that are killed, stopped or lose their parent: nothing stored is lost, nothing stored is fetched again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from crawler.intake import local_now
from crawler.run import CrawlStopped, crawl
from crawler.spiders.source import page_key
from recommender.library import Library
from recommender.library.model import SourceKind
from recommender.settings import Settings
from tests.crawler.builders import stored
from tests.crawler.crawling import add, run, settings_for
from tests.crawler.site import Page, Site, article, serve, sitemap
from tests.crawler.test_spiders import teaser_feed

ROOT = Path(__file__).resolve().parents[2]
PAGES = 60


def archive(site: Site) -> None:
    site.pages |= {f"/p{n}": article(n) for n in range(PAGES)}
    site.pages["/sitemap.xml"] = sitemap({site.url(f"/p{n}"): local_now().isoformat() for n in range(PAGES)})


def ordered(settings: Settings, *source_ids: str) -> subprocess.Popen[bytes]:
    """A child at work, without the process that usually watches it."""
    order = {"settings": asdict(settings) | {"home": str(settings.home)}, "sources": source_ids}
    command = [sys.executable, "-m", "crawler.child"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT)
    assert child.stdin
    child.stdin.write(json.dumps(order).encode() + b"\n")
    child.stdin.flush()
    return child


def wait_for(pages: int, site: Site) -> None:
    """Until so many pages of the archive were asked for."""
    deadline = time.monotonic() + 30
    while len(site.hits("/p")) < pages and time.monotonic() < deadline:
        time.sleep(0.005)


@pytest.mark.parametrize("asked", [7, 45])
def test_a_killed_crawl_goes_on_where_it_stopped(tmp_path: Path, library: Library, asked: int) -> None:
    with serve({}) as site:
        archive(site)
        source = add(library, site.url("/sitemap.xml"), SourceKind.SITEMAP, max_items=PAGES, max_requests=PAGES + 2)
        settings = settings_for(tmp_path, site)
        with ordered(settings, source.id) as child:
            wait_for(asked, site)
            child.send_signal(signal.SIGKILL)
        remembered = library.fetches.known([page_key(site.url(f"/p{n}")) for n in range(PAGES)])
        kept = {item.url for item in stored(library)}
        assert set(remembered) <= kept, "nothing is remembered that is not stored"
        assert asked < 30 or remembered
        site.requests.clear()
        report, _ = run(settings, library, source)
        assert len(stored(library)) == PAGES
        assert report.new == PAGES - len(kept)
        again = [site.url(path) for path in site.hits("/p")]
        assert not set(again) & set(remembered), "what is remembered is not fetched again"
        assert len(again) == PAGES - len(remembered)
        site.requests.clear()
        assert run(settings, library, source)[0].found == 0
        assert site.hits("/p") == []


def test_a_crawl_can_be_told_to_stop(tmp_path: Path, library: Library) -> None:
    with serve({"/feed": teaser_feed("https://example.com/1"), "/slow": Page(seconds=4.0)}) as site:
        settings = settings_for(tmp_path, site)
        quick, slow = add(library, site.url("/feed")), add(library, site.url("/slow"))
        told = threading.Event()

        def show(event: dict[str, Any]) -> None:
            if event["event"] == "finished":
                threading.Timer(0.3, told.set).start()

        began = time.monotonic()
        with pytest.raises(CrawlStopped):
            crawl(settings, [quick.id, slow.id], show=show, stopped=told.is_set)
        assert told.is_set()
        assert time.monotonic() - began < 30
        assert library.sources.get(quick.id).last_state == "ok"
        assert library.sources.get(slow.id).last_run_at is None, "a stopped source has not failed"


def test_the_child_ends_when_its_parent_is_gone(tmp_path: Path, library: Library) -> None:
    with serve({"/slow": Page(seconds=3.0)}) as site:
        source = add(library, site.url("/slow"))
        with ordered(settings_for(tmp_path, site), source.id) as child:
            wait_until = time.monotonic() + 20
            while not site.hits("/slow") and time.monotonic() < wait_until:
                time.sleep(0.01)
            began = time.monotonic()
            assert child.stdin
            child.stdin.close()  # as the system does when the parent dies
            assert child.wait(10) == 3
            assert time.monotonic() - began < 2


def test_a_source_that_takes_the_process_down_fails_alone(tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page tells the process that parses it to die; every other source of the run is crawled all the same."""
    site_packages = tmp_path / "site"
    site_packages.mkdir()
    (site_packages / "sitecustomize.py").write_text(
        "import os, crawler.parsers.pages as pages\n"
        "parse = pages.parse_page\n"
        "pages.parse_page = lambda html, *a, **k: os.abort() if 'DIE' in html else parse(html, *a, **k)\n",
        "utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site_packages), str(ROOT)]))
    with serve({"/good": article(1), "/feed": teaser_feed("https://example.com/1"), "/bad": Page(b"<p>DIE</p>")}) as site:
        settings = settings_for(tmp_path, site)
        bad = add(library, site.url("/bad"), SourceKind.PAGE)
        others = [add(library, site.url("/good"), SourceKind.PAGE), add(library, site.url("/feed"))]
        reports = crawl(settings, [bad.id, *(source.id for source in others)])
        assert [reports[source.id].new for source in others] == [1, 1]
        assert "意外结束" in library.sources.get(bad.id).last_message
        assert library.sources.get(bad.id).last_state == "failed"
        assert {library.sources.get(source.id).last_state for source in others} == {"ok"}
