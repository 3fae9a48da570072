"""The filters of a subscription, read from its stored words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar

from recommender.errors import InputError
from recommender.library.model import ContentFilter, ContentItem, ContentType, Platform
from recommender.library.tables import SHANGHAI

NAMES = ("category", "brand", "creator", "platform", "content_type", "tag", "min_quality", "published_from", "published_to", "watch_list")
Word = TypeVar("Word", bound=StrEnum)


def content_filter(words: Mapping[str, str]) -> ContentFilter:
    """The filter that `words` names: alternatives are separated by commas, dates are days in Asia/Shanghai or ISO 8601.

    Raises InputError for an unknown name or a value that cannot be.
    """
    for name in words:
        if name not in NAMES:
            raise InputError(f"订阅的筛选条件里没有「{name}」，可用的有：{'、'.join(NAMES)}。", field=name)
    return ContentFilter(
        categories=_several(words.get("category", "")),
        brands=_several(words.get("brand", "")),
        creators=_several(words.get("creator", "")),
        platforms=_members(Platform, "platform", words),
        content_types=_members(ContentType, "content_type", words),
        tags=_several(words.get("tag", "")),
        min_quality=_number("min_quality", words),
        published_from=_moment("published_from", words),
        published_to=_moment("published_to", words, end=True),
        watch_lists=_several(words.get("watch_list", "")),
    )


def fits(content: ContentItem, wanted: ContentFilter) -> bool:
    """Whether `content` passes the filter, as the library's own listing would say."""
    understood = content.understanding
    published = content.published_at
    checks = (
        not wanted.categories or understood.category in wanted.categories,
        not wanted.brands or bool(set(wanted.brands) & set(understood.brands)),
        not wanted.creators or bool(set(wanted.creators) & {content.creator_id, content.creator_name}),
        not wanted.platforms or content.platform in wanted.platforms,
        not wanted.content_types or understood.content_type in wanted.content_types,
        not wanted.tags or bool(set(wanted.tags) & set(content.tags)),
        not wanted.watch_lists or bool(set(wanted.watch_lists) & set(content.watch_lists)),
        wanted.min_quality is None or understood.quality >= wanted.min_quality,
        wanted.published_from is None or (published is not None and published >= wanted.published_from),
        wanted.published_to is None or (published is not None and published <= wanted.published_to),
    )
    return all(checks)


def _several(text: str) -> tuple[str, ...]:
    return tuple(part for part in (part.strip() for part in text.replace("，", ",").split(",")) if part)


def _members(kind: type[Word], name: str, words: Mapping[str, str]) -> tuple[Word, ...]:
    try:
        return tuple(kind(value) for value in _several(words.get(name, "")))
    except ValueError:
        raise InputError(f"筛选条件 {name} 的值不对，可用的有：{'、'.join(kind)}。", field=name) from None


def _number(name: str, words: Mapping[str, str]) -> float | None:
    if not words.get(name):
        return None
    try:
        value = float(words[name])
    except ValueError:
        value = math.nan
    if not 0 <= value <= 100:
        raise InputError(f"筛选条件 {name} 应为 0 到 100 的数。", field=name)
    return value


def _moment(name: str, words: Mapping[str, str], *, end: bool = False) -> datetime | None:
    text = words.get(name, "").strip()
    if not text:
        return None
    try:
        if len(text) == len("2026-01-01"):
            start = datetime.combine(date.fromisoformat(text), time(), SHANGHAI)
            return start + timedelta(days=1, milliseconds=-1) if end else start
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise InputError(f"筛选条件 {name} 应为日期，如 2026-07-01。", field=name) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
