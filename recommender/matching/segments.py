"""Customer segments and subscriptions from files that people write."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from recommender.errors import InputError
from recommender.library.model import Channel, GroupType, Segment, Subscription
from recommender.matching.records import Record, read_records

Member = TypeVar("Member", bound=StrEnum)
_MOST_CHARACTERS = 2000  # of one value
_SEPARATORS = re.compile(r"[、,，;；|\n]+")
_ID = re.compile(r"[\w.:-]{1,64}")
_CHINESE_FIELDS = {
    "编号": "id",
    "名称": "name",
    "描述": "description",
    "标签": "tags",
    "地区": "region",
    "来源": "source",
    "等级": "tier",
    "人生阶段": "life_stage",
    "兴趣": "interests",
    "查询": "query",
    "分群": "segment_id",
    "渠道": "channel",
    "群类型": "group_type",
    "筛选": "filters",
    "小时": "hour",
    "条数": "limit",
    "机器人地址": "robot_url",
    "启用": "enabled",
}


def load_segments(path: Path) -> list[Segment]:
    """Read segments from TOML (`[[segment]]`), JSON or CSV; headers may be Chinese.

    A missing id is derived from the name. Raises `InputError` naming the field and line or entry for an unknown field, a
    missing name, a value of the wrong kind, or an id that comes twice.
    """
    found = []
    for record in read_records(path, "segment"):
        values = _values(record, Segment, {"tags": _words, "interests": _words})
        values.setdefault("id", f"seg-{hashlib.sha256(values['name'].encode('utf-8', 'replace')).hexdigest()[:10]}")
        found.append((record, Segment(**values)))
    _refuse_twice([(record, segment.id) for record, segment in found])
    return [segment for _, segment in found]


def load_subscriptions(path: Path) -> list[Subscription]:
    """Read digest subscriptions from TOML (`[[subscription]]`), JSON or CSV. Raises `InputError` as `load_segments` does."""
    readers: dict[str, Callable[[Any], Any]] = {
        "channel": lambda raw: _member(Channel, raw),
        "group_type": lambda raw: _member(GroupType, raw),
        "filters": _filters,
        "hour": lambda raw: _number(raw, 0, 23),
        "limit": lambda raw: _number(raw, 1, 100),
        "enabled": _truth,
    }
    found = []
    for record in read_records(path, "subscription"):
        values = _values(record, Subscription, readers)
        values.setdefault("id", f"sub-{hashlib.sha256(values['name'].encode('utf-8', 'replace')).hexdigest()[:10]}")
        found.append((record, Subscription(**values)))
    _refuse_twice([(record, subscription.id) for record, subscription in found])
    return [subscription for _, subscription in found]


def _values(record: Record, kind: type[Segment] | type[Subscription], readers: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    known = {item.name: item for item in fields(kind)}
    values: dict[str, Any] = {}
    for written, raw in record.values.items():
        name = _CHINESE_FIELDS.get(written.strip(), written.strip())
        if name not in known:
            raise InputError(f"{record.place}有不认识的字段「{written[:40]}」，可用：{'、'.join(known)}。", field=written, line=record.line)
        try:
            read: Callable[[Any], Any] = readers.get(name, _text)
            values[name] = read(raw)
        except ValueError as error:
            raise InputError(f"{record.place}的字段「{written}」不对：{error}。", field=written, line=record.line) from None
    if not values.get("name"):
        raise InputError(f"{record.place}缺少名称（name）。", field="name", line=record.line)
    if "id" in values and not _ID.fullmatch(values["id"]):
        raise InputError(f"{record.place}的 id 只能用字母、数字、汉字和 _ . : -，最多 64 个字。", field="id", line=record.line)
    return values


def _refuse_twice(found: Sequence[tuple[Record, str]]) -> None:
    seen: set[str] = set()
    for record, name in found:
        if name in seen:
            raise InputError(f"{record.place}的 id「{name}」前面已经用过。", field="id", line=record.line)
        seen.add(name)


def _text(raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise ValueError("应是文字")
    if len(str(raw)) > _MOST_CHARACTERS:
        raise ValueError(f"最多 {_MOST_CHARACTERS} 个字")
    return str(raw).strip()


def _words(raw: Any) -> tuple[str, ...]:
    parts = _SEPARATORS.split(_text(raw)) if isinstance(raw, str) else raw
    if not isinstance(parts, list):
        raise ValueError("应是用顿号或逗号分开的词，或一个列表")
    return tuple(dict.fromkeys(word for part in parts if (word := _text(part))))


def _member(kind: type[Member], raw: Any) -> Member:
    found = next((member for member in kind if member.value == str(raw).strip().lower()), None)
    if found is None:
        raise ValueError(f"可选 {'、'.join(member.value for member in kind)}")
    return found


def _filters(raw: Any) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise ValueError("应是一组「字段 = 值」")
    return {str(name): _text(value) for name, value in raw.items()}


def _number(raw: Any, least: int, most: int) -> int:
    text = str(raw).strip()
    if isinstance(raw, bool) or not (text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most):
        raise ValueError(f"应是 {least} 到 {most} 的整数")
    return int(text)


def _truth(raw: Any) -> bool:
    known = {"true": True, "1": True, "是": True, "yes": True, "false": False, "0": False, "否": False, "no": False}
    if (text := str(raw).strip().lower()) not in known:
        raise ValueError("应是 true 或 false")
    return known[text]
