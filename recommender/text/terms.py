"""Find which of many thousand terms occur in a text, in one pass over its character pairs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

_WORD = frozenset("0123456789abcdefghijklmnopqrstuvwxyz")
LONG_NAME = 5  # letters
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_LATIN_WORD = re.compile(r"[0-9a-z]{3,}")
_LATIN_NAME = re.compile(rf"[a-z]{{{LONG_NAME},}}")


def _pairs(text: str) -> set[int | str]:
    """Every pair of neighbouring UTF-16 units as one number: a fifth of the time that pairs of characters take."""
    units = memoryview(text.encode("utf-16-le", "surrogatepass"))
    shifted = units[2:]
    return {*units[: len(units) & ~3].cast("I"), *shifted[: len(shifted) & ~3].cast("I")}


def _pair(units: bytes) -> int:
    return int.from_bytes(units, sys.byteorder)


class TermMatcher:
    """Terms filed under their first Latin word or first two characters: only those whose key the text has are looked for in it.

    Terms and texts must be folded alike. A term that begins or ends with a Latin letter or digit only matches at a word border.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        self._filed: dict[int | str, list[tuple[str, int, bool]]] = {}
        self._single: list[str] = []
        for term in sorted(set(terms)):
            units = term.encode("utf-16-le", "surrogatepass")
            if len(term) < 2:
                self._single += [term] if term else []
                continue
            latin = _LATIN_WORD.match(term)
            entry = (term, _pair(units[-4:]), term[0] in _WORD or term[-1] in _WORD)
            self._filed.setdefault(latin[0] if latin else _pair(units[:4]), []).append(entry)
        self._keys = self._filed.keys()

    def find(self, text: str) -> dict[str, int]:
        """The terms in a folded text with how often each occurs, in order of the terms."""
        found = [(term, count) for term in self._single if term in text and (count := count_of(text, term))]
        pairs = _pairs(text)
        for key in self._keys & pairs.union(_LATIN_WORD.findall(text), _LATIN_NAME.findall(text)):
            for term, tail, bordered in self._filed[key]:
                if tail in pairs and (count := len(places(text, term)) if bordered else text.count(term)):
                    found.append((term, count))
        return dict(sorted(found))


def count_of(text: str, term: str) -> int:
    """How often a term occurs in a folded text, as `TermMatcher.find` counts."""
    return (len(places(text, term)) if term[0] in _WORD or term[-1] in _WORD else text.count(term)) if term in text else 0


def places(text: str, term: str) -> list[int]:
    """Where a term begins in a folded text, for a term of Latin letters or digits only between word borders."""
    found: list[int] = []
    # after a longer name a figure may stand without a space, as in `tiffany16` or `iphone17`
    border = _LETTERS if len(term) >= LONG_NAME and term.isalpha() else _WORD
    before, after = term[0] in border, term[-1] in border
    start = text.find(term)
    while start >= 0:
        end = start + len(term)
        if (before and start and text[start - 1] in _WORD) or (after and end < len(text) and text[end] in border):
            end = start + 1
        else:
            found.append(start)
        start = text.find(term, end)
    return found


def longest(text: str, terms: Iterable[str]) -> list[tuple[int, int, str]]:
    """(start, end, term) of every place of the terms in a folded text, the longest at each place, none inside another."""
    spans = [(start, start + len(term), term) for term in terms for start in places(text, term)]
    kept: list[tuple[int, int, str]] = []
    for span in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept
