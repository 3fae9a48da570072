"""Speed as ratios to the engines that one would use otherwise, both measured in turn in one run."""

from __future__ import annotations

import gzip
import json
import logging
import random
import re
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from recommender.evaluation.bench_peers import BareTantivy, Fts5, bare_faiss, bm25s_or_none, datasketch_or_none
from recommender.library import Library, open_library
from recommender.library.model import IncomingContent, MediaKind, Platform
from recommender.search import Index, open_index, publish
from recommender.search.query import parse_query
from recommender.search.results import ranked, resolve
from recommender.settings import Settings
from recommender.text.tokenizer import Tokenizer
from recommender.understanding.duplicates import cluster

ROUNDS = 5
QUERIES_PER_ROUND = 60
_TOKENISED = 1000
_INDEXED = 1500
_WORD = re.compile(r"\w")
Side = Callable[[int], object]  # does the work of round n


def run_bench(data: Path | None, settings: Settings | None = None) -> dict[str, Any]:
    """Measure tokenising, indexing and search beside their peers; medians of five rounds, the two sides in turn.

    `data` is the folder of the real data (`retrieval/hashtag` in it is read); without it the sample notes are used, which
    is said in `note`. No query is asked twice. `ratio` is how many times faster we are than the peer.
    """
    documents, queries, note = _corpus(data)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="zhongcao-bench-") as home:
        here = replace(settings or Settings(), home=Path(home), database_url="", index_url="")
        texts = [f"{title}\n{text}" for title, text in documents]
        rows.append(_tokenising(texts[:_TOKENISED]))
        rows.extend(_near_duplicates(texts))
        library = open_library(here.library_url)
        try:
            _store(library, documents)
            publish(here.search_url, library, here)
            rows.append(_indexing(library, here, texts))
            index = open_index(here.search_url, library, here)
            rows.extend(_searching(index, here, texts, queries))
            rows.append(_nearest(index, queries))
        finally:
            library.close()
    counts = {"documents": len(documents), "queries": len(queries)}
    return {"command": "bench", "data": str(data or "sample"), "note": note, "counts": counts, "measures": rows}


def table(result: Mapping[str, Any]) -> str:
    """The result as lines of text for people."""
    lines = [f"{result['counts']['documents']} 条内容，{result['counts']['queries']} 个查询。{result['note']}".strip()]
    lines.append(f"{'what':34}{'ours ms':>12}{'peer ms':>12}{'times faster':>14}  peer")
    for row in result["measures"]:
        beside = f"{row['peer_ms']:12.3f}{row['ratio']:14.2f}  {row['peer']}" if row["peer"] else ""
        lines.append(f"{row['what']:34}{row['ours_ms']:12.3f}{beside}")
    return "\n".join(lines)


def compare(what: str, peer: str, ours: Side, theirs: Side, *, per: int = 1, rounds: int | None = None) -> dict[str, Any]:
    """Median milliseconds (per one of `per` pieces of work) of both sides, run in turn, and how many times faster ours is."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds or ROUNDS):
        for side, kept in ((ours, times[0]), (theirs, times[1])):
            started = time.perf_counter()
            side(number)
            kept.append((time.perf_counter() - started) * 1000 / per)
    mine, other = (statistics.median(kept) for kept in times)
    return {"what": what, "peer": peer, "ours_ms": round(mine, 4), "peer_ms": round(other, 4), "ratio": round(other / mine, 2)}


def _corpus(data: Path | None) -> tuple[list[tuple[str, str]], list[str], str]:
    """(title, text) of the notes, queries that no other has, and what to say about them."""
    folder = data / "retrieval" / "hashtag" if data else None
    if folder and (folder / "docs.jsonl.gz").is_file():
        rows, asked = (_lines(folder / f"{name}.jsonl.gz") for name in ("docs", "queries"))
        random.Random(1).shuffle(asked)
        return [(row["title"] or "", row["text"]) for row in rows], list(dict.fromkeys(row["text"] for row in asked)), ""
    notes: list[tuple[str, str]] = []
    for file in sorted(resources.files("recommender.library").joinpath("sample").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".jsonl"):
            notes.extend((row["title"], row["text"]) for row in map(json.loads, file.read_text("utf-8").splitlines()) if row)
    words = [title[start : start + 4] for title, _ in notes for start in (0, 4) if len(title) >= start + 4]
    return notes, list(dict.fromkeys(words)), "真实数据不在，用示例内容测得：数字偏小，只供参考。"


def _lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _store(library: Library, documents: Sequence[tuple[str, str]]) -> None:
    notes = [
        IncomingContent(Platform.WEB, str(number), "", MediaKind.TEXT, title, text, title, text)
        for number, (title, text) in enumerate(documents)
    ]
    for start in range(0, len(notes), 1000):
        library.contents.upsert(notes[start : start + 1000])


@contextmanager
def _jieba() -> Iterator[Callable[[str], list[str]]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    yield lambda text: jieba.lcut_for_search(text, HMM=False)


def _tokenising(texts: Sequence[str]) -> dict[str, Any]:
    tokenizer = Tokenizer()
    tokenizer.joined(texts[:10])
    with _jieba() as cut:
        return compare(
            "tokenise", "jieba.lcut_for_search", lambda _: _all(tokenizer.search_tokens, texts), lambda _: _all(cut, texts), per=len(texts)
        )


def _all(cut: Callable[[str], list[str]], texts: Sequence[str]) -> None:
    for text in texts:
        cut(text)


def _near_duplicates(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Finding the near-duplicates of all texts, exact check included, per text; no row where datasketch is not installed."""
    peer = datasketch_or_none()
    if peer is None:
        return []
    items = [(str(number), text) for number, text in enumerate(texts)]
    cluster(items[:10])
    rounds = ROUNDS if len(texts) < _INDEXED else 3
    return [
        compare("near-duplicates, per note", "datasketch", lambda _: cluster(items), lambda _: peer(items), per=len(texts), rounds=rounds)
    ]


