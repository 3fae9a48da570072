"""The names that an index knows (brands, creators, tags, words of the trade), by pinyin, initials and with one wrong character."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from recommender.search.words import containing
from recommender.text.folding import fold
from recommender.text.grams import HAN, char_units
from recommender.text.tokenizer import Tokenizer
from recommender.understanding.taxonomy import lexicon

FILE = "names.json"
FIELDS = {"brand": "brand", "creator": "creator_name", "tag": "tag"}  # of a query → of the word index
_MOST = {"brand": 5_000, "creator": 5_000, "tag": 5_000}
_LEAST_COUNT = {"brand": 1, "creator": 1, "tag": 2, "word": 1}
_CHARACTERS = range(2, 21)
_ASKED = range(3, 41)  # letters of a word in pinyin or by initials; shorter ones spell too many names
_MOST_FOUND = 3
_LATIN = re.compile("[a-z]+")
_HAN = re.compile(f"[{HAN}]")
# A name that differs in one character is taken for the one that was meant only where it is this long: 防晒衣 is not 防晒霜.
_SURE_LENGTH = {"brand": 3, "creator": 4}
_SURE_LETTERS = 5
_GB2312 = bytes(byte for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF) for byte in (row, cell)).decode("gb2312", "ignore")


def collect(searcher: Any, tokenizer: Tokenizer, brands: Mapping[str, str]) -> dict[str, Any]:
    """What `Names` is made from: the frequent names of a word index with their pinyin, the brands' other names, the sound of
    each character. Words of the trade are those of the categories' lexicons and those inside tags."""
    counted: dict[str, dict[str, int]] = {}
    for kind, field in FIELDS.items():
        answer = searcher.aggregate(_all(), {field: {"terms": {"field": field, "size": _MOST[kind]}}})
        counted[kind] = {bucket["key"]: bucket["doc_count"] for bucket in answer[field]["buckets"]}
    known = {fold(name) for names in counted.values() for name in names}
    inside = {word for tag in counted["tag"] for word in tokenizer.words(fold(tag)) if _HAN.search(word)}
    words = {word for word in inside | {fold(word.word) for word in lexicon()} if char_units(word)} - known
    counted["word"] = {word: searcher.doc_freq("terms", word) or searcher.search(containing(word), limit=1).count for word in sorted(words)}
    found = [
        (kind, name, count, _syllables(fold(name)))
        for kind, names in counted.items()
        for name, count in names.items()
        if count >= _LEAST_COUNT[kind] and len(name) in _CHARACTERS
    ]
    return {"names": found, "aliases": {alias: brand for alias, brand in brands.items() if brand in counted["brand"]}, "sounds": _sounds()}


def _all() -> Any:
    from tantivy import Query

    return Query.all_query()


@lru_cache(maxsize=32_768)
def _syllables(folded: str) -> str:
    """The pinyin of a folded name without tones, a syllable for each character and what is not Chinese as it stands."""
    if not _HAN.search(folded):
        return ""
    from pypinyin import lazy_pinyin

    return " ".join(lazy_pinyin(folded.replace(" ", ""), v_to_u=False))


@lru_cache(maxsize=1)
def _sounds() -> dict[str, str]:
    """Pinyin → the characters of GB 2312 that sound so. Told at publishing, so that searching need not load the dictionary."""
    from pypinyin import lazy_pinyin

    found: dict[str, list[str]] = {}
    for character in _GB2312:
        found.setdefault(lazy_pinyin(character)[0], []).append(character)
    return {sound: "".join(characters) for sound, characters in found.items()}


def write_names(folder: Path, searcher: Any, tokenizer: Tokenizer, brands: Mapping[str, str]) -> None:
    """Write what `read_names` reads."""
    (folder / FILE).write_text(json.dumps(collect(searcher, tokenizer, brands), ensure_ascii=False), "utf-8")


def read_names(folder: Path) -> Names:
    """Open what `write_names` wrote. Raises OSError, ValueError, KeyError or TypeError when it is damaged."""
    return Names(**json.loads((folder / FILE).read_text("utf-8")))


@dataclass(frozen=True, slots=True)
class _Name:
    kind: str
    name: str
    count: int


