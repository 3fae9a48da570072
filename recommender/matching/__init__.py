"""Matching: the right contents for a segment, a channel and a day, with reasons."""

from recommender.matching.matching import match, score_contents
from recommender.matching.model import MOST_ITEMS, MatchedItem, MatchRequest, MatchResult
from recommender.matching.profile import read_profile, segment_text
from recommender.matching.segments import load_segments, load_subscriptions

__all__ = [
    "MOST_ITEMS",
    "MatchRequest",
    "MatchResult",
    "MatchedItem",
    "load_segments",
    "load_subscriptions",
    "match",
    "read_profile",
    "score_contents",
    "segment_text",
]
