"""Plain BM25 over jieba words: the yardstick that search and matching are measured against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix

Scores = npt.NDArray[np.float32]


class Bm25:
    """BM25 with Lucene's idf (k1 1.5, b 0.75) over given tokens; scores are computed once per document and term."""

    def __init__(self, documents: Sequence[Sequence[str]], *, k1: float = 1.5, b: float = 0.75) -> None:
        counted = [Counter(tokens) for tokens in documents]
        self._columns = {token: column for column, token in enumerate(sorted(set(chain.from_iterable(counted))))}
        starts = np.cumsum([0, *map(len, counted)])
        rows = np.repeat(np.arange(len(counted)), np.diff(starts))
        columns = np.fromiter((self._columns[token] for token in chain.from_iterable(counted)), dtype=np.int64, count=starts[-1])
        counts = np.fromiter(chain.from_iterable(count.values() for count in counted), dtype=np.float64, count=starts[-1])
        lengths = np.array([len(tokens) for tokens in documents], dtype=np.float64)
        mean = lengths.mean() if len(lengths) and lengths.sum() else 1.0
        found = np.bincount(columns, minlength=len(self._columns))
        idf = np.log(1 + (len(counted) - found + 0.5) / (found + 0.5))
        values = idf[columns] * counts * (k1 + 1) / (counts + k1 * (1 - b + b * lengths[rows] / mean))
        shape = (len(counted), max(1, len(self._columns)))
        self._scores = csc_matrix((values.astype(np.float32), (rows, columns)), shape=shape)

    def scores(self, tokens: Sequence[str]) -> Scores:
        """The score of every document, of shape (documents,); a token said twice counts twice."""
        total = np.zeros(self._scores.shape[0], dtype=np.float32)
        starts, rows, values = self._scores.indptr, self._scores.indices, self._scores.data
        for token in tokens:
            column = self._columns.get(token)
            if column is not None:
                part = slice(starts[column], starts[column + 1])
                total[rows[part]] += values[part]
        return total

    def top(self, tokens: Sequence[str], limit: int) -> npt.NDArray[np.int64]:
        """The best documents that hold a token at all, best first, as positions; equal scores by position."""
        scores = self.scores(tokens)
        limit = min(limit, len(scores))
        best = np.argpartition(-scores, limit - 1)[:limit] if limit else np.empty(0, dtype=np.int64)
        best = best[scores[best] > 0]
        return np.asarray(best[np.lexsort((best, -scores[best]))], dtype=np.int64)
