"""What every door shares: settings, the open library and index, and the work that follows a change."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

from fastapi import Request

from recommender.jobs import refresh_library
from recommender.library import Library
from recommender.search import Index
from recommender.settings import Settings
from recommender.understanding import Understander, load_understander

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Services:
    """One per application, on `app.state.services`; safe to use from several threads."""

    settings: Settings
    library: Library
    index: Index
    _refreshing: threading.Lock = field(default_factory=threading.Lock)

    @property
    def understander(self) -> Understander:
        """The understander, loaded when first asked for."""
        return load_understander()

    def fresh_index(self) -> Index:
        """The index, reopened where a newer one was published."""
        self.index.refresh()
        return self.index

    def follow_up(self) -> bool:
        """Understand and index what was just stored. False where that failed: the change itself stays, the worker tries again."""
        try:
            revision = self.library.contents.revision()
            with self._refreshing:
                # Of many changes at once, the first one in the queue takes the others along.
                if self.fresh_index().status().revision < revision or self._waiting():
                    refresh_library(self.library, self.settings, clusters=False)
                    self.index.refresh()
        except Exception:  # the change is stored and must be acknowledged, whatever derived data does
            logger.exception("the index could not follow a change; the worker will try again")
            return False
        return True

    def _waiting(self) -> bool:
        """Whether some content is not understood yet: it may have been indexed between being stored and being understood."""
        return bool(self.library.contents.not_understood(self.understander.version, 1))


def services(request: Request) -> Services:
    """The services of the application that serves `request`; a FastAPI dependency."""
    found: Services = request.app.state.services
    return found
