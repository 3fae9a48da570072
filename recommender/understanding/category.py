"""What a post is about: lexicon words and brands vote for one of the closed categories."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from recommender.understanding.brands import BrandHit, fold_name
from recommender.understanding.taxonomy import CATEGORIES, LexiconWord, lexicon
from recommender.understanding.traits import Post

# How loud each place speaks; chosen on the sample notes and looked at on labelled real ones (flat around these values).
TITLE, BODY, TAGS, BRAND = 1.5, 1.0, 1.5, 3.0
LIFE = "情感生活"  # also holds whatever fits nowhere else: its words speak more softly, and it wins when nothing else speaks
LIFE_SOFTNESS, LIFE_START = 0.5, 1.0
_LIFE_NUMBER = CATEGORIES.index(LIFE)
SHARPNESS = 0.35  # turns votes into confidence; fitted so that confidence is the share of right answers
ABSTAIN_BELOW = 0.1  # of confidence: then no category is better than a guess
NO_EVIDENCE = 0.4  # confidence in the category for anything else when no word speaks for another


@dataclass(frozen=True, slots=True)
class CategoryOpinion:
    """The winning category (None: abstained), its confidence, and the probabilities of all."""

    category: str | None
    confidence: float
    probabilities: list[float]


class CategoryClassifier:
    """Adds up the votes of the words found in title, body and hashtags, and of the brands found anywhere."""

    def __init__(self, words: Sequence[LexiconWord]) -> None:
        self.owners: dict[str, list[tuple[int, float]]] = {}  # folded word to the categories it speaks for
        for word in words:
            number = CATEGORIES.index(word.category)
            self.owners.setdefault(fold_name(word.word), []).append((number, word.weight))

    def classify(self, post: Post, brands: Sequence[BrandHit]) -> CategoryOpinion:
        """The post's category. Nothing but silence (no title, body or hashtag) is abstained from."""
        votes = [0.0] * len(CATEGORIES)
        body_voice = BODY / math.sqrt(1 + len(post.body) / 60)
        tags_voice = TAGS / math.sqrt(1 + len(post.tags) / 3)
        spoken = False
        for word, (title, body, tags) in post.words.items():
            if word not in self.owners:
                continue
            spoken = True
            loudness = TITLE * _loudness(title) + body_voice * _loudness(body) + tags_voice * _loudness(tags)
            for number, weight in self.owners[word]:
                votes[number] += weight * loudness
        for category in [hit.category for hit in brands if hit.category][:4]:
            votes[CATEGORIES.index(category)] += BRAND / 2
        votes[_LIFE_NUMBER] = votes[_LIFE_NUMBER] * LIFE_SOFTNESS + LIFE_START
        most = max(votes)
        odds = [math.exp((vote - most) * SHARPNESS) for vote in votes]
        total = sum(odds)
        winner = votes.index(most)
        silent = not (post.title or post.body or post.tags)
        confidence = NO_EVIDENCE if winner == _LIFE_NUMBER and not spoken else 1 / total
        return CategoryOpinion(
            None if silent or confidence < ABSTAIN_BELOW else CATEGORIES[winner],
            0.0 if silent else confidence,
            [share / total for share in odds],
        )


def _loudness(count: int) -> float:
    """Repeats of a word say less and less."""
    return 1 + 0.3 * math.log(count) if count else 0.0


@cache
def category_classifier() -> CategoryClassifier:
    """The classifier over the shipped lexicons."""
    return CategoryClassifier(lexicon())
