"""Turns parsed queries and filters into queries of the word index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tantivy import FieldType, Occur, Query

from recommender.library.model import ContentFilter
from recommender.search.query import ParsedQuery
from recommender.search.schema import make_schema, milliseconds, score_terms
from recommender.search.wording import Word
from recommender.text.grams import char_grams, char_units
from recommender.text.tokenizer import Tokenizer

SCHEMA = make_schema()
SCORED = ("terms", "tag_terms")
# Of a pair that is no word (宝辅 in 宝宝辅食) in a short query: so rare that one hashtag outweighed a note about the words.
# In questions (drcd, cmrc2018) such pairs are what tells passages apart, and 0.5 lost half a point of MRR@10.
CROSSING_WEIGHT = 0.5
_SHORT = 8  # characters
UNIT_WEIGHT = 1.0  # of a single character beside a word or a pair
# Of a word in a hashtag beside one in the text: people hang tags on notes that say nothing of it. On our notes' real searches
# (宝宝辅食, 孩子 绘本); the sets to tune on have no tags.
TAG_WEIGHT = 0.25
SPELLING_WEIGHT = 0.8  # of another name of the same brand beside the one that was typed


def both(*queries: Any) -> Any:
    """All of the queries hold; scores are the sum."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, query) for query in queries])


def either(queries: Sequence[Any]) -> Any:
    """At least one of the queries holds."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def silent(query: Any) -> Any:
    """The same set, without a part in the score."""
    return Query.const_score_query(query, 0.0)


def scored_within(chosen: Any, scoring: Any) -> Any:
    """The contents of one query with the scores of another."""
    return Query.boolean_query([(Occur.Must, chosen), (Occur.Should, scoring)])


def telling(queries: Sequence[Any]) -> Any:
    """Contents that any of at most 20 queries finds; bit `i` of the score says whether query `i` does."""
    return Query.boolean_query([(Occur.Should, Query.const_score_query(query, float(1 << place))) for place, query in enumerate(queries)])


def in_slots(slots: Iterable[int]) -> Any:
    """The contents in these slots."""
    return _any_of("slot", list(slots))


def _any_of(field: str, values: Sequence[Any]) -> Any:
    # Six times as fast as tantivy's own set of terms, which walks the field's whole dictionary.
    return either([Query.term_query(SCHEMA, field, value, "basic") for value in values]) if values else Query.empty_query()


def containing(text: str) -> Any:
    """Contents that hold a folded text literally, blanks and punctuation aside."""
    units = char_units(text)
    if len(units) == 1:
        return Query.term_query(SCHEMA, "units", units[0])
    return Query.phrase_query(SCHEMA, "units", list(units))


def _spelling(text: str) -> Any:
    """As `containing`, by character pairs where those say the same faster."""
    grams = [gram for gram in char_grams(text) if len(gram) == 2]
    if grams and len(grams) == len(text) - 1 and not any(character.isascii() for character in text):
        return both(*(either([Query.term_query(SCHEMA, field, gram, "basic") for field in SCORED]) for gram in dict.fromkeys(grams)))
    return containing(text)


def holding(word: Word) -> Any:
    """Contents that hold a word in any of its spellings."""
    return either([containing(text) if word.exact else _spelling(text) for text in word.spellings if char_units(text)])


def choosing(options: Iterable[Sequence[Word]]) -> Any:
    """Contents that hold all words of at least one option."""
    return either([both(*(holding(word) for word in option)) for option in options])


def scoring(parsed: ParsedQuery, tokenizer: Tokenizer) -> Any | None:
    """One BM25 over words, character pairs and single characters of the query; None where there is nothing to score."""
    words, units = score_terms(parsed.text, tokenizer)
    weights: dict[str, float] = {}
    cut = set(tokenizer.search_tokens(parsed.text))
    crossing = CROSSING_WEIGHT if len(parsed.text) <= _SHORT else 1.0
    for term in words:
        weights[term] = weights.get(term, 0.0) + (1 if term in cut else crossing)
    for unit in units:
        weights[unit] = weights.get(unit, 0.0) + UNIT_WEIGHT
    for word in (*parsed.words, *(word for choice in parsed.choices for option in choice for word in option)):
        for spelling in word.spellings[1:]:
            for term in score_terms(spelling, tokenizer)[0]:
                weights.setdefault(term, SPELLING_WEIGHT)
    terms = [Query.boost_query(Query.term_query(SCHEMA, "terms", term, "freq"), weight) for term, weight in weights.items()]
    for term in [term for term in weights if len(term) > 1] or weights:
        terms.append(Query.boost_query(Query.term_query(SCHEMA, "tag_terms", term, "freq"), weights[term] * TAG_WEIGHT))
    return either(terms) if terms else None


def filtering(filter: ContentFilter, *, without: str = "") -> list[Any]:
    """The filter as queries that all must hold, leaving out the field named `without`."""
    found: list[Any] = []
    chosen: Mapping[str, tuple[str, Sequence[str]]] = {
        "categories": ("category", filter.categories),
        "brands": ("brand", filter.brands),
        "creators": ("creator", filter.creators),
        "platforms": ("platform", filter.platforms),
        "content_types": ("content_type", filter.content_types),
        "tags": ("tag", filter.tags),
        "watch_lists": ("watch_list", filter.watch_lists),
    }
    for name, (field, values) in chosen.items():
        if values and name != without:
            found.append(silent(_any_of(field, [_storable(str(value)) for value in values])))
    if filter.min_quality is not None:
        found.append(silent(Query.range_query(SCHEMA, "quality", FieldType.Float, float(filter.min_quality), None)))
    if filter.published_from is not None or filter.published_to is not None:
        first, last = (milliseconds(moment) if moment else None for moment in (filter.published_from, filter.published_to))
        found.append(silent(Query.range_query(SCHEMA, "published", FieldType.Integer, first, last)))
    return found


def _storable(value: str) -> str:
    return value.encode("utf-8", "replace").decode()
