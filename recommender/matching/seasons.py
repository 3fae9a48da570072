"""Seasons, festivals and sales of the calendar: which are on at a date, and which a text is about."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from recommender.matching.lexicon import read_toml
from recommender.text.terms import TermMatcher


@dataclass(frozen=True, slots=True)
class Season:
    """One span of the year, or a feast with a day of its own in each year, with the days of warm-up before."""

    name: str
    span: tuple[str, str] | None
    days: tuple[date, ...]
    lead_days: int
    lasts_days: int

    def is_on(self, day: date) -> bool:
        """Whether the theme is right on this day."""
        if self.span is None:
            return any(timedelta(-self.lead_days) <= day - first <= timedelta(self.lasts_days) for first in self.days)
        first, last = self.span
        for offset in range(self.lead_days + 1):
            ahead = (day + timedelta(offset)).strftime("%m-%d") if day < date(9999, 11, 1) else day.strftime("%m-%d")
            if (first <= ahead <= last) if first <= last else (ahead >= first or ahead <= last):
                return True
        return False


class Calendar:
    """The seasons of the data file."""

    def __init__(self, raw: Mapping[str, Mapping[str, Any]]) -> None:
        self._seasons = [
            Season(
                name=name,
                span=(entry["span"][0], entry["span"][1]) if "span" in entry else None,
                days=tuple(date.fromisoformat(day) for day in entry.get("days", ())),
                lead_days=int(entry.get("lead_days", 0)),
                lasts_days=int(entry.get("lasts_days", 0)),
            )
            for name, entry in raw.items()
        ]
        self._seasons_of: dict[str, set[str]] = {}
        for name, entry in raw.items():
            for word in entry["words"].split():
                self._seasons_of.setdefault(word.replace("_", " "), set()).add(name)
        self._matcher = TermMatcher(self._seasons_of)

    def on(self, day: date) -> frozenset[str]:
        """The seasons that are on, or being warmed up for."""
        return frozenset(season.name for season in self._seasons if season.is_on(day))

    def named(self, text: str) -> frozenset[str]:
        """The seasons that a folded text names."""
        return frozenset(name for word in self._matcher.find(text) for name in self._seasons_of[word])


def season_fit(named: Set[str], on: Set[str]) -> float:
    """1 where a content names a season that is on, -1 where it only names others, 0 where it names none."""
    if not named:
        return 0.0
    return 1.0 if named & on else -1.0


@lru_cache(maxsize=64)
def seasons_on(day: date) -> frozenset[str]:
    """The seasons of the calendar that are on, or being warmed up for."""
    return calendar().on(day)


@cache
def calendar() -> Calendar:
    """The calendar of `seasons.toml`; read once."""
    return Calendar(read_toml("seasons.toml"))
