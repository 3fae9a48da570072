"""Vectors for meaning: TF-IDF over words and character pairs, reduced by SVD, fitted on the library itself."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from recommender.text.folding import fold
from recommender.text.grams import char_grams
from recommender.text.tokenizer import Tokenizer

Vectors = npt.NDArray[np.float32]

_FORM = "tfidf-svd-1"  # part of the version: change it when the same data would give other vectors
_LEAST_TEXTS = 2  # a feature of one text only says nothing about others
_MOST_SHARE = 0.5  # a feature of every second text says nothing about any
_MOST_FEATURES = 60_000
_FITTED_TEXTS = 20_000  # more texts change the axes little and cost much
_ITERATIONS = 4
_SEED = 20_240


class Embedder(Protocol):
    """Turns texts into vectors. Vectors are only comparable under one `version`."""

    @property
    def version(self) -> str: ...

    @property
    def size(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), size), of length 1, or of zeros for a text without a known feature."""
        ...


def features(text: str, tokenizer: Tokenizer) -> list[str]:
    """The words of two or more characters and the character pairs of a text."""
    folded = fold(text)
    words = [token for token in tokenizer.search_tokens(folded) if len(token) > 1 and not token.isspace()]
    return words + [gram for gram in char_grams(folded) if len(gram) > 1]


class SvdEmbedder:
    """TF-IDF (1 + log tf, smoothed idf) of words and character pairs times the axes of a truncated SVD."""

    def __init__(self, vocabulary: Sequence[str], weights: Vectors, axes: Vectors, tokenizer: Tokenizer, version: str) -> None:
        self.version = version
        self.vocabulary = vocabulary
        self._columns = {word: column for column, word in enumerate(vocabulary)}
        self._weights = weights  # idf, (features,)
        self._axes = axes  # (features, size)
        self.tokenizer = tokenizer

    @property
    def size(self) -> int:
        """Dimensions of each vector."""
        return int(self._axes.shape[1])

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), size), of length 1, or of zeros for a text without a known feature."""
        return self.embed_features([features(text, self.tokenizer) for text in texts])

    def embed_features(self, rows: Sequence[Sequence[str]]) -> Vectors:
        """The same for texts whose `features` are known already."""
        vectors = np.zeros((len(rows), self.size), dtype=np.float32)
        for index, row in enumerate(rows):
            counts = Counter(map(self._columns.get, row))
            counts.pop(None, None)
            if not counts:
                continue
            columns = np.fromiter((column for column in counts if column is not None), dtype=np.int64, count=len(counts))
            values = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
            vectors[index] = ((1 + np.log(values)) * self._weights[columns]) @ self._axes[columns]
        return _of_length_one(vectors)

    def save(self, path: Path) -> None:
        """Write the folder `path`: `embedder.json` and two plain arrays that are mapped, not read, when opened."""
        path.mkdir(parents=True, exist_ok=True)
        np.save(path / "weights.npy", self._weights, allow_pickle=False)
        np.save(path / "axes.npy", self._axes, allow_pickle=False)
        facts = {"version": self.version, "user_words": self.tokenizer.user_words, "vocabulary": list(self.vocabulary)}
        (path / "embedder.json").write_text(json.dumps(facts, ensure_ascii=False), "utf-8")


def _of_length_one(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    divided: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-12)
    return divided


def fit_embedder(texts: Sequence[str], *, size: int, tokenizer: Tokenizer) -> SvdEmbedder:
    """Fit an embedder of at most `size` dimensions on `texts`; the same texts give the same embedder.

    Fewer or very like texts give fewer dimensions (at least one); no usable text gives an embedder of zeros.
    """
    step = max(1, -(-len(texts) // _FITTED_TEXTS))
    rows = [features(text, tokenizer) for text in texts[::step]]
    found: Counter[str] = Counter(chain.from_iterable(map(set, rows)))
    most = max(_LEAST_TEXTS, int(len(rows) * _MOST_SHARE))
    kept = sorted((item for item in found.items() if _LEAST_TEXTS <= item[1] <= most), key=lambda item: (-item[1], item[0]))
    vocabulary = sorted(word for word, _ in kept[:_MOST_FEATURES])
    weights = np.array([np.log((1 + len(rows)) / (1 + found[word])) + 1 for word in vocabulary], dtype=np.float32)
    axes = _axes(rows, vocabulary, weights, size)
    facts = json.dumps([_FORM, size, len(rows), tokenizer.user_words, vocabulary], ensure_ascii=False).encode("utf-8", "replace")
    version = f"{_FORM}-{axes.shape[1]}-{hashlib.sha256(facts + weights.tobytes() + axes.tobytes()).hexdigest()[:12]}"
    return SvdEmbedder(vocabulary, weights, axes, tokenizer, version)


def _axes(rows: list[list[str]], vocabulary: list[str], weights: Vectors, size: int) -> Vectors:
    from scipy.sparse import csr_matrix
    from sklearn.decomposition import TruncatedSVD

    size = min(size, len(rows) - 1, len(vocabulary) - 1)
    if size < 1:
        return np.zeros((len(vocabulary), 1), dtype=np.float32)
    columns = {word: column for column, word in enumerate(vocabulary)}
    counted = [Counter(column for word in row if (column := columns.get(word)) is not None) for row in rows]
    starts = np.cumsum([0, *map(len, counted)])
    indices = np.fromiter(chain.from_iterable(counted), dtype=np.int32, count=starts[-1])
    values = np.fromiter(chain.from_iterable(count.values() for count in counted), dtype=np.float32, count=starts[-1])
    values = (1 + np.log(values)) * weights[indices]
    matrix = csr_matrix((values, indices, starts), shape=(len(rows), len(vocabulary)), dtype=np.float32)
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix.data /= np.repeat(np.where(lengths > 0, lengths, 1).astype(np.float32), np.diff(matrix.indptr))
    svd = TruncatedSVD(n_components=size, n_iter=_ITERATIONS, random_state=_SEED)
    svd.fit(matrix)
    axes: Vectors = np.ascontiguousarray(svd.components_.T, dtype=np.float32)
    return axes


def load_embedder(path: Path, tokenizer_for: Callable[[tuple[str, ...]], Tokenizer] = Tokenizer) -> SvdEmbedder:
    """Open what `SvdEmbedder.save` wrote; the axes are mapped. Raises OSError or ValueError when it is damaged."""
    facts = json.loads((path / "embedder.json").read_text("utf-8"))
    weights = np.load(path / "weights.npy", allow_pickle=False)
    axes = np.load(path / "axes.npy", mmap_mode="r", allow_pickle=False)
    if len(facts["vocabulary"]) != len(weights) or len(weights) != len(axes):
        raise ValueError("the parts of the embedder do not fit together")
    return SvdEmbedder(facts["vocabulary"], weights, axes, tokenizer_for(tuple(facts["user_words"])), facts["version"])
