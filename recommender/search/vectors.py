"""Exact nearest neighbours over the vectors of the library. The home of FAISS."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from recommender.text.embedder import Vectors

Slots = npt.NDArray[np.int64]
Similarities = npt.NDArray[np.float32]
_GATHER_SHARE = 0.3  # above this share of allowed rows one scan over all is faster than gathering them

faiss.omp_set_num_threads(1)  # one core fills the memory's bandwidth; more threads only disturb each other


def write_shard(folder: Path, number: int, first_slot: int, ids: Sequence[str], vectors: Vectors) -> None:
    """Write shard `number`: the vectors of consecutive slots and the content ids in them. It never changes afterwards."""
    folder.mkdir(exist_ok=True)
    np.save(folder / f"{number:06d}.npy", vectors, allow_pickle=False)
    (folder / f"{number:06d}.json").write_text(json.dumps({"first_slot": first_slot, "ids": list(ids)}), "utf-8")


def _shards(folder: Path) -> Iterator[tuple[Path, int, list[str]]]:
    for path in sorted(folder.glob("*.json")):
        facts = json.loads(path.read_text("utf-8"))
        yield path.with_suffix(".npy"), int(facts["first_slot"]), facts["ids"]


def live_slots(folder: Path, dead: Iterable[int]) -> dict[str, int]:
    """Content id → slot of all shards in `folder`, without the superseded slots."""
    gone = set(dead)
    return {name: slot for _, first, ids in _shards(folder) for slot, name in enumerate(ids, first) if slot not in gone}


class VectorStore:
    """The vectors of all shards of a generation that are not superseded.

    A *slot* is the number of one state of one content, given once and never again; a changed content gets a new one.
    """

    def __init__(self, index: Any, ordered: Slots, ids: dict[int, str]) -> None:
        self._index = index
        self._ordered = ordered  # slot of each row
        self.ids = ids
        self.slots = {name: slot for slot, name in ids.items()}
        shape = (len(ordered), int(index.d))
        self._rows: Vectors = np.empty(shape, dtype=np.float32)
        if len(ordered):
            self._rows = faiss.rev_swig_ptr(index.get_xb(), shape[0] * shape[1]).reshape(shape)  # FAISS's own memory, not a copy

    @property
    def size(self) -> int:
        """Dimensions of the vectors."""
        return int(self._index.d)

    def __len__(self) -> int:
        return len(self._ordered)

    def rows(self, slots: Sequence[int] | Slots) -> Vectors:
        """The vectors of live slots, of shape (len(slots), size)."""
        return np.asarray(self._rows[np.searchsorted(self._ordered, np.asarray(slots, dtype=np.int64))], dtype=np.float32)

    def similarities(self, vector: Vectors, slots: Sequence[int] | Slots) -> Similarities:
        """The cosine of `vector` (size,) with each of some live slots."""
        return np.asarray(self.rows(slots) @ vector, dtype=np.float32)

    def nearest(self, vector: Vectors, limit: int, allowed: Slots | None = None) -> tuple[Slots, Similarities]:
        """The `limit` most like slots and their cosines, best first, among `allowed` (ascending) or all. Exact."""
        limit = min(limit, len(self) if allowed is None else len(allowed))
        if limit < 1:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        if allowed is None:
            faiss.omp_set_num_threads(1)  # holds for the calling thread only
            found, places = self._index.search(np.ascontiguousarray(vector.reshape(1, -1)), limit)
            return self._ordered[places[0]], found[0]
        if len(allowed) < _GATHER_SHARE * len(self):
            scores = self.similarities(vector, allowed)
        else:
            scores = (self._rows @ vector)[np.searchsorted(self._ordered, allowed)]
        best = np.argpartition(-scores, limit - 1)[:limit]
        best = best[np.lexsort((allowed[best], -scores[best]))]
        return allowed[best], scores[best]


def load_vectors(folder: Path, dead: Iterable[int], size: int) -> VectorStore:
    """Read the live vectors of all shards into FAISS. Raises OSError or ValueError when a shard is damaged."""
    gone = set(dead)
    index = faiss.IndexFlatIP(size)
    kept: list[Slots] = [np.empty(0, dtype=np.int64)]
    names: dict[int, str] = {}
    for path, first, ids in _shards(folder):
        vectors = np.load(path, mmap_mode="r", allow_pickle=False)
        if vectors.shape != (len(ids), size):
            raise ValueError(f"{path.name} does not fit its ids")
        alive = np.array([place for place in range(len(ids)) if first + place not in gone], dtype=np.int64)
        if len(alive):
            index.add(np.ascontiguousarray(vectors if len(alive) == len(ids) else vectors[alive]))
        names.update((first + place, ids[place]) for place in alive.tolist())
        kept.append(alive + first)
    return VectorStore(index, np.concatenate(kept), names)
