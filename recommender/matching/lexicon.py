"""The trade's general knowledge: needs of customers, the words posts meet them with, and which needs follow from a role."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from recommender.errors import InputError
from recommender.text.terms import TermMatcher

DATA = Path(__file__).with_name("data")
_CORE_WORDS = 5  # the words that a topic lists first are its core
_GAP = r"[^，。、；,;！!？?\s]{0,4}?"  # what `*` stands for in a said word
_TELLING = 1.0  # weight of a topic word that speaks for its topic even in a segment
_LETTER_WEIGHT = 0.6  # a single character says less than a word


@dataclass(frozen=True, slots=True)
class Topic:
    """One need. `words` are those of posts about it, with their weight.

    `perishable` ones are worth little when old. A `background` one tells who the customer is rather than what to send.
    """

    name: str
    category: str
    words: Mapping[str, float]
    perishable: bool
    background: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """A segment's text that speaks of a need (`kind` topic) or of who the customer is (`kind` role)."""

    kind: str
    name: str
    said: str


class Lexicon:
    """Topics and roles, ready to be looked up in texts. All texts given must be folded."""

    def __init__(self, topics: Mapping[str, Mapping[str, Any]], roles: Mapping[str, Mapping[str, Any]], core: float) -> None:
        listed = {name: str(raw["words"]).split() for name, raw in topics.items()}
        shared: dict[str, int] = {}
        for words in listed.values():
            for word in set(words):
                shared[word] = shared.get(word, 0) + 1
        self.topics: dict[str, Topic] = {}
        self.topics_of: dict[str, list[tuple[str, float]]] = {}
        for name, words in listed.items():
            weights: dict[str, float] = {}
            for place, word in enumerate(dict.fromkeys(words)):
                # A word of many topics speaks for each of them less.
                weight = (core if place < _CORE_WORDS else 1.0) * (_LETTER_WEIGHT if len(word) == 1 else 1.0) / shared[word] ** 0.5
                weights[word.replace("_", " ")] = weight
                self.topics_of.setdefault(word.replace("_", " "), []).append((name, weight))
            raw = topics[name]
            self.topics[name] = Topic(name, str(raw["category"]), weights, bool(raw.get("perishable")), bool(raw.get("background")))
        self.needs_of_role = {name: _needs(name, str(raw["topics"]), self.topics) for name, raw in roles.items()}
        self._words = TermMatcher(self.topics_of)
        self._said: dict[str, list[Mention]] = {}
        self._wild: list[tuple[str, re.Pattern[str], Mention]] = []  # with the longest part that is said as it stands
        for kind, table in (("topic", topics), ("role", roles)):
            for name, raw in table.items():
                for said in str(raw["said"]).split():
                    if "*" in said:
                        pattern = re.compile(re.escape(said).replace(r"\*", _GAP))
                        self._wild.append((max(said.split("*"), key=len), pattern, Mention(kind, name, said)))
                    else:
                        self._said.setdefault(said, []).append(Mention(kind, name, said))
        self._sayings = TermMatcher(self._said)

    def mentions(self, text: str) -> list[Mention]:
        """The needs and roles that a segment's text speaks of; `said` is as the text has it."""
        found = [mention for said in self._sayings.find(text) for mention in self._said[said]]
        for part, pattern, mention in self._wild:
            if part in text and (hit := pattern.search(text)):
                found.append(Mention(mention.kind, mention.name, hit[0]))
        return found

    def telling_words(self, text: str) -> list[Mention]:
        """The topic words in a segment's text that few topics share, as weak mentions of their topics."""
        found = (word for word in self._words.find(text) if len(word) > 1)
        return [Mention("word", topic, word) for word in found for topic, weight in self.topics_of[word] if weight >= _TELLING]

    def words(self, text: str) -> dict[str, int]:
        """The topic words in a text with how often each occurs."""
        return self._words.find(text)


def _needs(role: str, text: str, topics: Mapping[str, Topic]) -> dict[str, float]:
    needs: dict[str, float] = {}
    for entry in text.split():
        name, _, weight = entry.partition(":")
        if name not in topics:
            raise InputError(f"角色「{role}」里的主题「{name}」不在主题表里。", field=role)
        needs[name] = float(weight or 1.0)
    return needs


def read_toml(name: str) -> dict[str, Any]:
    """One data file of this room."""
    return tomllib.loads((DATA / name).read_text("utf-8"))


@cache
def weights() -> Mapping[str, Mapping[str, float]]:
    """The weights of `weights.toml` by table."""
    return read_toml("weights.toml")


@cache
def lexicon() -> Lexicon:
    """The lexicon of the data files; read once. Raises `InputError` for a role with an unknown topic."""
    topics: dict[str, Any] = {}
    for path in sorted((DATA / "topics").glob("*.toml")):
        topics.update(tomllib.loads(path.read_text("utf-8")))
    return Lexicon(topics, read_toml("roles.toml"), weights()["place"]["core"])
