"""Contents in the form of `ContentOut`, made straight from rows: a page of search hits is answered many times a second."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import orjson
from orjson import Fragment

from recommender.delivery.gate import why_not_with
from recommender.library.model import ComplianceLevel, Rights, Understanding
from recommender.library.rows import finding_from
from recommender.library.tables import SHANGHAI


def card_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What `ContentOut.of` says of the same content, ready for orjson. `row` is one of `library.contents.get_cards`."""
    place, url, creator = quote(row["id"], safe=""), row["url"], None
    if row["creator_id"] is not None:
        creator = {
            "id": row["creator_id"],
            "name": row["creator_name"] or "",
            "fans": row["creator_fans"],
            "tier": row["creator_tier"] or None,
        }
    blocked = row["compliance"] == ComplianceLevel.BLOCK
    reason = _why_not(row["rights"], row["compliance"], row["findings"] if blocked else "[]", row["understood_version"])
    seen_at, updated_at = row["first_seen_at"], row["updated_at"]
    seen = _moment(seen_at)
    return {
        "id": row["id"],
        "platform": row["platform"],
        "url": url,
        "title": row["title"],
        "text": row["text"],
        "kind": row["kind"],
        "tags": Fragment(row["tags"]),
        "creator": creator,
        "published_at": _moment(row["published_at"]),
        "counts": {"liked": row["liked"], "collected": row["collected"], "commented": row["commented"], "shared": row["shared"]},
        "images": Fragment(row["images"]),
        "picture": f"/pictures/{place}",
        "rights": row["rights"],
        "exportable": not reason,
        "why_not": reason,
        "content_type": row["content_type"] or None,
        "content_type_confidence": row["type_confidence"],
        "content_type_reason": row["type_reason"],
        "category": row["category"],
        "category_confidence": row["category_confidence"],
        "brands": Fragment(row["brands"]),
        "keywords": Fragment(row["keywords"]),
        "quality": {"score": row["quality"], "parts": Fragment(row["quality_parts"])},
        "compliance": {"level": row["compliance"], "findings": Fragment(row["findings"])},
        "cluster": row["cluster"],
        "heat": row["heat"],
        "corrected": Fragment(row["corrected"]),
        "watch_lists": Fragment(row["watch_lists"]),
        "is_sample": row["is_sample"],
        "source_id": row["source_id"],
        "first_seen_at": seen,
        "updated_at": seen if updated_at == seen_at else _moment(updated_at),
        "links": {"self": f"/v1/contents/{place}", "page": f"/contents/{place}", "original": url or None},
    }


@lru_cache(maxsize=1024)
def _why_not(rights: str, level: str, findings: str, version: str) -> str:
    found = tuple(finding_from(finding) for finding in orjson.loads(findings))
    return why_not_with(Rights(rights), Understanding(compliance=ComplianceLevel(level), findings=found, version=version))


def _moment(stored: int | None) -> str | None:
    return None if stored is None else datetime.fromtimestamp(stored // 1000, SHANGHAI).isoformat()
