"""What a search gives back: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hit:
    """One content that was found.

    `parts` add up to the score: `words` (BM25), or `meaning` (cosine) where no word was found. `matched` are the words of
    the query that it holds. Hits are ordered by `tier`, then by score: 0 comes first, 1 holds only some of the words that
    were typed apart, 2 is only near in meaning.
    """

    id: str
    score: float
    parts: dict[str, float] = field(default_factory=dict)
    matched: tuple[str, ...] = ()
    tier: int = 0


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of a query as it was understood.

    `kind` is word, name (pinyin or a mistyped word taken for a name), phrase, choice, excluded, or a field: category, brand,
    creator, platform, type, date, quality, tag, list. `label` is for people, `text` what was typed, `rest` the query without it.
    """

    kind: str
    label: str
    text: str
    rest: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of hits, with the size and the facets of the whole result set.

    `facets` are exact counts by value, empty where not asked for; a facet ignores the filter on its own field. `understood`
    is the query as it was read, `notes` are sentences for the person who asked, `chips` the parts that were understood, in the
    order typed, `suggestions` whole queries that may have been meant.
    """

    hits: list[Hit]
    total: int
    facets: dict[str, dict[str, int]]
    next_cursor: str | None
    understood: str
    notes: tuple[str, ...] = ()
    took_ms: float = 0.0
    chips: tuple[Chip, ...] = ()
    suggestions: tuple[str, ...] = ()


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
