"""Rows of XLSX sheets, merged cells filled; a workbook that is locked, damaged or a bomb is refused with one sentence."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.cell import range_boundaries

from crawler.importers.recognition import Recogniser
from crawler.importers.rows import BrokenRow, Remark, Row, UnknownTable
from crawler.importers.tables import HEADER_ROWS, MOST_COLUMNS, SAMPLES, find_header, unknown_table
from recommender.errors import NotAnExport

MOST_UNPACKED_BYTES = 1_000_000_000
MOST_SHARED_BYTES = 200_000_000  # of the part that has to be in memory: all different texts
MOST_EMPTY_ROWS = 200_000  # in a row, written out though empty: a sheet may have a million that only carry a colour
TOP_ROWS = 200  # among which the header and the first cells are looked for
MOST_MERGED = 50_000
TALLEST_MERGED = 10_000  # rows

# what the reader of workbooks raises on damaged ones
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, LookupError, ValueError, OSError, SyntaxError, TypeError, ArithmeticError),
    *(NotImplementedError, EOFError, RuntimeError, AttributeError),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_PIECE = 1 << 20


def is_old_or_locked(start: bytes) -> bool:
    """Whether these first bytes are of an old `.xls`, or of a workbook with a password, which is packed into the same form."""
    return start.startswith(_OLE)


def refuse_old_or_locked(path: Path, name: str) -> NotAnExport:
    """The sentence on such a file."""
    with path.open("rb") as file:
        locked = "EncryptedPackage".encode("utf-16-le") in file.read(4_000_000)
    if locked:
        return NotAnExport(f"{name}：表格设了打开密码，请在 Excel 里去掉密码，另存后再导入。")
    return NotAnExport(f"{name}：是旧式的 .xls 表格，请在 Excel 里另存为 .xlsx 后再导入。")


def sheet_rows(path: Path, name: str, recogniser: Recogniser) -> Iterator[Row | BrokenRow | UnknownTable | Remark]:
    """Rows of every sheet whose header the recogniser knows; of a damaged file those before the damage.

    Raises `NotAnExport` where the file is locked, too large, or damaged before its first row.
    """
    last = ""
    try:
        for part in _book_rows(path, name, recogniser):
            last = part.where if isinstance(part, Row) else last
            yield part
    except _DAMAGE as error:
        if last:
            yield BrokenRow(f"{last}：之后读不了，文件可能已损坏（{type(error).__name__}）。")
        else:
            raise NotAnExport(f"{name}：打不开这个表格，文件可能已损坏或有密码（{type(error).__name__}）。") from None


def _book_rows(path: Path, name: str, recogniser: Recogniser) -> Iterator[Row | UnknownTable | Remark]:
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        _check(archive, name)
        # a file, not its path: openpyxl refuses names with another suffix than .xlsx
        with closing(openpyxl.load_workbook(file, read_only=True, data_only=True)) as book:
            for place, sheet in enumerate(book.worksheets):
                merged, share = _merged_down(archive, sheet), 1 / len(book.worksheets)
                for row in _one_sheet(sheet, name, recogniser, merged):
                    yield replace(row, part=(place + row.part) * share) if isinstance(row, Row) else row


def _check(archive: zipfile.ZipFile, name: str) -> None:
    sizes = {member.filename: member.file_size for member in archive.infolist()}
    if "xl/workbook.xml" not in sizes and not any(part.endswith("workbook.xml") for part in sizes):
        raise NotAnExport(f"{name}：是压缩包而不是表格，请解压后再导入里面的文件。")
    shared = sum(size for part, size in sizes.items() if part.endswith("sharedStrings.xml"))
    if sum(sizes.values()) > MOST_UNPACKED_BYTES or shared > MOST_SHARED_BYTES:
        raise NotAnExport(f"{name}：表格解压后太大（超过 {MOST_UNPACKED_BYTES // 1_000_000} MB），没有读。")


def _one_sheet(sheet: Any, name: str, recogniser: Recogniser, merged: dict[int, dict[int, int]]) -> Iterator[Row | UnknownTable | Remark]:
    total = sheet.max_row or 1
    sheet.reset_dimensions()  # what the file says of its size may be a million rows of sixteen thousand columns
    rows = enumerate(sheet.iter_rows(values_only=True), 1)
    top = [(number, cells[:MOST_COLUMNS]) for number, cells in islice(rows, TOP_ROWS) if any(map(_filled, cells))]
    first = [cells for _, cells in top[: HEADER_ROWS + SAMPLES]]
    found = find_header(first, recogniser)
    if found is None:
        if top:
            yield unknown_table(sheet.title, first)
        return
    places = [place for place, column in enumerate(found.columns) if column]
    above: dict[int, Any] = {}  # column → the value of the merged cell that reaches down from above
    empty = 0
    for number, cells in _both(top[found.first :], rows):
        if number in merged:
            cells = _filled_down(cells, merged[number], number, above)  # noqa: PLW2901
        if not any(map(_filled, cells)):
            empty += bool(cells)  # a row that the file leaves out costs nothing
            if empty > MOST_EMPTY_ROWS:
                yield Remark(f"{name} 工作表 {sheet.title}：第 {number} 行之前连续 {MOST_EMPTY_ROWS} 行是空的，余下的没有读。")
                return
            continue
        empty = 0
        values = {found.columns[place]: cells[place] if place < len(cells) else None for place in places}
        yield Row(f"{name} 工作表 {sheet.title} 第 {number} 行", values, min(number / total, 1.0))


def _both(first: list[tuple[int, Any]], rest: Iterator[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
    yield from first
    yield from rest


def _filled(cell: Any) -> bool:
    return cell is not None and cell != ""


def _merged_down(archive: zipfile.ZipFile, sheet: Any) -> dict[int, dict[int, int]]:
    """Row → column index → first row, of the cells that are merged over several rows (the file names a value only once)."""
    part = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
    found: dict[int, dict[int, int]] = {}
    if part not in archive.namelist():
        return found
    seen, tail = 0, b""
    with archive.open(part) as file:
        while piece := file.read(_PIECE):
            for match in _MERGED.finditer(tail + piece):
                left, top, right, bottom = range_boundaries(match[1].decode())
                if left is None or top is None or right is None or bottom is None or bottom - top > TALLEST_MERGED or right - left > 50:
                    continue
                seen += 1
                if seen > MOST_MERGED:
                    return found
                for row in range(top, bottom + 1) if bottom > top else ():
                    found.setdefault(row, {}).update(dict.fromkeys(range(left - 1, right), top))
            tail = (tail + piece)[-60:] if b"<" in piece[-60:] else b""
    return found


def _filled_down(cells: Any, merged: dict[int, int], number: int, above: dict[int, Any]) -> list[Any]:
    """The row with the values that merged cells above reach down into it."""
    filled = [*cells, *([None] * (max(merged) + 1 - len(cells)))]
    for column, first in merged.items():
        if number == first:
            above[column] = filled[column]
        elif not _filled(filled[column]):
            filled[column] = above.get(column)
    return filled
