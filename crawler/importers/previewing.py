"""The beginning of a file before it is imported: its form, its columns and what they are taken to mean, or what was read in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from crawler.importers.answers import parse_answer
from crawler.importers.files import file_rows, form_name
from crawler.importers.headers import guess
from crawler.importers.mediacrawler_people import is_comments
from crawler.importers.own_sheet import is_own
from crawler.importers.recognition import Recogniser
from crawler.importers.rows import Found, Link, Remark, Row, SheetRow, UnknownTable, text_of
from crawler.importers.spreadsheets import missing_fields
from crawler.items import ParsedComment, ParsedCreator, ParsedNote, Refusal
from crawler.preparation import prepare, prepare_comment
from recommender.library.model import ColumnMapping, IncomingComment, IncomingContent

PREVIEW_ROWS = 5
READ = ("种类", "标题", "正文", "达人", "发布时间", "点赞")  # the columns of what has none of its own
_LOOKED_AT = 20
_FORM_OF_LINKS = "网址清单"


@dataclass(frozen=True, slots=True)
class Preview:
    """`rows` are the first five, cells in the order of `columns`. `mapping` is None where the columns are known for what they are.

    What has no columns of its own (an interface's nested answer, plain text, a list of links) is shown as the import reads it.

    `how` says for each field how its column was found (列名, 内容, 列对应表), `missing` what has to be named before an import.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    form: str
    mapping: ColumnMapping | None = None
    missing: tuple[str, ...] = ()
    how: Mapping[str, str] = field(default_factory=dict)


def preview(path: Path, mapping: ColumnMapping | None = None) -> Preview:
    """Look at the first rows of a file. Raises `NotAnExport` where it cannot be read at all."""
    recogniser = Recogniser(path, mapping)
    unknown: UnknownTable | None = None
    rows: list[Row] = []
    read: list[Found | Remark] = []
    for part in islice(file_rows(path, recogniser), 10 * _LOOKED_AT):
        if isinstance(part, UnknownTable):
            unknown = unknown or part
        elif isinstance(part, Row):
            rows.append(part)
        elif isinstance(part, Link | ParsedNote):
            read.append(part)
        if len(rows) + len(read) >= _LOOKED_AT:
            break
    form = form_name(path)
    # as the import does: each row by a reader of its columns, where there is none as an answer
    told = next((row for row in rows if recogniser.reader(tuple(row.values), (row.values,))), None)
    if told is None and (answers := [part for row in rows for part in parse_answer(row.values, row.where) or ()]):
        return Preview(READ, _shown(answers), f"{form}（接口回答）")
    if read and not rows:
        links = all(isinstance(part, Link) for part in read)
        return Preview(("网址",) if links else READ, _shown(read), _FORM_OF_LINKS if links else form)
    columns = tuple((told or rows[0]).values) if rows else unknown.columns if unknown else ()
    if not columns:
        return Preview((), (), form)
    values = [row.values for row in rows if tuple(row.values) == columns] if rows else list(unknown.rows) if unknown else []
    samples = tuple(tuple(text_of(row.get(column)) for column in columns) for row in values[:PREVIEW_ROWS])
    reader = recogniser.reader(columns, values)
    if reader and columns not in recogniser.guesses:
        kind = "种草表格" if is_own(set(columns)) else "MediaCrawler 评论" if is_comments(frozenset(columns)) else "MediaCrawler"
        return Preview(columns, samples, f"{form}（{kind}）")
    found = recogniser.guesses.get(columns) or guess(columns, values)
    missing = () if reader else missing_fields(found.columns.keys())
    return Preview(columns, samples, form, ColumnMapping(path.stem[:80], found.columns), missing, found.how)


def _shown(read: list[Found | Remark]) -> tuple[tuple[str, ...], ...]:
    """The first five of what the import would take in or refuse."""
    rows = (_row(part) for part in read if not isinstance(part, Remark | SheetRow))
    return tuple(islice(rows, PREVIEW_ROWS))


def _row(part: ParsedNote | ParsedCreator | ParsedComment | Refusal | Link) -> tuple[str, ...]:
    if isinstance(part, Link):
        return (part.url,)
    if isinstance(part, ParsedCreator):
        return "达人", "", "", part.name, "", ""
    item = prepare(part) if isinstance(part, ParsedNote) else prepare_comment(part) if isinstance(part, ParsedComment) else part
    if isinstance(item, IncomingContent):
        published = f"{item.published_at:%Y-%m-%d %H:%M}" if item.published_at else ""
        return "内容", item.title, item.text, item.creator.name if item.creator else "", published, text_of(item.counts.liked)
    if isinstance(item, IncomingComment):
        return "评论", "", item.text, "", "", text_of(item.liked)
    return "不收", "", item.reason if item else "没有文字的评论", "", "", ""
