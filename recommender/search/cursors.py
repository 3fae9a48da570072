"""Opaque places in a result, so that the next page goes on where the last one ended while contents come and go."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

import orjson

from recommender.errors import InputError


@dataclass(frozen=True, slots=True)
class Place:
    """The last hit of a page: its tier and key in the order (a score, or the index's order key), its id, and how many came so far."""

    order: str
    tier: int
    key: float
    id: str
    seen: int


def encode(place: Place) -> str:
    """The place as text for an address."""
    return base64.urlsafe_b64encode(orjson.dumps([place.order, place.tier, place.key, place.id, place.seen])).decode().rstrip("=")


def decode(cursor: str, order: str) -> Place:
    """The place that a cursor names. Raises `InputError` where it is none of ours, or of another order."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        made_for, tier, key, content_id, seen = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        fits = made_for == order and isinstance(content_id, str) and type(seen) is int and seen >= 0 and type(tier) is int
        if not fits or isinstance(key, bool) or not isinstance(key, int | float) or not 0 <= key < 1 << 64:
            raise ValueError
    except (ValueError, UnicodeEncodeError, TypeError, binascii.Error):
        raise InputError("cursor 无效：请使用上一页返回的 next_cursor，并保持排序不变。", field="cursor") from None
    return Place(order, tier, key, content_id, seen)
