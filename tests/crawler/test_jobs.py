"""Crawl jobs: what is due is queued once, what is stopped goes back, what a restart finds is as it was left."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import crawler.worker
from crawler.intake import take_in
from crawler.run import CrawlStopped
from crawler.worker import enqueue_due, run_next_job
from recommender.library import Library, open_library
from recommender.library.model import CrawlReport, JobState, WatchKind, WatchList
from recommender.library.tables import SHANGHAI
from recommender.settings import Settings
from tests.crawler.builders import note, source

NOW = datetime.now(SHANGHAI)


def queued(library: Library) -> list[str]:
    return sorted(job.source_id for job in library.jobs.recent() if job.state is JobState.QUEUED)


def test_schedules_survive_a_restart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'library.db'}"
    library = open_library(url)
    library.sources.add(source(id="hourly", schedule_minutes=60))
    library.sources.add(source(id="new", url="https://b.example/feed"))
    library.sources.record_run("hourly", "ok", "", CrawlReport(), NOW)
    assert enqueue_due(library, NOW) == 1
    library.close()
    library = open_library(url)
    assert enqueue_due(library, NOW + timedelta(minutes=59)) == 0
    assert enqueue_due(library, NOW + timedelta(minutes=60)) == 1
    assert queued(library) == ["hourly", "new"]
    library.close()


def test_a_list_makes_its_sources_be_read_more_often(library: Library) -> None:
    library.watch_lists.put(WatchList("w-fast", WatchKind.BRAND, "青屿", schedule_minutes=30))
    library.sources.add(source(watch_lists=("w-fast",), schedule_minutes=600))
    library.sources.record_run("blog", "ok", "", CrawlReport(), NOW)
    assert enqueue_due(library, NOW + timedelta(minutes=29)) == 0
    assert enqueue_due(library, NOW + timedelta(minutes=30)) == 1


def test_sources_whose_lists_want_nothing_wait(library: Library) -> None:
    full = WatchList("w-full", WatchKind.CATEGORY, "早餐", weekly_quota=1)
    library.watch_lists.put(full)
    library.watch_lists.put(WatchList("w-off", WatchKind.CATEGORY, "茶", enabled=False))
    library.watch_lists.put(WatchList("w-open", WatchKind.CATEGORY, "面"))
    for place, lists in enumerate((("w-full",), ("w-off", "w-full"), ("w-full", "w-open"), ())):
        library.sources.add(source(id=f"s{place}", url=f"https://{place}.example/feed", watch_lists=lists))
    take_in(library, [note()], source_id="s0")  # about breakfast: the list is full
    assert enqueue_due(library, NOW) == 2
    assert queued(library) == ["s2", "s3"]
    assert enqueue_due(library, NOW + timedelta(days=8)) == 2  # a new week
    assert queued(library) == ["s0", "s1", "s2", "s3"]


def test_a_stopped_crawl_goes_back_into_the_queue(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopping(*_: Any, stopped: Any, **__: Any) -> dict[str, CrawlReport]:
        assert stopped()
        raise CrawlStopped("停下了")

    library.sources.add(source())
    library.jobs.enqueue("blog")
    monkeypatch.setattr(crawler.worker, "crawl", stopping)
    assert run_next_job(library, Settings(), stopped=lambda: True)
    job = library.jobs.recent(1)[0]
    assert (job.state, job.message) == (JobState.QUEUED, "")
    again = library.jobs.claim()
    assert again is not None and again.id == job.id
