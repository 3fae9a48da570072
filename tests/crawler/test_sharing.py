"""Two processes that share one crawl through a real Redis: no page twice, nothing lost when one is killed, nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from crawler.settings import scrapy_settings
from recommender.library import Library
from recommender.library.model import Source, SourceKind
from recommender.settings import Settings
from tests.crawler.builders import stored
from tests.crawler.crawling import add, run, settings_for
from tests.crawler.site import Site, article, serve
from tests.crawler.test_resume import PAGES, ROOT, archive, ordered, wait_for
from tests.crawler.test_spiders import teaser_feed

SERVER = shutil.which("redis-server")
needs_redis = pytest.mark.skipif(SERVER is None, reason="there is no redis-server on this machine")
LEASE_SECONDS = 1.5


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a Redis of its own; leases of the children that use it are short."""
    folder = tmp_path / "redis"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(f"import crawler.settings\ncrawler.settings.LEASE_SECONDS = {LEASE_SECONDS}\n", "utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(ROOT)]))
    address = f"unix://{folder / 'redis.sock'}"
    options = ["--port", "0", "--unixsocket", str(folder / "redis.sock"), "--save", "", "--dir", str(folder)]
    with subprocess.Popen([str(SERVER), *options], stdout=subprocess.DEVNULL) as server:
        until = time.monotonic() + 10
        while not (folder / "redis.sock").exists() and time.monotonic() < until:
            time.sleep(0.02)
        yield address
        server.terminate()


def keys(address: str) -> list[bytes]:
    with redis.Redis.from_url(address) as client:
        return [key for key in client.keys("*") if b":turn:" not in key]


def crawled_by(settings: Settings, source: Source, site: Site, *, kill_after: int = 0) -> list[list[dict[str, object]]]:
    """The events of two children at work on the same source; the first is killed after so many pages."""
    children = [ordered(settings, source.id) for _ in range(2)]
    if kill_after:
        wait_for(kill_after, site)
        children[0].send_signal(signal.SIGKILL)
    events = []
    for child in children:
        with child:
            assert child.stdout
            events.append([json.loads(line) for line in child.stdout])
    return events


@needs_redis
def test_two_processes_share_a_crawl_and_fetch_no_page_twice(tmp_path: Path, library: Library, shared: str) -> None:
    with serve({}) as site:
        archive(site)
        source = add(library, site.url("/sitemap.xml"), SourceKind.SITEMAP, max_items=PAGES, max_requests=PAGES + 2)
        settings = settings_for(tmp_path, site, redis_url=shared, crawl_delay_seconds=0.05)
        ended = [events[-1] for events in crawled_by(settings, source, site)]
        assert Counter(site.hits("/p")) == Counter(f"/p{n}" for n in range(PAGES))
        assert site.hits("/sitemap") == ["/sitemap.xml"]
        assert len(stored(library)) == PAGES
        shares = [event["report"]["new"] for event in ended]  # type: ignore[index]
        assert sum(shares) == PAGES and min(shares) > PAGES / 10, shares
        assert {event["state"] for event in ended} == {"ok"}
        assert sum("帮着抓" in str(event["message"]) for event in ended) == 1
        assert keys(shared) == []
        assert max(site.times) - min(site.times) > 0.05 * PAGES, "both together keep the pace of the host"
        site.requests.clear()
        _, after = run(settings, library, source)
        assert (after.last_state, site.hits("/p")) == ("unchanged", [])
        assert keys(shared) == []


@needs_redis
def test_what_a_killed_process_held_is_taken_over(tmp_path: Path, library: Library, shared: str) -> None:
    with serve({}) as site:
        archive(site)
        for number in range(PAGES):
            site.pages[f"/p{number}"].seconds = 0.03
        source = add(library, site.url("/sitemap.xml"), SourceKind.SITEMAP, max_items=PAGES, max_requests=2 * PAGES)
        settings = settings_for(tmp_path, site, redis_url=shared)
        events = crawled_by(settings, source, site, kill_after=PAGES // 3)
        assert not any(event["event"] == "finished" for event in events[0])
        assert events[1][-1]["state"] == "ok"
        assert len(stored(library)) == PAGES
        assert set(site.hits("/p")) == {f"/p{n}" for n in range(PAGES)}
        assert len(site.hits("/p")) - PAGES <= 28  # at most what the dead one had fetched and not stored yet, and was fetching
        assert keys(shared) == []


@needs_redis
def test_the_pages_of_a_feed_are_shared_too(tmp_path: Path, library: Library, shared: str) -> None:
    with serve({f"/{n}": replace(article(n), seconds=0.03) for n in range(30)}) as site:
        site.pages["/feed"] = teaser_feed(*(site.url(f"/{n}") for n in range(30)))
        source = add(library, site.url("/feed"), full_text=True)
        crawled_by(settings_for(tmp_path, site, redis_url=shared), source, site)
        assert Counter(site.hits())["/feed"] == 1
        assert Counter(site.hits()) - Counter({"/robots.txt": 2}) == Counter(["/feed", *(f"/{n}" for n in range(30))])
        assert len(stored(library)) == 30 and all("火候" in item.text for item in stored(library))


def test_a_redis_that_is_not_there_is_said_in_plain_words(tmp_path: Path, library: Library) -> None:
    source = add(library, "https://example.com/feed")
    settings = settings_for(tmp_path, redis_url="redis://127.0.0.1:9/0")
    with ordered(settings, source.id) as child:
        assert child.stdout
        last = [json.loads(line) for line in child.stdout][-1]
    assert last["state"] == "failed" and "连不上 ZHONGCAO_REDIS_URL" in last["message"]


def test_without_redis_nothing_of_it_is_imported() -> None:
    assert "SCHEDULER" not in scrapy_settings(Settings())
    code = "import sys, crawler.child, crawler.spiders.feeds, crawler.pipelines, crawler.middlewares; print('redis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"
