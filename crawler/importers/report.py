"""What an import did, or would do: in all, file by file, and line by line as far as a person reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportLine:
    """What became of one row: `state` is new, changed, unchanged, duplicate, refused, corrected or left_out."""

    where: str
    state: str
    title: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FileReport:
    """The counts of one file, as those of `ImportReport`."""

    name: str
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    refused: int = 0
    comments: int = 0
    creators: int = 0
    corrections: int = 0


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: read = new + changed + unchanged + duplicates + refused, in rows of contents.

    `duplicates` repeat an identity read earlier in the run. `creators` and `comments` count rows of such, `corrections` the
    editor's words taken from our own spreadsheet, `unusable` paths that are missing or no export. `problems` has one sentence
    per file that could not be used or of which something was left, `refusals` one per refused row, `examples` the first rows
    of each state, `links` the addresses of link lists that the library does not have. With `dry_run` nothing was stored.
    """

    files: int
    read: int
    new: int
    changed: int
    unchanged: int
    duplicates: int
    refused: int
    creators: int
    unusable: int
    seconds: float
    refusals: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    comments: int = 0
    corrections: int = 0
    dry_run: bool = False
    examples: tuple[ImportLine, ...] = ()
    by_file: tuple[FileReport, ...] = ()
    links: tuple[str, ...] = ()
