"""Which contents are looked at: by the segment's words and meaning, by the words of its needs, by its categories."""

from __future__ import annotations

from collections.abc import Iterator, Set

import numpy as np

from recommender.library import Library
from recommender.library.model import ContentFilter, ContentItem
from recommender.matching.lexicon import lexicon, weights
from recommender.matching.model import MatchRequest
from recommender.matching.profile import Profile, segment_text
from recommender.matching.ranking import may_be_sent
from recommender.search import Index

_NO_FILTER = ContentFilter()
_CATEGORIES_ASKED = 2
_ASKED_CHARACTERS = 500  # of a segment that are looked for word by word
_FEWEST_PER_ITEM = 4


def find_candidates(library: Library, index: Index, request: MatchRequest, profile: Profile, refused: Set[str]) -> list[ContentItem]:
    """Contents worth scoring, without the refused ids, blocked ones and those taken down; in order of id.

    The index is asked for the segment's words and for the words of each of its strongest needs; what scores best over all
    these questions, each weighed by its need, is read from the library.
    """
    size = weights()["list"]
    promise: dict[str, float] = {}
    for text, weight, limit in _questions(request, profile):
        found = index.candidates(text, _NO_FILTER, limit)
        best = max((parts["words"] for _, parts in found), default=0.0) or 1.0
        for content_id, parts in found:
            promise[content_id] = promise.get(content_id, 0.0) + weight * (parts["words"] / best + max(0.0, parts["meaning"]))
    few = _FEWEST_PER_ITEM * request.limit
    fallbacks = [ContentFilter(categories=(category,)) for category in list(profile.categories)[:_CATEGORIES_ASKED]] + [_NO_FILTER]
    for filter in fallbacks if len(promise) < few else ():
        page, _ = library.contents.page(filter, order="quality", limit=few)
        promise.update((item.id, 0.0) for item in page if item.id not in promise)
    kept = sorted((content_id for content_id in promise if content_id not in refused), key=lambda name: (-promise[name], name))
    items = library.contents.get_many(kept[: max(int(size["scored"]), few)])
    return sorted((item for item in items.values() if may_be_sent(item)), key=lambda item: item.id)


def _questions(request: MatchRequest, profile: Profile) -> Iterator[tuple[str, float, int]]:
    """What the index is asked: a text, how much its answer counts, and how many contents are wanted."""
    size = weights()["list"]
    yield segment_text(request.segment, request.goal)[:_ASKED_CHARACTERS], size["text_counts"], int(size["by_text"])
    for topic, weight in list(profile.needs.items())[: int(size["topics_asked"])]:
        words = list(lexicon().topics[topic].words)[: int(size["words_asked"])]
        yield " ".join(words), weight, int(size["by_topic"])


def meanings(index: Index, items: list[ContentItem], texts: list[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Cosines of each text with each content, of shape (texts, items)."""
    found: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = index.embed(texts) @ index.vectors([item.id for item in items]).T
    return found
