"""The worker beside the service: crawls on schedule or request, keeps the index up to date, delivers digests when due.

It is a process of its own, so that crawling and indexing never slow an answer down. Every step is idempotent: a worker
that is killed leaves nothing half done that the next one does not finish.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from crawler.worker import enqueue_due, run_next_job
from recommender.digest import deliver_digest, due, make_digest
from recommender.errors import ZhongcaoError
from recommender.jobs import CLUSTERED, refresh_library
from recommender.library import Library, open_library
from recommender.library.tables import SHANGHAI
from recommender.outbound import client
from recommender.search import open_index
from recommender.settings import Settings
from recommender.understanding import load_understander

PAUSE_SECONDS = 3.0
CLUSTER_EVERY_SECONDS = 600.0
STALE_JOB_SECONDS = 900.0
RETRY_DIGEST_SECONDS = 600.0
ANSWERS_KEPT = timedelta(days=7)
log = logging.getLogger(__name__)


@contextmanager
def only_worker(settings: Settings) -> Iterator[bool]:
    """True for the one worker of this home folder, False where another one runs."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "worker.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


class Worker:
    """One round after another; `steps` lists what a round does."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self.library = library
        self.settings = settings
        self.clustered_at = -CLUSTER_EVERY_SECONDS
        self.tried_at: dict[str, float] = {}  # by subscription

    def steps(self) -> tuple[Callable[[], object], ...]:
        """What a round does, in order. A step that fails is logged and tried again in the next round."""
        return (self.crawl, self.refresh, self.send_digests, self.forget)

    def run_round(self) -> None:
        """All steps once."""
        for step in self.steps():
            try:
                step()
            except ZhongcaoError as error:
                log.warning("%s: %s", step.__name__, error.message)
            except Exception:
                log.exception("%s failed; it is tried again", step.__name__)

    def crawl(self) -> None:
        """Queue what is due and run what is queued."""
        self.library.jobs.release_stale(STALE_JOB_SECONDS)
        enqueue_due(self.library, datetime.now(UTC))
        while run_next_job(self.library, self.settings):
            pass

    def refresh(self) -> None:
        """Understand and index what changed; near-duplicates at most every ten minutes."""
        revision = self.library.contents.revision()
        stale = self.library.versions.get(CLUSTERED) != str(revision)
        clusters = stale and time.monotonic() - self.clustered_at > CLUSTER_EVERY_SECONDS
        waiting = bool(self.library.contents.not_understood(load_understander().version, 1))
        status = open_index(self.settings.search_url, self.library, self.settings).status()
        if not (clusters or waiting or not status.healthy or status.revision < revision):
            return
        refresh_library(self.library, self.settings, clusters=clusters)
        if clusters:
            self.clustered_at = time.monotonic()

    def send_digests(self) -> None:
        """Make the digests whose hour has come and deliver them; one that failed waits ten minutes."""
        now = datetime.now(UTC)
        clock = time.monotonic()
        tried = self.tried_at
        waiting = [one for one in due(self.library, now) if clock - tried.get(one.id, -RETRY_DIGEST_SECONDS) >= RETRY_DIGEST_SECONDS]
        if not waiting:
            return
        index = open_index(self.settings.search_url, self.library, self.settings)
        with client(self.settings) as http:
            for subscription in waiting:
                tried[subscription.id] = clock
                digest = make_digest(self.library, index, self.settings, subscription, now.astimezone(SHANGHAI).date().isoformat(), now)
                deliver_digest(self.library, digest, self.settings, http)

    def forget(self) -> None:
        """Drop the answers to idempotent writes that nobody will repeat any more."""
        self.library.idempotency.forget_before(datetime.now(UTC) - ANSWERS_KEPT)


def run(settings: Settings, *, parent: int | None = None) -> None:
    """Work until told to stop, or until the service that started us (`parent`, a process id) is gone."""
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with only_worker(settings) as alone:
        if not alone:
            log.info("another worker runs in %s", settings.home)
            return
        library = open_library(settings.library_url)
        worker = Worker(library, settings)
        while not stopped and (parent is None or os.getppid() == parent):
            worker.run_round()
            until = time.monotonic() + PAUSE_SECONDS
            while time.monotonic() < until and not stopped:
                time.sleep(0.2)
        library.close()
