"""One import: every file read, every row accounted for, a broken one never stopping the rest."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from operator import sub
from pathlib import Path

from crawler.addresses import canonical
from crawler.importers.answers import parse_answer
from crawler.importers.edits import EditedRows
from crawler.importers.files import file_rows
from crawler.importers.recognition import Recogniser
from crawler.importers.report import FileReport, ImportLine, ImportReport
from crawler.importers.rows import BrokenRow, Found, Link, Remark, Row, SheetRow, UnknownTable
from crawler.intake import Intake, local_now
from crawler.items import ParsedNote, Refusal
from crawler.repair import moment
from recommender.errors import NotAnExport
from recommender.library import Library
from recommender.library.model import ColumnMapping, Rights
from recommender.library.tables import SHANGHAI

PROGRESS_EVERY = 250  # rows
MOST_EXAMPLES = 100  # of each state
MOST_LINKS = 10_000
MOST_TEASERS = 200_000  # kept for the end
SHOWN_HEADERS = 30
LONGEST_RELATIVE = 12  # characters of a time that may lack its year, or its day

_ROWS = ("new", "changed", "unchanged", "duplicates", "refused")
_COUNTED = {
    "new": "new",
    "changed": "changed",
    "unchanged": "unchanged",
    "duplicate": "duplicates",
    "refused": "refused",
}


class Import:
    """A running import over one library. `take` reads a file, `report` ends it."""

    def __init__(
        self,
        library: Library,
        rights: Rights,
        *,
        dry_run: bool = False,
        mapping: ColumnMapping | None = None,
        categories: Collection[str] = (),
    ) -> None:
        self._library = library
        self._dry_run = dry_run
        self._mapping = mapping
        self._intake = Intake(library, rights=rights, dry_run=dry_run, outcomes=self._became)
        self._edits = EditedRows(library, self._intake, self._became, categories, dry_run=dry_run)
        self._started = time.perf_counter()
        self._counts: dict[str, Counter[str]] = {}  # file → what became of its rows
        self._now: Counter[str] = Counter()  # that of the file at hand
        self._saved_at = local_now()  # when the file at hand was written: what `昨天` and `06-14` in it are read against
        self._teasers: list[tuple[str, ParsedNote]] = []  # with their file
        self._file_of: dict[str, str] = {}  # where a teaser stood → its file
        self._examples: list[ImportLine] = []
        self._shown: Counter[str] = Counter()
        self._links: dict[str, None] = {}
        self.problems: list[str] = []

    def take(self, path: Path, name: str, tell: Callable[[float], None]) -> None:
        """Take in one file, which the report calls `name`. Raises `NotAnExport` where nothing of it can be used."""
        self._now = self._counts.setdefault(name, Counter())
        self._saved_at = datetime.fromtimestamp(path.stat().st_mtime, SHANGHAI)
        before = (self._intake.comments, self._intake.creators, self._edits.corrections)
        try:
            self._read(path, name, tell)
        finally:
            self._edits.flush()
            self._intake.flush()  # file by file, so that what becomes of a row is counted where it stands
            after = (self._intake.comments, self._intake.creators, self._edits.corrections)
            self._now.update(dict(zip(("comments", "creators", "corrections"), map(sub, after, before), strict=True)))

    def report(self, files: int, unusable: int) -> ImportReport:
        """End the import: what is only the beginning of a note goes in last, where no file of this run had the whole."""
        self._file_of = {note.where: name for name, note in self._teasers}
        for _, note in sorted(self._teasers, key=lambda teaser: -len(teaser[1].text)):
            self._intake.add(note)
        found, same = self._intake.finish(), self._edits.unchanged
        return ImportReport(
            files=files,
            read=found.found + same,
            new=found.new,
            changed=found.changed,
            unchanged=found.unchanged + same,
            duplicates=found.duplicates,
            refused=found.refused,
            creators=self._intake.creators,
            unusable=unusable,
            seconds=round(time.perf_counter() - self._started, 3),
            refusals=found.refusals,
            problems=tuple(self.problems),
            comments=self._intake.comments,
            corrections=self._edits.corrections,
            dry_run=self._dry_run,
            examples=tuple(self._examples),
            by_file=tuple(
                FileReport(name, sum(counts[each] for each in _ROWS), **counts) for name, counts in self._counts.items() if counts.total()
            ),
            links=tuple(self._links),
        )

    def _read(self, path: Path, name: str, tell: Callable[[float], None]) -> None:
        recogniser = Recogniser(path, self._mapping, () if self._mapping else self._library.mappings.all())
        waiting: list[Refusal] = []  # what cannot be read is refused only once the file has proved to be an export
        unknown: list[UnknownTable] = []
        links: list[str] = []
        recognised, rows = False, 0
        columns: tuple[str, ...] = ()
        for rows, part in enumerate(file_rows(path, recogniser), 1):
            if isinstance(part, Row):
                columns = tuple(part.values)
                reader = recogniser.reader(columns, (part.values,))
                parsed: list[Found | Remark] | None = [reader(part.values, part.where)] if reader else parse_answer(part.values, part.where)
                for each in parsed or ():
                    self._add(each, name, links)
                recognised |= bool(parsed)
                if not parsed:
                    waiting.append(Refusal(f"{part.where}：列名不认识，看不出是哪种导出的内容。"))
                if rows % PROGRESS_EVERY == 0:
                    tell(part.part)
            elif isinstance(part, BrokenRow):
                waiting.append(Refusal(part.reason))
            elif isinstance(part, UnknownTable):
                unknown.append(part)
            else:
                recognised |= not isinstance(part, Remark)
                self._add(part, name, links)
        if not rows:
            self.problems.append(f"{path.name}：里面没有数据。")  # a header alone, or an empty list
        if not recognised and (waiting or unknown):
            raise _unreadable(path, unknown or [UnknownTable("", columns)], rows, waiting)
        for refusal in waiting:
            self._intake.add(refusal)
        self.problems += [f"{path.name} 工作表 {table.name}：认不出列名，没有读。" for table in unknown if table.name]
        if recogniser.used:
            self.problems.append(f"{path.name}：按保存的列对应表“{recogniser.used}”读取。")
        self._tell_links(path, links)

    def _add(self, part: Found | Remark, name: str, links: list[str]) -> None:
        if isinstance(part, ParsedNote) and isinstance(part.published_at, str) and len(part.published_at) < LONGEST_RELATIVE:
            part = replace(part, published_at=moment(part.published_at, self._saved_at))
        if isinstance(part, Link):
            links.append(part.url)
        elif isinstance(part, SheetRow):
            self._edits.add(part)
        elif isinstance(part, Remark):
            self.problems.append(part.text)
        elif isinstance(part, ParsedNote) and part.partial and len(self._teasers) < MOST_TEASERS:
            self._teasers.append((name, part))
        else:
            self._intake.add(part)

    def _tell_links(self, path: Path, links: list[str]) -> None:
        """Addresses are nothing to store: those that the library has not are kept for whoever wants them fetched."""
        if not links:
            return
        wanted = dict.fromkeys(filter(None, map(canonical, links[:MOST_LINKS])))
        fresh = [url for url in wanted if not self._intake.has_met(url) and self._library.contents.find_url(url) is None]
        self._links.update(dict.fromkeys(fresh))
        known = f"，其中 {len(wanted) - len(fresh)} 个已在内容库" if len(fresh) < len(wanted) else ""
        more = f"（文件很长，只看了前 {MOST_LINKS} 个）" if len(links) > MOST_LINKS else ""
        self.problems.append(
            f"{path.name}：是 {len(wanted)} 个网址的清单{known}，没有可存的内容；要收这些网页，请逐个粘贴链接，或把它们加为来源。{more}"
        )

    def _became(self, where: str, state: str, title: str, reason: str) -> None:
        if state in _COUNTED:
            counts = self._counts[self._file_of[where]] if where in self._file_of else self._now
            counts[_COUNTED[state]] += 1
        if state == "refused":
            self._edits.refused.add(where)
        self._shown[state] += 1
        if self._shown[state] <= MOST_EXAMPLES:
            self._examples.append(ImportLine(where, state, title, reason))


def _unreadable(path: Path, unknown: list[UnknownTable], rows: int, waiting: list[Refusal]) -> NotAnExport:
    """The one sentence on a file that nobody can read: the headers it has, and how to say what they mean."""
    columns = tuple(dict.fromkeys(column for table in unknown for column in table.columns))
    if not columns:
        why = waiting[0].reason if waiting else f"{path.name}：不是认识的导出文件，看不出表头在哪里。"
        return NotAnExport(why if rows <= 1 else f"{path.name}：没有一行读得懂，例如 {why}")
    shown = "、".join(column[:20] for column in columns[:SHOWN_HEADERS]) + ("……" if len(columns) > SHOWN_HEADERS else "")
    return NotAnExport(
        f"{path.name}：看不出哪一列是标题、正文和链接。它的列是：{shown}。"
        f"请指明后再导入：zhongcao mapping save 名字 {path.name} --set 标题=某列 --set 正文=某列 --set 链接=某列，"
        f"然后 zhongcao import {path.name} --mapping 名字。"
    )
