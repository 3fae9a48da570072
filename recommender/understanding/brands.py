"""Which known brands a text names: one pass over an alias dictionary, with guards for names that are also common words."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from recommender.errors import InputError
from recommender.text.folding import fold
from recommender.text.terms import TermMatcher, longest
from recommender.understanding.taxonomy import CATEGORIES, DATA, lexicon

PLACES = "商场平台"  # the heading of malls and shops that sell everything: no category speaks from them
CONTEXT_CHARACTERS = 16  # how far a word of the trade may stand from an ambiguous name; longer catches the next sentence's
_SHOP_WORDS = re.compile(r"旗舰店|专柜|官网|官方|品牌|联名|门店|专卖|代购|柜姐|配货|新款|clearance|sale|超市里|逛")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of a brand. `guarded` names are also common words and need company."""

    written: str
    brand: str
    category: str | None
    guarded: bool


def fold_name(name: str) -> str:
    """A name as the dictionary files it: folded, one kind of apostrophe."""
    return same_apostrophes(fold(name))


def same_apostrophes(folded: str) -> str:
    """Folded text with one kind of apostrophe, of the same length."""
    return folded.translate(_APOSTROPHES) if any(mark in folded for mark in "’‘`´") else folded


def parse_brands(text: str, file: str) -> list[Alias]:
    """Read the brand dictionary (see its head). Raises `InputError` with file and line for an unknown heading."""
    category: str | None = None
    found: list[Alias] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("=="):
            heading = line.removeprefix("==").strip()
            if heading not in CATEGORIES and heading != PLACES:
                raise InputError(f"品牌表 {file} 第 {number} 行的品类「{heading}」不在品类表里。", line=number)
            category = None if heading == PLACES else heading
            continue
        names = [name.strip() for name in line.split("|")]
        brand = names[0].rstrip("^")
        found.extend(Alias(name.rstrip("^"), brand, category, name.endswith("^")) for name in names)
    return found


@cache
def _dictionary() -> Mapping[str, Alias]:
    found = parse_brands((DATA / "brands.txt").read_text("utf-8"), "brands.txt")
    for brand in json.loads((DATA / "sample_brands.json").read_text("utf-8")):
        found.extend(Alias(name, brand["name"], brand["category"], False) for name in [brand["name"], *brand["aliases"]])
    filed: dict[str, Alias] = {}
    for alias in found:
        filed.setdefault(fold_name(alias.written), alias)
    return MappingProxyType(filed)


def aliases() -> Mapping[str, str]:
    """Every folded name to its brand's canonical name."""
    return {name: alias.brand for name, alias in _dictionary().items()}


def brand_names() -> list[str]:
    """Every name of every brand as written, for a tokenizer that should keep them whole."""
    return sorted({alias.written for alias in _dictionary().values()})


@dataclass(frozen=True, slots=True)
class BrandHit:
    """A brand in a text: its canonical name, its category and the folded name by which it was found first."""

    brand: str
    category: str | None
    name: str


class BrandFinder:
    """Finds the dictionary's brands in folded text."""

    def __init__(self, dictionary: Mapping[str, Alias], false_friends: Iterable[str], trade_words: Mapping[str, Iterable[str]]) -> None:
        self._dictionary = dictionary
        self._friends = frozenset(friend for friend in false_friends if friend not in dictionary)
        self.names = dictionary.keys() | self._friends
        self._trades = {category: TermMatcher(words) for category, words in trade_words.items()}

    def find(self, written: str, folded: str, words: Iterable[str], tags: Collection[str]) -> list[BrandHit]:
        """Brands in order of appearance, each once.

        `folded` is `fold_name(written)`, `words` what a matcher over `names` found in it, `tags` the folded hashtags: a
        guarded name that is a hashtag of its own counts without further company.
        """
        hits: dict[str, BrandHit] = {}
        for start, end, name in longest(folded, (word for word in words if word in self.names)):
            if name in self._friends:
                continue
            alias = self._dictionary[name]
            if alias.brand in hits:
                continue
            if alias.guarded and name not in tags and not self._in_company(alias, written, folded, start, end):
                continue
            hits[alias.brand] = BrandHit(alias.brand, alias.category, name)
        return list(hits.values())

    def _in_company(self, alias: Alias, written: str, folded: str, start: int, end: int) -> bool:
        if alias.written.isascii() and alias.written not in written:
            return False
        around = folded[max(0, start - CONTEXT_CHARACTERS) : start] + " " + folded[end : end + CONTEXT_CHARACTERS]
        if _SHOP_WORDS.search(around):
            return True
        trade = self._trades.get(alias.category or "")
        return trade is not None and bool(trade.find(around))


@cache
def brand_finder() -> BrandFinder:
    """The finder over the shipped dictionary."""
    lines = (DATA / "false_friends.txt").read_text("utf-8").splitlines()
    friends = [fold_name(word.replace("_", " ")) for line in lines if not line.startswith("#") for word in line.split()]
    dictionary = _dictionary()
    trades: dict[str, list[str]] = {}
    for word in lexicon():
        if word.weight >= 3 and fold_name(word.word) not in dictionary:
            trades.setdefault(word.category, []).append(fold(word.word))
    return BrandFinder(dictionary, friends, trades)
