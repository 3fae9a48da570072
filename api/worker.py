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

from api.filling import sweep_uploads
from crawler.alerts import check_alerts, send_alerts
from crawler.worker import enqueue_due, run_next_job
from recommender.digest import day_of, deliver_digest, due, make_digest, overdue
from recommender.errors import InputError, NotFound, ZhongcaoError
from recommender.jobs import CLUSTERED, refresh_library
from recommender.library import Library, open_library
from recommender.outbound import client
from recommender.search import Index, open_index
from recommender.settings import Settings
from recommender.understanding import load_understander

PAUSE_SECONDS = 3.0
STALE_JOB_SECONDS = 180.0  # a crawl says that it lives every few seconds, and is ended after 120 s of silence
CRAWLING_SECONDS = 60.0  # of a round; a crawl that has begun is never cut short for it
RETRY_DIGEST_SECONDS = 600.0
CHECK_INDEX_SECONDS = 600.0
ALERT_SECONDS = 60.0
ANSWERS_KEPT = timedelta(days=7)
SWEEP_SECONDS = 3_600.0
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
        self.tried_at: dict[str, float] = {}  # by subscription, or by digest for one of an earlier day
        self.alerted_at = -ALERT_SECONDS
        self.stopping = False
        self.swept_at = time.monotonic()
        self._opened: Index | None = None
        self._opened_at = 0.0

    def steps(self) -> tuple[Callable[[], object], ...]:
        """What a round does, in order. A step that fails is logged and tried again in the next round."""
        return (self.crawl, self.alert, self.refresh, self.send_digests, self.forget)

    def run_round(self) -> None:
        """All steps once."""
        for step in self.steps():
            if self.stopping:
                return
            try:
                step()
            except ZhongcaoError as error:
                log.warning("%s: %s", step.__name__, error.message)
            except Exception:
                log.exception("%s failed; it is tried again", step.__name__)

    def crawl(self) -> None:
        """Queue what is due and run what is queued, for a while: the other steps do not wait until a long queue is empty."""
        self.library.jobs.release_stale(STALE_JOB_SECONDS)
        enqueue_due(self.library, datetime.now(UTC))
        until = time.monotonic() + CRAWLING_SECONDS
        while not self.stopping and run_next_job(self.library, self.settings, stopped=lambda: self.stopping):
            self.alerted_at = -ALERT_SECONDS  # what the run has shown is told at once
            if time.monotonic() >= until:
                return

    def alert(self) -> None:
        """Raise and clear alerts, and tell the webhook: after every crawl, and once a minute."""
        if time.monotonic() - self.alerted_at < ALERT_SECONDS:
            return
        self.alerted_at = time.monotonic()
        now = datetime.now(UTC)
        check_alerts(self.library, now)
        if problem := send_alerts(self.library, self.settings, now):
            log.warning("%s", problem)

    def refresh(self) -> None:
        """Find near-duplicates among, understand and index what changed."""
        revision = self.library.contents.revision()
        clusters = self.library.versions.get(CLUSTERED) != str(revision)
        waiting = bool(self.library.contents.not_understood(load_understander().version, 1))
        status = self.index().status()
        if not (clusters or waiting or not status.healthy or status.revision < revision):
            return
        refresh_library(self.library, self.settings, clusters=clusters)

    def index(self) -> Index:
        """The live index, kept open between rounds: opening reads and checks every file, which also finds (and mends) damage."""
        if self._opened is None or self._opened.missing or time.monotonic() - self._opened_at > CHECK_INDEX_SECONDS:
            self._opened = open_index(self.settings.search_url, self.library, self.settings)
            self._opened_at = time.monotonic()
        self._opened.refresh()
        return self._opened

    def send_digests(self) -> None:
        """Deliver what earlier days left over, then make and deliver the digests whose hour has come; a failed one waits ten minutes."""
        now = datetime.now(UTC)
        late = [digest for digest in overdue(self.library, now) if self._may_try(digest.id)]
        waiting = [subscription for subscription in due(self.library, now) if self._may_try(subscription.id)]
        if not (late or waiting):
            return
        index = self.index()
        with client(self.settings) as http:
            for digest in late:
                if not self.stopping:
                    self._trying(digest.id)
                    deliver_digest(self.library, digest, self.settings, http)
            for subscription in waiting:
                if self.stopping:
                    return
                self._trying(subscription.id)
                try:
                    made = make_digest(self.library, index, self.settings, subscription, day_of(now), now)
                except (InputError, NotFound) as error:  # its filters or its segment; the other subscriptions get theirs
                    log.warning("no digest for %s: %s", subscription.id, error.message)
                    continue
                deliver_digest(self.library, made, self.settings, http)

    def _may_try(self, name: str) -> bool:
        return time.monotonic() - self.tried_at.get(name, -RETRY_DIGEST_SECONDS) >= RETRY_DIGEST_SECONDS

    def _trying(self, name: str) -> None:
        self.tried_at[name] = time.monotonic()

    def forget(self) -> None:
        """Drop what nobody will ask for any more: answers to idempotent writes, uploads, comments on contents that are not here."""
        self.library.idempotency.forget_before(datetime.now(UTC) - ANSWERS_KEPT)
        sweep_uploads(self.settings.home)
        if time.monotonic() - self.swept_at > SWEEP_SECONDS:
            self.swept_at = time.monotonic()
            self.library.comments.drop_strays()


def run(settings: Settings, *, parent: int | None = None) -> None:
    """Work until told to stop, or until the service that started us (`parent`, a process id) is gone."""
    with only_worker(settings) as alone:
        if not alone:
            log.info("another worker runs in %s", settings.home)
            return
        library = open_library(settings.library_url)
        worker = Worker(library, settings)

        def stop(*_: object) -> None:
            worker.stopping = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        while not worker.stopping and (parent is None or os.getppid() == parent):
            worker.run_round()
            until = time.monotonic() + PAUSE_SECONDS
            while time.monotonic() < until and not worker.stopping:
                time.sleep(0.2)
        library.close()
