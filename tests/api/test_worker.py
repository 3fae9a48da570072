"""The worker's rounds: what is pending gets done, once, and a failing step stops no other."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import api.worker
from api.sample import load_sample_library
from api.worker import Worker, only_worker
from recommender.digest import day_of
from recommender.library import Library, open_library
from recommender.library.model import CrawlReport, DeliveryState, Digest, JobState, Source, SourceKind, Subscription
from recommender.search import Index, open_index
from recommender.settings import Settings
from tests.crawler.site import Page, serve


def test_a_round_does_what_is_pending_and_the_next_one_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    library = open_library(settings.library_url)
    load_sample_library(library, datetime.now(UTC))
    for subscription in library.subscriptions.all():
        library.subscriptions.put(replace(subscription, hour=0))
    worker = Worker(library, settings)
    worker.run_round()
    status = open_index(settings.search_url, library, settings).status()
    assert status.documents == library.contents.count() > 300
    made = [library.digests.recent(one.id)[0] for one in library.subscriptions.all()]
    assert all(digest.content_ids and digest.state is DeliveryState.SENT for digest in made)
    revision = library.contents.revision()
    worker.run_round()
    assert library.contents.revision() == revision
    assert open_index(settings.search_url, library, settings).status().version == status.version
    assert [library.digests.recent(one.id)[0] for one in library.subscriptions.all()] == made
    library.close()


def test_a_failing_step_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(home=tmp_path)
    library = open_library(settings.library_url)
    done: list[str] = []

    def fail(*_: object) -> None:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(api.worker, "enqueue_due", fail)
    worker = Worker(library, settings)
    monkeypatch.setattr(Worker, "send_digests", lambda self: done.append("digests"))
    monkeypatch.setattr(Worker, "refresh", lambda self: done.append("refresh"))
    worker.run_round()
    assert done == ["refresh", "digests"]
    assert "disk on fire" in caplog.text
    library.close()


def test_one_home_has_one_worker(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with only_worker(settings) as first, only_worker(settings) as second:
        assert (first, second) == (True, False)


def test_a_subscription_that_cannot_be_made_keeps_no_other_from_its_digest(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    library = open_library(settings.library_url)
    library.subscriptions.put(Subscription("a-broken", "人群没了", segment_id="nobody", hour=0))
    library.subscriptions.put(Subscription("b-whole", "好的", query="护肤", hour=0))
    worker = Worker(library, settings)
    worker.refresh()
    worker.send_digests()
    assert library.digests.recent("a-broken") == []
    assert [digest.state for digest in library.digests.recent("b-whole")] == [DeliveryState.SENT]
    library.close()


def test_a_digest_of_yesterday_that_failed_is_tried_again_today(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path)
    library = open_library(settings.library_url)
    now = datetime.now(UTC)
    yesterday = day_of(now - timedelta(days=1))
    library.subscriptions.put(Subscription("daily", "早报", query="护肤", hour=0, robot_url="https://robot.example/send?key=k"))
    library.digests.create(Digest(f"daily:{yesterday}", "daily", yesterday, "早报", (), (), now))
    tried: list[str] = []
    monkeypatch.setattr(api.worker, "due", lambda *_: [])
    monkeypatch.setattr(api.worker, "deliver_digest", lambda _library, digest, *_: tried.append(digest.day))
    worker = Worker(library, settings)
    worker.refresh()
    worker.send_digests()
    worker.send_digests()  # within ten minutes
    assert tried == [yesterday]
    library.close()


def test_a_long_queue_of_crawls_does_not_hold_up_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path)
    library = open_library(settings.library_url)
    ran: list[int] = []
    monkeypatch.setattr(api.worker, "CRAWLING_SECONDS", 0.0)

    def run_one(*_: object, **__: object) -> bool:
        ran.append(1)
        return True

    monkeypatch.setattr(api.worker, "run_next_job", run_one)
    worker = Worker(library, settings)
    worker.crawl()
    assert len(ran) == 1
    worker.stopping = True
    worker.run_round()
    assert len(ran) == 1
    library.close()


def test_an_idle_round_does_not_read_the_index_again_but_sees_that_it_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path)
    library = open_library(settings.library_url)
    opened: list[str] = []

    def counting(url: str, *rest: Any) -> Index:
        opened.append(url)
        return open_index(url, *rest)

    monkeypatch.setattr(api.worker, "open_index", counting)
    worker = Worker(library, settings)
    for _ in range(3):
        worker.refresh()
    assert len(opened) == 1
    shutil.rmtree(tmp_path / "index")
    worker.refresh()
    assert len(opened) == 2 and (tmp_path / "index" / "CURRENT").exists()
    library.close()


def test_what_a_crawl_shows_is_told_at_once_and_otherwise_once_a_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path)
    library = open_library(settings.library_url)
    library.sources.add(Source("broken", "坏的", SourceKind.FEED, "https://a.example/feed"))
    sent: list[int] = []
    waiting = [True, False]

    def send(library: Library, *_: object) -> str:
        sent.append(len(library.alerts.open()))
        return ""

    monkeypatch.setattr(api.worker, "send_alerts", send)

    def fail(*_: object, **__: object) -> bool:
        library.sources.record_run("broken", "failed", "坏了", CrawlReport(), datetime.now(UTC))
        return waiting.pop(0)

    monkeypatch.setattr(api.worker, "run_next_job", fail)
    worker = Worker(library, settings)
    worker.alert()
    worker.crawl()
    worker.alert()
    worker.alert()
    assert sent == [0, 1]
    library.close()


def test_a_worker_told_to_stop_gives_its_crawl_back_at_once(tmp_path: Path) -> None:
    with serve({"/robots.txt": Page(status=404), "/slow": Page(b"<rss/>", seconds=20.0)}) as site:
        settings = Settings(home=tmp_path, allow_private=(site.host,))
        library = open_library(settings.library_url)
        library.sources.add(Source("slow", "慢的", SourceKind.FEED, site.url("/slow")))
        code = "from api.worker import run; from recommender.settings import load_settings; run(load_settings())"
        environment = os.environ | {
            "ZHONGCAO_HOME": str(tmp_path),
            "ZHONGCAO_ALLOW_PRIVATE": site.host,
            "ZHONGCAO_CRAWL_DELAY_SECONDS": "0",
        }
        with subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=Path(__file__).parents[2]) as process:
            try:
                deadline = time.monotonic() + 60
                while not site.hits("/slow"):
                    assert process.poll() is None and time.monotonic() < deadline
                    time.sleep(0.1)
                process.send_signal(signal.SIGTERM)
                asked = time.monotonic()
                assert process.wait(timeout=15) == 0
                assert time.monotonic() - asked < 10
            finally:
                process.kill()
        job = library.jobs.recent(1)[0]
        assert (job.source_id, job.state) == ("slow", JobState.QUEUED)
        assert library.sources.runs("slow") == []
        claimed = library.jobs.claim()
        assert claimed is not None and claimed.id == job.id
        library.close()
