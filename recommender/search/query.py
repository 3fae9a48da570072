"""Reads what a person typed. Any string is a query; none is an error. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from recommender.library.model import ContentFilter
from recommender.search.fields import NAMES, TITLES, Known, merged, read_field
from recommender.search.model import Chip
from recommender.search.wording import Word, named, read_words
from recommender.text.folding import fold
from recommender.text.grams import char_units
from recommender.text.tokenizer import Tokenizer

# Each sign for one: what is typed in full width or in another kind of quotes means the same, and places stay.
# 「」 are plain punctuation in Traditional text, not operators.
_SIGNS = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SIGNS |= {ord(quote): '"' for quote in "“”„‟〝〞"} | {ord("\u3000"): " ", ord("﹕"): ":"}
_FIELD = "|".join(sorted(NAMES, key=len, reverse=True))
_VALUE = r'(?:"[^"]*"|[^\s",、|]+)'
_PART = re.compile(
    r"(?P<or>(?<!\S)(?-i:OR|或者)(?!\S)|\|+)"
    rf"|(?P<minus>(?<!\S)-)?(?:(?P<field>{_FIELD}):[ ]?(?P<values>(?!-){_VALUE}(?:[,、][ ]?{_VALUE})*)"
    r'|"(?P<phrase>[^"]*)"|(?P<word>[^\s"|]+))|"',
    re.IGNORECASE,
)
_EACH = re.compile(_VALUE)
_LIKE_A_FIELD = re.compile(r"([^\W\d_]{1,8}):(?!//)\S")
_MOST_EXCLUDED = 20
_MOST_LOOKED_UP = 20  # words in pinyin or mistyped
NO_FILTER = ContentFilter()


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query as understood: words, phrases to be there literally, and what must not be there; all folded.

    `choices` are alternatives (OR), of each of which all words are wanted. `filter` and `refused` are what the fields say
    that contents must and must not be.
    """

    words: tuple[Word, ...]
    phrases: tuple[str, ...]
    excluded: tuple[str, ...]
    text: str  # what scores: words and phrases
    understood: str
    notes: tuple[str, ...]
    spaced: bool = False  # several words were typed apart: whoever does that wants all of them
    choices: tuple[tuple[tuple[Word, ...], ...], ...] = ()
    filter: ContentFilter = NO_FILTER
    refused: ContentFilter = NO_FILTER
    chips: tuple[Chip, ...] = ()
    suggestions: tuple[str, ...] = ()

    @property
    def has_words(self) -> bool:
        """Whether there is something to score."""
        return bool(self.words or self.phrases or self.choices)

    @property
    def narrows(self) -> bool:
        """Whether it says anything at all."""
        return bool(self.has_words or self.excluded or self.filter != NO_FILTER or self.refused != NO_FILTER)


@dataclass(frozen=True, slots=True)
class _Typed:
    """A part of the query that contents should hold, with its place in it."""

    text: str  # folded
    phrase: bool
    start: int
    end: int


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    query: str
    groups: list[list[_Typed]] = field(default_factory=list)  # alternatives of each part that is wanted
    excluded: dict[str, None] = field(default_factory=dict)
    filter: ContentFilter = NO_FILTER
    refused: ContentFilter = NO_FILTER
    notes: list[str] = field(default_factory=list)
    chips: list[tuple[int, Chip]] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)

    def chip(self, kind: str, label: str, start: int, end: int) -> None:
        """Note a part that was understood."""
        rest = f"{self.query[:start].rstrip()} {self.query[end:].lstrip()}".strip()
        self.chips.append((start, Chip(kind, label, self.query[start:end].strip(), rest)))


def parse_query(
    query: str,
    tokenizer: Tokenizer,
    *,
    characters: int,
    aliases: Mapping[str, str] | None = None,
    known: Known | None = None,
    now: datetime | None = None,
) -> ParsedQuery:
    """Read `query`, of which at most `characters` count.

    `aliases` takes folded names to a brand's canonical name, `known` is what the index knows of names; fields count their
    days from `now`.
    """
    reading = _Reading(query[:characters])
    if len(query) > characters:
        reading.notes.append(f"查询太长，只看了前 {characters} 个字。")
    _read(reading, known, now or datetime.now(UTC))
    plain = [group[0] for group in reading.groups if len(group) == 1 and not group[0].phrase]
    phrases = list(dict.fromkeys(group[0].text.strip() for group in reading.groups if len(group) == 1 and group[0].phrase))
    chosen = [group for group in reading.groups if len(group) > 1]
    words, typed, suggestions = _read_plain(reading, plain, tokenizer, aliases or {}, known)
    choices = tuple(tuple(_option(each, tokenizer, aliases or {}) for each in group) for group in chosen)
    for group in reading.groups:
        if len(group) > 1 or group[0].phrase:
            label = " 或 ".join(f"“{each.text.strip()}”" if each.phrase else each.text for each in group)
            reading.chip("choice" if len(group) > 1 else "phrase", label, group[0].start, group[-1].end)
    if missing := [text for text in reading.excluded if any(text == each.text for each in plain)]:
        reading.notes.append(f"「{missing[0]}」既要又不要，所以不会有结果。")
    understood = [*typed, *(f'"{phrase}"' for phrase in phrases)]
    understood += [" OR ".join(f'"{each.text.strip()}"' if each.phrase else each.text for each in group) for group in chosen]
    if fold(reading.query).strip() and not (reading.groups or reading.excluded or reading.fields):
        reading.notes.append("查询里没有可以搜索的字词。")
    return ParsedQuery(
        words,
        tuple(phrases),
        tuple(reading.excluded),
        " ".join([*typed, *phrases, *(each.text for group in chosen for each in group)]),
        " ".join([*understood, *reading.fields, *(f"-{text}" for text in reading.excluded)]),
        tuple(dict.fromkeys(reading.notes)),
        spaced=len(plain) + len(chosen) > 1,
        choices=choices,
        filter=reading.filter,
        refused=reading.refused,
        chips=tuple(chip for _, chip in sorted(reading.chips, key=lambda each: each[0])),
        suggestions=suggestions,
    )


