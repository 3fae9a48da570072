"""The search evaluation: its format, its measures, its errors, and that the product is never below BM25."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from recommender.errors import InputError
from recommender.evaluation.bm25 import Bm25
from recommender.evaluation.search import METRICS, evaluate, measures, table
from recommender.settings import Settings
from tests.data import DATA, needs_data

DOCS: list[dict[str, Any]] = [
    {"id": "1", "title": "防晒霜测评", "text": "夏天户外防晒"},
    {"id": "2", "title": "", "text": "厨房收纳办法"},
    {"id": "3", "title": "宝宝辅食", "text": "米粉怎么冲"},
]
QUERIES: list[dict[str, Any]] = [{"id": "q1", "text": "防晒"}, {"id": "q2", "text": "收納"}, {"id": "q3", "text": "没有标注"}]
QRELS: list[dict[str, Any]] = [{"query": "q1", "doc": "1", "grade": 2}, {"query": "q2", "doc": "2", "grade": 1}]


def folder(path: Path, **files: list[dict[str, Any]]) -> Path:
    for name, rows in {"docs": DOCS, "queries": QUERIES, "qrels": QRELS, **files}.items():
        (path / f"{name}.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_measures_by_hand() -> None:
    hit1, hit10, mrr, ndcg, recall = measures(["x", "a", "b"], {"a": 1, "b": 2, "c": 0, "d": 1})
    assert (hit1, hit10, mrr) == (0.0, 1.0, 0.5)
    assert ndcg == pytest.approx((1 / 1.58496 + 3 / 2) / (3 + 1 / 1.58496 + 1 / 2), abs=1e-4)
    assert recall == pytest.approx(2 / 3)
    assert measures([], {"a": 1}) == (0.0, 0.0, 0.0, 0.0, 0.0)


def test_the_format_is_the_public_one(tmp_path: Path) -> None:
    result = evaluate(folder(tmp_path))
    assert set(result) == {"command", "data", "counts", "systems"}
    assert result["counts"] == {"documents": 3, "queries": 2, "judgements": 2}
    assert {name: tuple(figures) for name, figures in result["systems"].items()} == {"product": METRICS, "bm25": METRICS}
    assert result["systems"]["product"]["mrr@10"] == 1.0  # finds the Traditional spelling
    assert result["systems"]["bm25"]["mrr@10"] == 0.5
    assert json.loads(json.dumps(result)) == result
    assert "mrr@10" in table(result) and "product" in table(result)


def test_packed_files_are_read(tmp_path: Path) -> None:
    folder(tmp_path)
    for path in list(tmp_path.iterdir()):
        (tmp_path / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert evaluate(tmp_path)["counts"]["documents"] == 3


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("docs", None, "没有 docs.jsonl"),
        ("docs", '{"id": "1"}\n', "第 1 行缺少字段"),
        ("queries", '{"id": "q1", "text": "a"}\nnonsense\n', "读不懂"),
        ("qrels", '{"query": "other", "doc": "1", "grade": 1}\n', "没有带相关文档的查询"),
    ],
)
def test_other_files_get_one_sentence(tmp_path: Path, file: str, content: str | None, message: str) -> None:
    path = folder(tmp_path) / f"{file}.jsonl"
    path.unlink() if content is None else path.write_text(content, "utf-8")
    with pytest.raises(InputError, match=message):
        evaluate(tmp_path)


def test_bm25_is_the_formula() -> None:
    index = Bm25([["a", "a", "b"], ["b"], []])
    assert index.scores(["a"])[0] == pytest.approx(0.98083 * 2 * 2.5 / (2 + 1.5 * (0.25 + 0.75 * 3 / (4 / 3))), abs=1e-4)
    assert index.top(["b"], 10).tolist() == [1, 0]
    assert index.top(["zzz"], 10).tolist() == []
    assert index.scores(["a", "a"])[0] == pytest.approx(2 * index.scores(["a"])[0])


@needs_data
@pytest.mark.parametrize(("name", "every"), [("hashtag", 3), ("qbqtc", 8), ("drcd", 6), ("cmrc2018", 6)])
def test_search_is_never_below_plain_bm25(tmp_path: Path, name: str, every: int) -> None:
    source = DATA / "retrieval" / name
    (tmp_path / "docs.jsonl.gz").write_bytes((source / "docs.jsonl.gz").read_bytes())
    (tmp_path / "qrels.jsonl.gz").write_bytes((source / "qrels.jsonl.gz").read_bytes())
    queries = gzip.decompress((source / "queries.jsonl.gz").read_bytes()).decode().splitlines(keepends=True)
    (tmp_path / "queries.jsonl").write_text("".join(queries[::every]), "utf-8")
    systems = evaluate(tmp_path, Settings(vector_size=64))["systems"]
    product, plain = systems["product"], systems["bm25"]
    for metric in ("mrr@10", "ndcg@10"):
        assert product[metric] >= plain[metric] * (1.15 if name == "hashtag" else 1)
