"""What a file reader hands over: the rows of an export, and what it has to say of those it cannot read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.items import ParsedComment, ParsedCreator, ParsedNote, Refusal


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `where` names it for a person; `part` is how much of the file has been read with it, 0 to 1."""

    where: str
    values: Mapping[str, Any]
    part: float = 1.0


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that cannot be read, and the sentence that says so."""

    reason: str


@dataclass(frozen=True, slots=True)
class UnknownTable:
    """A table, or a sheet of a workbook, whose columns say nothing to us. `name` is that of the sheet, "" for a whole file.

    `rows` are the first under the columns.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence on the file that is no row's."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """An address without content: something to fetch, not to store."""

    url: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of our own spreadsheet: its cells by column, as they stand there."""

    where: str
    cells: Mapping[str, str]


Found = ParsedNote | ParsedCreator | ParsedComment | Refusal | Link | SheetRow
Reader = Callable[[Mapping[str, Any], str], Found]


def text_of(value: Any) -> str:
    """A cell as text: nothing for None, bytes, lists and maps, whole numbers without a fraction."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    if isinstance(value, list | dict | bytes):  # no export writes these where text belongs
        return ""
    return str(value)
