"""Characters as a reader sees them: an emoji sequence, a flag or an accented letter is one, and is never cut."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

ELLIPSIS = "…"
_JOINER = "\u200d"
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)


def byte_length(text: str) -> int:
    """UTF-8 bytes of `text`; a lone surrogate, which UTF-8 cannot hold, counts as the three bytes it would take."""
    return len(text.encode("utf-8", "surrogatepass"))


def clusters(text: str) -> Iterator[str]:
    """The visible characters of `text` in order; joined they are `text` again.

    Follows the rules of Unicode UAX #29 that matter for Chinese and emoji text: marks, variation selectors, skin tones,
    joiner sequences, tag sequences, flags and CR LF stay together.
    """
    current = ""
    flag_letters = 0
    for character in text:
        if current and _continues(current, character, flag_letters):
            current += character
        else:
            if current:
                yield current
            current, flag_letters = character, 0
        flag_letters += ord(character) in _FLAG_LETTERS
    if current:
        yield current


def _continues(current: str, character: str, flag_letters: int) -> bool:
    last, code = current[-1], ord(character)
    if last == "\r" and character == "\n":
        return True
    if last in "\r\n" or code < 0x300:
        return False
    if code in _FLAG_LETTERS:
        return flag_letters == 1 and ord(last) in _FLAG_LETTERS
    if character == _JOINER or code in _SKIN_TONES or code in _TAGS:
        return True
    return last == _JOINER or unicodedata.category(character) in {"Mn", "Me", "Mc"}


def cut_to_bytes(text: str, limit_bytes: int, *, mark: str = ELLIPSIS) -> str:
    """`text` if it fits in `limit_bytes` UTF-8 bytes, else as many whole visible characters as fit with `mark` behind them.

    Where not even the mark fits, the mark is left out.
    """
    if byte_length(text) <= limit_bytes:
        return text
    if byte_length(mark) > limit_bytes:
        mark = ""
    room, taken = limit_bytes - byte_length(mark), []
    for cluster in clusters(text):
        room -= byte_length(cluster)
        if room < 0:
            break
        taken.append(cluster)
    return "".join(taken).rstrip() + mark


def cut_to_characters(text: str, limit_characters: int) -> str:
    """`text` if it has at most `limit_characters` code points, else whole visible characters and … within them."""
    if len(text) <= limit_characters:
        return text
    room, taken = limit_characters - len(ELLIPSIS), []
    for cluster in clusters(text):
        room -= len(cluster)
        if room < 0:
            break
        taken.append(cluster)
    return "".join(taken).rstrip() + ELLIPSIS
