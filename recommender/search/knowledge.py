"""What a generation of the index and the library know of names that are typed in a query."""

from __future__ import annotations

import re

from recommender.library import Library
from recommender.library.vocabulary import Platform
from recommender.search import words
from recommender.search.reader import Reader
from recommender.text.folding import fold

_RARE = 2  # with no more contents than this, other names are suggested
_ID = re.compile(f"(?:{'|'.join(Platform)})-.+")


class Knowledge:
    """Answers what a query asks of names; nothing is looked up before it is asked."""

    def __init__(self, reader: Reader, library: Library) -> None:
        self._reader = reader
        self._library = library

    def stored(self, field: str, value: str) -> tuple[str, ...]:
        """The values of a field (brand, creator, tag, list) in the index that a typed value names."""
        if field == "list":
            wanted = fold(value)
            lists = self._library.watch_lists.all()
            return tuple(each.id for each in lists if wanted in (fold(each.name), fold(each.id)))
        text = value.lstrip("#@") or value
        if field == "creator" and _ID.fullmatch(text) and self._holds(field, text):
            return (text,)
        return self._reader.names.stored(field, text) or ((text,) if self._holds(field, text) else ())

    def spelt(self, word: str) -> tuple[str, ...]:
        """The names that a folded word in Latin letters spells, where no content holds it as a word."""
        names = self._reader.names.spelt(word)
        return names if names and not any(self._holds(field, word) for field in words.SCORED) else ()

    def mistyped(self, word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names that a folded word surely means, being nowhere in the index; and, where it is rare, names that it may mean."""
        sure, others = self._reader.names.mistyped(word)
        if not sure and not others:
            return (), ()
        held = self._reader.count(words.containing(word))
        if held > _RARE:
            return (), ()
        return ((), (*sure, *others)) if held else (sure, others)

    def _holds(self, field: str, text: str) -> bool:
        return bool(self._reader.searcher.doc_freq(field, text.encode("utf-8", "replace").decode()))
