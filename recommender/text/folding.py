"""One spelling for text that is compared: lower case, full width and Traditional folded, invisible characters gone."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache
from typing import Any

_HAN = [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00)]


class _CharacterTable(dict[int, str]):
    """How each character folds alone, found when first met; what `str.translate` asks for."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Cf" or 0xFE00 <= code <= 0xFE0F:
            folded = ""  # zero width, direction marks, emoji variants
        elif category == "Cc":
            folded = character if character in "\n\t" else " "
        elif category == "Cs":
            folded = "\ufffd"
        else:
            folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).lower())
        self[code] = folded
        return folded


_TABLE = _CharacterTable()
_lock = threading.Lock()


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


@cache
def _traditional() -> tuple[re.Pattern[str], dict[str, str]]:
    """The characters that alone turn into others, as a pattern and as a table."""
    with _lock:
        characters = "".join(map(chr, _HAN))
        simplified = "".join(_converter().convert(character) for character in characters)
        if len(simplified) != len(characters):  # pragma: no cover - the table maps one to one
            raise AssertionError("t2s changed the number of characters")
        table = {old: new for old, new in zip(characters, simplified, strict=True) if old != new}
    return re.compile("[" + "".join(table) + "]"), table


def _simplify(text: str) -> str:
    pattern, table = _traditional()
    if not pattern.search(text):
        return text
    # By phrase where that keeps the length (乾隆 stays, 乾燥 becomes 干燥), else character by character.
    simplified = str(_converter().convert(text))
    if len(simplified) == len(text):
        return simplified
    return "".join(table.get(character, character) for character in text)


def fold(text: str) -> str:
    """Fold `text` for comparing: NFKC, lower case, Traditional to Simplified, without invisible characters.

    Any string is allowed. The length stays where no character expands (㎡ → m2) or vanishes (zero width).
    """
    return _simplify(text.lower() if text.isascii() and text.isprintable() else text.translate(_TABLE))


def fold_map(text: str) -> tuple[str, list[int]]:
    """`fold(text)`, and for each of its characters the offset in `text` that it comes from."""
    pieces = [_TABLE[ord(character)] for character in text]
    offsets = [index for index, piece in enumerate(pieces) for _ in piece]
    return _simplify("".join(pieces)), offsets
