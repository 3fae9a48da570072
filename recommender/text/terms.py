"""Find which of many thousand terms occur in a text, in one pass over its character pairs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import add

_WORD = re.compile(r"[0-9a-z]")


def character_pairs(text: str) -> set[str]:
    """Every pair of neighbouring characters of a folded text, and every single character."""
    return {*map(add, text, text[1:]), *text}


class TermMatcher:
    """Terms filed under their first two characters: only those whose pair occurs in the text are looked for in it.

    Terms and texts must be folded alike. A term that begins or ends with a Latin letter or digit only matches at a word border.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        filed: dict[str, list[tuple[str, re.Pattern[str] | None]]] = {}
        for term in sorted(set(terms)):
            if term:
                filed.setdefault(term[:2], []).append((term, _bordered(term)))
        self._filed = filed
        self._keys = filed.keys()

    def find(self, text: str, pairs: set[str] | None = None) -> dict[str, int]:
        """The terms in a folded text with how often each occurs; `pairs` is `character_pairs(text)` where the caller has it."""
        found: dict[str, int] = {}
        for key in self._keys & (character_pairs(text) if pairs is None else pairs):
            for term, pattern in self._filed[key]:
                if term not in text:
                    continue
                count = text.count(term) if pattern is None else len(pattern.findall(text))
                if count:
                    found[term] = count
        return found

    def spans(self, text: str, pairs: set[str] | None = None) -> list[tuple[int, int, str]]:
        """(start, end, term) of every occurrence, longest first at each place, none inside a longer one."""
        places: list[tuple[int, int, str]] = []
        for term in self.find(text, pairs):
            pattern = _bordered(term) or re.compile(re.escape(term))
            places.extend((hit.start(), hit.end(), term) for hit in pattern.finditer(text))
        places.sort(key=lambda place: (place[0], -place[1]))
        kept: list[tuple[int, int, str]] = []
        for place in places:
            if not kept or place[0] >= kept[-1][1]:
                kept.append(place)
        return kept


def _bordered(term: str) -> re.Pattern[str] | None:
    before = r"(?<![0-9a-z])" if _WORD.match(term[0]) else ""
    after = r"(?![0-9a-z])" if _WORD.match(term[-1]) else ""
    return re.compile(before + re.escape(term) + after) if before or after else None
