"""Which contents answer a query, and in what order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
_COMPLETE_FIRST = 1000.0
_MEANING_SCALE = 0.01  # brings contents that share no word in order, below all that do


@dataclass(frozen=True, slots=True)
class ResultSet:
    """The contents that answer a query, as a query without scores, and what scores them."""

    query: Any
    scoring: Any | None
    complete: int  # contents that hold every word
    added: int  # contents that hold only some of the words or are near in meaning
    vector: Any | None  # of the query, where meaning counts


def resolve(reader: Reader, parsed: ParsedQuery, blocked: list[int], within: list[Any]) -> ResultSet:
    """The result set of a query, before filters.

    It is the contents that hold all words and phrases and nothing excluded. Where those are fewer than `ENOUGH`, the best
    that hold only some of the words join them, as long as they score at least `LEAST_SHARE` of the best. Where even then
    there are fewer than `FEW`, the nearest in meaning do. So a common word does not return everything, and a word that is
    nowhere returns nothing. `within` restricts everything, counting included, for a filter that leaves nothing of the
    plain result set.
    """
    phrases = [words.containing(phrase) for phrase in parsed.phrases]
    held = [words.holding(word) for word in parsed.words]
    refused = [words.containing(text) for text in parsed.excluded] + ([words.in_slots(blocked)] if blocked else [])

    def kept(*queries: Any) -> Any:
        musts = [(Occur.Must, query) for query in (*queries, *within)] or [(Occur.Must, Query.all_query())]
        return Query.boolean_query(musts + [(Occur.MustNot, query) for query in refused])

    every = kept(*held, *phrases)
    scoring = words.scoring(parsed, reader.models.tokenizer)
    complete = reader.count(every)
    if not (held or phrases):
        return ResultSet(words.silent(every), scoring, complete, 0, None)
    vector = reader.models.embedder.embed([parsed.text])[0]
    if complete >= ENOUGH:
        return ResultSet(words.silent(every), scoring, complete, 0, vector)
    partial: list[int] = []
    near: list[int] = []
    if len(held) > 1 and scoring is not None:
        some = Query.boolean_query([(Occur.Must, words.silent(kept(words.either(held), *phrases))), (Occur.Should, scoring)])
        found, _ = reader.scored(some, ENOUGH)
        partial = [slot for slot, score in found if score >= LEAST_SHARE * found[0][1]]
    by_words = words.silent(words.either([every, words.in_slots(partial)]) if partial else every)
    query = by_words
    if complete + len(partial) < FEW and not phrases and vector.any():
        slots, cosines = reader.vectors.nearest(vector, FEW)
        slots = slots[cosines >= LEAST_COSINE]
        if len(slots):
            near = reader.slots(kept(words.in_slots(slots.tolist())), len(slots)).tolist()
            query = words.silent(words.either([by_words, words.in_slots(near)]))
    if scoring is not None and partial and parsed.spaced:
        scoring = Query.boolean_query([(Occur.Should, scoring), (Occur.Should, Query.const_score_query(every, _COMPLETE_FIRST))])
    if scoring is not None and near:
        # What is only near in meaning comes after all that the words found: so meaning never makes a result worse.
        scoring = Query.boolean_query([(Occur.Must, by_words), (Occur.Should, scoring)])
    added = reader.count(query) - complete if partial or near else 0
    return ResultSet(query, scoring, complete, added, vector)


@dataclass(frozen=True, slots=True)
class Scored:
    """A content with its score and the score's parts; `found` is the score that the word index ordered it by."""

    slot: int
    id: str
    score: float
    found: float
    words: float
    meaning: float


def ranked(reader: Reader, results: ResultSet, filters: list[Any], limit: int) -> tuple[list[Scored], int]:
    """The best `limit` contents of a result set under the filters, best first, and how many there are in all."""
    clauses = [(Occur.Must, results.query), *((Occur.Must, query) for query in filters)]
    if results.scoring is not None:
        clauses.append((Occur.Should, results.scoring))
    found, total = reader.scored(Query.boolean_query(clauses), limit)
    cosines = [0.0] * len(found)
    if results.vector is not None and found:
        cosines = reader.vectors.similarities(results.vector, [slot for slot, _ in found]).tolist()
    scored = [
        Scored(slot, reader.vectors.ids[slot], score or max(0.0, cosine) * _MEANING_SCALE, score, score % _COMPLETE_FIRST, cosine)
        for (slot, score), cosine in zip(found, cosines, strict=True)
    ]
    return sorted(scored, key=lambda each: (-each.score, each.id)), total
