"""What the word index keeps of a content. The home of tantivy's schema."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import tantivy

from recommender.library.model import ContentItem
from recommender.text.folding import fold
from recommender.text.grams import char_grams, char_units
from recommender.text.tokenizer import Tokenizer

FORM = 1  # change it when the same content would be indexed otherwise: indexes of another form are rebuilt
TITLE_WEIGHT = 4  # times a title's words are counted beside once for a body's; 3 to 5 won on the hashtag and qbqtc sets
_LONGEST_TERM = 64
_WORD = re.compile(r"\w")
ORDER_FIELDS = {"newest": "by_newest", "quality": "by_quality", "heat": "by_heat"}
FACET_FIELDS = {
    "category": "categories",
    "brand": "brands",
    "creator_name": "creators",
    "platform": "platforms",
    "content_type": "content_types",
}
_KEY_BITS = 28


def make_schema() -> Any:
    """The schema of the word index.

    `terms` holds words, character pairs and single characters for one BM25; `units` single characters and runs with their
    places, for phrases. `by_*` are the orders, unique by a mark of the id in the low bits.
    """
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("slot", indexed=True, fast=True)
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("units", tokenizer_name="whitespace", index_option="position")
    for name in ("id", "creator", "tag"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in FACET_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_float_field("quality", indexed=True, fast=True)
    builder.add_integer_field("published", indexed=True, fast=True)
    for name in ORDER_FIELDS.values():
        builder.add_unsigned_field(name, indexed=True, fast=True)
    return builder.build()


@dataclass(frozen=True, slots=True)
class Analysed:
    """A text as the index takes it: terms of title and body, units of each part, features for the embedder."""

    terms: list[str]
    units: list[str]
    features: list[str]


def score_terms(folded: str, tokenizer: Tokenizer) -> tuple[list[str], list[str]]:
    """The terms of a folded text that BM25 counts: (words and pairs, single units)."""
    words = [token for token in tokenizer.search_tokens(folded) if len(token) <= _LONGEST_TERM and _WORD.search(token)]
    pairs = [gram for gram in char_grams(folded) if len(gram) > 1]
    return words + pairs, [unit for unit in char_units(folded) if len(unit) <= _LONGEST_TERM]


def embedded_text(item: ContentItem) -> str:
    """The text whose vector stands for a content."""
    return "\n".join((item.title, item.text, *item.tags))


def analyse(item: ContentItem, tokenizer: Tokenizer) -> Analysed:
    """Everything the index keeps of a content's words."""
    terms: list[str] = []
    units: list[str] = []
    features: list[str] = []
    names = " ".join((*item.understanding.brands, item.creator_name))
    for part, weight, embedded in (
        (item.title, TITLE_WEIGHT, True),
        (item.text, 1, True),
        ("\n".join(item.tags), 1, True),
        (names, 1, False),
    ):
        if not part:
            continue
        words, singles = score_terms(fold(part), tokenizer)
        terms.extend((words + singles) * weight)
        units.append(" ".join(singles))
        if embedded:
            features.extend(word for word in words if len(word) > 1)
    return Analysed(terms, units, features)


def _order_key(value: float, scale: int, mark: int) -> int:
    return (max(0, min(int(value * scale), (1 << 63 - _KEY_BITS) - 1)) << _KEY_BITS) | mark


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, as `published` is kept."""
    return int(moment.timestamp() * 1000)


def document(item: ContentItem, slot: int, analysed: Analysed, schema: Any) -> Any:
    """The entry of a content in the word index."""
    mark = int.from_bytes(hashlib.blake2b(item.id.encode("utf-8", "replace"), digest_size=4).digest()) >> (32 - _KEY_BITS)
    understanding = item.understanding
    seconds = item.published_at.timestamp() if item.published_at else 0
    entry: dict[str, Any] = {
        "id": item.id,
        "slot": slot,
        "terms": " ".join(analysed.terms),
        "units": analysed.units,
        "tag": list(item.tags),
        "creator": list(dict.fromkeys(filter(None, (item.creator_id, item.creator_name)))),
        "category": _known(understanding.category),
        "brand": list(dict.fromkeys(understanding.brands)),
        "creator_name": _known(item.creator_name),
        "platform": [item.platform.value],
        "content_type": _known(understanding.content_type),
        "quality": float(understanding.quality),
        "by_newest": _order_key(seconds, 1, mark),
        "by_quality": _order_key(understanding.quality, 1000, mark),
        "by_heat": _order_key(item.heat, 1, mark),
    }
    if item.published_at:
        entry["published"] = milliseconds(item.published_at)
    return tantivy.Document.from_dict({name: value for name, value in entry.items() if value != []}, schema)


def _known(value: str | None) -> Sequence[str]:
    return [str(value)] if value else []
