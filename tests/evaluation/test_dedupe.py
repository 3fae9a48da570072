"""Near-duplicates measured on the public format, and the set that is made where nobody has labelled one."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli.judging_dedupe import eval_dedupe
from recommender.errors import InputError
from recommender.evaluation import dedupe
from recommender.evaluation.dedupe_made import edit, make
from tests.data import DATA, needs_data

WOOL = "今天把羊绒衫都洗了一遍，先翻面，再用冷水加一点专用洗涤剂，泡十分钟，轻轻按压，平铺晾干，千万不要拧，也不要挂起来。"
BIRDS = "周末带孩子去湿地公园看候鸟，记得带望远镜和保温杯，木栈道那一段风很大，三点以后光线最好看，回来路上吃碗面。"
NOTES: list[dict[str, Any]] = [
    {"id": 1, "title": "洗羊绒", "text": WOOL},
    {"id": "2", "title": "洗羊绒", "content": WOOL.replace("十分钟", "一刻钟") + " #生活 #洗衣"},
    {"id": "3", "title": "看鸟", "desc": BIRDS},
    {"id": "4", "title": None, "text": ""},
]
PAIRS: list[dict[str, Any]] = [
    {"a": 1, "b": "2", "duplicate": True, "kind": "edited"},
    {"a": "1", "b": "3", "duplicate": 0, "kind": "other"},
    {"a": "3", "b": "4", "duplicate": "true", "kind": "edited"},
]


def folder(path: Path, notes: list[dict[str, Any]] = NOTES, pairs: list[dict[str, Any]] = PAIRS) -> Path:
    for name, rows in (("notes", notes), ("pairs", pairs)):
        (path / f"{name}.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", "utf-8")
    return path


def test_precision_and_recall_are_those_of_the_pairs(tmp_path: Path) -> None:
    result = dedupe.evaluate(folder(tmp_path))
    assert result["counts"] == {"notes": 4, "pairs": 3, "duplicates": 2}
    for figures in result["systems"].values():
        assert (figures["precision"], figures["recall"]) == (1, 0.5)
        assert figures["notes_per_second"] > 0
    assert set(result["systems"]) == {"product", "baseline"}
    assert result["kinds"]["edited"]["product"] == 0.5
    assert result["wrong"] == [{"a": "3", "b": "4", "duplicate": True, "kind": "edited"}]
    assert "times faster" in dedupe.table(result)


def test_without_the_peer_the_product_is_measured_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dedupe, "datasketch_or_none", lambda: None)
    result = dedupe.evaluate(folder(tmp_path))
    assert set(result["systems"]) == {"product"}
    assert "没有安装 datasketch" in dedupe.table(result)


def test_the_command_ends_with_one_line_of_json(tmp_path: Path) -> None:
    answer = CliRunner().invoke(eval_dedupe, ["--data", str(folder(tmp_path)), "--json"])
    last = json.loads(answer.stdout.splitlines()[-1])
    assert answer.exit_code == 0 and last["command"] == "eval dedupe"
    assert last["systems"]["product"].keys() >= {"precision", "recall", "notes_per_second"}


@pytest.mark.parametrize(
    ("file", "line", "says"),
    [
        ("pairs", "{", "pairs.jsonl 第 1 行不是 JSON"),
        ("pairs", '{"a": "1", "b": "2"}', "第 1 行缺少 duplicate"),
        ("pairs", '{"a": "1", "b": "2", "duplicate": "maybe"}', "true 或 false"),
        ("pairs", '{"a": "1", "b": "2", "duplicate": []}', "true 或 false"),
        ("pairs", '{"a": "1", "b": "nobody", "duplicate": true}', "nobody 不在 notes.jsonl"),
        ("notes", "[]", "缺少 id"),
        ("notes", '{"id": "1"}', "缺少 title 和 text"),
    ],
)
def test_what_is_not_of_the_format_is_refused_in_words(tmp_path: Path, file: str, line: str, says: str) -> None:
    folder(tmp_path)
    (tmp_path / f"{file}.jsonl").write_text(line, "utf-8")
    with pytest.raises(InputError, match=says):
        dedupe.evaluate(tmp_path)


def test_a_folder_without_the_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"没有 notes\.jsonl"):
        dedupe.evaluate(tmp_path)
    with pytest.raises(InputError, match="MediaCrawler"):
        dedupe.evaluate(None, tmp_path)
    with pytest.raises(InputError, match="--made-from"):
        dedupe.evaluate(None)


def test_a_set_is_made_the_same_way_each_time(tmp_path: Path) -> None:
    rows = [
        {"note_id": f"n{number}", "title": f"第{number}篇", "desc": f"{text} #生活[话题]#", "user_id": f"u{number % 2}"}
        for number, text in enumerate([WOOL, BIRDS, WOOL[::-1], BIRDS[::-1]])
    ]
    (tmp_path / "creator_contents.json").write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    notes, pairs = make(tmp_path)
    assert make(tmp_path) == (notes, pairs)
    ids = [name for name, _ in notes]
    assert len(ids) == len(set(ids)) and {name for pair in pairs for name in pair[:2]} <= set(ids)
    assert {kind for *_, duplicate, kind in pairs if duplicate} >= {"edited", "truncated", "traditional"}
    assert {kind for *_, duplicate, kind in pairs if not duplicate} >= {"other product", "same author"}


def test_a_tenth_of_the_characters_is_edited() -> None:
    assert edit("", 0.1, random.Random(1)) == ""
    once = edit(WOOL, 0.1, random.Random(1))
    assert once != WOOL and abs(len(once) - len(WOOL)) <= len(WOOL) // 10


@needs_data
def test_real_notes_and_their_copies_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dedupe, "datasketch_or_none", lambda: None)
    product = dedupe.evaluate(None, DATA / "xhs" / "json")["systems"]["product"]
    assert product["precision"] >= 0.99  # 0.999 measured
    assert product["recall"] >= 0.88  # the misses are notes under 20 characters
    assert product["exact_recall"] >= 0.99
