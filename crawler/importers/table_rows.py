"""Rows of CSV text, XLSX sheets and SQLite tables."""

from __future__ import annotations

import csv
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl

from crawler.importers.rows import BrokenRow, Row
from recommender.errors import NotAnExport

MOST_UNPACKED_BYTES = 1_000_000_000
MOST_BROKEN = 1_000
LONGEST_FIELD = 1_000_000
HEADER_ROWS = 10  # a header stands in one of the first rows

Known = Callable[[Sequence[str]], bool]


def csv_rows(text: str, name: str) -> Iterator[Row | BrokenRow]:
    """Rows of a table with a header line, separated by commas, tabs or semicolons; a row with another number of columns is broken.

    After a broken row (an unclosed quote swallows what follows) reading starts again at the line behind its first one.
    """
    csv.field_size_limit(LONGEST_FIELD)
    lines = text.splitlines(keepends=True) if "\n" not in text else [line + "\n" for line in text.split("\n")]
    separator = max(",\t;", key=lines[0].count)
    header = [cell.strip() for cell in _one_line(lines[0], separator)]
    start, broken, opened = 1, 0, 0  # `opened`: the first line of a broken row whose quote was left open, 0 for none
    while start < len(lines):
        first = start
        for first, cells in _cells(lines, start, separator):
            if len(cells) != len(header):
                break
            if opened:
                yield _broken(name, opened, first, header)
                opened = 0
            yield Row(f"{name} 第 {first + 1} 行", dict(zip(header, cells, strict=True)), first / len(lines))
        else:
            start = len(lines)
            break
        alone = _one_line(lines[first], separator)  # the row may be whole, if its quotes are read leniently
        whole = len(alone) == len(header)
        if opened and whole:
            yield _broken(name, opened, first, header)
            opened = 0
        if whole:
            yield Row(f"{name} 第 {first + 1} 行", dict(zip(header, alone, strict=True)), first / len(lines))
        elif not opened:
            if lines[first].count('"') % 2:
                opened = first  # what follows may be the rest of its cell: all of it is one broken row
            else:
                yield _broken(name, first, first + 1, header)
        broken += not whole
        start = first + 1
        if broken >= MOST_BROKEN:
            yield BrokenRow(f"{name} 第 {start} 行：有误的行超过 {MOST_BROKEN} 行，文件余下的部分没有读。")
            break
    if opened:
        yield _broken(name, opened, min(start, len(lines)), header)


def _broken(name: str, start: int, end: int, header: list[str]) -> BrokenRow:
    """The sentence on a broken row that takes the lines from index `start` up to `end`."""
    place = f"第 {start + 1} 行" if end == start + 1 else f"第 {start + 1}–{end} 行"
    return BrokenRow(f"{name} {place}：列数与表头（{len(header)} 列）不符或引号不配对，这一{'行' if end == start + 1 else '条'}没有导入。")


def _cells(lines: list[str], start: int, separator: str) -> Iterator[tuple[int, list[str]]]:
    """(index of its first line, cells) of each row from line `start`; a row that cannot be split has no cells. Blank lines are none."""
    reader = csv.reader(islice(lines, start, None), delimiter=separator, strict=True)
    first = start
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            yield first, []
            return
        if cells is None:
            return
        if cells:
            yield first, cells
        first = start + reader.line_num


def _one_line(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(StringIO(line), delimiter=separator), [])
    except csv.Error:
        return []


def sheet_rows(path: Path, name: str, known: Known) -> Iterator[Row]:
    """Rows of every sheet whose header `known` recognises, within its first rows. Raises `NotAnExport` where the file is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED_BYTES:
                raise NotAnExport(f"{name}：表格解压后太大（超过 {MOST_UNPACKED_BYTES // 1_000_000} MB），没有读。")
        with closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book:
            for sheet in book.worksheets:
                yield from _one_sheet(sheet, name, known)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError, TypeError) as error:
        raise NotAnExport(f"{name}：打不开这个表格，文件可能已损坏（{type(error).__name__}）。") from None


def _one_sheet(sheet: Any, name: str, known: Known) -> Iterator[Row]:
    header: list[str] = []
    total = sheet.max_row or 1
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        if header:
            if any(cell is not None for cell in cells):
                where = f"{name} 工作表 {sheet.title} 第 {number} 行"
                yield Row(where, {column: cell for column, cell in zip(header, cells, strict=False) if column}, min(number / total, 1.0))
        elif known(columns := ["" if cell is None else str(cell).strip() for cell in cells]):
            header = columns
        elif number >= HEADER_ROWS:
            return


def database_rows(path: Path, name: str, known: Known) -> Iterator[Row]:
    """Rows of every SQLite table whose columns `known` recognises. Raises `NotAnExport` where the file is damaged."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            tables = [table for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
            for table in tables:
                quoted = '"' + table.replace('"', '""') + '"'
                columns = [column for _, column, *_ in connection.execute(f"PRAGMA table_info({quoted})")]
                if not known(columns):
                    continue
                total = connection.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0]  # noqa: S608 (quoted above)
                cursor = connection.execute(f"SELECT * FROM {quoted}")  # noqa: S608
                for number, cells in enumerate(cursor, 1):
                    yield Row(f"{name} 表 {table} 第 {number} 行", dict(zip(columns, cells, strict=True)), number / total)
    except sqlite3.Error as error:
        raise NotAnExport(f"{name}：读不了这个数据库文件（{error}）。") from None
