"""Export files on disk: found in folders, recognised by what they hold, read row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from crawler.importers import json_rows, mediacrawler, spreadsheets, table_rows
from crawler.importers.mediacrawler import Reader
from crawler.importers.rows import BrokenRow, Row
from crawler.importers.texts import decode, form_of
from recommender.errors import NotAnExport

SUFFIXES = frozenset({".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".xlsx", ".xlsm", ".db", ".sqlite", ".sqlite3"})
LARGEST_BYTES = 2_000_000_000


def export_files(paths: Iterable[Path]) -> tuple[list[Path], list[str]]:
    """Files to read, in order, each once: those named, and in folders those with a suffix of an export. And what is not there."""
    found: dict[Path, None] = {}
    missing: list[str] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(
                file
                for file in path.rglob("*")
                if file.suffix.lower() in SUFFIXES and file.is_file() and not file.name.startswith((".", "~"))
            )
            found.update(dict.fromkeys(inside))
            if not inside:
                missing.append(f"{path}：文件夹里没有可导入的文件（JSON、JSONL、CSV、XLSX 或 SQLite）。")
        elif path.is_file():
            found[path] = None
        else:
            missing.append(f"{path}：找不到这个文件或文件夹。")
    return list(found), missing


def reader_of(columns: Iterable[str]) -> Reader | None:
    """What reads rows with these columns, of any export we know."""
    names = frozenset(columns)
    return mediacrawler.reader_of(names) or (None if mediacrawler.is_comments(names) else spreadsheets.reader_of(names))


def known(columns: Iterable[str]) -> bool:
    """Whether these are columns of an export, comments among them (they are recognised, and left)."""
    names = frozenset(columns)
    return mediacrawler.is_comments(names) or reader_of(names) is not None


def file_rows(path: Path) -> Iterator[Row | BrokenRow]:
    """All rows of one file. Raises `NotAnExport` for a file whose form is none we read."""
    name = path.name
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(16)
        if start.startswith(b"SQLite format 3\x00"):
            yield from table_rows.database_rows(path, name, known)
            return
        if start.startswith(b"PK\x03\x04"):
            yield from table_rows.sheet_rows(path, name, known)
            return
        if size > LARGEST_BYTES:
            raise NotAnExport(f"{name}：文件太大（超过 {LARGEST_BYTES // 1_000_000} MB），请分成几份再导入。")
        text = decode(path.read_bytes())
    except OSError as error:
        raise NotAnExport(f"{name}：读不了这个文件（{error.strerror or error}）。") from None
    if not text.strip():
        raise NotAnExport(f"{name}：是空文件。")
    form = form_of(text)
    if form == "json":
        yield from json_rows.array_rows(text, name)
    elif form == "jsonl":
        yield from json_rows.line_rows(text, name)
    elif form == "table":
        yield from table_rows.csv_rows(text, name)
    else:
        raise NotAnExport(f"{name}：不是认识的导出文件（应为 MediaCrawler 等工具导出的 JSON、JSONL、CSV、XLSX 或 SQLite）。")
