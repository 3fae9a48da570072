"""Rows of our own spreadsheet as they come back: what an editor changed goes into the library, the rest is left alone."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from crawler.importers.own_sheet import Edit, edit_of
from crawler.importers.rows import SheetRow
from crawler.intake import Intake, local_now
from crawler.items import ParsedNote, Refusal
from crawler.preparation import prepare
from recommender.library import Library
from recommender.library.merging import content_id
from recommender.library.model import ContentItem

BATCH = 500
EDITOR = "表格"
LABELS = {"content_type": "内容类型", "category": "品类", "brands": "品牌", "rights": "版权状态"}


class EditedRows:
    """Compares rows with what is stored, in batches; counts those that change nothing and the editor's words it has taken."""

    def __init__(
        self,
        library: Library,
        intake: Intake,
        outcomes: Callable[[str, str, str, str], None],
        categories: Collection[str] = (),
        *,
        dry_run: bool = False,
    ) -> None:
        self._library = library
        self._intake = intake
        self._outcomes = outcomes
        self._categories = categories
        self._dry_run = dry_run
        self._rows: list[SheetRow] = []
        self._seen: dict[str, str] = {}  # content id → where it stood first
        self.refused: set[str] = set()  # where rows stood that did not go in; whoever hears of it adds them
        self.unchanged = 0
        self.corrections = 0

    def add(self, row: SheetRow) -> None:
        """Take one row; it is dealt with at the latest by `flush`."""
        self._rows.append(row)
        if len(self._rows) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Deal with the rows that wait: notes first, so that an editor's words find the content they are on."""
        rows, self._rows = self._rows, []
        stored = self._library.contents.get_many([found for row in rows if (found := row.cells.get("内容ID", ""))])
        edits: list[tuple[SheetRow, Edit]] = []
        now = local_now()
        for row in rows:
            named = row.cells.get("内容ID", "")
            item = stored.get(named)
            edit = edit_of(row, item, now, self._categories)
            if named and (first := self._seen.setdefault(named, row.where)) != row.where:
                edit = Edit(refusal=f"{row.where}：内容ID {named[:60]} 和{first}重复，只看前一行。")
            if edit.refusal:
                self._intake.add(Refusal(edit.refusal))
                continue
            if edit.note:
                self._intake.add(edit.note)
            else:
                self.unchanged += 1
                self._outcomes(row.where, "unchanged", item.title if item else "", "")
            if edit.corrections:
                edits.append((row, edit))
        if edits:
            self._intake.flush()
            for row, edit in edits:
                if row.where not in self.refused:
                    self._correct(row, edit)

    def _correct(self, row: SheetRow, edit: Edit) -> None:
        item = self._content(edit)
        for name, value in edit.corrections.items():
            self.corrections += 1
            before = _shown(_stored(item, name)) if item else ""
            reason = f"{LABELS[name]}：{before or '（无）'} → {_shown(value) or '（无）'}"
            self._outcomes(row.where, "corrected", item.title if item else row.cells.get("标题", ""), reason)
            if item and not self._dry_run:
                self._library.contents.correct(item.id, name, value, EDITOR)

    def _content(self, edit: Edit) -> ContentItem | None:
        """The stored content of an edit; a new note's id is known from what it became. None where it was refused, or in a dry run."""
        prepared = prepare(edit.note) if isinstance(edit.note, ParsedNote) else None
        found = edit.content_id
        if prepared and not isinstance(prepared, Refusal):
            by_url = self._library.contents.find_url(prepared.url) if prepared.url else None
            found = by_url.id if by_url else content_id(prepared.platform.value, prepared.identity, prepared.url)[0]
        return self._library.contents.get_many([found]).get(found)


def _stored(item: ContentItem, name: str) -> Any:
    return item.rights if name == "rights" else getattr(item.understanding, name)


def _shown(value: Any) -> str:
    return "、".join(value) if isinstance(value, tuple | list) else "" if value is None else str(value)
