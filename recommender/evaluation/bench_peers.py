"""The engines that search is measured beside, each as plainly as one would use it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import faiss
import tantivy

from recommender.text.embedder import Vectors
from recommender.understanding.duplicates import BANDS, ROWS, prepare
from recommender.understanding.likeness import Spoken, jaccard


class Fts5:
    """SQLite FTS5 over texts whose tokens are joined by blanks."""

    def __init__(self, path: Path, texts: Iterable[str]) -> None:
        self._database = sqlite3.connect(path)
        self._database.execute("CREATE VIRTUAL TABLE notes USING fts5(text, tokenize=\"unicode61 tokenchars '+#&._%-'\")")
        self._database.executemany("INSERT INTO notes(text) VALUES (?)", ((text,) for text in texts))
        self._database.commit()

    def top(self, tokens: Sequence[str], limit: int) -> list[int]:
        """Row ids of the best texts that hold any token."""
        if not tokens:
            return []
        asked = " OR ".join('"' + token.replace('"', '""') + '"' for token in tokens)
        rows = self._database.execute("SELECT rowid FROM notes WHERE notes MATCH ? ORDER BY rank LIMIT ?", (asked, limit))
        return [row[0] for row in rows]

    def close(self) -> None:
        """Close the database."""
        self._database.close()


class BareTantivy:
    """tantivy with one field and an OR of the tokens."""

    def __init__(self, path: Path, texts: Iterable[str]) -> None:
        path.mkdir()
        self._schema = tantivy.SchemaBuilder().add_text_field("text", tokenizer_name="whitespace", index_option="freq").build()
        index = tantivy.Index(self._schema, str(path))
        writer = index.writer(128_000_000, 1)
        for text in texts:
            writer.add_document(tantivy.Document(text=text))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def top(self, tokens: Sequence[str], limit: int) -> Any:
        """The best texts that hold any token."""
        terms = [(tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "text", token, "freq")) for token in tokens]
        return self._searcher.search(tantivy.Query.boolean_query(terms), limit=limit, count=False).hits


def bm25s_or_none(tokenised: Sequence[Sequence[str]]) -> Callable[[Sequence[str], int], object] | None:
    """bm25s on its numpy backend, or None where it is not installed (it is a development dependency)."""
    try:
        import bm25s
    except ImportError:
        return None
    scorer = bm25s.BM25(backend="numpy")
    scorer.index([list(tokens) for tokens in tokenised], show_progress=False)
    return lambda tokens, limit: scorer.retrieve([list(tokens)], k=limit, show_progress=False) if tokens else None


def bare_faiss(vectors: Vectors) -> Callable[[Vectors, int], object]:
    """A flat inner product index; called with a (1, size) vector."""
    index: Any = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    search: Callable[[Vectors, int], object] = index.search
    return search


def datasketch_or_none(least: float = 0.5) -> Callable[[Sequence[tuple[str, str]]], dict[str, str]] | None:
    """datasketch's MinHashLSH as clusters of (id, text), or None where it is not installed (it is a development dependency).

    The same trigrams, bands and rows as ours; candidates are checked by exact Jaccard similarity of at least `least`.
    """
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError:
        return None

    def clusters(items: Sequence[tuple[str, str]]) -> dict[str, str]:
        leads = {name: name for name, _ in items}

        def lead(name: str) -> str:
            while leads[name] != name:
                name = leads[name]
            return name

        prepared = {name: prepare(text) for name, text in items}
        long = {name: text for name, text in prepared.items() if isinstance(text, Spoken)}
        index = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
        grams = ([gram.encode("utf-8", "replace") for gram in text.places] for text in long.values())
        for (name, text), sketch in zip(long.items(), MinHash.generator(grams, num_perm=BANDS * ROWS), strict=True):
            for other in index.query(sketch):
                if lead(name) != lead(other) and jaccard(text, long[other]) >= least:
                    leads[lead(name)] = lead(other)
            index.insert(name, sketch)
        return {name: lead(name) for name in leads}

    return clusters
