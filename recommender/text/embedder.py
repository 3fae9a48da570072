"""Vectors for meaning: TF-IDF over words and character pairs, reduced by SVD, fitted on the library itself."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from recommender.text.cutting import Cuts, Numbers, cut, pair_keys, pairs_of
from recommender.text.folding import fold
from recommender.text.tokenizer import Tokenizer

Vectors = npt.NDArray[np.float32]

_FORM = "tfidf-svd-2"  # part of the version: change it when the same data would give other vectors
_LEAST_TEXTS = 2  # a feature of one text only says nothing about others
_MOST_SHARE = 0.5  # a feature of every second text says nothing about any
_MOST_FEATURES = 30_000
FITTED_TEXTS = 4096  # more texts change the axes little and cost much
_ITERATIONS = 4
_SPARE_AXES = 10  # that the search for the axes carries along for precision
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


class SvdEmbedder:
    """TF-IDF (1 + log tf, smoothed idf) of character pairs and longer words times the axes of a truncated SVD.

    The features are the pairs, in order of their keys, and after them the words.
    """

    def __init__(self, pairs: Numbers, words: Sequence[str], weights: Vectors, axes: Vectors, tokenizer: Tokenizer, version: str) -> None:
        self.version = version
        self.tokenizer = tokenizer
        self._pairs = pairs  # keys, ascending
        self._words = words
        self._columns = {word: column for column, word in enumerate(words, len(pairs))}
        self._weights = weights  # idf, (features,)
        self._axes = np.asarray(axes)  # (features, size)

    @property
    def size(self) -> int:
        """Dimensions of each vector."""
        return int(self._axes.shape[1])

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), size), of length 1, or of zeros for a text without a known feature."""
        return self.embed_cuts(cut([fold(text) for text in texts], self.tokenizer), np.arange(len(texts)), len(texts))

    def embed_cuts(self, cuts: Cuts, owners: Numbers, count: int) -> Vectors:
        """The same for `count` texts that were cut already: cut `i` is a part of text `owners[i]`, or of none where that is -1."""
        starts, columns, values = _weighed(cuts, owners, count, self._pairs, self._columns, self._weights)
        vectors = np.zeros((count, self.size), dtype=np.float32)
        for row, (start, end) in enumerate(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)):
            if end > start:
                vectors[row] = values[start:end] @ self._axes[columns[start:end]]
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        divided: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-12)
        return divided

    def save(self, path: Path) -> None:
        """Write the folder `path`: `embedder.json` and two plain arrays that are mapped, not read, when opened."""
        path.mkdir(parents=True, exist_ok=True)
        np.save(path / "weights.npy", self._weights, allow_pickle=False)
        np.save(path / "axes.npy", self._axes, allow_pickle=False)
        features = {"pairs": pairs_of(self._pairs), "words": list(self._words)}
        facts = {"version": self.version, "user_words": self.tokenizer.user_words, **features}
        (path / "embedder.json").write_text(json.dumps(facts, ensure_ascii=False), "utf-8")


def _long_words(words: Sequence[str]) -> list[str]:
    """The words that are no character pair."""
    return [word for word in words if len(word) > 2 or (len(word) == 2 and word.isascii())]


def _weighed(cuts: Cuts, owners: Numbers, count: int, pairs: Numbers, columns: dict[str, int], weights: Vectors) -> tuple[Any, Any, Any]:
    """The texts' rows of TF-IDF as (starts of the rows, columns, values)."""
    rows = [np.repeat(owners, cuts.pair_counts)]
    found = [np.full(len(cuts.pair_keys), -1, dtype=np.int64)]
    if len(pairs):
        places = np.minimum(np.searchsorted(pairs, cuts.pair_keys), len(pairs) - 1)
        found[0] = np.where(pairs[places] == cuts.pair_keys, places, -1)
    for owner, words in zip(owners.tolist(), cuts.words, strict=True):
        if owner >= 0 and (known := [columns.get(word, -1) for word in _long_words(words)]):
            found.append(np.array(known, dtype=np.int64))
            rows.append(np.full(len(known), owner, dtype=np.int64))
    row, column = np.concatenate(rows), np.concatenate(found)
    kept = (row >= 0) & (column >= 0)
    width = max(1, len(weights))
    cells, amounts = np.unique(row[kept] * width + column[kept], return_counts=True)
    places = cells % width
    values = ((1 + np.log(amounts)) * weights[places]).astype(np.float32)
    return np.searchsorted(cells, np.arange(count + 1) * width), places, values


