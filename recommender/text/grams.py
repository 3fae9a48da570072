"""Character pairs and single characters, so that words inside words are found however the words were cut."""

from __future__ import annotations

import itertools
import re

# Scripts written without blanks: kana, Han with its extensions.
HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〇"
_RUNS = re.compile(r"[^\W_]+")
_WRITTEN_TOGETHER = re.compile(f"[{HAN}]")
_UNITS = re.compile(rf"[{HAN}]|[0-9]+|[^\W_0-9{HAN}]+")


def char_grams(text: str) -> list[str]:
    """Pairs of neighbouring characters and single Han characters inside the runs of word characters of a folded text.

    Pairs of two letters or digits are left out: those scripts have words of their own.
    """
    grams: list[str] = []
    for run in _RUNS.findall(text):
        if run.isascii():
            continue
        grams.extend(pair for pair in map("".join, itertools.pairwise(run)) if not pair.isascii())
        grams.extend(_WRITTEN_TOGETHER.findall(run))
    return grams


def char_units(text: str) -> list[str]:
    """The smallest units of a folded text in order: each Han character, each run of letters, each run of digits."""
    return _UNITS.findall(text)
