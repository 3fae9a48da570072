"""What feedback teaches: response rates of all → topic → segment × topic → content → segment × content, shrunk to each other.

Counts only, decayed by age and added in any order, so that late events and a rebuild give the same state. The method is
empirical Bayes (beta-binomial levels, a gamma-Poisson lift per content) with Thompson sampling on a narrowed posterior.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from recommender.matching.lexicon import read_toml

Numbers = NDArray[np.float64]
POLICY_VERSION = "shrunk-thompson-1"
EPOCH = dt.date(2026, 1, 1)
GRID = np.geomspace(2.0, 20_000.0, 25)  # shrink strengths that are tried, in exposures
LIFT_GRID = np.geomspace(0.5, 500.0, 22)  # in expected responses


@dataclass(frozen=True, slots=True)
class Options:
    """The numbers of `learning.toml`."""

    half_life_days: float
    base_rate: float
    base_strength: float
    narrowing: float
    random_floor: float
    doubling_exposures: float
    least_bound: float
    most_bound: float
    most_per_actor_day: float
    weights: dict[str, float]


@cache
def options() -> Options:
    """The shipped numbers."""
    return Options(**read_toml("learning.toml"))


@dataclass(frozen=True, slots=True)
class Strengths:
    """How many exposures (of a content: expected responses) the level above is worth at each level; infinite: no own signal seen."""

    topic: float = 200.0
    segment_topic: float = 100.0
    content: float = 5.0
    segment_content: float = 200.0


class Experience:
    """Exposures and responses by segment, topic and content. `add` in any order gives the same state."""

    def __init__(self, numbers: Options | None = None) -> None:
        self.numbers = numbers or options()
        self.strengths = Strengths()
        self._pairs: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])  # (segment, content) → shown, won
        self._topics: dict[str, str] = {}

    def add(self, segment: str, topic: str, content: str, day: dt.date, *, shown: float = 0.0, won: float = 0.0) -> None:
        """Count exposures and weighted responses of one day; the topic of a content is the one given last."""
        growth = 2.0 ** ((day - EPOCH).days / self.numbers.half_life_days)
        entry = self._pairs[segment, content]
        entry[0] += shown * growth
        entry[1] += won * growth
        self._topics[content] = topic

    def rates(self, day: dt.date) -> Rates:
        """The response rates as they are believed on a day."""
        scale = 2.0 ** (-(day - EPOCH).days / self.numbers.half_life_days)
        pairs = {key: (shown * scale, min(max(won, 0.0), shown) * scale) for key, (shown, won) in self._pairs.items()}
        return Rates(pairs, self._topics, self.strengths, self.numbers)

    def learn_strengths(self, day: dt.date) -> Strengths:
        """Choose the shrink strengths under which the counts are likeliest, from the top level down; they are kept and returned."""
        for level in ("topic", "segment_topic", "content", "segment_content"):
            chosen = self.rates(day).likeliest(level)
            self.strengths = Strengths(**{**_as_dict(self.strengths), level: chosen})
        return self.strengths


def _as_dict(strengths: Strengths) -> dict[str, float]:
    return {name: getattr(strengths, name) for name in ("topic", "segment_topic", "content", "segment_content")}


class Rates:
    """Believed response rates of one day."""

    def __init__(
        self, pairs: dict[tuple[str, str], tuple[float, float]], topics: dict[str, str], strengths: Strengths, numbers: Options
    ) -> None:
        self._pairs, self._topics, self._strengths, self._numbers = pairs, topics, strengths, numbers
        by_topic: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        by_both: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._by_segment: dict[str, float] = defaultdict(float)
        total = [numbers.base_strength, numbers.base_rate * numbers.base_strength]
        for (segment, content), (shown, won) in pairs.items():
            topic = topics[content]
            self._by_segment[segment] += shown
            for entry in (by_topic[topic], by_both[segment, topic], total):
                entry[0] += shown
                entry[1] += won
        self._by_topic, self._by_both = dict(by_topic), dict(by_both)
        self.overall = total[1] / total[0]
        expected: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for (segment, content), (shown, won) in pairs.items():
            entry = expected[content]
            entry[0] += shown * self.of_segment_topic(segment, topics[content])
            entry[1] += won
        self._expected = dict(expected)

    def of_topic(self, topic: str) -> float:
        """The rate of a topic over all segments."""
        shown, won = self._by_topic.get(topic, (0.0, 0.0))
        return _shrunk(shown, won, self.overall, self._strengths.topic)

    def of_segment_topic(self, segment: str, topic: str) -> float:
        """The rate of a topic in a segment."""
        shown, won = self._by_both.get((segment, topic), (0.0, 0.0))
        return _shrunk(shown, won, self.of_topic(topic), self._strengths.segment_topic)

    def lift(self, content: str) -> float:
        """How many times more than expected of its topics and segments a content is responded to."""
        expected, won = self._expected.get(content, (0.0, 0.0))
        return (won + self._strengths.content) / (expected + self._strengths.content)

    def of_content(self, segment: str, topic: str, content: str) -> tuple[float, float]:
        """(rate, how many exposures this belief is worth) of a content in a segment."""
        believed = min(self.of_segment_topic(segment, topic) * self.lift(content), 0.95)
        shown, won = self._pairs.get((segment, content), (0.0, 0.0))
        strength = self._strengths.segment_content
        return _shrunk(shown, won, believed, strength), shown + min(strength, 200.0)

    def exposures(self, segment: str) -> float:
        """How many decayed exposures a segment has had."""
        return self._by_segment.get(segment, 0.0)

    def likeliest(self, level: str) -> float:
        """The shrink strength of a level under which its counts are likeliest (beta-binomial; gamma-Poisson for contents)."""
        rows: list[tuple[float, float, float]] = []  # shown, won, rate believed from the level above
        if level == "topic":
            rows = [(shown, won, self.overall) for shown, won in self._by_topic.values()]
        elif level == "segment_topic":
            rows = [(shown, won, self.of_topic(topic)) for (_, topic), (shown, won) in self._by_both.items()]
        elif level == "segment_content":
            for (segment, content), (shown, won) in self._pairs.items():
                topic = self._topics[content]
                rows.append((shown, won, min(self.of_segment_topic(segment, topic) * self.lift(content), 0.95)))
        else:
            counts = np.array(list(self._expected.values())).reshape(-1, 2)
            return _likeliest_lift(counts[:, 0], counts[:, 1], self._strengths.content)
        return _likeliest_strength(np.array(rows).reshape(-1, 3), getattr(self._strengths, level))


def _shrunk(shown: float, won: float, above: float, strength: float) -> float:
    return (won + strength * above) / (shown + strength)


def _likeliest_strength(rows: Numbers, before: float) -> float:
    """Source: beta-binomial marginal likelihood on a grid; `before` where there is nothing to learn from."""
    rows = rows[rows[:, 0] > 0]
    if len(rows) < 3:
        return before
    shown, won = rows[:, 0], rows[:, 1]
    mean = np.clip(rows[:, 2], 1e-4, 1 - 1e-4)
    best = []
    for strength in GRID:
        a, b = strength * mean, strength * (1 - mean)
        best.append(
            float(np.sum(gammaln(won + a) + gammaln(shown - won + b) - gammaln(shown + a + b) + gammaln(a + b) - gammaln(a) - gammaln(b)))
        )
    return float(GRID[int(np.argmax(best))])


def _likeliest_lift(expected: Numbers, won: Numbers, before: float) -> float:
    """Source: gamma-Poisson (negative binomial) marginal likelihood on a grid."""
    some = expected > 0
    expected, won = expected[some], won[some]
    if len(won) < 3:
        return before
    best = []
    for strength in LIFT_GRID:
        log = gammaln(won + strength) - gammaln(strength) + strength * np.log(strength) - (won + strength) * np.log(expected + strength)
        best.append(float(np.sum(log + won * np.log(expected))))
    return float(LIFT_GRID[int(np.argmax(best))])


@dataclass(frozen=True, slots=True)
class Choice:
    """Places of the chosen candidates in order, and for every candidate the chance it had of being among them."""

    places: tuple[int, ...]
    propensity: Numbers
    policy: str = POLICY_VERSION


class Policy:
    """Ranks candidates for a segment by relevance times what feedback says, sampled."""

    def __init__(self, rates: Rates, numbers: Options | None = None) -> None:
        self._rates = rates
        self._numbers = numbers or options()

    def factors(self, segment: str, candidates: Sequence[tuple[str, str]], random: np.random.Generator | None, draws: int = 1) -> Numbers:
        """(draws, candidates) multipliers of the relevance of (topic, content) candidates; without `random`, the means.

        They stay between 1/bound and bound; the bound grows as the segment's exposures do.
        """
        believed = [self._rates.of_content(segment, topic, content) for topic, content in candidates]
        mean = np.array([rate for rate, _ in believed])
        if random is None:
            sampled = mean[None, :]
        else:
            strength = np.array([worth for _, worth in believed]) * self._numbers.narrowing
            sampled = random.beta(mean * strength, (1 - mean) * strength, (draws, len(believed)))
        bound = self.bound(segment)
        return np.clip(sampled / max(self._rates.overall, 1e-6), 1 / bound, bound)

    def bound(self, segment: str) -> float:
        """How far feedback may move a content of this segment up or down."""
        growth = self._rates.exposures(segment) / self._numbers.doubling_exposures
        return float(min(self._numbers.least_bound * (1 + growth), self._numbers.most_bound))

    def trust(self, segment: str) -> float:
        """The exponent of the relevance: 1 at first, less the more the segment has answered for itself."""
        return float(1 / (1 + self._rates.exposures(segment) / (10 * self._numbers.doubling_exposures)))

    def choose(
        self,
        segment: str,
        candidates: Sequence[tuple[str, str]],
        relevance: Numbers,
        size: int,
        random: np.random.Generator,
        *,
        draws: int = 64,
    ) -> Choice:
        """Choose `size` of the (topic, content) candidates with a positive `relevance` each.

        Each place is filled at random with the probability of the floor; propensities are counted over `draws` repetitions.
        """
        size = min(size, len(candidates))
        weight = np.asarray(relevance, float) ** self.trust(segment)
        scores = weight * self.factors(segment, candidates, random, draws + 1)
        picks = np.argpartition(-scores, size - 1, axis=1)[:, :size]
        counted = np.bincount(picks[1:].ravel(), minlength=len(candidates)) / max(draws, 1)
        floor = self._numbers.random_floor
        propensity = (1 - floor) * counted + floor * size / len(candidates)
        first = sorted(picks[0].tolist(), key=lambda place: -scores[0, place])
        for position in range(size):
            if random.random() < floor:
                others = [place for place in range(len(candidates)) if place not in first]
                if others:
                    first[position] = int(random.choice(others))
        return Choice(tuple(first), propensity)
