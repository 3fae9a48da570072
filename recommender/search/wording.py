"""The words of a query: what contents should hold, names kept whole in all their spellings. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from recommender.text.folding import fold
from recommender.text.grams import HAN, char_units
from recommender.text.tokenizer import Tokenizer

_ALL_HAN = re.compile(f"[{HAN}]+")
_LONGEST_ALIAS = 8  # words of a name such as "la roche posay"
# Words that a question is asked with, not what it is about: not required where there are others.
_COMMON_WORDS = """
的 了 是 在 和 与 及 或 也 都 就 又 很 还 有 没有 不 吗 呢 吧 啊 呀 么 我 你 他 她 它 我们
你们 他们 这 那 这个 那个 哪 哪个 哪些 哪里 哪儿 什么 怎么 怎样 怎么办 如何 为什么 为何 多少 几 谁
何 何时 一个 一下 可以 能 会 要 想 请问 求 给 把 被 让 用 从 到 对 向 以 之 其 于 为 个 些
里 上 下 中 时 后 前 the a an of to in for and or is are how what
which
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_ASKING = re.compile(
    r"(?:应该|到底|要)?(?:怎么|如何|怎样)(?:做|办|弄|样|才好)|好不好|有哪些|哪些好|哪个好|哪家好|是什么|是啥|值不值得?|(?<!\S)求?推荐(?:一下)?(?!\S)"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word that contents should hold, in any of its spellings (folded; the typed one first). `exact` for a phrase."""

    spellings: tuple[str, ...]
    exact: bool = False


def read_words(text: str, tokenizer: Tokenizer, aliases: Mapping[str, str]) -> tuple[Word, ...]:
    """The words of a folded text, names kept whole; function words are left out unless there is nothing else."""
    asked = _ASKING.sub(" ", text)
    pieces = tokenizer.words(asked if char_units(asked) else text)
    found: list[tuple[str, ...]] = []
    run = ""  # single characters in a row are a word that the dictionary does not know
    place = 0
    while place < len(pieces):
        name, length = _name(pieces, place, aliases)
        piece = pieces[place]
        if not name and len(piece) == 1 and _ALL_HAN.fullmatch(piece) and piece not in _COMMON:
            run += piece
        else:
            found.extend((part,) for part in _parts(run))
            run = ""
            if name:
                found.append(named(name, aliases))
            elif char_units(piece):
                found.append((piece,))
        place += length
    found.extend((part,) for part in _parts(run))
    needed = [spellings for spellings in found if spellings[0] not in _COMMON] or found
    return tuple(Word(spellings) for spellings in dict.fromkeys(needed))


def named(name: str, aliases: Mapping[str, str]) -> tuple[str, ...]:
    """A folded name with all other names of the same brand."""
    brand = aliases.get(name)
    if brand is None:
        return (name,)
    others = sorted(other for other, canonical in aliases.items() if canonical == brand)
    return tuple(dict.fromkeys([name, fold(brand), *others]))


def _parts(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)] if len(run) > 1 else [run] if run else []


def _name(pieces: list[str], place: int, aliases: Mapping[str, str]) -> tuple[str, int]:
    """The longest known name that starts at `place`, and how many pieces it takes ("" and 1 where there is none)."""
    if aliases:
        for length in range(min(_LONGEST_ALIAS, len(pieces) - place), 0, -1):
            name = "".join(pieces[place : place + length])
            if len(name) > 1 and name in aliases:
                return name, length
    return "", 1
