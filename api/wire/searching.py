"""A search's answer on the wire."""

from __future__ import annotations

from typing import Any

from api.wire.contents import CONTENT_EXAMPLE, FACETS_EXAMPLE, ContentOut, Facets
from api.wire.fields import Wire, shown

HIT_EXAMPLE: dict[str, Any] = {"content": CONTENT_EXAMPLE, "score": 0.91, "parts": {"words": 0.74, "meaning": 0.17}, "matched": ["敏感肌"]}


class HitOut(Wire):
    """One found content, its score and what the score is made of."""

    content: ContentOut
    score: float
    parts: dict[str, float]
    matched: list[str]


class ChipOut(Wire):
    """One part of a query as it was understood, and the query without it."""

    kind: str
    label: str
    text: str
    rest: str


class SearchOut(Wire):
    """What was found, how the query was understood, and what was done to it."""

    model_config = shown(
        {
            "query": "敏感肌 品类:美妆",
            "understood": "敏感肌 品类:美妆护肤",
            "notes": [],
            "chips": [
                {"kind": "word", "label": "敏感肌", "text": "敏感肌", "rest": "品类:美妆"},
                {"kind": "category", "label": "品类 美妆护肤", "text": "品类:美妆", "rest": "敏感肌"},
            ],
            "suggestions": [],
            "total": 1,
            "facets": FACETS_EXAMPLE,
            "took_ms": 3.2,
            "hits": [HIT_EXAMPLE],
            "next_cursor": None,
        }
    )

    query: str
    understood: str
    notes: list[str]
    chips: list[ChipOut]
    suggestions: list[str]
    total: int
    facets: Facets
    took_ms: float
    hits: list[HitOut]
    next_cursor: str | None
