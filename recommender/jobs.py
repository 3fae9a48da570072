"""What follows every change of the library: near-duplicates are clustered, contents understood, the index published."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from recommender.library import Library
from recommender.search import IndexStatus, publish
from recommender.settings import Settings
from recommender.understanding import load_understander
from recommender.understanding.clustering import update_clusters

BATCH = 1000
CLUSTERED = "clustered_revision"
Progress = Callable[[str, int, int], None]  # step, done, of


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a refresh did and how long it took."""

    clustered: int
    understood: int
    index: IndexStatus
    seconds: float


def _quiet(step: str, done: int, of: int) -> None:
    pass


def cluster_library(library: Library) -> int:
    """Find the near-duplicates of what changed since the last look; returns how many contents changed their cluster."""
    seen = library.contents.revision()
    changed = update_clusters(library, int(library.versions.get(CLUSTERED) or 0))
    _mark_clustered(library, seen, changed)
    return changed


def _mark_clustered(library: Library, seen: int, own: int) -> None:
    """Remember up to where near-duplicates are known: past our `own` changes, but not past those of another process."""
    now = library.contents.revision()
    library.versions.put(CLUSTERED, str(now if now == seen + own else seen))


def understand_pending(library: Library, progress: Progress = _quiet) -> int:
    """Understand every content that the present rules and models have not seen; returns how many."""
    understander = load_understander()
    done, total = 0, library.contents.count()
    while batch := library.contents.not_understood(understander.version, BATCH):
        understood = understander.understand(batch)
        pairs = [(item.id, found) for item, found in zip(batch, understood, strict=True)]
        library.contents.save_understanding(pairs, read_at={item.id: item.revision for item in batch})
        done += len(batch)
        progress("理解", done, max(total, done))
    if done:
        progress("理解", done, done)
    return done


def refresh_library(
    library: Library, settings: Settings, *, clusters: bool = True, rebuild: bool = False, progress: Progress = _quiet
) -> RefreshReport:
    """Bring everything that is derived from the library up to date.

    `clusters=False` leaves near-duplicates to a later run, as for one pasted note. Running it twice changes nothing.
    """
    started = time.perf_counter()
    clustered = 0
    if clusters and library.versions.get(CLUSTERED) != str(library.contents.revision()):
        progress("近似去重", 0, 1)
        clustered = cluster_library(library)
        progress("近似去重", 1, 1)
    seen = library.contents.revision()
    current = library.versions.get(CLUSTERED) == str(seen)
    understood = understand_pending(library, progress)
    if current:
        _mark_clustered(library, seen, understood)
    index = publish(settings.search_url, library, settings, rebuild=rebuild, progress=lambda done, of: progress("建索引", done, of))
    return RefreshReport(clustered, understood, index, time.perf_counter() - started)
