"""What a post is about: lexicon words and brands vote for one of the closed categories."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from recommender.text.folding import fold
from recommender.text.terms import TermMatcher
from recommender.understanding.brands import BrandHit
from recommender.understanding.taxonomy import CATEGORIES, LexiconWord, lexicon
from recommender.understanding.traits import Post

Floats = npt.NDArray[np.float64]

# How loud each place speaks; chosen on the sample notes and looked at on labelled real ones (flat around these values).
TITLE, BODY, TAGS, BRAND = 1.5, 1.0, 1.5, 3.0
LIFE = "情感生活"  # also holds whatever fits nowhere else: its words speak more softly, and it wins when nothing else speaks
LIFE_SOFTNESS, LIFE_START = 0.5, 1.0
SHARPNESS = 0.35  # turns votes into confidence; fitted so that confidence is the share of right answers
ABSTAIN_BELOW = 0.1  # of confidence: then no category is better than a guess
NO_EVIDENCE = 0.4  # confidence in the category for anything else when no word speaks for another


@dataclass(frozen=True, slots=True)
class CategoryOpinion:
    """The winning category (None: abstained), its confidence, the probabilities of all, and its loudest words."""

    category: str | None
    second: str
    confidence: float
    probabilities: Floats
    words: tuple[str, ...]


class CategoryClassifier:
    """Adds up the votes of the words found in title, body and hashtags, and of the brands found anywhere."""

    def __init__(self, words: Sequence[LexiconWord]) -> None:
        self._owners: dict[str, list[tuple[int, float, str]]] = {}
        for word in words:
            number = CATEGORIES.index(word.category)
            self._owners.setdefault(fold(word.word), []).append((number, word.weight, word.second))
        self._matcher = TermMatcher(self._owners)

    def classify(self, post: Post, brands: Sequence[BrandHit]) -> CategoryOpinion:
        """The post's category. Nothing but silence (no title, body or hashtag) is abstained from."""
        votes = np.zeros(len(CATEGORIES))
        loudest: dict[int, dict[str, float]] = {}
        seconds: dict[tuple[int, str], float] = {}
        places = (
            (post.folded_title, post.title_pairs, TITLE),
            (post.folded_body, post.body_pairs, BODY / math.sqrt(1 + len(post.body) / 60)),
            (post.folded_tags, post.tag_pairs, TAGS / math.sqrt(1 + len(post.tags) / 3)),
        )
        for text, pairs, voice in places:
            for word, count in self._matcher.find(text, pairs).items():
                loudness = voice * (1 + 0.3 * math.log(count))
                for number, weight, second in self._owners[word]:
                    votes[number] += weight * loudness
                    loudest.setdefault(number, {}).setdefault(word, weight * loudness)
                    seconds[number, second] = seconds.get((number, second), 0.0) + weight * loudness
        for category in [hit.category for hit in brands if hit.category][:4]:
            votes[CATEGORIES.index(category)] += BRAND / 2
        life = CATEGORIES.index(LIFE)
        votes[life] = votes[life] * LIFE_SOFTNESS + LIFE_START
        odds = np.exp((votes - votes.max()) * SHARPNESS)
        probabilities = odds / odds.sum()
        winner = int(probabilities.argmax())
        confidence = float(probabilities[winner])
        silent = not (post.title or post.body or post.tags)
        if not loudest and winner == life:
            confidence = NO_EVIDENCE
        words = sorted(loudest.get(winner, {}).items(), key=lambda entry: -entry[1])
        second = max((name for number, name in seconds if number == winner), key=lambda name: seconds[winner, name], default="")
        return CategoryOpinion(
            None if silent or confidence < ABSTAIN_BELOW else CATEGORIES[winner],
            second,
            0.0 if silent else confidence,
            probabilities,
            tuple(word for word, _ in words[:3]),
        )


@cache
def category_classifier() -> CategoryClassifier:
    """The classifier over the shipped lexicons."""
    return CategoryClassifier(lexicon())
