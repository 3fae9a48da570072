"""Reads what a person typed. Any string is a query; none is an error. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from recommender.text.folding import fold
from recommender.text.grams import HAN, char_units
from recommender.text.tokenizer import Tokenizer

_QUOTES = str.maketrans(dict.fromkeys("“”„‟〝〞＂", '"'))  # 「」 are plain punctuation in Traditional text, not operators
_PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))|"')
_ALL_HAN = re.compile(f"[{HAN}]+")
_MOST_EXCLUDED = 20
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
    """A word that contents should hold, in any of its spellings (folded; the typed one first)."""

    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query as understood: words, phrases to be there literally, and what must not be there; all folded."""

    words: tuple[Word, ...]
    phrases: tuple[str, ...]
    excluded: tuple[str, ...]
    text: str  # what scores: words and phrases
    understood: str
    notes: tuple[str, ...]
    spaced: bool = False  # several words were typed apart: whoever does that wants all of them


def parse_query(query: str, tokenizer: Tokenizer, *, characters: int, aliases: Mapping[str, str] | None = None) -> ParsedQuery:
    """Read `query`, of which at most `characters` count. `aliases` takes folded names to a brand's canonical name."""
    notes: list[str] = []
    if len(query) > characters:
        query = query[:characters]
        notes.append(f"查询太长，只看了前 {characters} 个字。")
    folded = fold(query).translate(_QUOTES)
    plain: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    for part in _PART.finditer(folded):
        text = part["phrase"] if part["phrase"] is not None else part["word"] or ""
        if not char_units(text):
            continue
        if part["minus"]:
            excluded.append(text.strip())
        elif part["phrase"] is not None:
            phrases.append(text.strip())
        else:
            plain.append(text)
    if len(excluded) > _MOST_EXCLUDED:
        notes.append(f"排除词太多，只用了前 {_MOST_EXCLUDED} 个。")
        del excluded[_MOST_EXCLUDED:]
    words = _words(" ".join(plain), tokenizer, aliases or {})
    if folded.strip() and not (words or phrases or excluded):
        notes.append("查询里没有可以搜索的字词。")
    understood = [*plain, *(f'"{phrase}"' for phrase in phrases), *(f"-{word}" for word in excluded)]
    return ParsedQuery(
        words,
        tuple(dict.fromkeys(phrases)),
        tuple(dict.fromkeys(excluded)),
        " ".join(plain + phrases),
        " ".join(understood),
        tuple(notes),
        spaced=len(plain) > 1,
    )


def _words(text: str, tokenizer: Tokenizer, aliases: Mapping[str, str]) -> tuple[Word, ...]:
    """The words of a text, names kept whole; function words are left out unless there is nothing else."""
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
                found.append(_spellings(name, aliases))
            elif char_units(piece):
                found.append((piece,))
        place += length
    found.extend((part,) for part in _parts(run))
    needed = [spellings for spellings in found if spellings[0] not in _COMMON] or found
    return tuple(Word(spellings) for spellings in dict.fromkeys(needed))


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


def _spellings(name: str, aliases: Mapping[str, str]) -> tuple[str, ...]:
    brand = aliases[name]
    others = sorted(other for other, canonical in aliases.items() if canonical == brand)
    return tuple(dict.fromkeys([name, fold(brand), *others]))
