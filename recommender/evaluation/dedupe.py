"""How well and how fast near-duplicates are found, on any folder of notes and labelled pairs, beside datasketch."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.errors import InputError
from recommender.evaluation.bench_peers import datasketch_or_none
from recommender.evaluation.dedupe_made import make
from recommender.text.cleaning import clean_text
from recommender.understanding.duplicates import cluster, prepare, same

_TEXTS = ("text", "content", "desc", "body")  # the first that a note has is its text
_YES, _NO = (True, 1, "1", "true", "yes"), (False, 0, "0", "false", "no")
WORST_SHOWN = 10
NO_PEER = "没有安装 datasketch（开发依赖），不与它比较。"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two notes and whether they are versions of one; `kind` is how the pair came about, "" where nobody says."""

    first: str
    second: str
    duplicate: bool
    kind: str = ""


def evaluate(data: Path | None, made_from: Path | None = None) -> dict[str, Any]:
    """Measure over a folder of `notes.jsonl` and `pairs.jsonl`, or over a set made from the notes of a folder.

    All notes are clustered at once, and a pair counts as found where both are in one cluster. `exact_recall` is the share
    found of the pairs that the exact comparison alone takes for duplicates: what the proposing costs. Raises `InputError`
    naming file and line for what is not of the format.
    """
    if (data is None) == (made_from is None):
        raise InputError("请用 --data 给出 notes.jsonl 和 pairs.jsonl 所在的文件夹，或用 --made-from 给出一个笔记文件夹。", field="data")
    if made_from is not None:
        rows, made = make(made_from)
        notes, pairs = {name: clean_text(text) for name, text in rows}, [Pair(*each) for each in made]
    else:
        assert data is not None
        notes, pairs = read_notes(data), read_pairs(data)
    for number, pair in enumerate(pairs, 1):
        for name in (pair.first, pair.second):
            if name not in notes:
                raise InputError(f"pairs.jsonl 第 {number} 行的笔记 {name[:64]} 不在 notes.jsonl 里。", field="pairs", line=number)
    items = list(notes.items())
    cluster(items[:50])  # loads the tables of characters
    started = time.perf_counter()
    found = cluster(items)
    seconds = {"product": time.perf_counter() - started}
    answers = {"product": [found[pair.first] == found[pair.second] for pair in pairs]}
    exact = [same(prepare(notes[pair.first]), prepare(notes[pair.second])) for pair in pairs]
    note = NO_PEER
    if peer := datasketch_or_none():
        started = time.perf_counter()
        found = peer(items)
        seconds["baseline"] = time.perf_counter() - started
        answers["baseline"] = [found[pair.first] == found[pair.second] for pair in pairs]
        note = "baseline：datasketch MinHashLSH，同样的三字片段和分段，再精确核对 Jaccard ≥ 0.5。"
    systems = {name: {**_scores(pairs, given), "notes_per_second": len(items) / seconds[name]} for name, given in answers.items()}
    held = [answer for answer, alike in zip(answers["product"], exact, strict=True) if alike]
    systems["product"]["exact_recall"] = sum(held) / max(1, len(held))
    return {
        "command": "eval dedupe",
        "data": str(data or made_from),
        "counts": {"notes": len(items), "pairs": len(pairs), "duplicates": sum(pair.duplicate for pair in pairs)},
        "systems": systems,
        "kinds": _kinds(pairs, answers),
        "wrong": [
            {"a": pair.first, "b": pair.second, "duplicate": pair.duplicate, "kind": pair.kind}
            for pair, answer in zip(pairs, answers["product"], strict=True)
            if answer != pair.duplicate
        ][:WORST_SHOWN],
        "note": note,
    }


def _scores(pairs: Sequence[Pair], answers: Sequence[bool]) -> dict[str, float]:
    right = sum(pair.duplicate and answer for pair, answer in zip(pairs, answers, strict=True))
    return {"precision": right / max(1, sum(answers)), "recall": right / max(1, sum(pair.duplicate for pair in pairs))}


def _kinds(pairs: Sequence[Pair], answers: Mapping[str, Sequence[bool]]) -> dict[str, dict[str, float]]:
    """The share of right answers by kind of pair, for each system."""
    found: dict[str, dict[str, float]] = {}
    for kind in dict.fromkeys(pair.kind for pair in pairs if pair.kind):
        places = [place for place, pair in enumerate(pairs) if pair.kind == kind]
        right = {name: sum(given[place] == pairs[place].duplicate for place in places) for name, given in answers.items()}
        found[kind] = {"pairs": len(places), **{name: count / len(places) for name, count in right.items()}}
    return found


def read_notes(folder: Path) -> dict[str, str]:
    """Title and text of each note by id, cleaned as on their way into the library. Raises `InputError`."""
    notes: dict[str, str] = {}
    for number, row in _rows(folder, "notes", ("id",)):
        field = next((name for name in _TEXTS if name in row), None)
        if field is None and "title" not in row:
            raise InputError(f"notes.jsonl 第 {number} 行缺少 title 和 text。", field="notes", line=number)
        title, text = str(row.get("title") or ""), str((row[field] if field else "") or "")
        notes[str(row["id"])] = f"{clean_text(title)}\n{clean_text(text)}"
    return notes


def read_pairs(folder: Path) -> list[Pair]:
    """The labelled pairs. Raises `InputError`."""
    pairs: list[Pair] = []
    for number, row in _rows(folder, "pairs", ("a", "b", "duplicate")):
        label = row["duplicate"].lower() if isinstance(row["duplicate"], str) else row["duplicate"]
        if label not in _YES and label not in _NO:
            raise InputError(f"pairs.jsonl 第 {number} 行的 duplicate 应为 true 或 false。", field="pairs", line=number)
        pairs.append(Pair(str(row["a"]), str(row["b"]), label in _YES, str(row.get("kind") or "")))
    return pairs


def _rows(folder: Path, name: str, fields: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    path = folder / f"{name}.jsonl"
    if not path.is_file():
        raise InputError(f"{folder} 里没有 {name}.jsonl。", field=name)
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                raise InputError(f"{path.name} 第 {number} 行不是 JSON。", field=name, line=number) from None
            missing = [field for field in fields if not isinstance(row, dict) or field not in row]
            if missing:
                raise InputError(f"{path.name} 第 {number} 行缺少 {'、'.join(missing)}。", field=name, line=number)
            yield number, row


def table(result: Mapping[str, Any]) -> str:
    """The result as lines of text for people."""
    counts, systems = result["counts"], result["systems"]
    lines = [f"{result['data']}：{counts['notes']} 篇笔记，{counts['pairs']} 对，其中 {counts['duplicates']} 对是近似重复"]
    lines.append(f"{'':20}" + "".join(f"{name:>12}" for name in systems))
    for metric in ("precision", "recall", "exact_recall", "notes_per_second"):
        values = [figures.get(metric) for figures in systems.values()]
        digits = 0 if metric == "notes_per_second" else 4
        lines.append(f"{metric:20}" + "".join(f"{'—' if value is None else format(value, f'.{digits}f'):>12}" for value in values))
    if "baseline" in systems:
        ratio = systems["product"]["notes_per_second"] / systems["baseline"]["notes_per_second"]
        lines.append(f"{'times faster':20}{ratio:12.1f}")
    for kind, figures in result["kinds"].items():
        shares = "".join(f"{figures[name]:12.3f}" for name in systems)
        lines.append(f"  {kind:18}{shares}  （{figures['pairs']:.0f} 对中判对的比例）")
    return "\n".join([*lines, result["note"]])
