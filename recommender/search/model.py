"""What a search gives back: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hit:
    """One content that was found.

    `parts` are the score's parts: `words` (BM25) and `meaning` (cosine). `matched` are the words of the query that it holds.
    """

    id: str
    score: float
    parts: dict[str, float] = field(default_factory=dict)
    matched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of hits, with the size and the facets of the whole result set.

    `facets` are exact counts by value; a facet ignores the filter on its own field. `understood` is the query as it was
    read, `notes` are sentences for the person who asked.
    """

    hits: list[Hit]
    total: int
    facets: dict[str, dict[str, int]]
    next_cursor: str | None
    understood: str
    notes: tuple[str, ...] = ()
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What is published: the generation, the library's revision in it, and whether its files are sound."""

    version: str
    revision: int
    documents: int
    built_at: str  # ISO 8601
    healthy: bool
    message: str = ""
    embedder: str = ""
