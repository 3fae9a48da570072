"""What learning from feedback is worth: simulated customers answer four policies, in worlds with and without something to learn.

A world draws for every (segment, content) a chance of a click: a base rate times how the segment likes the topic, how good the
content is, and a rest of their own. Each day each segment is sent five of forty candidates, to some customers each. All
policies meet the same worlds, candidates and seeds. The worlds are made up: the figures say how the policy learns, not how
people will click.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np

from recommender.matching.learning import Experience, Numbers, Policy, options

START = dt.date(2026, 3, 1)
CANDIDATES, SENT = 40, 5
SEEDS = (11, 23, 37, 41, 59)
LEARN_EVERY_DAYS = 5


@dataclass(frozen=True, slots=True)
class World:
    """The numbers of a scenario. Spreads are standard deviations of logarithms."""

    name: str
    says: str
    days: int = 60
    segments: int = 8
    topics: int = 12
    contents: int = 300
    customers: int = 30  # that see each sent content
    topic_spread: float = 1.4  # of a segment's liking of topics
    quality_spread: float = 0.7
    rest_spread: float = 0.3
    relevance: float = 0.4  # correlation of the relevance prior with the logarithm of the chance; 0 says nothing
    changes_on: int = 0  # the day on which likings are drawn anew; 0 never
    lives_days: int = 0  # for how many days a content is a candidate; 0 always
    late_days: int = 0  # events arrive so late at most, in any order
    poison: int = 0  # clicks a day that one actor gives to the worst content


WORLDS = (
    World("base", "每个人群喜欢的话题不同"),
    World("no_topic_signal", "话题之间没有差别，只有内容好坏", topic_spread=0.0),
    World("nothing_to_learn", "所有内容一样", topic_spread=0.0, quality_spread=0.0, rest_spread=0.0, relevance=0.0),
    World("wrong_relevance", "相关度和点击无关", relevance=0.0),
    World("sparse", "每条只有三个人看到", customers=3),
    World("drift", "第三十天起口味全变", changes_on=30),
    World("new_contents", "内容只活七天", lives_days=7, contents=600),
    World("late_events", "事件晚到三天、次序打乱", late_days=3),
    World("poisoned", "一个账号每天给最差的内容刷五十次点击", poison=50),
    World("many_segments", "四十个人群", segments=40, days=40),
)

Chances = Numbers


def _chances(world: World, random: np.random.Generator, topics: Numbers, quality: Numbers) -> Chances:
    liking = random.normal(0, world.topic_spread, (world.segments, world.topics))
    rest = random.normal(0, world.rest_spread, (world.segments, world.contents))
    return np.asarray(np.minimum(0.02 * np.exp(liking[:, topics.astype(int)] + quality[None, :] + rest), 0.6))


def _relevance(world: World, random: np.random.Generator, chances: Chances) -> Numbers:
    """A positive prior whose logarithm correlates with that of the chance."""
    log = np.log(chances)
    spread = log.std() or 1.0
    told = (log - log.mean()) / spread
    mixed = world.relevance * told + np.sqrt(1 - world.relevance**2) * random.normal(0, 1, chances.shape)
    return np.asarray(np.exp(0.5 * mixed))


class Learning:
    """The product's policy."""

    def __init__(self, world: World, topics: Numbers) -> None:
        self._experience = Experience()
        self._topics = [f"t{int(topic)}" for topic in topics]
        self._waiting: list[tuple[int, int, int, int, int, int]] = []
        self._day = 0

    def see(self, day: int, segment: int, content: int, shown: int, clicked: int, arrives: int) -> None:
        """Counts that will have arrived on day `arrives`."""
        self._waiting.append((arrives, day, segment, content, shown, clicked))

    def morning(self, day: int) -> None:
        """Take in what has arrived."""
        for arrives, happened, segment, content, shown, clicked in self._waiting:
            if arrives <= day:
                date = START + dt.timedelta(happened)
                self._experience.add(f"s{segment}", self._topics[content], f"c{content}", date, shown=shown, won=clicked)
        self._waiting = [event for event in self._waiting if event[0] > day]
        self._day = day
        if day and day % LEARN_EVERY_DAYS == 0:
            self._experience.learn_strengths(START + dt.timedelta(day))
        self._policy = Policy(self._experience.rates(START + dt.timedelta(day)))

    def choose(self, segment: int, candidates: Numbers, relevance: Numbers, random: np.random.Generator) -> list[int]:
        """Places among the candidates."""
        named = [(self._topics[int(content)], f"c{int(content)}") for content in candidates]
        return list(self._policy.choose(f"s{segment}", named, relevance, SENT, random, draws=0).places)


class Popularity:
    """The contents clicked most often by anyone, and one place in ten at random."""

    def __init__(self, world: World, topics: Numbers) -> None:
        self._shown, self._won = np.zeros(world.contents), np.zeros(world.contents)
        self._waiting: list[tuple[int, int, int, int]] = []

    def see(self, day: int, segment: int, content: int, shown: int, clicked: int, arrives: int) -> None:
        """Counts that will have arrived on day `arrives`."""
        self._waiting.append((arrives, content, shown, clicked))

    def morning(self, day: int) -> None:
        """Take in what has arrived."""
        for arrives, content, shown, clicked in self._waiting:
            if arrives <= day:
                self._shown[content] += shown
                self._won[content] += clicked
        self._waiting = [event for event in self._waiting if event[0] > day]

    def choose(self, segment: int, candidates: Numbers, relevance: Numbers, random: np.random.Generator) -> list[int]:
        """Places among the candidates."""
        at = candidates.astype(int)
        order = list(np.argsort(-((self._won[at] + 1) / (self._shown[at] + 20)) + random.random(len(at)) * 1e-9)[:SENT])
        for position in range(SENT):
            if random.random() < 0.1:
                others = [place for place in range(len(at)) if place not in order]
                order[position] = int(random.choice(others))
        return [int(place) for place in order]


