"""Which contents left the library since a generation was made; asked again only after the database changed."""

from __future__ import annotations

import time
from pathlib import Path

from recommender.library import Library

_UNSURE_NS = 50_000_000  # a file changed this short ago may change again with the same time stamp
Mark = tuple[tuple[int, int], ...]


class Removals:
    """Remembers the library's answer until the files of its SQLite database change; any other database is asked each time."""

    def __init__(self, library: Library) -> None:
        self._library = library
        url = library.store.engine.url
        name = url.database if url.get_backend_name() == "sqlite" and url.database != ":memory:" else None
        self._files = (Path(name), Path(f"{name}-wal")) if name else ()
        self._known: tuple[int, Mark, list[str]] | None = None

    def since(self, revision: int) -> list[str]:
        """Ids of contents that left after `revision`. A removal that was committed before the call is always seen."""
        mark = self._mark()
        known = self._known
        if known and mark and known[:2] == (revision, mark):
            return known[2]
        now = time.time_ns()
        names = [name for name, _ in self._library.contents.removed_since(revision)]
        if mark and now - max(changed for changed, _ in mark) > _UNSURE_NS:
            self._known = (revision, mark, names)
        return names

    def _mark(self) -> Mark:
        found = []
        for file in self._files:
            try:
                facts = file.stat()
                found.append((facts.st_mtime_ns, facts.st_size))
            except OSError:
                found.append((0, 0))
        return tuple(found)
