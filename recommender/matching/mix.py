"""From scored contents to a list: near-duplicates once, caps, the mix of types, no long run of one type. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from recommender.library.model import ContentItem, ContentType
from recommender.matching.lexicon import weights
from recommender.matching.ranking import fit_of, score_of

_BEST_FITS = 5  # of whose mean a share is asked of all; one alone may be a lucky one
TYPE_NAMES = {ContentType.PERSONA: "人设型", ContentType.SEEDING: "种草型", ContentType.SERVICE: "服务型"}


@dataclass(frozen=True, slots=True)
class Scored:
    """One content with the parts of its score."""

    item: ContentItem
    parts: Mapping[str, float]

    @property
    def score(self) -> float:
        """The sum of the parts."""
        return score_of(self.parts)

    @property
    def type(self) -> ContentType | None:
        """The content's type, if known."""
        return self.item.understanding.content_type


def in_order(scored: Sequence[Scored]) -> list[Scored]:
    """Best first; ties by id."""
    return sorted(scored, key=lambda one: (-one.score, one.item.id))


def quotas(mix: Mapping[ContentType, float], limit: int) -> dict[ContentType, int]:
    """How many of each type a list of `limit` should have: the shares, rounded so that they sum to `limit`."""
    exact = {kind: limit * mix[kind] for kind in ContentType}
    counts = {kind: floor(share) for kind, share in exact.items()}
    rest = sorted(ContentType, key=lambda kind: (counts[kind] - exact[kind], kind.value))
    for kind in rest[: limit - sum(counts.values())]:
        counts[kind] += 1
    return counts


def choose(scored: Sequence[Scored], mix: Mapping[ContentType, float], limit: int) -> tuple[list[Scored], tuple[str, ...]]:
    """The list to send, and sentences on what could not be filled.

    Takes the best of each type up to its quota, then fills up with the best of the rest that is about the segment's needs
    at all; caps hold throughout.
    """
    ranked = in_order(scored)
    fits = sorted((fit_of(one.parts) for one in ranked), reverse=True)[:_BEST_FITS]
    least = weights()["list"]["least_fit"] * sum(fits) / len(fits) if fits else 0.0
    usable = [one for one in ranked if fit_of(one.parts) >= least]
    wanted = quotas(mix, limit)
    taken = _Taken(limit)
    chosen = [one for one in usable if one.type is not None and taken.count(one.type) < wanted[one.type] and taken.take(one)]
    short = {kind: wanted[kind] - taken.count(kind) for kind in ContentType if taken.count(kind) < wanted[kind]}
    chosen += [one for one in usable if len(taken) < limit and taken.take(one)]
    return spread(in_order(chosen)), _notes(short, wanted, len(chosen), limit)


def _notes(short: Mapping[ContentType, int], wanted: Mapping[ContentType, int], found: int, limit: int) -> tuple[str, ...]:
    if not found:
        return ("内容库里没有合适的内容；可以为缺的品类加关注列表再采集。",)
    notes = [f"合适的{TYPE_NAMES[kind]}内容不够：想要 {wanted[kind]} 条，差 {missing} 条。" for kind, missing in short.items() if missing]
    if found < limit:
        notes.append(f"内容库里合适的只有 {found} 条，要的是 {limit} 条；可以为缺的品类加关注列表再采集。")
    return tuple(notes)


# What tells the parts of one piece of work apart in their titles.
SERIES_CHARACTERS = 10  # the ends of such titles differ, by mentions or a subtitle
_MENTION = re.compile(r"@\S+")
_PART_OF = re.compile(
    r"^\s*[（(【\[]\s*[上中下终]\s*[篇集部]?\s*[）)】\]]"
    r"|[（(【\[]?\s*(?:[上中下终][篇集部]?|续|第?\s*[0-9一二三四五六七八九十]+\s*[篇集期部弹章]|part\s*\d+)\s*[）)】\]]?\s*$",
    re.IGNORECASE,
)


def _series(title: str) -> str:
    """What the parts of one series have in common: the beginning of the title, without part and mentions."""
    rest = _MENTION.sub("", _PART_OF.sub("", title))
    return "".join(character for character in rest if character.isalnum())[:SERIES_CHARACTERS]


class _Taken:
    """What is in the list so far, and whether one more may join it."""

    def __init__(self, limit: int) -> None:
        shares = weights()["list"]
        self._limit = limit
        self._most = {"brand": max(1, ceil(shares["brand_share"] * limit)), "creator": max(1, ceil(shares["creator_share"] * limit))}
        self._most["series"] = 1
        self._ids: set[str] = set()
        self._clusters: set[str] = set()
        self._names: Counter[tuple[str, str]] = Counter()
        self._types: Counter[ContentType | None] = Counter()

    def __len__(self) -> int:
        return len(self._ids)

    def count(self, kind: ContentType) -> int:
        return self._types[kind]

    def take(self, one: Scored) -> bool:
        item = one.item
        cluster = item.cluster or item.id
        names = [("brand", brand) for brand in item.understanding.brands]
        if item.creator_id:
            names.append(("creator", item.creator_id))
            head = item.title or item.text.partition("\n")[0]
            if _PART_OF.search(head):
                names.append(("series", f"{item.creator_id} {_series(head)}"))
        if item.id in self._ids or cluster in self._clusters or len(self) >= self._limit:
            return False
        if any(self._names[name] >= self._most[name[0]] for name in names):
            return False
        self._ids.add(item.id)
        self._clusters.add(cluster)
        self._names.update(names)
        self._types[one.type] += 1
        return True


def spread(ranked: Sequence[Scored]) -> list[Scored]:
    """The same items, best first as far as no more than two of one type follow each other where that can be had."""
    longest = int(weights()["list"]["longest_run"])
    rest = list(ranked)
    placed: list[Scored] = []
    while rest:
        run = _run(placed)
        left = Counter(one.type for one in rest)
        allowed = [one for one in rest if not (run[1] >= longest and one.type == run[0])]
        # A type of which more is left than the others can part must come now.
        pressing = [kind for kind, count in left.items() if count > longest * (len(rest) - count)]
        urgent = [one for one in allowed if one.type in pressing]
        pick = (urgent or allowed or rest)[0]
        placed.append(pick)
        rest.remove(pick)
    return placed


def _run(placed: Sequence[Scored]) -> tuple[ContentType | None, int]:
    if not placed:
        return None, 0
    kind, length = placed[-1].type, 0
    for one in reversed(placed):
        if one.type != kind:
            break
        length += 1
    return kind, length
