"""What the word index keeps of a content. The home of tantivy's schema."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import tantivy

from recommender.library.model import ContentItem
from recommender.text.cutting import Cuts, Numbers, cut
from recommender.text.folding import fold
from recommender.text.grams import char_grams, char_units
from recommender.text.tokenizer import Tokenizer

FORM = 4  # change it when the same content would be indexed otherwise: indexes of another form are rebuilt
TITLE_WEIGHT = 4  # times a title's words are counted beside once for a body's; 3 to 5 won on the hashtag and qbqtc sets
_LONGEST_TITLE = 60  # characters; a longer title is a text, and its words count less
# Terms a content has at least, made up by a filler that nobody asks for: BM25 takes shortness for density, and a short note
# that only mentions a word came before notes about it. Tuned on the hashtag and qbqtc sets (200 to 400 won on the first).
_LEAST_TERMS = 150
_FILLER = "·"
PARTS = 4  # of a content, each cut by itself: title, text, tags, names
_TAGS = 2  # the place of the tags among them
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

    `terms` holds words, character pairs and single characters for one BM25, `tag_terms` those of the tags; `units` single
    characters and runs with their places, for phrases. `by_*` are the orders, unique by a mark of the id in the low bits.
    """
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("slot", indexed=True, fast=True)
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("tag_terms", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("units", tokenizer_name="whitespace", index_option="position")
    for name in ("id", "creator", "watch_list"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (*FACET_FIELDS, "tag"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_float_field("quality", indexed=True, fast=True)
    builder.add_integer_field("published", indexed=True, fast=True)
    for name in ORDER_FIELDS.values():
        builder.add_unsigned_field(name, indexed=True, fast=True)
    return builder.build()


@dataclass(frozen=True, slots=True)
class Analysed:
    """A content as the index takes it: terms of all parts but the tags, of the tags, joined by blanks; the units of each part."""

    terms: str
    tag_terms: str
    units: list[str]


def score_terms(folded: str, tokenizer: Tokenizer) -> tuple[list[str], list[str]]:
    """The terms of a folded text that BM25 counts: (words and pairs, single units)."""
    words = [token for token in tokenizer.search_tokens(folded) if _WORD.search(token)]
    pairs = [gram for gram in char_grams(folded) if len(gram) > 1]
    return words + pairs, char_units(folded)


def embedded_text(item: ContentItem) -> str:
    """The text whose vector stands for a content: what `analyse` gives the owner of its parts."""
    return "\n".join((item.title, _body(item), *item.tags))


def analyse(items: Sequence[ContentItem], tokenizer: Tokenizer) -> tuple[list[Analysed], Cuts, Numbers]:
    """Everything the index keeps of the words of contents; the cuts that it is made of, and for each cut the place of the
    content that its vector counts for (-1 for none)."""
    texts: list[str] = []
    for item in items:
        names = " ".join((*item.understanding.brands, item.creator_name))
        texts.extend(fold(part) for part in (item.title, _body(item), "\n".join(item.tags), names))
    cuts = cut(texts, tokenizer)
    counts = (np.array([len(words) for words in cuts.words]) + cuts.pair_counts + cuts.unit_counts).reshape(-1, PARTS)
    terms = [" ".join((*words, pairs)) + units for words, pairs, units in zip(cuts.words, cuts.pairs, cuts.units, strict=True)]
    found: list[Analysed] = []
    for place, item in enumerate(items):
        first = place * PARTS
        weight = max(1, min(TITLE_WEIGHT, TITLE_WEIGHT * _LONGEST_TITLE // max(1, len(item.title))))
        title, body, tags, names = terms[first : first + PARTS]
        amount = int(counts[place].sum() + counts[place][0] * (weight - 1) - counts[place][_TAGS])
        parts = [title + " "] * weight + [body, names, f" {_FILLER}" * (_LEAST_TERMS - amount)]
        found.append(Analysed(" ".join(parts), tags, [units for units in cuts.units[first : first + PARTS] if units]))
    return found, cuts, np.where(np.arange(len(texts)) % PARTS < PARTS - 1, np.arange(len(texts)) // PARTS, -1)


def _body(item: ContentItem) -> str:
    """The text without the hashtags at its end: they are tags, and count once."""
    text, kept = item.text, ""
    while (start := max(text.rfind("#"), text.rfind("@"))) >= 0:
        word = text[start:].rstrip()
        if word[0] == "@" or word[1:] not in item.tags:
            if len(word.split()) > 1:
                break
            kept = f" {word}{kept}"
        text = text[:start]
    return text.rstrip() + kept if len(text) < len(item.text) else item.text


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
        "terms": analysed.terms,
        "tag_terms": analysed.tag_terms,
        "units": analysed.units,
        "tag": list(item.tags),
        "watch_list": list(item.watch_lists),
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
