"""Crawl jobs: due sources are queued, queued jobs are run one at a time, each in a child process."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crawler.run import crawl
from recommender.errors import NotFound, ZhongcaoError
from recommender.library import Library
from recommender.library.model import CrawlReport, JobState
from recommender.settings import Settings


def enqueue_due(library: Library, now: datetime) -> int:
    """Queue a crawl for every enabled source whose schedule has come round; returns how many."""
    due = library.sources.due(now)
    for source in due:
        library.jobs.enqueue(source.id)
    return len(due)


def run_next_job(library: Library, settings: Settings) -> bool:
    """Claim the oldest queued job and run it to its end; False where none waits. A failed crawl ends its job as failed."""
    job = library.jobs.claim()
    if job is None:
        return False
    said: dict[str, Any] = {}

    def show(event: dict[str, Any]) -> None:
        library.jobs.heartbeat(job.id)
        if event["event"] == "finished":
            said.update(event)

    try:
        report = crawl(settings, [job.source_id], show=show)[job.source_id]
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
