"""What every door shares: settings, the open library and index, and the work that follows a change."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from fastapi import Request

from recommender.errors import Conflict
from recommender.jobs import refresh_library
from recommender.library import Library
from recommender.search import Index
from recommender.settings import Settings
from recommender.understanding import Understander, load_understander

logger = logging.getLogger(__name__)
MOST_WAITED_FOR = 100  # contents to be understood before a caller gets the answer; some 15 ms each
MOST_INDEXED = 1_000  # changes to be indexed
MOST_OUTSIDE = 8  # requests of callers that fetch something at the same time; a slow site holds a thread for half a minute


@dataclass(slots=True)
class Services:
    """One per application, on `app.state.services`; safe to use from several threads."""

    settings: Settings
    library: Library
    index: Index
    _refreshing: threading.Lock = field(default_factory=threading.Lock)
    _outside: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(MOST_OUTSIDE))

    @property
    def understander(self) -> Understander:
        """The understander, loaded when first asked for."""
        return load_understander()

    def fresh_index(self) -> Index:
        """The index, reopened where a newer one was published."""
        self.index.refresh()
        return self.index

    @contextmanager
    def going_out(self) -> Iterator[None]:
        """Around work that waits for somebody else's server, so that it never takes all threads. Raises `Conflict` where too much runs."""
        if not self._outside.acquire(timeout=1.0):
            raise Conflict("同时在取的网页太多，请稍后再试。")
        try:
            yield
        finally:
            self._outside.release()

    def follow_up(self) -> bool:
        """Understand and index what was just stored. False where that failed or is too much: the change stays, the worker follows."""
        try:
            revision = self.library.contents.revision()
            with self._refreshing:
                behind, waiting = revision - self.fresh_index().status().revision, self._waiting()
                if self.settings.worker and (behind > MOST_INDEXED or waiting > MOST_WAITED_FOR):
                    return False
                if behind > 0 or waiting:  # of many changes at once, the first one in the queue takes the others along
                    refresh_library(self.library, self.settings, clusters=False)
                    self.index.refresh()
        except Exception:  # the change is stored and must be acknowledged, whatever derived data does
            logger.exception("the index could not follow a change; the worker will try again")
            return False
        return True

    def _waiting(self) -> int:
        """How many contents are not understood yet, counted as far as it matters: some may be indexed already."""
        return len(self.library.contents.not_understood(self.understander.version, MOST_WAITED_FOR + 1))


async def services(request: Request) -> Services:
    """The services of the application that serves `request`; a FastAPI dependency, async because it needs no thread."""
    found: Services = request.app.state.services
    return found
