"""`sources.toml`: watch-lists and sources as a file. What it adds becomes rows of the library, and the rows win afterwards."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from crawler.addresses import canonical
from recommender.errors import InputError
from recommender.library import Library
from recommender.library.model import Rights, Source, SourceKind, WatchKind, WatchList

EXAMPLE = Path(__file__).with_name("example_sources.toml")

_WATCH_FIELDS = {"kind": str, "name": str, "terms": list}
_SOURCE_FIELDS = {
    "name": str,
    "kind": str,
    "url": str,
    "watch": (str, list),
    "schedule_minutes": int,
    "max_items": int,
    "rights": str,
    "enabled": bool,
}
_LEAST = {"schedule_minutes": 5, "max_items": 1}
_MOST = {"schedule_minutes": 525_600, "max_items": 1_000}


def apply_sources(library: Library, path: Path, *, force: bool = False) -> tuple[int, int]:
    """Add what the file names and the library does not have; returns (added, changed), counted over watch-lists and sources.

    A source is known by its address, a watch-list by kind and name. What the library has is only changed with `force`.
    Raises `InputError` naming the entry and the field; nothing is stored then.
    """
    watch_lists, sources = read_sources(path)
    added = changed = 0
    known_lists = {watch_list.id: watch_list for watch_list in library.watch_lists.all()}
    for watch_list in watch_lists:
        before = known_lists.get(watch_list.id)
        if before is None or (force and before != watch_list):
            library.watch_lists.put(watch_list)
            added, changed = added + (before is None), changed + (before is not None)
    known = {canonical(source.url): source for source in library.sources.all()}
    for source in sources:
        existing = known.get(canonical(source.url))
        if existing is None:
            library.sources.add(source)
            added += 1
        elif force and (wanted := _laid_over(existing, source)) != existing:
            library.sources.replace(wanted)
            changed += 1
    return added, changed


def read_sources(path: Path) -> tuple[list[WatchList], list[Source]]:
    """The watch-lists and sources of a file. Raises `InputError`."""
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise InputError(f"读不了来源文件 {path}：{error.strerror or error}。") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"来源文件 {path} 的 TOML 写法有误：{error}。") from None
    if unknown := sorted(set(document) - {"watch", "source"}):
        raise InputError(f"来源文件 {path} 里有不认识的表 {unknown[0]!r}，应为 [[watch]] 或 [[source]]。", field=unknown[0])
    watch_lists = [_watch_list(entry, number) for number, entry in enumerate(_tables(document, "watch"), 1)]
    ids = {watch_list.name: watch_list.id for watch_list in watch_lists}
    sources = [_source(entry, number, ids) for number, entry in enumerate(_tables(document, "source"), 1)]
    seen: dict[str, int] = {}
    for number, source in enumerate(sources, 1):
        if first := seen.setdefault(canonical(source.url), number) - number:
            raise InputError(f"第 {number} 个 [[source]] 和第 {number + first} 个的网址相同：{source.url}。", field="url")
    return watch_lists, sources


def source_id(url: str) -> str:
    """The id of a source made from its address: the same file gives the same ids anywhere."""
    return "s" + hashlib.sha256(canonical(url).encode("utf-8", "replace")).hexdigest()[:12]


def _tables(document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    entries = document.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(f"{name} 应写成 [[{name}]]（两层方括号）。", field=name)
    return entries


def _check(entry: Mapping[str, Any], fields: Mapping[str, Any], where: str) -> None:
    for name, value in entry.items():
        if name not in fields:
            raise InputError(f"{where} 有不认识的字段 {name!r}，可用的是：{'、'.join(fields)}。", field=name)
        expected = fields[name]
        if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
            raise InputError(f"{where} 的 {name} 写法不对：{str(value)[:60]!r}。", field=name)


def _watch_list(entry: Mapping[str, Any], number: int) -> WatchList:
    where = f"第 {number} 个 [[watch]]"
    _check(entry, _WATCH_FIELDS, where)
    name = str(entry.get("name", "")).strip()
    if not name:
        raise InputError(f"{where} 缺少 name。", field="name")
    kind = _member(WatchKind, entry.get("kind"), where, "kind")
    terms = tuple(dict.fromkeys(str(term).strip() for term in entry.get("terms", []) if str(term).strip()))
    return WatchList("w" + hashlib.sha256(f"{kind.value}:{name}".encode()).hexdigest()[:12], kind, name, terms)


def _source(entry: Mapping[str, Any], number: int, watch_ids: Mapping[str, str]) -> Source:
    where = f"第 {number} 个 [[source]]"
    _check(entry, _SOURCE_FIELDS, where)
    url = str(entry.get("url", "")).strip()
    if not canonical(url):
        raise InputError(f"{where} 的 url 应为 http 或 https 开头的完整网址，现在是 {url[:100]!r}。", field="url")
    watch = [entry["watch"]] if isinstance(entry.get("watch"), str) else list(entry.get("watch", []))
    for name in watch:
        if name not in watch_ids:
            raise InputError(f"{where} 的 watch {str(name)[:40]!r} 没有对应的 [[watch]]。", field="watch")
    for name in ("schedule_minutes", "max_items"):
        if name in entry and not _LEAST[name] <= entry[name] <= _MOST[name]:
            raise InputError(f"{where} 的 {name} 应在 {_LEAST[name]} 到 {_MOST[name]} 之间。", field=name)
    return Source(
        id=source_id(url),
        name=str(entry.get("name", "")).strip() or url,
        kind=_member(SourceKind, entry.get("kind", "feed"), where, "kind"),
        url=url,
        watch_lists=tuple(watch_ids[name] for name in watch),
        schedule_minutes=entry.get("schedule_minutes", 360),
        max_items=entry.get("max_items", 50),
        enabled=entry.get("enabled", True),
        rights=_member(Rights, entry.get("rights", "reference"), where, "rights"),
    )


def _member(kinds: Any, value: Any, where: str, field: str) -> Any:
    try:
        return kinds(value)
    except ValueError:
        options = "、".join(member.value for member in kinds)
        raise InputError(f"{where} 的 {field} 应为 {options} 之一，现在是 {str(value)[:40]!r}。", field=field) from None


def _laid_over(existing: Source, wanted: Source) -> Source:
    """What the file says, on the library's row: its id and the record of its runs stay."""
    names = ("name", "kind", "watch_lists", "schedule_minutes", "max_items", "enabled", "rights")
    return replace(existing, **{name: getattr(wanted, name) for name in names})
