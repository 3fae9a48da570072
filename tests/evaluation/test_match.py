"""The match evaluation on a small folder of its format."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from recommender.errors import InputError
from recommender.evaluation import match as evaluation
from recommender.library import Library
from recommender.library.model import Channel, ContentType, IncomingContent, MediaKind, Platform
from recommender.settings import Settings

NOTES = {
    "a": ("六月龄怎么加辅食", "米粉从一勺开始，果泥后加。"),
    "b": ("哄睡三十天", "抱睡到自主入睡，夜醒少了。"),
    "c": ("冬天看轮胎", "胎压和花纹。"),
    "d": ("宝妈的车", "宝妈宝妈，轮胎该换了。"),
    "e": ("巷口烤肉", "五花肉厚切。"),
}
BRIEF: dict[str, Any] = {
    "id": "b1",
    "segment": {"name": "宝妈", "description": "", "tags": [], "life_stage": "产后", "tier": "", "region": ""},
    "channel": "moments",
    "group_type": None,
    "goal": "",
    "content_types": ["service", "poetry"],
    "date": "2026-05-01",
    "no_shared_word": True,
}
GRADES = {"a": 3, "b": 2, "c": 0, "d": 0, "gone": 1}


def _import(library: Library, paths: Iterable[Path]) -> None:
    for path in paths:
        raw = json.loads((path / "notes.json").read_text("utf-8"))
        notes = [
            IncomingContent(Platform.XHS, name, f"https://notes.example/{name}", MediaKind.IMAGE, title, text, title, text)
            for name, (title, text) in raw.items()
        ]
        library.contents.upsert(notes)


def _lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "match"
    data.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "notes.json").write_text(json.dumps(NOTES), "utf-8")
    (data / "notes.txt").write_text("../elsewhere\n", "utf-8")
    _lines(data / "briefs.jsonl", [BRIEF])
    _lines(data / "qrels.jsonl", [{"brief": "b1", "note_id": name, "grade": grade} for name, grade in GRADES.items()])
    return data


def test_the_figures_have_the_public_names_and_the_product_sees_beyond_the_word(folder: Path) -> None:
    result = evaluation.evaluate(folder, Settings(), _import)
    assert json.loads(json.dumps(result)) == result
    assert result["command"] == "eval match"
    assert result["counts"] == {"notes": 5, "briefs": 1, "no_shared_word": 1, "judgements": 5, "judged_missing": 1}
    assert {name: set(figures) for name, figures in result["systems"].items()} == {
        name: set(evaluation.METRICS) for name in ("product", "bm25")
    }
    product, plain = result["systems"]["product"], result["systems"]["bm25"]
    assert product["pool_ndcg@10"] == product["pool_ndcg@10_no_shared_word"] > plain["pool_ndcg@10"]
    assert product["full_ndcg@10"] > plain["full_ndcg@10"]
    assert plain["precision@10"] == 0
    shown = evaluation.table(result)
    assert all(metric in shown for metric in evaluation.METRICS)


def test_ndcg_by_hand() -> None:
    assert evaluation.ndcg(["a", "b"], {"a": 3, "b": 0}) == 1
    assert evaluation.ndcg(["b", "a"], {"a": 1, "b": 0}) == pytest.approx(0.6309, abs=1e-4)
    assert evaluation.ndcg(["x"], {"a": 1}) == 0
    assert evaluation.ndcg([], {}) == 0


def test_free_words_are_mapped_and_never_refused(folder: Path) -> None:
    odd = {**BRIEF, "id": "b2", "channel": "电台", "group_type": 3, "date": "明天", "content_types": "service", "segment": {"name": None}}
    _lines(folder / "briefs.jsonl", [BRIEF, odd])
    judged = [{"brief": name, "note_id": "a", "grade": 2} for name in ("b1", "b2")]
    _lines(folder / "qrels.jsonl", judged)
    first, second = evaluation.read_briefs(folder)
    assert first.request.content_types == (ContentType.SERVICE,)
    assert first.request.channel is Channel.MOMENTS
    assert second.request.channel is Channel.GROUP
    assert second.request.group_type is None
    assert second.request.date is None
    assert second.request.segment.name == ""


@pytest.mark.parametrize(
    ("file", "text", "word"),
    [
        ("briefs.jsonl", "{\n", "第 1 行"),
        ("briefs.jsonl", '{"id": "b1"}\n', "segment"),
        ("qrels.jsonl", '{"brief": "b1"}\n', "第 1 行"),
        ("qrels.jsonl", '{"brief": "b9", "note_id": "a", "grade": 1}\n', "没有带标注"),
        ("notes.txt", "nowhere", "notes"),
    ],
)
def test_a_broken_folder_is_said_in_one_sentence(folder: Path, file: str, text: str, word: str) -> None:
    (folder / file).write_text(text, "utf-8")
    with pytest.raises(InputError, match=word):
        evaluation.evaluate(folder, Settings(), _import)
