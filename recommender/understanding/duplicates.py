"""Which texts are near-duplicates: MinHash over character trigrams (rensa) proposes pairs, an exact look at both decides. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from recommender.text.folding import fold
from recommender.understanding.likeness import ENDS, SHINGLE, Spoken, is_copy, spoken

Keys = npt.NDArray[np.uint32]  # (texts, BANDS)
Labels = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]

BANDS, ROWS = 42, 3  # a pair with a Jaccard similarity of 0.45 is proposed with probability 0.98, of 0.57 (a tenth edited) with 0.9998
VERSION = f"1-rensa{RMinHash.ALGORITHM_VERSION}"  # change the first part when the same text would be signed, or a pair judged, otherwise
_SEED = 20260101
_FEW = 8  # with fewer fresh texts than one in so many, only the buckets that hold some are sorted
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)


def prepare(text: str) -> Spoken | str:
    """What is compared of a text; a string where it is so short that only an equal one is the same ("" is like nothing)."""
    return _prepared(spoken(text), text)


def _prepared(words: str, text: str) -> Spoken | str:
    return Spoken(words) if words else "".join(fold(text).split())


def same(first: Spoken | str, second: Spoken | str) -> bool:
    """Whether two prepared texts are near-duplicates."""
    if isinstance(first, Spoken) and isinstance(second, Spoken):
        return is_copy(first, second)
    return first == second != ""


def sign(items: Sequence[tuple[str, str]]) -> Keys:
    """The band keys of (id, text) pairs: texts that share one are worth a closer look."""
    return _sign(items, [spoken(text) for _, text in items])


def _sign(items: Sequence[tuple[str, str]], words: Sequence[str]) -> Keys:
    keys = np.empty((len(items), BANDS), np.uint32)
    long = [place for place, each in enumerate(words) if each]
    if long:
        keys[long] = _band_keys([words[place] for place in long])
    for place, (name, text) in enumerate(items):
        if not words[place]:
            bare = "".join(fold(text).split())
            seed = hashlib.blake2b((f"text {bare}" if bare else f"id {name}").encode("utf-8", "replace"), digest_size=8).digest()
            keys[place] = (np.uint64(int.from_bytes(seed)) * (_MIX[0] * np.arange(1, 2 * BANDS, 2, dtype=np.uint64))) >> np.uint64(32)
    return keys


def _band_keys(texts: Sequence[str]) -> Keys:
    codes = np.frombuffer((ENDS + ENDS.join(texts) + ENDS).encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    grams = codes[:-2] << np.uint64(42) | codes[1:-1] << np.uint64(21) | codes[2:]
    starts = np.concatenate([[0], np.cumsum([len(text) + SHINGLE - 1 for text in texts])]).astype(np.uint64)
    found = RMinHash.digest_matrix_from_flat_token_hashes(grams * _MIX[0], starts, BANDS * ROWS, _SEED)
    rows = np.array(found.to_rows(), np.uint32).reshape(len(texts), BANDS, ROWS).astype(np.uint64)
    mixed: Keys = ((rows * _MIX).sum(axis=2, dtype=np.uint64) >> np.uint64(32)).astype(np.uint32)
    return mixed


def link(keys: Keys, labels: Labels, fresh: Marks, read: Callable[[Sequence[int]], Iterable[Spoken | str]]) -> Labels:
    """The labels after every pair of near-duplicates with a fresh text in it has been given one label.

    Texts with the same label are known to belong together; pairs without a fresh text are known. `read` prepares the texts at
    some places. What comes out is the same as if all texts were fresh and had labels of their own: near-duplicates are
    linked whenever they share a band, so the parts that hang together do not depend on the order of arrival.
    """
    known: dict[int, Spoken | str] = {}
    refused: set[tuple[int, int]] = set()

    def alike(first: int, second: int) -> bool:
        pair = (min(first, second), max(first, second))
        if pair in refused or not (fresh[first] or fresh[second]):
            return False
        if not same(known[first], known[second]):
            refused.add(pair)
            return False
        return True

    labels = labels.copy()
    for column in np.ascontiguousarray(keys.T):
        buckets = list(_buckets(column, labels, fresh))
        missing = sorted({place for bucket in buckets for place in bucket} - known.keys())
        known.update(zip(missing, read(missing), strict=True))
        leads: dict[int, int] = {}
        for bucket in buckets:
            _join(bucket, labels, leads, alike)
        if leads:
            renamed = np.arange(len(labels))
            for label in leads:
                renamed[label] = _lead(label, leads)
            labels = renamed[labels]
    return labels


def _buckets(column: npt.NDArray[np.uint32], labels: Labels, fresh: Marks) -> Iterator[list[int]]:
    """The places that share a key, where they have several labels and one of them is fresh."""
    places = np.arange(len(column))
    if fresh.sum() * _FEW < len(fresh):
        places = np.flatnonzero(np.isin(column, column[fresh]))
    order = places[np.argsort(column[places], kind="stable")]
    equal = column[order][1:] == column[order][:-1]
    bucket = np.concatenate([[0], np.cumsum(~equal)]) if len(order) else np.zeros(0, np.int64)
    mixed = bucket[1:][equal & (labels[order][1:] != labels[order][:-1])]
    for number in np.intersect1d(mixed, bucket[fresh[order]]):
        first, last = np.searchsorted(bucket, [number, number + 1])
        yield order[first:last].tolist()


def _join(bucket: Sequence[int], labels: Labels, leads: dict[int, int], alike: Callable[[int, int], bool]) -> None:
    parts: dict[int, list[int]] = {}
    for place in bucket:
        parts.setdefault(_lead(int(labels[place]), leads), []).append(place)
    joined: list[tuple[int, list[int]]] = []
    for label, members in parts.items():
        touching = [other for other in joined if any(alike(one, two) for one in members for two in other[1])]
        joined = [other for other in joined if other not in touching]
        lowest = min([label, *(other for other, _ in touching)])
        for other in {label, *(other for other, _ in touching)} - {lowest}:
            leads[other] = lowest
        joined.append((lowest, [place for _, theirs in [(label, members), *touching] for place in theirs]))


def _lead(label: int, leads: dict[int, int]) -> int:
    while label in leads:
        label = leads[label]
    return label


def cluster(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each id to the id of the first near-duplicate of its text in the order given (itself where there is none before)."""
    every = list(items)
    words = [spoken(text) for _, text in every]

    def read(places: Sequence[int]) -> list[Spoken | str]:
        return [_prepared(words[place], every[place][1]) for place in places]

    labels = link(_sign(every, words), np.arange(len(every)), np.ones(len(every), bool), read)
    return {name: every[label][0] for (name, _), label in zip(every, labels.tolist(), strict=True)}
