"""The library as our own spreadsheet, which editors work on and bring back: CSV, XLSX or JSON lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO

import openpyxl
import orjson
from openpyxl.utils import get_column_letter

from crawler.importers.own_sheet import COLUMNS, cells, defused
from recommender.errors import InputError
from recommender.library import Library
from recommender.library.model import ContentFilter, ContentItem

__all__ = ["COLUMNS", "ENCODINGS", "FORMS", "export_rows"]

FORMS = ("csv", "xlsx", "jsonl")
ENCODINGS = ("utf-8", "gb18030")
SHEET = "内容"
PAGE = 1_000
MOST_SHEET_ROWS = 1_048_575  # under the header
_WIDTHS = {"内容ID": 30, "标题": 32, "正文": 60, "来源链接": 40, "标签": 24, "发布时间": 20}
_ALL = ContentFilter()


def export_rows(library: Library, filter: ContentFilter = _ALL, *, form: str, bom: bool = True, encoding: str = "utf-8") -> bytes:
    """The contents that pass the filter, newest first, as a file that `import_paths` reads back.

    Contents that were taken down are not in the library, so they are never in the file. The text stands in full only where
    the content is ours or authorised, otherwise its beginning; importing that again leaves the stored text as it is. A value
    that starts like a formula begins with an apostrophe. Raises `InputError` for another form or encoding.
    """
    if form not in FORMS:
        raise InputError(f"不能导出成 {form[:20]}，可选：{'、'.join(FORMS)}。", field="form")
    if encoding not in ENCODINGS:
        raise InputError(f"编码 {encoding[:20]} 不支持，可选：{'、'.join(ENCODINGS)}。", field="encoding")
    items = _contents(library, filter)
    if form == "xlsx":
        return _workbook(items)
    if form == "jsonl":
        return b"".join(orjson.dumps(_row(item)) + b"\n" for item in items)
    return _table(items).encode("utf-8-sig" if bom and encoding == "utf-8" else encoding)


def _contents(library: Library, filter: ContentFilter) -> Iterator[ContentItem]:
    after: str | None = None
    while True:
        page, after = library.contents.page(filter, after=after, limit=PAGE)
        yield from page
        if after is None:
            return


def _row(item: ContentItem) -> dict[str, str | int | float]:
    return {column: defused(value) for column, value in cells(item).items()}


def _table(items: Iterator[ContentItem]) -> str:
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for item in items:
        writer.writerow(_row(item).values())
    return out.getvalue()


def _workbook(items: Iterator[ContentItem]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "A2"
    for number, column in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(column, 11)
    sheet.append(COLUMNS)
    for number, item in enumerate(items):
        if number == MOST_SHEET_ROWS:
            raise InputError(f"内容超过 {MOST_SHEET_ROWS} 条，一张表格放不下；请缩小范围，或导出 CSV。")
        sheet.append(list(_row(item).values()))
    out = BytesIO()
    book.save(out)
    book.close()
    return out.getvalue()
