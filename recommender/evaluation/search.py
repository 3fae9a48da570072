"""How well and how fast search finds, on any folder of documents, queries and judgements, beside plain BM25."""

from __future__ import annotations

import gzip
import json
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from recommender.errors import InputError
from recommender.evaluation.bm25 import Bm25
from recommender.library import open_library
from recommender.library.model import IncomingContent, MediaKind, Platform
from recommender.search import open_index, publish
from recommender.settings import Settings
from recommender.text.tokenizer import Tokenizer

METRICS = ("hit@1", "hit@10", "mrr@10", "ndcg@10", "recall@100", "p50_ms", "p99_ms")
_BATCH = 1000
_WORD = re.compile(r"\w")
Search = Callable[[str], list[str]]


def evaluate(data: Path, settings: Settings | None = None) -> dict[str, Any]:
    """Measure the product's search and plain BM25 on jieba words over the folder `data`.

    The folder holds `docs`, `queries` and `qrels` as `.jsonl` or `.jsonl.gz` (formats: `docs/evaluation.md`). The
    product's figures come from `Index.search`, which the API calls, over a temporary library of these documents. Gain is
    2^grade − 1; the ideal is over all judged documents. Queries without a judgement are left out. Each query is asked once
    and nothing is kept between queries. Raises `InputError` naming file and line for what is not of the format.
    """
    documents = list(_rows(data, "docs", ("id", "text")))
    queries = list(_rows(data, "queries", ("id", "text")))
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    for row in _rows(data, "qrels", ("query", "doc", "grade")):
        grades[str(row["query"])][str(row["doc"])] = float(row["grade"])
    asked = [(str(row["id"]), str(row["text"])) for row in queries if any(grade > 0 for grade in grades.get(str(row["id"]), {}).values())]
    if not asked:
        raise InputError(f"{data} 里没有带相关文档的查询：qrels 的 query 应与 queries 的 id 一致。", field="qrels")
    counts = {"documents": len(documents), "queries": len(asked), "judgements": sum(len(grades[name]) for name, _ in asked)}
    systems = {"product": _measure(asked, grades, *_product(documents, settings or Settings()))}
    systems["bm25"] = _measure(asked, grades, _plain(documents), lambda: None)
    return {"command": "eval search", "data": str(data), "counts": counts, "systems": systems}


def table(result: Mapping[str, Any]) -> str:
    """The result as lines of text for people."""
    counts = result["counts"]
    lines = [f"{result['data']}：{counts['documents']} 篇文档，{counts['queries']} 个查询，{counts['judgements']} 条相关标注"]
    lines.append(f"{'':10}" + "".join(f"{name:>12}" for name in METRICS))
    for name, figures in result["systems"].items():
        lines.append(f"{name:10}" + "".join(f"{figures[metric]:12.4f}" for metric in METRICS))
    product, plain = result["systems"]["product"], result["systems"]["bm25"]
    lines.append(f"{'ratio':10}" + "".join(f"{product[metric] / plain[metric] if plain[metric] else 0:12.4f}" for metric in METRICS))
    return "\n".join(lines)


def _rows(data: Path, name: str, fields: Sequence[str]) -> Iterator[dict[str, Any]]:
    path = next((path for path in (data / f"{name}.jsonl", data / f"{name}.jsonl.gz") if path.is_file()), None)
    if path is None:
        raise InputError(f"{data} 里没有 {name}.jsonl 或 {name}.jsonl.gz。", field=name)
    opener: Any = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row, dict) or any(field not in row for field in fields):
                    raise InputError(f"{path.name} 第 {number} 行缺少字段，应有 {'、'.join(fields)}。", field=name, line=number)
                yield row
    except (OSError, EOFError, ValueError) as error:
        raise InputError(f"{path.name} 读不懂：应为 UTF-8 的 JSON Lines（{error}）。", field=name) from None


def _product(documents: Sequence[Mapping[str, Any]], settings: Settings) -> tuple[Search, Callable[[], None]]:
    home = tempfile.TemporaryDirectory(prefix="zhongcao-eval-")
    settings = replace(settings, home=Path(home.name), database_url="", index_url="")
    library = open_library(settings.library_url)
    names: dict[str, str] = {}
    for start in range(0, len(documents), _BATCH):
        batch = documents[start : start + _BATCH]
        for row, outcome in zip(batch, library.contents.upsert([_content(row) for row in batch]), strict=True):
            names[outcome.id] = str(row["id"])
    publish(settings.search_url, library, settings)
    index = open_index(settings.search_url, library, settings)

    def close() -> None:
        library.close()
        home.cleanup()

    return lambda text: [names[hit.id] for hit in index.search(text, limit=100, facets=False).hits], close


def _content(row: Mapping[str, Any]) -> IncomingContent:
    title, text = str(row.get("title") or ""), str(row.get("text") or "")
    return IncomingContent(Platform.WEB, str(row["id"]), "", MediaKind.TEXT, title, text, title, text)


def _plain(documents: Sequence[Mapping[str, Any]]) -> Search:
    tokenizer = Tokenizer()

    def tokens(text: str) -> list[str]:
        return [token for token in tokenizer.search_tokens(text) if _WORD.search(token)]

    names = [str(row["id"]) for row in documents]
    index = Bm25([tokens(f"{row.get('title') or ''}\n{row.get('text') or ''}") for row in documents])
    return lambda text: [names[place] for place in index.top(tokens(text), 100)]


def _measure(
    asked: Sequence[tuple[str, str]], grades: Mapping[str, Mapping[str, float]], search: Search, close: Callable[[], None]
) -> dict[str, float]:
    figures: list[tuple[float, ...]] = []
    times: list[float] = []
    try:
        for name, text in asked:
            started = time.perf_counter()
            found = search(text)
            times.append((time.perf_counter() - started) * 1000)
            figures.append(measures(found, grades[name]))
    finally:
        close()
    means = [float(mean) for mean in np.mean(np.array(figures), axis=0)]
    speeds = [float(np.percentile(times, 50)), float(np.percentile(times, 99))]
    return {metric: round(value, 4) for metric, value in zip(METRICS, means + speeds, strict=True)}


def measures(found: Sequence[str], grades: Mapping[str, float]) -> tuple[float, float, float, float, float]:
    """(hit@1, hit@10, mrr@10, ndcg@10, recall@100) of one ranking against the grades of one query."""
    gained = [grades.get(name, 0.0) for name in found[:100]]
    right = [place for place, grade in enumerate(gained[:10], 1) if grade > 0]
    ideal = _discounted(sorted(grades.values(), reverse=True)[:10])
    relevant = sum(grade > 0 for grade in grades.values())
    return (
        float(bool(right) and right[0] == 1),
        float(bool(right)),
        1 / right[0] if right else 0.0,
        _discounted(gained[:10]) / ideal if ideal else 0.0,
        sum(grade > 0 for grade in gained) / relevant if relevant else 0.0,
    )


def _discounted(grades: Sequence[float]) -> float:
    return float(sum((2**grade - 1) / np.log2(place + 1) for place, grade in enumerate(grades, 1)))
