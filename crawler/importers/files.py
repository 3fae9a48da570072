"""Export files on disk: found in folders, recognised by what they hold, read row by row."""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from crawler.importers import databases, json_rows, plain_text, table_rows, workbooks
from crawler.importers.recognition import Recogniser
from crawler.importers.rows import BrokenRow, Link, Remark, Row, UnknownTable
from crawler.importers.texts import decode, form_of
from crawler.items import ParsedNote
from recommender.errors import NotAnExport

_READ = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".db", ".sqlite", ".sqlite3", ".gz")
_SAID = (".xls", ".et", ".numbers", ".sql", ".zip", ".rar", ".7z", ".parquet")  # data, but in no form we read: worth a sentence
SUFFIXES = frozenset(_READ + _SAID)
OFTEN_OTHER = frozenset({".txt", ".gz", *_SAID})  # in a folder these may well be no export; no fault of the import
_FORM_NAMES = {
    "json": "JSON",
    "jsonl": "JSON 行",
    "table": "CSV",
    "blocks": "成段的文本",
    "titles": "编号和标题",
    "links": "网址清单",
    "sql": "建表语句",
}
LARGEST_BYTES = 500_000_000
LARGEST_UNPACKED_BYTES = 200_000_000  # of a .gz
LONGEST_CHUNK = 1 << 20

Part = Row | BrokenRow | UnknownTable | Remark | Link | ParsedNote


def export_files(paths: Iterable[Path]) -> tuple[list[Path], list[str], list[str]]:
    """Files to read, in order, each once: those named, and in folders all data files; what is not there; what is no data."""
    found: dict[Path, None] = {}
    missing: list[str] = []
    other: Counter[str] = Counter()
    for path in paths:
        if path.is_dir():
            every = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith((".", "~")))
            inside = [file for file in every if file.suffix.lower() in SUFFIXES]
            found.update(dict.fromkeys(inside))
            rest = [file.suffix.lower() or "无后缀" for file in every if file.suffix.lower() not in SUFFIXES]
            other.update(suffix for suffix in rest if not suffix.endswith(("-wal", "-shm", "-journal")))  # part of the database beside
            if not inside:
                missing.append(f"{path}：文件夹里没有可导入的文件（JSON、JSONL、CSV、XLSX、TXT 或 SQLite）。")
        elif path.is_file():
            found[path] = None
        else:
            missing.append(f"{path}：找不到这个文件或文件夹。")
    left = [f"文件夹里另有 {other.total()} 个文件不是表格或数据（{'、'.join(sorted(other)[:6])}），没有看。"] if other else []
    return list(found), missing, left


def form_name(path: Path) -> str:
    """The form of a file for a person, by its first bytes and its text. Raises `NotAnExport` where it cannot be read."""
    start = _start(path)
    if start.startswith(b"SQLite format 3\x00"):
        return "SQLite"
    if start.startswith(b"PK\x03\x04"):
        return "XLSX"
    return _FORM_NAMES.get(form_of(_text(path, start)), "不认识的文件")


def file_rows(path: Path, recogniser: Recogniser) -> Iterator[Part]:
    """All that one file holds. Raises `NotAnExport` for a file whose form is none we read."""
    name = path.name
    start = _start(path)
    if start.startswith(b"SQLite format 3\x00"):
        yield from databases.database_rows(path, name, recogniser)
    elif start.startswith(b"PK\x03\x04"):
        yield from workbooks.sheet_rows(path, name, recogniser)
    elif workbooks.is_old_or_locked(start):
        raise workbooks.refuse_old_or_locked(path, name)
    else:
        yield from _text_rows(_text(path, start), name, recogniser)


def _text_rows(text: str, name: str, recogniser: Recogniser) -> Iterator[Part]:
    if not text.strip():
        raise NotAnExport(f"{name}：是空文件。")
    form = form_of(text)
    if form == "json":
        yield from json_rows.array_rows(text, name)
    elif form == "jsonl":
        yield from json_rows.line_rows(text, name)
    elif form == "table":
        yield from table_rows.csv_rows(text, name, recogniser)
    elif form == "blocks":
        yield from plain_text.block_rows(text, name)
    elif form == "titles":
        yield from plain_text.title_notes(text, name)
    elif form == "links":
        yield from plain_text.links(text, name)
    elif form == "sql":
        raise NotAnExport(f"{name}：是建表语句而不是数据，没有可导入的行；请从数据库导出 CSV 或 XLSX。")
    else:
        raise NotAnExport(f"{name}：不是认识的导出文件（应为 MediaCrawler 等工具导出的 JSON、JSONL、CSV、XLSX、TXT 或 SQLite）。")


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(16)
    except OSError as error:
        raise NotAnExport(f"{path.name}：读不了这个文件（{error.strerror or error}）。") from None


def _text(path: Path, start: bytes) -> str:
    name = path.name
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise NotAnExport(f"{name}：文件太大（超过 {LARGEST_BYTES // 1_000_000} MB），请分成几份再导入。")
        return decode(_unpacked(path) if start.startswith(b"\x1f\x8b") else path.read_bytes())
    except OSError as error:
        raise NotAnExport(f"{name}：读不了这个文件（{error.strerror or error}）。") from None


def _unpacked(path: Path) -> bytes:
    """What a .gz holds, read piece by piece up to the limit. Raises `NotAnExport` beyond it, or where it is damaged."""
    pieces: list[bytes] = []
    size = 0
    try:
        with gzip.open(path) as file:
            while piece := file.read(LONGEST_CHUNK):
                size += len(piece)
                if size > LARGEST_UNPACKED_BYTES:
                    raise NotAnExport(f"{path.name}：解压后太大（超过 {LARGEST_UNPACKED_BYTES // 1_000_000} MB），没有读。")
                pieces.append(piece)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise NotAnExport(f"{path.name}：压缩文件已损坏或不完整，没有读。") from None
    return b"".join(pieces)