def _indexing(library: Library, settings: Settings, texts: Sequence[str]) -> dict[str, Any]:
    """Our whole index of the library against jieba words in SQLite FTS5, per note; models fitted before, as in daily work."""
    with _jieba() as cut, tempfile.TemporaryDirectory() as folder:
        row = compare(
            "index, per note",
            "jieba + SQLite FTS5",
            lambda _: _republish(library, settings),
            lambda number: Fts5(Path(folder) / f"{number}.db", (" ".join(cut(text)) for text in texts)).close(),
            per=len(texts),
            rounds=ROUNDS if len(texts) < _INDEXED else 3,
        )
    return {**row, "notes_per_second": round(1000 / row["ours_ms"])}


def _republish(library: Library, settings: Settings) -> None:
    publish(settings.search_url, library, settings, rebuild=True, refit=False)


def _searching(index: Index, settings: Settings, texts: Sequence[str], queries: Sequence[str]) -> list[dict[str, Any]]:
    tokenizer = Tokenizer()

    def tokens(text: str) -> list[str]:
        return [token for token in tokenizer.search_tokens(text) if _WORD.search(token)]

    reader = index.reader
    asked = _slices(queries)

    def ours_by_words(text: str) -> None:
        parsed = parse_query(text, reader.models.tokenizer, characters=settings.query_characters)
        ranked(reader, resolve(reader, parsed, [], [], 10), [], 10)

    def each(search: Callable[[str], object]) -> Side:
        def run(number: int) -> None:
            for text in asked[number]:
                search(text)

        return run

    tokenised = [tokens(text) for text in texts]
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        fts5 = Fts5(Path(folder) / "peer.db", (" ".join(found) for found in tokenised))
        bare = BareTantivy(Path(folder) / "peer", (" ".join(found) for found in tokenised))
        peers: list[tuple[str, Callable[[str], object]]] = [
            ("SQLite FTS5", lambda text: fts5.top(tokens(text), 10)),
            ("bare tantivy", lambda text: bare.top(tokens(text), 10)),
        ]
        if scorer := bm25s_or_none(tokenised):
            peers.append(("bm25s (numpy)", lambda text: scorer(tokens(text), 10)))
        for _, search in [("", ours_by_words), *peers]:
            search("预热")
        for name, search in peers:
            rows.append(compare("words, top 10", name, each(ours_by_words), each(search), per=len(asked[0])))
        # The page that the API serves: words and meaning, exact total, five facets, matched words.
        page = each(lambda text: index.search(text, limit=10))
        rows.append(compare("hybrid search, whole page", "SQLite FTS5", page, each(peers[0][1]), per=len(asked[0])))
        fts5.close()
    return rows


def _slices(queries: Sequence[str]) -> list[Sequence[str]]:
    size = max(1, min(QUERIES_PER_ROUND, len(queries) // ROUNDS))
    return [queries[number * size : (number + 1) * size] for number in range(ROUNDS)]


def _nearest(index: Index, queries: Sequence[str]) -> dict[str, Any]:
    store = index.reader.vectors
    asked = [np.ascontiguousarray(index.embed([text])) for text in _slices(queries)[0]]
    peer = bare_faiss(store.rows(sorted(store.ids)))

    def ours(_: int) -> None:
        for vector in asked:
            store.nearest(vector[0], 10)

    def theirs(_: int) -> None:
        for vector in asked:
            peer(vector, 10)

    return compare("vectors, top 10", "bare FAISS flat", ours, theirs, per=len(asked))
