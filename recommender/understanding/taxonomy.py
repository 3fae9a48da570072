"""The closed list of categories and the words that speak for each, read from the data files of this room."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from recommender.errors import InputError

DATA = Path(__file__).with_name("data")


def _read_taxonomy() -> dict[str, tuple[str, ...]]:
    raw: dict[str, list[str]] = json.loads((DATA / "taxonomy.json").read_text("utf-8"))
    return {name: tuple(second) for name, second in raw.items()}


SECOND_LEVEL: Mapping[str, tuple[str, ...]] = MappingProxyType(_read_taxonomy())
CATEGORIES: tuple[str, ...] = tuple(SECOND_LEVEL)

_STRENGTH = {"!": 3.0, "?": 1.0}  # a word without a mark weighs 2


@dataclass(frozen=True, slots=True)
class LexiconWord:
    """One word that speaks for a category: 3 it hardly means anything else, 2 it is typical, 1 it is a hint."""

    word: str
    category: str
    second: str
    weight: float


def parse_lexicon(text: str, file: str) -> list[LexiconWord]:
    """Read one lexicon: the category on the first line, `== second level` headings, words with `!` (3) or `?` (1) behind.

    An underscore stands for a space. Raises `InputError` naming the file and line for an unknown category or heading.
    """
    lines = text.splitlines()
    category = lines[0].strip() if lines else ""
    if category not in SECOND_LEVEL:
        raise InputError(f"词表 {file} 第 1 行的品类「{category}」不在品类表里。", line=1)
    second, words = "", []
    for number, line in enumerate(lines[1:], start=2):
        if line.startswith("=="):
            second = line.removeprefix("==").strip()
            if second not in SECOND_LEVEL[category]:
                raise InputError(f"词表 {file} 第 {number} 行的二级品类「{second}」不在品类表里。", line=number)
            continue
        for entry in line.split():
            weight = _STRENGTH.get(entry[-1], 2.0)
            word = entry.rstrip("!?").replace("_", " ")
            words.append(LexiconWord(word, category, second, weight))
    return words


@cache
def lexicon() -> tuple[LexiconWord, ...]:
    """All words of all categories; a word may speak for several."""
    found: list[LexiconWord] = []
    for path in sorted((DATA / "lexicons").glob("*.txt")):
        found.extend(parse_lexicon(path.read_text("utf-8"), path.name))
    return tuple(found)