class Names:
    """Looks names up by how they are written, sound, or are mistyped; more frequent ones first."""

    def __init__(self, names: Iterable[tuple[str, str, int, str]], aliases: Mapping[str, str], sounds: Mapping[str, str]) -> None:
        self._by_text: dict[str, list[_Name]] = {}
        self._by_sound: dict[str, list[_Name]] = {}
        self._by_initials: dict[str, list[_Name]] = {}
        self._nearly: dict[str, list[str]] = {}  # a text with one character left out → texts of names
        self._aliases = {fold(alias): fold(brand) for alias, brand in aliases.items()}
        self._sound_of = {character: sound for sound, characters in sounds.items() for character in characters}
        for kind, name, count, syllables in sorted(names, key=lambda each: (-each[2], each[1])):
            known = _Name(kind, name, count)
            text = fold(name).strip()
            self._by_text.setdefault(text, []).append(known)
            if syllables:
                parts = syllables.split(" ")
                self._by_sound.setdefault("".join(parts), []).append(known)
                self._by_initials.setdefault("".join(part[0] for part in parts if part), []).append(known)
        for text in {*self._by_text, *self._aliases}:
            if len(text) > 2 or text.isascii():
                for short in _shortened(text):
                    self._nearly.setdefault(short, []).append(text)

    def stored(self, kind: str, text: str) -> tuple[str, ...]:
        """The names of a kind as stored that a typed text means: written so, another name of the brand, in pinyin, by ear."""
        folded = fold(text).strip()
        written = self._by_text.get(folded, []) + self._by_text.get(self._aliases.get(folded, ""), [])
        for found in (written, self._by_sound.get(folded, []), self._by_initials.get(folded, []), self._heard(folded)):
            if names := [each.name for each in found if each.kind == kind]:
                return tuple(dict.fromkeys(names))[:_MOST_FOUND]
        return ()

    def spelt(self, word: str) -> tuple[str, ...]:
        """Names whose pinyin, or whose initials, a folded word is."""
        if len(word) not in _ASKED or not _LATIN.fullmatch(word):
            return ()
        found = self._by_sound.get(word) or self._by_initials.get(word, [])
        return tuple({fold(each.name): each.name for each in reversed(found)}.values())[::-1][:_MOST_FOUND]

    def mistyped(self, word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names that a folded word surely means (they sound the same, or a long one differs in one character), and others that
        differ in one character."""
        if len(word) not in _CHARACTERS:
            return (), ()
        sure = [each.name for each in self._heard(word)]
        others: list[_Name] = []
        for text in self._near(word):
            for each in self._by_text.get(self._aliases.get(text, text), []):
                long_enough = len(word) >= _SURE_LETTERS if word.isascii() else len(word) >= _SURE_LENGTH.get(each.kind, 99)
                if long_enough and each.kind in _SURE_LENGTH:
                    sure.append(each.name)
                else:
                    others.append(each)
        names = {fold(each.name): each.name for each in sorted(others, key=lambda each: each.count)}  # of one spelling the most frequent
        return tuple(sure[:1]), tuple(reversed(names.values()))[:_MOST_FOUND]

    def _heard(self, text: str) -> list[_Name]:
        """Names of the same sound and length."""
        sounds = [self._sound_of.get(character) for character in text]
        if not text or None in sounds:
            return []
        found = self._by_sound.get("".join(filter(None, sounds)), [])
        return [each for each in found if len(each.name) == len(text) and fold(each.name) != text]

    def _near(self, word: str) -> Iterator[str]:
        """Texts of names one character away: another one, one more, one less, or two changed places."""
        if len(word) < 3:
            return
        seen: set[str] = {word}
        for short in _shortened(word):
            for text in (short, *self._nearly.get(short, ())):
                if text not in seen and (text in self._by_text or text in self._aliases) and _one_apart(word, text):
                    seen.add(text)
                    yield text
        for text in self._nearly.get(word, ()):
            if text not in seen:
                seen.add(text)
                yield text


def _shortened(text: str) -> set[str]:
    return {text[:place] + text[place + 1 :] for place in range(len(text))}


def _one_apart(one: str, other: str) -> bool:
    """Whether texts that share a shortened form differ in one place only."""
    if len(one) != len(other):
        return True  # one is the other with a character left out
    differing = [place for place in range(len(one)) if one[place] != other[place]]
    if len(differing) == 2:
        first, second = differing
        return second == first + 1 and one[first] == other[second] and one[second] == other[first]
    return len(differing) == 1
