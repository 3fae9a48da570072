"""Keeps the library's clusters of near-duplicates up to date: reads what changed, and touches only the clusters concerned."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender.library import Library
from recommender.library.model import ContentItem, Counts, Rights
from recommender.understanding.duplicates import BANDS, VERSION, Keys, link, prepare, sign
from recommender.understanding.likeness import Spoken

_BATCH = 1000
_KEY_BYTES = BANDS * 4
_SIZE_BYTES = 4
_WHOLE = 0.8  # of the longest text of a cluster; what is shorter is a teaser or an excerpt
_RIGHTS = (Rights.OWNED, Rights.AUTHORISED, Rights.REFERENCE, Rights.UNKNOWN, Rights.TAKEN_DOWN)  # best first


@dataclass(frozen=True, slots=True)
class _Signed:
    """What is kept of a content: a mark of its text, its band keys, and the cluster it was put in."""

    mark: str
    keys: bytes
    leader: str
    size: int

    def packed(self) -> tuple[str, bytes]:
        return self.mark, self.keys + self.size.to_bytes(_SIZE_BYTES, "little") + self.leader.encode("utf-8", "replace")


def _unpacked(mark: str, data: bytes) -> _Signed:
    end = _KEY_BYTES + _SIZE_BYTES
    return _Signed(mark, data[:_KEY_BYTES], data[end:].decode(), int.from_bytes(data[_KEY_BYTES:end], "little"))


def text_of(item: ContentItem) -> str:
    """What is compared of a content."""
    return f"{item.title}\n{item.text}"


def best_copy(items: Sequence[ContentItem]) -> ContentItem:
    """The copy that stands for a cluster, whichever source or platform it came from.

    In this order: what we may use most freely, what an editor has corrected (the correction must not vanish behind a copy),
    whole texts before teasers, a named creator, more pictures, known counts, more engagement, published first, then the id.
    """
    longest = max(len(item.text) for item in items)

    def rank(item: ContentItem) -> tuple[object, ...]:
        counts = [count for count in _counts(item.counts) if count is not None]
        published = item.published_at.timestamp() if item.published_at else float("inf")
        return (
            _RIGHTS.index(item.rights),
            not item.corrected,
            len(item.text) < _WHOLE * longest,
            not item.creator_name,
            -len(item.images),
            not counts,
            -sum(counts),
            published,
            item.id,
        )

    return min(items, key=rank)


def _counts(counts: Counts) -> tuple[int | None, ...]:
    return counts.liked, counts.collected, counts.commented, counts.shared


def update_clusters(library: Library, since: int) -> int:
    """Bring clusters, leaders and heat up to what changed in the library after revision `since`; returns how many contents changed.

    Signs only texts that changed, looks only at pairs in which one of them is, and rewrites only the clusters concerned. What
    comes out is the same as if everything were clustered anew.
    """
    kept = {name: _unpacked(mark, data) for name, (mark, data) in library.signatures.all(VERSION).items()}
    if not kept:
        since = 0
    gone = [name for name, _ in library.contents.removed_since(since) if name in kept]
    for name in gone:
        del kept[name]
    library.signatures.forget(gone)
    before = dict(kept)
    touched: set[str] = set()
    fresh: set[str] = set()
    for items in _changed(library, since):
        touched.update(item.id for item in items)
        new = [item for item in items if item.id not in kept or kept[item.id].mark != _mark(item)]
        fresh.update(item.id for item in new)
        for item, keys in zip(new, sign([(item.id, text_of(item)) for item in new]), strict=True):
            kept[item.id] = _Signed(_mark(item), keys.tobytes(), item.id, 1)
    sizes = Counter(signed.leader for name, signed in kept.items() if name not in fresh)
    fresh.update(name for name, signed in kept.items() if sizes[signed.leader] != signed.size)  # it lost a member
    changed = _led(library, _concerned(library, kept, fresh, touched))
    for name, (leader, size) in changed.items():
        kept[name] = replace(kept[name], leader=leader, size=size)
    written = library.contents.set_clusters((name, leader, size) for name, (leader, size) in changed.items())
    rewritten = [name for name in changed if before.get(name) != kept[name]]
    library.signatures.put(VERSION, {name: kept[name].packed() for name in rewritten})
    return written


def _changed(library: Library, since: int) -> Iterator[list[ContentItem]]:
    while items := library.contents.changed_since(since, _BATCH):
        yield items
        since = items[-1].revision


def _mark(item: ContentItem) -> str:
    return hashlib.blake2b(text_of(item).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _concerned(library: Library, kept: dict[str, _Signed], fresh: set[str], touched: set[str]) -> Iterator[list[str]]:
    """The clusters, as they are now, of fresh and touched contents."""
    names = list(kept)
    if not (fresh or touched) or not names:
        return
    keys: Keys = np.frombuffer(b"".join(signed.keys for signed in kept.values()), np.uint32).reshape(len(names), BANDS)
    firsts: dict[str, int] = {}
    labels = [place if name in fresh else firsts.setdefault(kept[name].leader, place) for place, name in enumerate(names)]

    def read(places: Sequence[int]) -> list[Spoken | str]:
        found = library.contents.get_many([names[place] for place in places])
        return [prepare(text_of(found[names[place]])) if names[place] in found else "" for place in places]

    marks = np.array([name in fresh for name in names])
    linked = link(keys, np.array(labels), marks, read)
    asked = np.array([name in fresh or name in touched for name in names])
    members: dict[int, list[str]] = {}
    for place in np.flatnonzero(np.isin(linked, linked[asked])).tolist():
        members.setdefault(int(linked[place]), []).append(names[place])
    yield from members.values()


def _led(library: Library, clusters: Iterable[list[str]]) -> dict[str, tuple[str, int]]:
    """(leader, size) of every member of these clusters."""
    every = list(clusters)
    items = library.contents.get_many([name for names in every if len(names) > 1 for name in names])
    found: dict[str, tuple[str, int]] = {}
    for names in every:
        there = [items[name] for name in names if name in items]
        leader = best_copy(there).id if there else names[0]
        found.update(dict.fromkeys(names, (leader, len(names))))
    return found