def fit_embedder(texts: Sequence[str], *, size: int, tokenizer: Tokenizer) -> SvdEmbedder:
    """Fit an embedder of at most `size` dimensions on `texts` (evenly chosen ones of many); the same texts give the same one.

    Fewer or very like texts give fewer dimensions (at least one); no usable text gives an embedder of zeros.
    """
    chosen = texts[:: max(1, -(-len(texts) // FITTED_TEXTS))]
    count = len(chosen)
    owners = np.arange(count)
    cuts = cut([fold(text) for text in chosen], tokenizer)
    pairs, words, texts_with = _vocabulary(cuts, count)
    weights = (np.log((1 + count) / (1 + texts_with)) + 1).astype(np.float32)
    columns = {word: column for column, word in enumerate(words, len(pairs))}
    axes = _axes(*_weighed(cuts, owners, count, pairs, columns, weights), len(weights), size)
    facts = json.dumps([_FORM, size, count, tokenizer.user_words, pairs_of(pairs), words], ensure_ascii=False).encode("utf-8", "replace")
    version = f"{_FORM}-{axes.shape[1]}-{hashlib.sha256(facts + weights.tobytes() + axes.tobytes()).hexdigest()[:12]}"
    return SvdEmbedder(pairs, words, weights, axes, tokenizer, version)


def _vocabulary(cuts: Cuts, count: int) -> tuple[Numbers, list[str], Any]:
    """The pairs (keys) and words that most texts hold, each in order, and how many texts hold each."""
    keys, places = np.unique(cuts.pair_keys, return_inverse=True)
    rows = np.repeat(np.arange(count), cuts.pair_counts)
    once = np.unique(rows * max(1, len(keys)) + places)
    with_pair = np.bincount(once % max(1, len(keys)), minlength=len(keys))
    with_word: Counter[str] = Counter()
    for words in cuts.words:
        with_word.update(set(_long_words(words)))
    most = max(_LEAST_TEXTS, int(count * _MOST_SHARE))
    names = sorted(word for word, amount in with_word.items() if _LEAST_TEXTS <= amount <= most)
    usable = (with_pair >= _LEAST_TEXTS) & (with_pair <= most)
    keys, with_pair = keys[usable], with_pair[usable]
    amounts = np.concatenate([with_pair, np.array([with_word[name] for name in names], dtype=np.int64)])
    kept = np.sort(np.argsort(-amounts, kind="stable")[:_MOST_FEATURES])
    return keys[kept[kept < len(keys)]], [names[place - len(keys)] for place in kept[kept >= len(keys)].tolist()], amounts[kept]


def _axes(starts: Any, columns: Any, values: Any, features: int, size: int) -> Vectors:
    """The axes of a truncated SVD of the texts' rows, each row of length one; by random projection, the same each time."""
    from scipy.sparse import csr_matrix

    rows = len(starts) - 1
    size = min(size, rows - 1, features - 1)
    if size < 1:
        return np.zeros((features, 1), dtype=np.float32)
    matrix = csr_matrix((values, columns, starts), shape=(rows, features), dtype=np.float32)
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix.data /= np.repeat(np.where(lengths > 0, lengths, 1).astype(np.float32), np.diff(matrix.indptr))
    flipped = matrix.T.tocsr()
    carried = min(size + _SPARE_AXES, rows, features)
    basis = matrix @ np.random.default_rng(_SEED).standard_normal((features, carried), dtype=np.float32)
    for _ in range(_ITERATIONS):
        basis = matrix @ (flipped @ np.linalg.qr(basis)[0])
    projected = flipped @ np.linalg.qr(basis)[0]  # (features, carried)
    strengths, turned = np.linalg.eigh((projected.T @ projected).astype(np.float64))
    best = np.argsort(-strengths, kind="stable")[:size]
    scale = np.sqrt(np.maximum(strengths[best], 1e-12))
    scale[strengths[best] < 1e-9 * max(strengths.max(), 1e-12)] = np.inf  # a direction that no text has
    return np.ascontiguousarray(projected @ (turned[:, best] / scale).astype(np.float32))


def load_embedder(path: Path, tokenizer_for: Callable[[tuple[str, ...]], Tokenizer] = Tokenizer) -> SvdEmbedder:
    """Open what `SvdEmbedder.save` wrote; the axes are mapped. Raises OSError or ValueError when it is damaged."""
    facts = json.loads((path / "embedder.json").read_text("utf-8"))
    weights = np.load(path / "weights.npy", allow_pickle=False)
    axes = np.load(path / "axes.npy", mmap_mode="r", allow_pickle=False)
    pairs = pair_keys(facts["pairs"])
    if len(pairs) + len(facts["words"]) != len(weights) or len(weights) != len(axes):
        raise ValueError("the parts of the embedder do not fit together")
    return SvdEmbedder(pairs, facts["words"], weights, axes, tokenizer_for(tuple(facts["user_words"])), facts["version"])
