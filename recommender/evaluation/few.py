"""How well a category is learnt from a few labelled texts: words and characters together beside words alone."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from recommender.errors import InputError
from recommender.text.folding import fold
from recommender.text.tokenizer import Tokenizer

SEEDS = 3
MOST = 10_000
TESTED = 4000  # texts outside the training sample that are judged, at most


def evaluate(labelled: Path, sizes: Sequence[int]) -> dict[str, Any]:
    """Accuracy of the category after learning from `sizes` texts per class, mean over three seeds.

    `labelled` is a CSV or CSV.GZ with a label column (`cat`, `category` or `label`) and a text column (`review`, `text`). Both
    systems are logistic regression over TF-IDF: ours over jieba words and character bigrams, the baseline over words.
    Raises `InputError` for a file without those columns or with too few texts.
    """
    texts, labels = _read(labelled)
    words = _words(texts)
    spaces = {"product": _joined(texts, words), "baseline": words}
    classes = sorted(set(labels))
    systems: dict[str, dict[str, float]] = {name: {} for name in ("product", "baseline")}
    for size in sizes:
        if not 1 <= size <= MOST:
            raise InputError(f"--few 的数量应在 1 到 {MOST} 之间，现在是 {size}。", field="few")
        for name, space in spaces.items():
            found = [_accuracy(space, np.array(labels), classes, size, seed) for seed in range(SEEDS)]
            systems[name][f"accuracy_{size}"] = float(np.mean(found))
            systems[name][f"spread_{size}"] = float(np.std(found))
    return {
        "command": "eval types --few",
        "data": str(labelled),
        "counts": {"texts": len(texts), "classes": len(classes)},
        "systems": systems,
    }


def table(result: Mapping[str, Any]) -> str:
    """The result as lines of text for people."""
    systems = result["systems"]
    lines = [
        f"{result['data']}：{result['counts']['texts']} 条，{result['counts']['classes']} 类",
        f"{'':16}{'product':>10}{'baseline':>10}",
    ]
    return "\n".join([*lines, *(f"{name:16}{value:10.3f}{systems['baseline'][name]:10.3f}" for name, value in systems["product"].items())])


def _read(path: Path) -> tuple[list[str], list[str]]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = csv.DictReader(io.StringIO(raw.decode("utf-8-sig", "replace")))
    columns = rows.fieldnames or []
    label = next((name for name in ("cat", "category", "label") if name in columns), None)
    text = next((name for name in ("review", "text") if name in columns), None)
    if label is None or text is None:
        raise InputError(f"{path.name} 需要标签列（cat、category 或 label）和文本列（review 或 text）。", field="labelled")
    found = [(fold(row[text] or ""), row[label] or "") for row in rows]
    return [text for text, _ in found], [name for _, name in found]


def _words(texts: Sequence[str]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    joined = Tokenizer().joined(texts)
    return TfidfVectorizer(analyzer=str.split, min_df=2, sublinear_tf=True).fit_transform(joined)


def _joined(texts: Sequence[str], words: Any) -> Any:
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer

    characters = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit_transform(texts)
    return hstack([words, characters]).tocsr()


def _accuracy(space: Any, labels: Any, classes: Sequence[str], size: int, seed: int) -> float:
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(seed)
    places: dict[str, Any] = defaultdict(list)
    for name in classes:
        places[name] = random.permutation(np.flatnonzero(labels == name))
    # A class with fewer texts gives three quarters of them, so that it is judged as well.
    known = np.concatenate([places[name][: min(size, max(1, len(places[name]) * 3 // 4))] for name in classes])
    asked = random.permutation(np.setdiff1d(np.arange(len(labels)), known))[:TESTED]
    model = LogisticRegression(C=10, max_iter=1000).fit(space[known], labels[known])
    return float((model.predict(space[asked]) == labels[asked]).mean())
