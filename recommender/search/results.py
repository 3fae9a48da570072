"""Which contents answer a query, and in what order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tantivy import Occur, Query

from recommender.search import words
from recommender.search.query import ParsedQuery
from recommender.search.reader import Reader

# Tuned on the hashtag, qbqtc, cmrc2018 and drcd sets. Raising the best hits by likeness in meaning (BM25 × (1 + weight ×
# cosine)) won at no weight on all four, so meaning only adds contents, at the end, where words find few.
ENOUGH = 100  # with fewer contents that hold every word, those that hold some of them are added
LEAST_SHARE = 0.2  # of the best score, for a content that holds only some of the words
FEW = 20  # with fewer contents than this, near ones in meaning are added
LEAST_COSINE = 0.45  # for a content that is only near in meaning
# Contents that hold every word come first where the words were typed apart (珠宝 搭配). In text typed without blanks (most
# hashtags) that order lost one point of MRR@10, so there BM25 alone decides.
FIRST, PARTIAL, NEAR = 0, 1, 2  # tiers: all of a lower one come before a higher one


@dataclass(frozen=True, slots=True)
class Scored:
    """A content with its place in the order (tier, then score) and the score's parts, one of which is 0."""

    slot: int
    id: str
    tier: int
    words: float
    meaning: float

    @property
    def score(self) -> float:
        return self.words + self.meaning

    @property
    def key(self) -> tuple[int, float, str]:
        """What hits are ordered by."""
        return self.tier, -self.score, self.id


@dataclass(frozen=True, slots=True)
class ResultSet:
    """The contents that answer a query: as a query without scores, and whole where they are few enough to be listed.

    `best` are the best scored ones that were read on the way, in no order among equals; all of them where `listed`.
    """

    query: Any
    scoring: Any | None
    complete: int  # contents that hold every word
    best: Sequence[Scored] = ()
    listed: bool = False

    @property
    def added(self) -> int:
        """Contents that hold only some of the words or are near in meaning."""
        return len(self.best) - self.complete if self.listed else 0


def resolve(reader: Reader, parsed: ParsedQuery, blocked: list[int], within: list[Any], wanted: int = ENOUGH) -> ResultSet:
    """The result set of a query, before filters, with its best `wanted` contents.

    It is the contents that hold all words and phrases and nothing excluded. Where those are fewer than `ENOUGH`, the best
    that hold only some of the words join them, as long as they score at least `LEAST_SHARE` of the best. Where even then
    there are fewer than `FEW`, the nearest in meaning do. So a common word does not return everything, and a word that is
    nowhere returns nothing. `within` restricts everything, counting included, for a filter that leaves nothing of the
    plain result set. The fields of the query itself always do.
    """
    phrases = [words.containing(phrase) for phrase in parsed.phrases]
    held = [words.holding(word) for word in parsed.words] + [words.choosing(options) for options in parsed.choices]
    refused = [words.containing(text) for text in parsed.excluded] + ([words.in_slots(blocked)] if blocked else [])
    refused += words.filtering(parsed.refused)
    within = within + words.filtering(parsed.filter)

    def kept(*queries: Any) -> Any:
        musts = [(Occur.Must, query) for query in (*queries, *within)] or [(Occur.Must, Query.all_query())]
        return Query.boolean_query(musts + [(Occur.MustNot, query) for query in refused])

    every = words.silent(kept(*held, *phrases))
    scoring = words.scoring(parsed, reader.models.tokenizer)
    if not (held or phrases) or scoring is None:
        return ResultSet(every, scoring, reader.count(every))
    found, complete = reader.scored(words.scored_within(every, scoring), max(wanted, ENOUGH))
    if complete >= ENOUGH:
        return ResultSet(every, scoring, complete, [_by_words(reader, slot, score) for slot, score in found[:wanted]])
    scores = dict(found)
    tiers = dict.fromkeys(scores, FIRST)
    if len(held) > 1:
        some, _ = reader.scored(words.scored_within(words.silent(kept(words.either(held), *phrases)), scoring), ENOUGH)
        for slot, score in some:
            if score >= LEAST_SHARE * some[0][1] and slot not in tiers:
                scores[slot], tiers[slot] = score, PARTIAL if parsed.spaced else FIRST
    hits = [_by_words(reader, slot, score, tiers[slot]) for slot, score in scores.items()]
    if len(hits) < FEW and not phrases:
        # What is only near in meaning comes after all that the words found: so meaning never makes a result worse.
        hits += _near(reader, parsed.text, set(scores), kept)
    return ResultSet(words.in_slots(hit.slot for hit in hits), scoring, complete, hits, listed=True)


def _by_words(reader: Reader, slot: int, score: float, tier: int = FIRST) -> Scored:
    return Scored(slot, reader.vectors.ids[slot], tier, score, 0.0)


def _near(reader: Reader, text: str, known: set[int], kept: Any) -> list[Scored]:
    vector = reader.models.embedder.embed([text])[0]
    if not vector.any():
        return []
    slots, cosines = reader.vectors.nearest(vector, FEW)
    near = {
        slot: float(cosine) for slot, cosine in zip(slots.tolist(), cosines, strict=True) if cosine >= LEAST_COSINE and slot not in known
    }
    if not near:
        return []
    usable = reader.slots(kept(words.in_slots(near)), len(near)).tolist()
    return [Scored(slot, reader.vectors.ids[slot], NEAR, 0.0, near[slot]) for slot in usable]


def ranked(reader: Reader, results: ResultSet, filters: list[Any], limit: int) -> tuple[list[Scored], int]:
    """The best `limit` contents of a result set under the filters, best first, and how many there are in all."""
    if results.listed:
        hits, total = list(results.best), len(results.best)
        if filters and hits:
            allowed = reader.slots(words.both(results.query, *filters), total)
            hits = [hit for hit, stays in zip(hits, np.isin([hit.slot for hit in hits], allowed), strict=True) if stays]
            total = len(hits)
    elif not filters and len(results.best) >= min(limit, results.complete):
        hits, total = list(results.best), results.complete
    else:
        query = words.both(results.query, *filters)
        found, total = reader.scored(words.scored_within(query, results.scoring) if results.scoring is not None else query, limit)
        hits = [_by_words(reader, slot, score) for slot, score in found]
    return sorted(hits, key=lambda hit: hit.key), total
