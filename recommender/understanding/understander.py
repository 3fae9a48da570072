"""The one pass over contents: prepare each once, ask every part, classify the batch at once."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from recommender.compliance import check_text, worst
from recommender.library.model import ComplianceLevel, ContentItem, Finding, Understanding
from recommender.text.cleaning import clean_text, hashtags
from recommender.text.keywords import keywords
from recommender.text.terms import TermMatcher, count_of
from recommender.text.tokenizer import Tokenizer
from recommender.understanding.brands import brand_finder, brand_names, fold_name, same_apostrophes
from recommender.understanding.category import CategoryOpinion, category_classifier
from recommender.understanding.content_type import TypeOpinion, type_classifier
from recommender.understanding.quality import quality
from recommender.understanding.shops import find_shops
from recommender.understanding.traits import Post, measure, prepare, trait_owners

BRANDS_AT_MOST = 20
MENTIONS_AT_MOST = 8  # of brands that are counted


class Reading:
    """What was seen in one post: its category, brands, traits as numbers, and the trait words."""

    __slots__ = ("brands", "category", "inputs", "seen")

    def __init__(self, title: str, text: str, tags: tuple[str, ...]) -> None:
        post = prepare(title, text, tags, known_words())
        self.category, self.brands, written = _read_subject(post)
        values, self.seen = measure(post)
        self.inputs = [*values, *_brand_inputs(post, self.brands, written), *self.category.probabilities]


def _brand_inputs(post: Post, brands: tuple[str, ...], written: tuple[str, ...]) -> list[float]:
    """What the naming of brands tells of a post's type, in the order of `content_type.BRAND_INPUTS`."""
    mentions = sum(count_of(post.folded_title, name) + count_of(post.folded_body, name) for name in written)
    return [min(1.0, len(brands) / 2), math.log1p(min(mentions, MENTIONS_AT_MOST))]


def _read_subject(post: Post) -> tuple[CategoryOpinion, tuple[str, ...], tuple[str, ...]]:
    """Category, brands, and the folded names by which the brands stand in the post."""
    written = "\n".join([post.title, post.body, *post.tags])
    known = brand_finder().find(written, post.folded, post.words, post.folded_tags.split("\n"))
    opinion = category_classifier().classify(post, known)
    brands = [hit.brand for hit in known]
    shops = find_shops(post.title, post.body, post.tags, opinion.category)
    others = [name for name in shops if same_apostrophes(name) not in brands]
    return opinion, (*brands, *others)[:BRANDS_AT_MOST], (*(hit.name for hit in known), *map(fold_name, others))


class Understander:
    """Makes an `Understanding` of contents. Holds only read-only data, so threads may share it."""

    def __init__(self, version: str) -> None:
        self.version = version

    def understand(self, items: Sequence[ContentItem]) -> list[Understanding]:
        """One understanding per content, in order. Findings point into `original_title` + newline + `original_text`."""
        readings = [Reading(item.title, item.text, item.tags) for item in items]
        types = self._types(readings)
        made: list[Understanding] = []
        for item, reading, opinion in zip(items, readings, types, strict=True):
            findings = check_text(f"{item.original_title}\n{item.original_text}", category=reading.category.category)
            score, parts = quality(item, worst(findings))
            made.append(self._made(reading, opinion, findings, f"{item.title}\n{item.text}", score, parts))
        return made

    def understand_text(self, title: str, text: str, tags: tuple[str, ...] = ()) -> Understanding:
        """Of a text that is in no library: cleaned here, without quality."""
        clean_title, clean = clean_text(title), clean_text(text)
        reading = Reading(clean_title, clean, tags or hashtags(f"{title}\n{text}"))
        findings = check_text(f"{title}\n{text}", category=reading.category.category)
        made = self._made(reading, self._types([reading])[0], findings, f"{clean_title}\n{clean}", 0.0, {})
        return replace(made, quality_parts={})

    @staticmethod
    def _types(readings: Sequence[Reading]) -> list[TypeOpinion]:
        if not readings:
            return []
        return type_classifier().classify(np.array([reading.inputs for reading in readings]), [reading.seen for reading in readings])

    def _made(
        self, reading: Reading, opinion: TypeOpinion, findings: list[Finding], text: str, score: float, parts: dict[str, float]
    ) -> Understanding:
        level: ComplianceLevel = worst(findings)
        return Understanding(
            content_type=opinion.content_type,
            type_confidence=round(opinion.confidence, 4),
            type_reason=opinion.reason,
            category=reading.category.category,
            category_confidence=round(reading.category.confidence, 4),
            brands=reading.brands,
            keywords=keywords(_tokenizer().search_tokens(text[:4000])),
            quality=score,
            quality_parts=parts,
            compliance=level,
            findings=tuple(findings),
            version=self.version,
        )


@cache
def known_words() -> TermMatcher:
    """The words of all parts of the understander, so that one pass over a post finds them."""
    return TermMatcher([*brand_finder().names, *category_classifier().owners, *trait_owners()])


def _version() -> str:
    """Changes with every data file and module that can change an answer."""
    fingerprint = hashlib.sha256()
    here = Path(__file__).parent
    rooms = (here, here.parent / "compliance", here.parent / "text")
    for path in sorted(path for room in rooms for path in room.rglob("*") if path.suffix in {".py", ".txt", ".json", ".toml"}):
        fingerprint.update(path.read_bytes())
    return fingerprint.hexdigest()[:12]


@cache
def load_understander() -> Understander:
    """The understander with the shipped data, made once per process."""
    known_words()
    type_classifier()
    return Understander(_version())


@cache
def _tokenizer() -> Tokenizer:
    """Made when the first keywords are asked for: brand names as user words take half a second."""
    return Tokenizer(brand_names())


def understand(items: Sequence[ContentItem]) -> list[Understanding]:
    """`load_understander().understand(items)`."""
    return load_understander().understand(items)


__all__ = ["Understander", "load_understander", "understand"]