class Uniform:
    """Any five."""

    def __init__(self, world: World, topics: Numbers) -> None:
        self._size = SENT

    def see(self, day: int, segment: int, content: int, shown: int, clicked: int, arrives: int) -> None:
        """Learns nothing."""

    def morning(self, day: int) -> None:
        """Learns nothing."""

    def choose(self, segment: int, candidates: Numbers, relevance: Numbers, random: np.random.Generator) -> list[int]:
        """Places among the candidates."""
        return [int(place) for place in random.choice(len(candidates), self._size, replace=False)]


def _live(world: World, make: Callable[[World, Numbers], Learning | Popularity | Uniform] | None, seed: int) -> float:
    """Expected clicks of a policy (None: the oracle) in a world, summed over days, segments and customers."""
    drawn = np.random.default_rng(seed)
    topics = drawn.integers(0, world.topics, world.contents).astype(float)
    quality = drawn.normal(0, world.quality_spread, world.contents)
    chances = _chances(world, drawn, topics, quality)
    later = _chances(world, drawn, topics, quality)
    relevance = _relevance(world, drawn, chances)
    later_relevance = _relevance(world, drawn, later)
    born = np.sort(drawn.integers(-world.lives_days, world.days, world.contents)) if world.lives_days else np.zeros(world.contents)
    luck = np.random.default_rng(seed + 1)
    policy = make(world, topics) if make else None
    clicks = 0.0
    for day in range(world.days):
        if world.changes_on and day == world.changes_on:
            chances, relevance = later, later_relevance
        there = np.flatnonzero((born <= day) & (day < born + world.lives_days)) if world.lives_days else np.arange(world.contents)
        today = np.random.default_rng([seed, day])
        if policy:
            policy.morning(day)
        for segment in range(world.segments):
            candidates = today.choice(there, min(CANDIDATES, len(there)), replace=False).astype(float)
            at = candidates.astype(int)
            own = chances[segment, at]
            places = list(np.argsort(-own)[:SENT]) if policy is None else policy.choose(segment, candidates, relevance[segment, at], luck)
            clicks += float(own[places].sum()) * world.customers
            for place in places if policy else ():
                clicked = int(luck.binomial(world.customers, own[place]))
                arrives = day + 1 + (int(luck.integers(0, world.late_days + 1)) if world.late_days else 0)
                policy.see(day, segment, int(at[place]), world.customers, clicked, arrives)  # type: ignore[union-attr]
        if policy and world.poison:
            worst = int(np.argmin(chances.sum(0)))
            most = min(world.poison, int(options().most_per_actor_day)) if isinstance(policy, Learning) else world.poison
            policy.see(day, 0, worst, most, most, day + 1)
    return clicks


def evaluate(worlds: tuple[World, ...] = WORLDS, *, seeds: tuple[int, ...] = SEEDS, days: int | None = None) -> dict[str, Any]:
    """Medians over the seeds: clicks against uniform and against popularity + 10 % random, and regret to the oracle, per scenario."""
    product: dict[str, dict[str, float]] = {}
    for world in worlds:
        lived = replace(world, days=days) if days else world
        rows = []
        for seed in seeds:
            own, popular, uniform, oracle = (_live(lived, make, seed) for make in (Learning, Popularity, Uniform, None))
            rows.append((own / uniform, own / popular, 1 - own / oracle, popular / uniform))
        middle = [median(column) for column in zip(*rows, strict=True)]
        worst = min(row[1] for row in rows)
        names = ("ratio_to_uniform", "ratio_to_popularity", "regret", "popularity_to_uniform")
        product[world.name] = {**dict(zip(names, middle, strict=True)), "worst_ratio_to_popularity": worst}
    counts = {"scenarios": len(worlds), "seeds": len(seeds)}
    return {"command": "eval learn", "data": "simulated", "counts": counts, "systems": {"product": product}}


def table(result: dict[str, Any]) -> str:
    """The figures as a table."""
    said = {world.name: world.says for world in WORLDS}
    lines = [f"{'scenario':<18}{'× uniform':>10}{'× popularity':>13}{'(worst)':>9}{'regret':>8}"]
    for name, row in result["systems"]["product"].items():
        lines.append(
            f"{name:<18}{row['ratio_to_uniform']:>10.2f}{row['ratio_to_popularity']:>13.2f}{row['worst_ratio_to_popularity']:>9.2f}"
            f"{row['regret']:>8.2f}  {said.get(name, '')}"
        )
    lines.append(f"模拟的世界，{result['counts']['seeds']} 个随机种子的中位数；数字说明策略学得怎样，不代表真实客户会怎样点。")
    return "\n".join(lines)
