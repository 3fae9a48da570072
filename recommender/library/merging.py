"""How an incoming content meets the stored one: identity, fingerprint, and which values win. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from recommender.library.model import IncomingContent
from recommender.library.tables import milliseconds

_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SOURCE_FIELDS = ("url", "kind", "title", "text", "original_title", "original_text", "tags", "published_at", "images", "video_url")
_TEXT_FIELDS = ("kind", "title", "text", "original_title", "original_text", "tags", "images", "video_url", "diversion")
_COUNTS = ("liked", "collected", "commented", "shared")


def short_hash(text: str) -> str:
    """Sixteen hex digits of SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def content_id(platform: str, identity: str, url: str) -> tuple[str, str]:
    """The stored (id, identity) of a content: the platform's note id where there is one, otherwise its canonical URL."""
    if not identity:
        identity = "u" + short_hash(url)
    elif not _PLAIN.fullmatch(identity):
        identity = "h" + short_hash(identity)
    return f"{platform}-{identity}", identity


def source_values(item: IncomingContent) -> dict[str, Any]:
    """The columns that the source decides."""
    return {
        "url": item.url,
        "kind": item.kind.value,
        "title": item.title,
        "text": item.text,
        "original_title": item.original_title,
        "original_text": item.original_text,
        "tags": list(item.tags),
        "creator_id": item.creator.id if item.creator else None,
        "published_at": item.published_at,
        "source_updated_at": item.source_updated_at,
        "liked": item.counts.liked,
        "collected": item.counts.collected,
        "commented": item.counts.commented,
        "shared": item.counts.shared,
        "images": list(item.images),
        "video_url": item.video_url,
        "diversion": list(item.diversion),
    }


def merge(stored: Mapping[str, Any], incoming: dict[str, Any], *, same_source: bool = True, partial: bool = False) -> dict[str, Any] | None:
    """The source columns after the meeting, or None where the incoming version is older than the stored one.

    What the newer version does not say (no time, no count, no creator, no pictures) keeps its stored value. Where another
    source shows the same content without a time of change, or the incoming one is but a teaser (`partial`), the fuller text
    stays: a feed's teaser and the page it leads to would otherwise replace each other at every crawl.
    """
    old, new = stored["source_updated_at"], incoming["source_updated_at"]
    if old is not None and new is not None and new < old:
        return None
    merged = dict(incoming)
    if (partial or (not same_source and new is None)) and len(incoming["text"]) <= len(stored["text"]):
        merged |= {name: stored[name] for name in _TEXT_FIELDS}
        merged["published_at"] = stored["published_at"] or incoming["published_at"]
    for name in ("published_at", "source_updated_at", "creator_id", *_COUNTS):
        if merged[name] is None:
            merged[name] = stored[name]
    for name in ("images", "video_url", "tags"):
        merged[name] = merged[name] or stored[name]
    # The first address stays: something met later by that address alone must still be recognised.
    merged["url"] = stored["url"] or incoming["url"]
    return merged


def fingerprint(values: Mapping[str, Any]) -> str:
    """Changes exactly when something a reader or the ranking sees changes."""
    published = values["published_at"]
    parts = [str(values[name]) for name in (*_SOURCE_FIELDS, *_COUNTS) if name != "published_at"]
    parts.append("" if published is None else str(milliseconds(published)))
    parts.append(str(values["creator_id"]))
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
