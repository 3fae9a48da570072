"""Crawl jobs: due sources are queued, queued jobs are run one at a time, each in a child process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

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

    Once `stopped` says so the crawl is ended, and its job goes back into the queue, for the next worker to take at once.
    """
    job = library.jobs.claim()
    if job is None:
        return False
    said: dict[str, Any] = {}

    def show(event: dict[str, Any]) -> None:
        library.jobs.heartbeat(job.id)
        if event["event"] == "finished":
            said.update(event)

    try:
        report = crawl(settings, [job.source_id], show=show, stopped=stopped)[job.source_id]
    except CrawlStopped:
        library.jobs.release(job.id)
    except NotFound:
        library.jobs.finish(job.id, JobState.FAILED, CrawlReport(), "来源已经被删除。")
    except ZhongcaoError as error:
        library.jobs.finish(job.id, JobState.FAILED, CrawlReport(), error.message)
    except OSError as error:
        library.jobs.finish(job.id, JobState.FAILED, CrawlReport(), f"抓取进程没有启动（{error.strerror or error}）。")
    else:
        state = JobState.FAILED if said.get("state") == "failed" else JobState.DONE
        library.jobs.finish(job.id, state, report, str(said.get("message", "")))
    return True
