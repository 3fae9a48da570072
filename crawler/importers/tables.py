"""Where the header of a table stands: under title rows, over two rows, with empty and repeated names. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.importers.recognition import Recogniser
from crawler.importers.rows import UnknownTable, text_of

HEADER_ROWS = 10  # a header stands in one of the first rows
SAMPLES = 20  # rows looked at to tell what a column without a telling name holds
MOST_COLUMNS = 2_000
_LONGEST_NAME = 60  # characters; what is longer is a cell, not a name
_VALUE = re.compile(r"https?://|\d[\d,.]*[万%+]?$|\d{4}[-/年]")

Cells = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Header:
    """The names of a table's columns, and the index of the first row under them."""

    columns: tuple[str, ...]
    first: int


def column_names(cells: Cells) -> tuple[str, ...]:
    """A header row as names: an empty one is `第 3 列`, a repeated one gets a number."""
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = " ".join(text_of(cell).split()) or f"第 {number} 列"
        if name in names:
            name = next(numbered for again in range(2, len(cells) + 2) if (numbered := f"{name} ({again})") not in names)
        names.append(name)
    return tuple(names)


def find_header(rows: Sequence[Cells], recogniser: Recogniser) -> Header | None:
    """The header among the first rows, the one that tells most; None where nothing under any of them could be read.

    Of rows that tell as much the first is the header.
    """
    best, most = None, 0
    for place, row in enumerate(rows[:HEADER_ROWS]):
        if not row or len(row) > MOST_COLUMNS or _filled(row) == 0:
            continue
        below = rows[place + 1] if place + 1 < len(rows) else ()
        candidates = [(column_names(row), place + 1)]
        if _two_rows(row, below):
            candidates.insert(0, (column_names(_merged(row, below)), place + 2))
        for columns, first in candidates:
            score = recogniser.score(columns, _samples(columns, rows[first : first + SAMPLES]))
            if score > most:
                best, most = Header(columns, first), score
    return best


def unknown_table(name: str, rows: Sequence[Cells]) -> UnknownTable:
    """A table that nobody can read, its columns named by the fullest of its first rows."""
    place = max(range(len(rows[:HEADER_ROWS])), key=lambda each: _filled(rows[each]), default=0)
    columns = column_names(rows[place][:MOST_COLUMNS]) if rows else ()
    return UnknownTable(name, columns, tuple(_samples(columns, rows[place + 1 : place + 1 + SAMPLES])))


def _filled(row: Cells) -> int:
    return sum(1 for cell in row if text_of(cell).strip())


def _samples(columns: tuple[str, ...], rows: Sequence[Cells]) -> list[Mapping[str, Any]]:
    return [dict(zip(columns, row, strict=False)) for row in rows]


def _two_rows(upper: Cells, lower: Cells) -> bool:
    """Whether two rows are one header: groups above (merged cells, so with gaps), names below, no values."""
    names = [text_of(cell).strip() for cell in lower]
    if not any(names) or any(len(name) > _LONGEST_NAME or _VALUE.match(name) for name in names):
        return False
    return any(name and not text_of(group).strip() for group, name in zip(upper, names, strict=False)) or len(lower) > len(upper)


def _merged(upper: Cells, lower: Cells) -> list[str]:
    """The lower name where there is one, otherwise the upper."""
    wide = max(len(upper), len(lower))
    above = [text_of(cell).strip() for cell in upper] + [""] * (wide - len(upper))
    below = [text_of(cell).strip() for cell in lower] + [""] * (wide - len(lower))
    return [name or group for group, name in zip(above, below, strict=True)]
