"""What else is known of a content: how its counts grew, what readers say, and its near-duplicates elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from api.wire.contents import CONTENT_EXAMPLE, ContentOut
from api.wire.fields import When, Wire, shown
from recommender.library.model import Comment, ContentItem, CountPoint


class CountPointOut(Wire):
    """The public counts at one moment; null where the platform did not say."""

    at: When
    liked: int | None
    collected: int | None
    commented: int | None
    shared: int | None


class HistoryOut(Wire):
    """The public counts as they grew, oldest first; the last is what stands now."""

    model_config = shown(
        {
            "items": [
                {"at": "2026-07-01T21:00:00+08:00", "liked": 310, "collected": 205, "commented": 18, "shared": None},
                {"at": "2026-07-02T06:00:00+08:00", "liked": 1200, "collected": 860, "commented": 64, "shared": None},
            ]
        }
    )

    items: list[CountPointOut]

    @staticmethod
    def of(points: Sequence[CountPoint]) -> HistoryOut:
        items = []
        for point in points:
            counts = point.counts
            items.append(
                CountPointOut(at=point.at, liked=counts.liked, collected=counts.collected, commented=counts.commented, shared=counts.shared)
            )
        return HistoryOut(items=items)


class CommentOut(Wire):
    """A reader's comment; who wrote it is not stored."""

    id: str
    text: str
    liked: int | None
    published_at: When | None


class CommentList(Wire):
    """Comments on one content, most liked first."""

    model_config = shown(
        {"items": [{"id": "xhs-66a1", "text": "换季必备，回购三次了", "liked": 12, "published_at": "2026-07-01T21:02:00+08:00"}]}
    )

    items: list[CommentOut]

    @staticmethod
    def of(comments: Sequence[Comment]) -> CommentList:
        return CommentList(
            items=[CommentOut(id=found.id, text=found.text, liked=found.liked, published_at=found.published_at) for found in comments]
        )


class CopyList(Wire):
    """The contents that tell the same; `leader` is the best copy, which stands for all of them."""

    model_config = shown({"leader": CONTENT_EXAMPLE["id"], "items": [CONTENT_EXAMPLE]})

    leader: str
    items: list[ContentOut]

    @staticmethod
    def of(leader: str, items: Sequence[ContentItem]) -> CopyList:
        return CopyList(leader=leader, items=[ContentOut.of(item) for item in items])
