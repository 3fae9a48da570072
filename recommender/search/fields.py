"""The fields of a query (品类:美妆 达人:… 日期:近30天): their names, and what filter their values are. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Protocol

from recommender.library.model import ContentFilter, ContentType, Platform
from recommender.search.periods import read_period
from recommender.text.folding import fold
from recommender.understanding.taxonomy import CATEGORIES

TITLES: Mapping[str, str] = {
    "category": "品类",
    "brand": "品牌",
    "creator": "达人",
    "platform": "平台",
    "type": "类型",
    "date": "日期",
    "quality": "质量",
    "tag": "标签",
    "list": "清单",
}
NAMES: Mapping[str, str] = {**{title: name for name, title in TITLES.items()}, **{name: name for name in TITLES}}  # as typed → field
_TYPES = {ContentType.PERSONA: "人设", ContentType.SEEDING: "种草", ContentType.SERVICE: "服务"}
_PLATFORMS = {
    Platform.XHS: ("小红书", "redbook"),
    Platform.WEIBO: ("微博",),
    Platform.WECHAT: ("公众号", "微信"),
    Platform.DOUYIN: ("抖音",),
    Platform.KUAISHOU: ("快手",),
    Platform.BILIBILI: ("b站", "哔哩哔哩"),
    Platform.ZHIHU: ("知乎",),
    Platform.WEB: ("网页",),
}
_SEVERAL = {"category": "categories", "brand": "brands", "creator": "creators", "platform": "platforms", "type": "content_types"}
_SEVERAL |= {"tag": "tags", "list": "watch_lists"}
_QUALITY = re.compile(r"(>=|≥|>)?(\d{1,3}(?:\.\d{1,3})?)(?:\+|分|分以上|\.\.)?")
_CHOICES = {"category": CATEGORIES, "type": tuple(_TYPES.values()), "platform": tuple(names[0] for names in _PLATFORMS.values())}
_EXAMPLES = {"date": "2025-11、2025-11-03..2025-12-01、>2025-10、近30天", "quality": ">=70"}


class Known(Protocol):
    """What an index knows of names."""

    def stored(self, field: str, value: str) -> tuple[str, ...]:
        """The values of `field` (brand, creator, tag, list) in the index that a typed value names."""

    def spelt(self, word: str) -> tuple[str, ...]:
        """The names that a folded word in Latin letters spells in pinyin or by initials, where the index lacks it as a word."""

    def mistyped(self, word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names that a folded word most likely means, as it is nowhere in the index; and names that it may mean."""


@dataclass(frozen=True, slots=True)
class FieldReading:
    """What a field of a query says: the filter (None where no value is understood), its values as shown, notes."""

    filter: ContentFilter | None
    shown: str = ""
    notes: tuple[str, ...] = ()


def read_field(field: str, values: Sequence[str], known: Known | None, now: datetime) -> FieldReading:
    """Read the values of a field of `TITLES`. Values that are not understood are named in a note."""
    title = TITLES[field]
    if field in _SEVERAL:
        found: dict[Any, str] = {}
        unknown: list[str] = []
        for value in values:
            meant = _meant(field, value, known)
            found.update(meant)
            if not meant:
                unknown.append(value)
        options = f"可选：{'、'.join(_CHOICES[field])}。" if field in _CHOICES else ""
        notes = tuple(f"没有叫「{value}」的{title}，{'已略过' if found else '已当作普通词查找'}。{options}" for value in unknown)
        changes: dict[str, Any] = {_SEVERAL[field]: tuple(found)}
        return FieldReading(replace(ContentFilter(), **changes) if found else None, "、".join(dict.fromkeys(found.values())), notes)
    read: Callable[[str, datetime], ContentFilter | None] = _dates if field == "date" else _quality
    text = ",".join(values)
    filter = read(fold(text), now)
    if filter is None:
        return FieldReading(None, "", (f"{title}「{text}」看不懂，已当作普通词查找。可以写 {_EXAMPLES[field]}。",))
    return FieldReading(filter, text)


def merged(first: ContentFilter, second: ContentFilter) -> ContentFilter:
    """Fields of one query together: values of one field are alternatives, of dates and qualities the narrower counts."""
    changes: dict[str, Any] = {}
    for each in fields(ContentFilter):
        one, other = getattr(first, each.name), getattr(second, each.name)
        if isinstance(one, tuple):
            changes[each.name] = tuple(dict.fromkeys(one + other))
        elif one is None or other is None:
            changes[each.name] = other if one is None else one
        else:
            changes[each.name] = min(one, other) if each.name == "published_to" else max(one, other)
    return ContentFilter(**changes)


def _meant(field: str, value: str, known: Known | None) -> dict[Any, str]:
    """The stored values that a typed one names, with how each is shown."""
    name = fold(value).strip()
    if not name:
        return {}
    if field == "category":
        exact = [each for each in CATEGORIES if each == name]
        return {each: each for each in exact or CATEGORIES if exact or (len(name) > 1 and name in each)}
    if field == "type":
        return {each: title for each, title in _TYPES.items() if name in (each.value, title, f"{title}型")}
    if field == "platform":
        return {each: names[0] for each, names in _PLATFORMS.items() if name in (each.value, *names)}
    stored = known.stored(field, value.strip()) if known else (value.strip(),)
    return dict.fromkeys(stored, value.strip()) if field == "list" else {each: each for each in stored}


def _dates(text: str, now: datetime) -> ContentFilter | None:
    period = read_period(text, now)
    return ContentFilter(published_from=period[0], published_to=period[1]) if period else None


def _quality(text: str, _: datetime) -> ContentFilter | None:
    found = _QUALITY.fullmatch(text.strip())
    if not found:
        return None
    least = float(found[2])
    return ContentFilter(min_quality=math.nextafter(least, math.inf) if found[1] == ">" else least)
