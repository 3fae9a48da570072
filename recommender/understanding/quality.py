"""A content's quality as named parts: engagement for its reach and age, text, pictures, originality, risk. No freshness: it would age."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from recommender.library.model import ComplianceLevel, ContentItem, MediaKind
from recommender.understanding.creators import tier_of
from recommender.understanding.taxonomy import DATA

_WEEK_DAYS = 7.0
_AS_EXPECTED = 0.7
_UNKNOWN = 0.4  # engagement of a post whose platform shows no counts


@dataclass(frozen=True, slots=True)
class QualityWeights:
    """The numbers of `quality.toml`."""

    weights: Mapping[str, float]
    acts: Mapping[str, float]
    expected: Mapping[str, float]
    platforms: Mapping[str, float]
    risk: Mapping[str, float]


@cache
def quality_weights() -> QualityWeights:
    """The shipped weights."""
    return QualityWeights(**tomllib.loads((DATA / "quality.toml").read_text("utf-8")))


def engagement(item: ContentItem, weights: QualityWeights) -> float:
    """0 to 1: the worth of all acts against what a creator of this tier on this platform gets in the post's age.

    The age is what it was when we first saw the post, so the figure stays the same from day to day.
    """
    acts = {name: getattr(item.counts, name) for name in weights.acts}
    if all(count is None for count in acts.values()):
        return _UNKNOWN
    worth = sum(weights.acts[name] * (count or 0) for name, count in acts.items())
    tier = item.creator_tier or tier_of(item.creator_fans)
    age_days = _WEEK_DAYS
    if item.published_at is not None:
        age_days = max(0.0, (item.first_seen_at - item.published_at).total_seconds() / 86400)
    ripeness = min(1.0, 0.3 + 0.7 * age_days / _WEEK_DAYS)
    expected = weights.expected[tier] * weights.platforms[item.platform] * ripeness
    return min(1.0, _AS_EXPECTED * math.log1p(worth) / math.log1p(expected))


def text_quality(item: ContentItem) -> float:
    """0 to 1: enough text to say something, in paragraphs, with a title, and not merely hashtags or exclamation marks."""
    length = len(item.text)
    enough = min(1.0, length / 200)
    lines = [line for line in item.text.splitlines() if line.strip()]
    structured = 1.0 if length < 80 or len(lines) > 2 else 0.5
    hashtags = item.text.count("#")
    restful = 1.0 - min(1.0, (hashtags * 6 + item.text.count("!") + item.text.count("！")) / (length + 20))
    return 0.5 * enough + 0.15 * structured + 0.15 * (1.0 if item.title.strip() else 0.4) + 0.2 * restful


def pictures(item: ContentItem) -> float:
    """0 to 1: a video or three pictures are enough."""
    if item.kind is MediaKind.VIDEO or item.video_url:
        return 1.0
    return min(1.0, len(item.images) / 3)


def quality(item: ContentItem, compliance: ComplianceLevel, weights: QualityWeights | None = None) -> tuple[float, dict[str, float]]:
    """(score 0 to 100, points of each part); the points add up to the score."""
    weights = weights or quality_weights()
    heat = max(1, item.heat)
    risk = weights.risk[compliance] * (0.5 if item.diversion else 1.0)
    shares = {
        "engagement": engagement(item, weights),
        "text": text_quality(item),
        "pictures": pictures(item),
        "originality": 1.0 if item.cluster in ("", item.id) else 1.0 / heat,
        "risk": risk,
    }
    whole = sum(weights.weights[name] for name in shares)
    parts = {name: round(100 * weights.weights[name] / whole * share, 2) for name, share in shares.items()}
    return round(sum(parts.values()), 2), parts
