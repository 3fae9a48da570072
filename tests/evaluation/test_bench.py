"""The bench runs without real data, says so, and compares like with like."""

from pathlib import Path

import httpx
import pytest

from recommender.evaluation import bench, bench_http
from recommender.evaluation.bench_peers import BareTantivy, Fts5, datasketch_or_none


def test_without_data_the_sample_is_measured_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "ROUNDS", 2)
    monkeypatch.setattr(bench, "QUERIES_PER_ROUND", 3)
    result = bench.run_bench(None)
    assert "示例内容" in result["note"] and result["note"] in bench.table(result)
    assert {row["peer"] for row in result["measures"]} >= {
        "jieba.lcut_for_search",
        "datasketch",
        "SQLite FTS5",
        "bare tantivy",
        "bare FAISS flat",
    }
    assert all(row["ours_ms"] > 0 and row["peer_ms"] > 0 for row in result["measures"])
    tokenise = next(row for row in result["measures"] if row["what"] == "tokenise")
    assert tokenise["ratio"] > 4  # 11 to 16 when nothing else runs


def test_sides_take_turns_and_the_median_counts() -> None:
    order: list[str] = []
    row = bench.compare("a", "b", lambda number: order.append(f"ours{number}"), lambda number: order.append(f"peer{number}"), rounds=3)
    assert order == ["ours0", "peer0", "ours1", "peer1", "ours2", "peer2"]
    assert row["what"] == "a" and row["peer"] == "b"


def test_the_peers_find_what_they_should(tmp_path: Path) -> None:
    texts = ["防晒 霜", "厨房 收纳", "防晒 防晒"]
    fts5 = Fts5(tmp_path / "peer.db", texts)
    assert sorted(fts5.top(["防晒"], 10)) == [1, 3] and fts5.top([], 10) == []
    assert fts5.top(['"'], 10) == []
    fts5.close()
    assert len(BareTantivy(tmp_path / "peer", texts).top(["防晒"], 10)) == 2


def test_the_peer_of_near_duplicates_finds_them_too() -> None:
    text = "今天把羊绒衫都洗了一遍，先翻面，再用冷水加一点专用洗涤剂，泡十分钟，轻轻按压。"
    clusters = datasketch_or_none()
    assert clusters is not None
    found = clusters([("a", text), ("b", text + "转发"), ("c", "周末带孩子去湿地公园看候鸟，记得带望远镜"), ("d", "")])
    assert found["a"] == found["b"] != found["c"]
    assert found["d"] == "d"


def test_http_is_measured_against_an_empty_route() -> None:
    # Any service that answers; this one has no search.
    with bench_http._empty_route() as url, pytest.raises(httpx.HTTPStatusError):
        bench_http.run_http_bench(url.rstrip("/"), ["防晒", "面霜"])
