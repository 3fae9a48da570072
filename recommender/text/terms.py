"""Find which of many thousand terms occur in a text, in one pass over its character pairs."""

from __future__ import annotations

from collections.abc import Iterable
from operator import add

_WORD = frozenset("0123456789abcdefghijklmnopqrstuvwxyz")


class TermMatcher:
    """Terms filed under their first two characters: only those whose pair occurs in the text are looked for in it.

    Terms and texts must be folded alike. A term that begins or ends with a Latin letter or digit only matches at a word border.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        filed: dict[str, list[tuple[str, str, bool]]] = {}
        for term in sorted(set(terms)):
            if term:
                filed.setdefault(term[:2], []).append((term, term[-2:], term[0] in _WORD or term[-1] in _WORD))
        self._filed = filed
        self._keys = filed.keys()

    def find(self, text: str) -> dict[str, int]:
        """The terms in a folded text with how often each occurs, in order of the terms."""
        found: list[tuple[str, int]] = []
        pairs = {*map(add, text, text[1:]), *text}
        for key in self._keys & pairs:
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
    before, after = term[0] in _WORD, term[-1] in _WORD
    start = text.find(term)
    while start >= 0:
        end = start + len(term)
        if (before and start and text[start - 1] in _WORD) or (after and text[end : end + 1] in _WORD):
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