def _read(reading: _Reading, known: Known | None, now: datetime) -> None:
    """Take the query apart."""
    joining = False
    marked = reading.query.translate(_SIGNS)
    for part in _PART.finditer(marked):
        if part["or"]:
            joining = bool(reading.groups)
            continue
        if part["field"]:
            operands = list(_read_field(reading, part, known, now))
        else:
            phrase = part["phrase"] is not None
            text = fold(part["phrase"] if phrase else part["word"] or "")
            operands = [_Typed(text if phrase else text.strip(), phrase, part.start(), part.end())] if char_units(text) else []
            if not phrase and (like := _LIKE_A_FIELD.match(part["word"] or "")):
                reading.notes.append(f"没有「{like[1]}」这个字段，已当作普通词查找。可用的字段：{'、'.join(TITLES.values())}。")
        if part["minus"]:
            for each in operands:
                reading.excluded[each.text.strip()] = None
                reading.chip("excluded", f"不含 {each.text.strip()}", part.start(), part.end())
        elif operands and joining:
            reading.groups[-1].append(operands[0])
        else:
            reading.groups.extend([each] for each in operands)
        joining = False
    if len(reading.excluded) > _MOST_EXCLUDED:
        reading.notes.append(f"排除词太多，只用了前 {_MOST_EXCLUDED} 个。")
        reading.excluded = dict.fromkeys(list(reading.excluded)[:_MOST_EXCLUDED])


def _read_field(reading: _Reading, part: re.Match[str], known: Known | None, now: datetime) -> Iterator[_Typed]:
    """Take in a field; what is not understood of it is yielded as words."""
    name = NAMES[part["field"].lower()]
    values = [text for each in _EACH.findall(part["values"]) if (text := each.strip('"').strip())]
    found = read_field(name, values, known, now)
    reading.notes.extend(found.notes)
    if found.filter is None:
        text = fold(" ".join(values)).strip()
        if char_units(text):
            yield _Typed(text, False, part.start(), part.end())
    elif part["minus"]:
        reading.refused = merged(reading.refused, found.filter)
        reading.fields.append(f"-{TITLES[name]}:{found.shown}")
        reading.chip("excluded", f"{TITLES[name]}不是 {found.shown}", part.start(), part.end())
    else:
        reading.filter = merged(reading.filter, found.filter)
        reading.fields.append(f"{TITLES[name]}:{found.shown}")
        reading.chip(name, f"{TITLES[name]} {found.shown}", part.start(), part.end())


def _read_plain(
    reading: _Reading, plain: Sequence[_Typed], tokenizer: Tokenizer, aliases: Mapping[str, str], known: Known | None
) -> tuple[tuple[Word, ...], list[str], tuple[str, ...]]:
    """The words of what was typed plainly, their texts as understood, and other queries that may have been meant."""
    found: list[Word] = []
    run: list[str] = []
    texts: list[str] = []
    suggestions: list[str] = []
    for place, each in enumerate(plain):
        names: tuple[str, ...] = ()
        if known is not None and place < _MOST_LOOKED_UP and each.text not in aliases:
            names = known.spelt(each.text)
            if not names:
                names, others = known.mistyped(each.text)
                rest = reading.query[: each.start], reading.query[each.end :]
                suggestions += [name.join(rest) for name in (*names[:1], *others)]
                if names:
                    reading.notes.append(f"没有内容提到「{each.text}」，已按「{names[0]}」查找。")
        if names:
            found += read_words(" ".join(run), tokenizer, aliases) if run else ()
            run = []
            spellings = (spelling for name in names for spelling in named(fold(name), aliases))
            found.append(Word(tuple(dict.fromkeys(spellings))))
        else:
            run.append(each.text)
        texts.append(fold(names[0]) if names else each.text)
        label = f"{each.text} → {'、'.join(names)}" if names else each.text
        reading.chip("name" if names else "word", label, each.start, each.end)
    found += read_words(" ".join(run), tokenizer, aliases) if run else ()
    return tuple(dict.fromkeys(found)), texts, tuple(dict.fromkeys(suggestions))


def _option(typed: _Typed, tokenizer: Tokenizer, aliases: Mapping[str, str]) -> tuple[Word, ...]:
    return (Word((typed.text.strip(),), exact=True),) if typed.phrase else read_words(typed.text, tokenizer, aliases)
