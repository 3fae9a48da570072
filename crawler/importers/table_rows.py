"""Rows of CSV text; broken ones are named and the rest is read. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from crawler.importers.recognition import Recogniser
from crawler.importers.rows import BrokenRow, Row, UnknownTable
from crawler.importers.tables import HEADER_ROWS, MOST_COLUMNS, SAMPLES, Header, find_header, unknown_table
from recommender.errors import NotAnExport

MOST_BROKEN = 1_000
LONGEST_FIELD = 1_000_000
LONGEST_LINE = 5_000_000  # characters


def csv_rows(text: str, name: str, recogniser: Recogniser) -> Iterator[Row | BrokenRow | UnknownTable]:
    """Rows of a table, separated by commas, tabs or semicolons; a row with another number of columns is broken.

    After a broken row (an unclosed quote swallows what follows) reading starts again at the line behind its first one.
    Raises `NotAnExport` where the header has more columns than any table.
    """
    csv.field_size_limit(LONGEST_FIELD)
    lines = text.splitlines(keepends=True) if "\n" not in text else [line + "\n" for line in text.split("\n")]
    separator = max(",\t;", key=lambda mark: max(line[:LONGEST_FIELD].count(mark) for line in lines[:HEADER_ROWS]))
    first = next((line for line in lines if line.strip()), "")
    if (columns := first.count(separator) + 1) > MOST_COLUMNS:
        raise NotAnExport(f"{name}：表头有 {columns} 列，超过 {MOST_COLUMNS} 列，不像是表格，没有读。")
    for place, line in enumerate(lines):
        if len(line) > LONGEST_LINE:
            lines[place] = "\n"
            yield BrokenRow(f"{name} 第 {place + 1} 行：这一行超过 {LONGEST_LINE // 1_000_000} MB，没有导入。")
    top = list(islice(_cells(lines, 0, separator), HEADER_ROWS + SAMPLES))
    found = find_header([cells for _, cells in top], recogniser)
    if found is None:
        yield unknown_table("", [cells for _, cells in top])
        return
    start = top[found.first][0] if found.first < len(top) else len(lines)
    yield from _rows(lines, start, separator, found, name)


def _rows(lines: list[str], start: int, separator: str, found: Header, name: str) -> Iterator[Row | BrokenRow]:
    header, broken, opened = found.columns, 0, 0  # `opened`: the first line of a broken row whose quote was left open, 0 for none
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


def _broken(name: str, start: int, end: int, header: tuple[str, ...]) -> BrokenRow:
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
        if cells and (len(cells) > 1 or cells[0].strip()):
            yield first, cells
        first = start + reader.line_num


def _one_line(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(StringIO(line), delimiter=separator), [])
    except csv.Error:
        return []
