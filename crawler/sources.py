"""`sources.toml`: watch-lists and sources as a file. What it adds becomes rows of the library, and the rows win afterwards."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from crawler.addresses import canonical
from crawler.watching import rematch
from recommender.errors import InputError
from recommender.library import Library
from recommender.library.model import Rights, Source, SourceKind, WatchKind, WatchList

EXAMPLE = Path(__file__).with_name("example_sources.toml")

_WATCH_FIELDS = {
    "kind": str,
    "name": str,
    "terms": list,
    "aliases": list,
    "schedule_minutes": int,
    "weekly_quota": int,
    "quiet_days": int,
    "enabled": bool,
}
_SOURCE_FIELDS = {
    "name": str,
    "kind": str,
    "url": str,
    "watch": (str, list),
    "schedule_minutes": int,
    "max_items": int,
    "max_requests": int,
    "only_matching": bool,
    "full_text": bool,
    "rights": str,
    "enabled": bool,
}
_RECORDED = ("last_run_at", "last_success_at", "last_state", "last_message", "last_found", "last_new", "failures")
RANGES = {  # least and most of each number that a person gives
    "schedule_minutes": (5, 525_600),
    "max_items": (1, 1_000),
    "max_requests": (1, 10_000),
    "weekly_quota": (0, 1_000_000),
    "quiet_days": (0, 3_650),
}


def apply_sources(library: Library, path: Path, *, force: bool = False) -> tuple[int, int]:
    """Add what the file names and the library does not have; returns (added, changed), counted over watch-lists and sources.

    A source is known by its address, a watch-list by kind and name. What the library has is only changed with `force`.
    Stored contents are filed anew under the lists that were added or changed. Raises `InputError` naming the entry and the
    field; nothing is stored then.
    """
    watch_lists, sources = read_sources(path)
    filed = library_ids(library, watch_lists)
    watch_lists = [replace(each, id=filed[each.id]) for each in watch_lists]
    sources = [replace(each, watch_lists=tuple(filed[one] for one in each.watch_lists)) for each in sources]
    known_lists = {watch_list.id: watch_list for watch_list in library.watch_lists.all()}
    written = [each for each in watch_lists if each.id not in known_lists or (force and known_lists[each.id] != each)]
    for watch_list in written:
        library.watch_lists.put(watch_list)
    changed = sum(watch_list.id in known_lists for watch_list in written)
    added = len(written) - changed
    known = {canonical(source.url): source for source in library.sources.all()}
    for source in sources:
        existing = known.get(canonical(source.url))
        if existing is None:
            library.sources.add(source)
            added += 1
        elif force and (wanted := _laid_over(existing, source)) != existing:
            library.sources.replace(wanted)
            changed += 1
    rematch(library, *(watch_list.id for watch_list in written))
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


def library_ids(library: Library, watch_lists: Sequence[WatchList]) -> dict[str, str]:
    """The library's id of each watch-list by its own: what the library has by kind and name may have another id there."""
    there = library.watch_lists.all()
    ids = {each.id for each in there}
    same = {(each.kind, each.name): each.id for each in there}
    return {each.id: each.id if each.id in ids else same.get((each.kind, each.name), each.id) for each in watch_lists}


def watch_list_id(kind: WatchKind, name: str) -> str:
    """The id of a watch-list made from its kind and name: the same file gives the same ids anywhere."""
    return "w" + hashlib.sha256(f"{kind.value}:{name}".encode("utf-8", "replace")).hexdigest()[:12]


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
    _check_ranges(entry, where)
    return WatchList(
        id=watch_list_id(kind, name),
        kind=kind,
        name=name,
        terms=_texts(entry.get("terms", [])),
        aliases=_texts(entry.get("aliases", [])),
        schedule_minutes=entry.get("schedule_minutes"),
        weekly_quota=entry.get("weekly_quota", 0),
        quiet_days=entry.get("quiet_days", 0),
        enabled=entry.get("enabled", True),
    )


def _texts(values: list[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for value in values if (text := str(value).strip())))


def _check_ranges(entry: Mapping[str, Any], where: str) -> None:
    for name, (least, most) in RANGES.items():
        if name in entry and not least <= entry[name] <= most:
            raise InputError(f"{where} 的 {name} 应在 {least} 到 {most} 之间。", field=name)


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
    _check_ranges(entry, where)
    return Source(
        id=source_id(url),
        name=str(entry.get("name", "")).strip() or url,
        kind=_member(SourceKind, entry.get("kind", "feed"), where, "kind"),
        url=url,
        watch_lists=tuple(watch_ids[name] for name in watch),
        schedule_minutes=entry.get("schedule_minutes", 360),
        max_items=entry.get("max_items", 50),
        enabled=entry.get("enabled", True),
        only_matching=entry.get("only_matching", False),
        full_text=entry.get("full_text", True),
        max_requests=entry.get("max_requests", 60),
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
    return replace(wanted, id=existing.id, **{name: getattr(existing, name) for name in _RECORDED})
