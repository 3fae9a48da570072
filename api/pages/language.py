"""The words of the pages in Chinese and English, and which of the two a reader wants."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

TABLES = Path(__file__).with_name("i18n")
LANGUAGES = ("zh", "en")


def read_words(folder: Path = TABLES) -> dict[str, dict[str, str]]:
    """All strings by key (`search.empty`) and language, from the TOML files of `folder`; raises ValueError for a key given twice."""
    words: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*.toml")):
        for section, entries in tomllib.loads(path.read_text("utf-8")).items():
            for name, forms in entries.items():
                key = f"{section}.{name}"
                if key in words:
                    raise ValueError(f"{key} is given twice")
                words[key] = forms
    return words


@cache
def _words() -> Mapping[str, dict[str, str]]:
    return MappingProxyType(read_words())


@dataclass(frozen=True, slots=True)
class Translator:
    """Strings in one language. Calling it with an unknown key raises KeyError, which a test of the templates meets first."""

    language: str

    def __call__(self, key: str, **values: Any) -> str:
        """The string of `key` with `values` filled in; plain text, to be escaped by the template."""
        words = _words()[key][self.language]
        return words.format(**values) if values else words

    def or_name(self, section: str, name: str) -> str:
        """The reader's word for a part of a score, or its own name where we have none."""
        return _words().get(f"{section}.{name}", {}).get(self.language, name)

    def name(self, member: Enum) -> str:
        """The reader's word for a member of a closed vocabulary."""
        return self(f"{type(member).__name__}.{member.value}")


def negotiate(asked: str, remembered: str, accepted: str) -> str:
    """`zh` or `en`: what the address asks for, then what was chosen before, then `Accept-Language` by its weights; else Chinese."""
    for wish in (asked, remembered):
        if wish in LANGUAGES:
            return wish
    best, best_weight = LANGUAGES[0], 0.0
    for part in accepted[:500].split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.strip().lower().split("-")[0]
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            weight = 0.0
        if language in LANGUAGES and best_weight < weight <= 1:
            best, best_weight = language, weight
    return best
