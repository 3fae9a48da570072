"""What a file reader hands over: one row of an export, whatever the file's form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
