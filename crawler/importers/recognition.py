"""Whose columns these are: of MediaCrawler, of our own spreadsheet, or of a table that a mapping or a guess makes readable. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from crawler.importers import mediacrawler, own_sheet, spreadsheets
from crawler.importers.headers import Guess, guess
from crawler.importers.mediacrawler_people import is_comments
from crawler.importers.rows import Reader
from recommender.library.model import ColumnMapping

_CERTAIN = 100  # more than any guess can score


class Recogniser:
    """Knows the readers of one file's rows. A given `mapping` goes before any guess, the `saved` ones help where a guess fails.

    A mapping may name headers that this file does not have; a field whose header is "" is not read at all.
    """

    def __init__(self, path: Path, mapping: ColumnMapping | None = None, saved: Iterable[ColumnMapping] = ()) -> None:
        self._mapping = mapping
        self._saved = tuple(saved)
        self._hint = mediacrawler.platform_of_path(path)
        self._readers: dict[tuple[str, ...], Reader | None] = {}
        self.guesses: dict[tuple[str, ...], Guess] = {}
        self.used = ""  # name of the saved mapping that made a table readable

    def reader(self, columns: tuple[str, ...], samples: Sequence[Mapping[str, Any]] = ()) -> Reader | None:
        """What reads rows with these columns; None where nobody can say. `samples` are some of the rows."""
        if columns not in self._readers:
            self._readers[columns] = self._find(columns, samples)
        return self._readers[columns]

    def score(self, columns: tuple[str, ...], samples: Sequence[Mapping[str, Any]] = ()) -> int:
        """How much of a header row these names are: the number of fields they give, 0 where rows under them could not be read."""
        if self.reader(columns, samples) is None:
            return 0
        return len(self.guesses[columns].columns) if columns in self.guesses else _CERTAIN

    def _find(self, columns: tuple[str, ...], samples: Sequence[Mapping[str, Any]]) -> Reader | None:
        names = frozenset(columns)
        if self._mapping and (wanted := _there(self._mapping, names)):
            guessed = guess(columns, samples)
            taken = set(wanted.values())
            # a field with an empty header is one that is left out on purpose
            kept = {
                field: header for field, header in guessed.columns.items() if field not in self._mapping.columns and header not in taken
            }
            how = {field: guessed.how[field] for field in kept} | dict.fromkeys(wanted, "列对应表")
            return self._by(Guess(kept | wanted, how), columns)
        reader = mediacrawler.reader_of(names, self._hint)
        if reader or is_comments(names):
            return reader
        if own_sheet.is_own(names):
            return own_sheet.read
        reader = self._by(guess(columns, samples), columns)
        for saved in () if reader else self._saved:
            wanted = _there(saved, names)
            if len(wanted) == len(saved.columns) and (reader := self._by(Guess(wanted, dict.fromkeys(wanted, "列对应表")), columns)):
                self.used = saved.name
                break
        return reader

    def _by(self, found: Guess, columns: tuple[str, ...]) -> Reader | None:
        reader = spreadsheets.reader_of(found.columns, columns, self._hint)
        if reader:
            self.guesses[columns] = found
        return reader


def _there(mapping: ColumnMapping, names: frozenset[str]) -> dict[str, str]:
    return {field: header for field, header in mapping.columns.items() if header in names}
