"""Entries of a TOML, JSON or CSV file that a person wrote, each with the place to name when something is wrong."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.errors import InputError

_MOST_BYTES = 50_000_000
_ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class Record:
    """One entry: its values by field as written, `place` in words, and the line it starts on (1 is the first) where known."""

    values: dict[str, Any]
    place: str
    line: int | None = None


def read_records(path: Path, table: str) -> list[Record]:
    """The entries of `[[table]]` in TOML, of a list (or of `{"<table>s": […]}`) in JSON, or the rows of a CSV with a header.

    Text may be UTF-8 with or without BOM, or GB18030. Raises `InputError` in one Chinese sentence for what cannot be read.
    """
    text = _read(path)
    kind = path.suffix.lower()
    if kind == ".toml":
        return _from_toml(text, path, table)
    if kind == ".json":
        return _from_json(text, path, table)
    if kind in (".csv", ".tsv"):
        return _from_csv(text, path, "\t" if kind == ".tsv" else ",")
    raise InputError(f"文件 {path.name} 的格式不支持，可用 .toml、.json 或 .csv。")


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(f"文件 {path.name} 太大，最多 {_MOST_BYTES // 1_000_000} MB。")
        raw = path.read_bytes()
    except OSError:
        raise InputError(f"读不到文件 {path}。") from None
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"文件 {path.name} 的编码认不出，请存成 UTF-8 或 GB18030。")


def _from_toml(text: str, path: Path, table: str) -> list[Record]:
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"文件 {path.name} 不是有效的 TOML：{error}") from None
    if others := sorted(set(raw) - {table}):
        raise InputError(f"文件 {path.name} 里不认识「{others[0]}」，每项应写在 [[{table}]] 下。", field=others[0])
    starts = [number for number, line in enumerate(text.splitlines(), 1) if re.match(rf"\s*\[\[\s*{table}\s*\]\]", line)]
    return _listed(raw.get(table, []), path, starts)


def _from_json(text: str, path: Path, table: str) -> list[Record]:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"文件 {path.name} 第 {error.lineno} 行不是有效的 JSON。", line=error.lineno) from None
    except RecursionError:
        raise InputError(f"文件 {path.name} 的 JSON 嵌套太深。") from None
    return _listed(raw.get(f"{table}s") if isinstance(raw, dict) else raw, path, [])


def _listed(raw: Any, path: Path, starts: list[int]) -> list[Record]:
    if not isinstance(raw, list):
        raise InputError(f"文件 {path.name} 里应是一个列表。")
    found = []
    for number, values in enumerate(raw, 1):
        line = starts[number - 1] if len(starts) == len(raw) else None
        place = f"文件 {path.name} 第 {number} 项" + (f"（第 {line} 行）" if line else "")
        if not isinstance(values, dict):
            raise InputError(f"{place}应是一组「字段 = 值」。", line=line)
        found.append(Record({str(name): value for name, value in values.items()}, place, line))
    return found


def _from_csv(text: str, path: Path, delimiter: str) -> list[Record]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found = []
    try:
        header = [name.strip() for name in next(rows, [])]
        start = rows.line_num + 1
        for row in rows:
            if any(cell.strip() for cell in row):
                place = f"文件 {path.name} 第 {start} 行"
                if len(row) > len(header):
                    raise InputError(f"{place}有 {len(row)} 格，表头只有 {len(header)} 格。", line=start)
                values = {name: cell.strip() for name, cell in zip(header, row, strict=False) if name and cell.strip()}
                found.append(Record(values, place, start))
            start = rows.line_num + 1
    except csv.Error:
        raise InputError(f"文件 {path.name} 第 {rows.line_num} 行读不成表格。", line=rows.line_num) from None
    return found
