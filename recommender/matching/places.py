"""Places: which a text names, and how those of a content lie to those of a segment."""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import cache

from recommender.matching.lexicon import read_toml
from recommender.text.terms import TermMatcher

_AROUND = 0.6  # a content on the whole country, for a segment of one city


class Places:
    """A small gazetteer: every place lies in at most one other."""

    def __init__(self, raw: Mapping[str, Mapping[str, str]]) -> None:
        self._within = {name: entry.get("within", "") for name, entry in raw.items()}
        self._place_of = {word.replace("_", " "): name for name, entry in raw.items() for word in entry["words"].split()}
        self._matcher = TermMatcher(self._place_of)

    def named(self, text: str) -> dict[str, int]:
        """The places a folded text names, with how often."""
        found: dict[str, int] = {}
        for word, count in self._matcher.find(text).items():
            found[self._place_of[word]] = found.get(self._place_of[word], 0) + count
        return found

    def lies_in(self, place: str, region: str) -> bool:
        """Whether a place is the region or lies in it."""
        while place:
            if place == region:
                return True
            place = self._within[place]
        return False

    def fit(self, named: Mapping[str, float], wanted: Set[str]) -> float:
        """From -1 (all named places lie elsewhere) to 1 (all lie in a wanted region); 0 where nothing is named or wanted."""
        if not named or not wanted:
            return 0.0
        found = total = 0.0
        for place, count in named.items():
            total += count
            if any(self.lies_in(place, region) for region in wanted):
                found += count
            elif any(self.lies_in(region, place) for region in wanted):
                found += _AROUND * count
            else:
                found -= count
        return found / (total + 1)


@cache
def places() -> Places:
    """The gazetteer of `regions.toml`; read once."""
    return Places(read_toml("regions.toml"))
