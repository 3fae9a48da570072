"""Which contents are near-duplicates: MinHash over character trigrams proposes pairs, exact Jaccard similarity decides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from recommender.text.folding import fold

Hashes = npt.NDArray[np.uint32]

SHINGLE = 3  # characters
BANDS, ROWS = 42, 3  # a pair at the threshold is proposed with probability 0.98, one at 0.57 (a tenth edited) with 0.9998
THRESHOLD = 0.45  # Jaccard similarity of trigrams; two versions with a tenth of the characters edited have about 0.57
SHORTEST = 12  # characters; shorter texts (早安, one hashtag) only count as the same when they are equal
_BATCH_SHINGLES = 2_000_000  # hashed at once: 8 MB a row
_HASHTAG = re.compile(r"#[^\s#]+")
_EMPTY: Hashes = np.zeros(0, np.uint32)


def _shingles(text: str) -> Hashes:
    """Sorted distinct 32-bit hashes of the character trigrams of a folded text without spaces."""
    codes = np.frombuffer("".join(fold(text).split()).encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    if len(codes) < SHINGLE:
        return _EMPTY
    mixed = (
        codes[:-2] * np.uint64(0x9E3779B97F4A7C15) ^ codes[1:-1] * np.uint64(0xC2B2AE3D27D4EB4F) ^ codes[2:] * np.uint64(0x165667B19E3779F9)
    )
    return np.unique(((mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9) >> np.uint64(32)).astype(np.uint32))


def _signatures(shingles: Sequence[Hashes]) -> Hashes:
    """(texts, BANDS × ROWS) smallest hashes under as many random multiplications; no text may be without shingles."""
    random = np.random.default_rng(20260101)
    factors = random.integers(1, 2**32, BANDS * ROWS, dtype=np.uint32) | np.uint32(1)
    masks = random.integers(0, 2**32, BANDS * ROWS, dtype=np.uint32)
    starts = np.concatenate([[0], np.cumsum([len(one) for one in shingles])[:-1]]).astype(np.intp)
    flat = np.concatenate(shingles)
    signatures = np.empty((len(shingles), BANDS * ROWS), np.uint32)
    for row, (factor, mask) in enumerate(zip(factors, masks, strict=True)):
        signatures[:, row] = np.minimum.reduceat((flat ^ mask) * factor, starts)
    return signatures


def similarity(first: Hashes, second: Hashes) -> float:
    """Jaccard similarity of two sorted sets."""
    shared = len(np.intersect1d(first, second, assume_unique=True))
    return shared / (len(first) + len(second) - shared)


class _Groups:
    """Union-find in which the earliest member leads."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def leader(self, member: int) -> int:
        while self._parent[member] != member:
            self._parent[member] = self._parent[self._parent[member]]
            member = self._parent[member]
        return member

    def join(self, first: int, second: int) -> None:
        low, high = sorted((self.leader(first), self.leader(second)))
        self._parent[high] = low


def _proposed(signatures: Hashes) -> set[tuple[int, int]]:
    """Pairs that agree in a whole band: each with the first of its bucket and with its neighbour there."""
    pairs: set[tuple[int, int]] = set()
    for band in range(BANDS):
        rows = signatures[:, band * ROWS : (band + 1) * ROWS].astype(np.uint64)
        keys = rows[:, 0] * np.uint64(0x9E3779B97F4A7C15) ^ rows[:, 1] * np.uint64(0xC2B2AE3D27D4EB4F) ^ rows[:, 2]
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        last, start = -2, -1
        for place in np.flatnonzero(ordered[1:] == ordered[:-1]).tolist():
            left, right = int(order[place]), int(order[place + 1])
            start = start if place - 1 == last else left
            last = place
            pairs.add((min(left, right), max(left, right)))
            pairs.add((min(start, right), max(start, right)))
    return pairs


def cluster(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each id to the id of the first near-duplicate of its text in the order given (itself when there is none before).

    All ids and texts are passed each time, oldest first, so that an original leads its copies. Twelve thousand notes take seconds.
    """
    names: list[str] = []
    long: list[int] = []
    shingles: list[Hashes] = []
    short: list[tuple[int, int]] = []
    earlier: dict[str, int] = {}
    for place, (name, text) in enumerate(items):
        names.append(name)
        bare = "".join(text.split())
        spoken = "".join(_HASHTAG.sub(" ", text).split())  # authors put the same hashtags under different posts
        hashes = _shingles(spoken) if len(spoken) >= SHORTEST else _EMPTY
        if len(hashes):
            long.append(place)
            shingles.append(hashes)
        elif bare:
            short.append((earlier.setdefault(bare, place), place))
    groups = _Groups(len(names))
    for first, second in short:
        groups.join(first, second)
    if shingles:
        for left, right in _proposed(_batched_signatures(shingles)):
            if similarity(shingles[left], shingles[right]) >= THRESHOLD:
                groups.join(long[left], long[right])
    return {name: names[groups.leader(place)] for place, name in enumerate(names)}


def _batched_signatures(shingles: Sequence[Hashes]) -> Hashes:
    parts: list[Hashes] = []
    batch: list[Hashes] = []
    size = 0
    for one in shingles:
        batch.append(one)
        size += len(one)
        if size >= _BATCH_SHINGLES:
            parts.append(_signatures(batch))
            batch, size = [], 0
    if batch:
        parts.append(_signatures(batch))
    return np.concatenate(parts)
