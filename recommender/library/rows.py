"""From table rows to the values of the model."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from recommender.library.model import (
    ComplianceLevel,
    ContentItem,
    ContentType,
    Counts,
    CreatorTier,
    Finding,
    MediaKind,
    Platform,
    Rights,
    Understanding,
)
from recommender.library.tables import contents, creators


def select_contents() -> Select[Any]:
    """Contents with what is known of their creators."""
    return select(
        contents,
        creators.c.name.label("creator_name"),
        creators.c.fans.label("creator_fans"),
        creators.c.tier.label("creator_tier"),
    ).select_from(contents.outerjoin(creators, creators.c.id == contents.c.creator_id))


def finding_from(value: dict[str, Any]) -> Finding:
    """A finding from its stored map."""
    return Finding(**{**value, "level": ComplianceLevel(value["level"])})


def content_from(row: Any) -> ContentItem:
    """A content from a row of `select_contents`."""
    return ContentItem(
        id=row.id,
        platform=Platform(row.platform),
        identity=row.identity,
        url=row.url,
        kind=MediaKind(row.kind),
        title=row.title,
        text=row.text,
        original_title=row.original_title,
        original_text=row.original_text,
        tags=tuple(row.tags),
        creator_id=row.creator_id,
        creator_name=row.creator_name or "",
        published_at=row.published_at,
        counts=Counts(row.liked, row.collected, row.commented, row.shared),
        images=tuple(row.images),
        video_url=row.video_url,
        source_id=row.source_id,
        is_sample=row.is_sample,
        rights=Rights(row.rights),
        diversion=tuple(row.diversion),
        cluster=row.cluster,
        heat=row.heat,
        fingerprint=row.fingerprint,
        revision=row.revision,
        first_seen_at=row.first_seen_at,
        updated_at=row.updated_at,
        understanding=Understanding(
            content_type=ContentType(row.content_type) if row.content_type else None,
            type_confidence=row.type_confidence,
            type_reason=row.type_reason,
            category=row.category,
            category_confidence=row.category_confidence,
            brands=tuple(row.brands),
            keywords=tuple(row.keywords),
            quality=row.quality,
            quality_parts=row.quality_parts,
            compliance=ComplianceLevel(row.compliance),
            findings=tuple(finding_from(value) for value in row.findings),
            version=row.understood_version,
        ),
        corrected=tuple(row.corrected),
        watch_lists=tuple(row.watch_lists),
        creator_fans=row.creator_fans,
        creator_tier=CreatorTier(row.creator_tier) if row.creator_tier else None,
    )
