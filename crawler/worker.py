"""Crawl jobs: due sources are queued, queued jobs are run one at a time, each in a child process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from crawler.run import CrawlStopped, crawl
from recommender.errors import NotFound, ZhongcaoError
from recommender.library import Library
from recommender.library.model import CrawlReport, JobState
from recommender.settings import Settings


def enqueue_due(library: Library, now: datetime) -> int:
    """Queue a crawl for every enabled source whose schedule has come round; returns how many.

    A source whose watch-lists are all disabled, or have all they want of this week, can bring nothing: it waits.
    """
    due = library.sources.due(now)
    named = {each for source in due for each in source.watch_lists}
    known = [each for each in library.watch_lists.all() if each.id in named] if named else []
    coverage = library.watch_lists.coverage(now) if any(each.weekly_quota for each in known) else {}
    closed = {each.id for each in known if not each.enabled or (each.id in coverage and coverage[each.id].full)}
    wanted = [source for source in due if not source.watch_lists or not closed.issuperset(source.watch_lists)]
    for source in wanted:
        library.jobs.enqueue(source.id)
    return len(wanted)


def run_next_job(library: Library, settings: Settings, *, stopped: Callable[[], bool] = lambda: False) -> bool:
    """Claim the oldest queued job and run it to its end; False where none waits. A failed crawl ends its job as failed.

    Waiting jobs of other sources on the same host are run along with it, so that one pace and one Retry-After hold for all.
    Once `stopped` says so the crawl is ended, and its jobs go back into the queue, for the next worker to take at once.
    """
    first = library.jobs.claim()
    if first is None:
        return False
    jobs = {job.source_id: job for job in (first, *library.jobs.claim_for(_neighbours(library, first.source_id)))}

    def finish(event: dict[str, Any]) -> None:
        state = JobState.FAILED if event["state"] == "failed" else JobState.DONE
        report = CrawlReport(**event["report"] | {"refusals": tuple(event["report"]["refusals"])})
        library.jobs.finish(jobs.pop(event["source"]).id, state, report, str(event["message"]))

    def show(event: dict[str, Any]) -> None:
        for job in jobs.values():
            library.jobs.heartbeat(job.id)
        if event["event"] == "finished" and event["source"] in jobs:
            finish(event)

    def fail(message: str) -> None:
        for job in jobs.values():
            library.jobs.finish(job.id, JobState.FAILED, CrawlReport(), message)

    try:
        crawl(settings, list(jobs), show=show, stopped=stopped)
    except CrawlStopped:
        for job in jobs.values():
            library.jobs.release(job.id)
    except NotFound:
        fail("来源已经被删除。")
    except ZhongcaoError as error:
        fail(error.message)
    except OSError as error:
        fail(f"抓取进程没有启动（{error.strerror or error}）。")
    return True


def _neighbours(library: Library, source_id: str) -> list[str]:
    """The other sources on the host of this one."""
    hosts = {source.id: urlsplit(source.url).netloc for source in library.sources.all()}
    return [each for each, host in hosts.items() if each != source_id and host == hosts.get(source_id)]
