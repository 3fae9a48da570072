"""Rows of JSON arrays and JSON lines. Where the syntax is broken, the objects before and after are still read. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson

from crawler.importers.rows import BrokenRow, Link, Remark, Row, text_of

MOST_BROKEN = 1_000  # after so many broken places the rest of a file is left, and said so
_WRAPPERS = ("items", "data", "notes", "list", "records", "contents")
_NEXT_OBJECT = re.compile(r'\{\s*"[^"\n]{1,40}"\s*:')


def array_rows(text: str, name: str) -> Iterator[Row | BrokenRow | Link | Remark]:
    """The objects of a JSON array (also one inside `{"data": […]}`), or of one that is broken somewhere; its addresses as links."""
    try:
        value = orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError, UnicodeEncodeError):
        yield from _scattered(text, name)
        return
    items = _listed(value)
    empty = 0
    for number, item in enumerate(items, 1):
        where = f"{name} 第 {number} 条"
        if isinstance(item, dict):
            if item and (fields := _record(item)) is not None:
                empty += not fields
                item = fields  # noqa: PLW2901
            if item:
                yield Row(where, item, number / len(items))
        elif isinstance(item, str) and item.startswith(("http://", "https://")):
            yield Link(item)
        else:
            yield BrokenRow(f"{where}：应为一个 JSON 对象。")
    if empty:
        yield Remark(f"{name}：{empty} 条记录是空的，没有导入。")
    total = value["data"].get("total") if isinstance(value, dict) and isinstance(value.get("data"), dict) else None
    if isinstance(total, int) and total > len(items) > 1:
        yield Remark(f"{name}：原表有 {total} 条，这个文件只有 {len(items)} 条，其余要另外导出。")


def line_rows(text: str, name: str) -> Iterator[Row | BrokenRow]:
    """One object per line; a line that is not JSON is a broken row."""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        stripped = line.strip().removesuffix(",")
        if not stripped:
            continue
        where = f"{name} 第 {number} 行"
        value = _loads(stripped)
        if isinstance(value, dict):
            yield Row(where, value, number / len(lines))
        elif stripped not in ("[", "]"):
            yield BrokenRow(f"{where}：不是完整的 JSON 对象，这一行没有导入。")


def _loads(text: str) -> Any:
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        pass
    try:
        return json.loads(text)  # takes lone surrogates and NaN, which exports do hold
    except (ValueError, RecursionError):
        return None


def _listed(value: Any) -> list[Any]:
    if isinstance(value, dict):
        for name in _WRAPPERS:
            if isinstance(value.get(name), list):
                return list(value[name])
        inner = value.get("data")
        records = inner.get("items") if isinstance(inner, dict) else None
        if isinstance(records, list) and records and all(isinstance(record, dict) and "fields" in record for record in records):
            return records  # a table of Feishu
        return [value]
    return value if isinstance(value, list) else [value]


def _record(item: dict[str, Any]) -> dict[str, Any] | None:
    """The cells of a record of a Feishu table, by their column; None where the object is none."""
    fields = item.get("fields")
    if not isinstance(fields, dict) or not item.keys() <= {"fields", "record_id", "id", "created_time", "last_modified_time", "record_url"}:
        return None
    return {name: _cell(value) for name, value in fields.items()}


def _cell(value: Any) -> Any:
    """A cell that Feishu gives as a list of pieces: their texts joined, the address of a link, nothing for uploaded files."""
    if isinstance(value, dict):
        return text_of(value.get("link") or value.get("text") or value.get("value"))
    if not isinstance(value, list):
        return value
    if all(isinstance(part, str) for part in value):
        return ",".join(value)
    return "".join(text_of(_cell(part)) for part in value if isinstance(part, dict) and "file_token" not in part)


def _scattered(text: str, name: str) -> Iterator[Row | BrokenRow]:
    """Object after object, starting again at the next one that looks like a row where the syntax is broken."""
    decoder = json.JSONDecoder()
    place, line, counted, broken, rows = max(text.find("["), 0), 1, 0, 0, 0
    starts = _NEXT_OBJECT
    while found := starts.search(text, place):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        where = f"{name} 第 {line} 行"
        try:
            value, place = decoder.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            broken += 1
            yield BrokenRow(f"{where}：JSON 语法有误，这一条没有导入。")
            if broken >= MOST_BROKEN:
                yield BrokenRow(f"{where}：有误的地方超过 {MOST_BROKEN} 处，文件余下的部分没有读。")
                return
            place = found.end()
            continue
        if starts is _NEXT_OBJECT and isinstance(value, dict) and value:
            starts = re.compile(rf'\{{\s*"{re.escape(next(iter(value)))}"\s*:')  # rows of one file begin with the same column
        rows += 1
        yield Row(where, value, place / len(text))
    if not rows and not broken:
        yield BrokenRow(f"{name}：JSON 语法有误，没有找到一个完整的对象。")
