"""One opened generation: its word index, its vectors and its models. Never changes; `Index` swaps it for a newer one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from tantivy import Query

from recommender.search.generation import Checker, Damaged, Manifest
from recommender.search.models import Models, load_models
from recommender.search.names import Names, read_names
from recommender.search.publishing import MODELS, NAMES, VECTORS, WORDS
from recommender.search.vectors import Slots, VectorStore, load_vectors


@dataclass(frozen=True, slots=True)
class Reader:
    """A generation that is open for searching."""

    manifest: Manifest
    models: Models
    vectors: VectorStore
    searcher: Any
    names: Names

    def count(self, query: Any) -> int:
        """How many contents a query of the word index finds."""
        return int(self.searcher.search(Query.const_score_query(query, 0.0), limit=1).count)

    def slots(self, query: Any, most: int | None = None) -> Slots:
        """All slots that a query finds (at most `most`), ascending."""
        hits = self.searcher.search(query, limit=max(1, most or len(self.vectors)), count=False).hits
        return np.sort(np.array(self.searcher.fast_field_values("slot", [address for _, address in hits]), dtype=np.int64))

    def scored(self, query: Any, limit: int) -> tuple[list[tuple[int, float]], int]:
        """The best `limit` (slot, score) of a query, best first, and how many it finds in all."""
        found = self.searcher.search(query, limit=max(1, limit))
        slots = self.searcher.fast_field_values("slot", [address for _, address in found.hits])
        return [(slot, score) for slot, (score, _) in zip(slots, found.hits, strict=True)], int(found.count)


def open_reader(folder: Path, name: str, checker: Checker) -> Reader:
    """Open a generation after checking all of its files. Raises `Damaged`."""
    manifest = checker.read(folder, name)
    try:
        models = load_models(folder / name / MODELS)
        vectors = load_vectors(folder / name / VECTORS, manifest.dead, models.embedder.size)
        index = tantivy.Index.open(str(folder / name / WORDS))
        index.config_reader("manual")  # a generation never changes: there is nothing to watch
        index.reload()
        searcher = index.searcher()
        names = read_names(folder / name / NAMES)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Damaged(f"索引 {name} 打不开：{error}") from error
    if searcher.num_docs != manifest.documents or len(vectors) != manifest.documents:
        raise Damaged(f"索引 {name} 的词索引与向量数目不一致。")
    return Reader(manifest, models, vectors, searcher, names)
