"""How well the compliance rules find what may not be sent, on any file of labelled sentences."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from recommender.compliance import check_text, worst
from recommender.errors import InputError
from recommender.library.model import ComplianceLevel, Finding
from recommender.settings import Settings

_RANK = {"ok": 0, "info": 1, "warn": 2, "block": 3}
_FIELDS = ("id", "text", "level")
WORST_SHOWN = 10


def evaluate(data: Path, settings: Settings | None = None) -> dict[str, Any]:
    """Measure over a file of lines {id, text, category, has_purchase_link, level, findings[{term}]}.

    A text counts as found at a level when its worst finding reaches it. Span overlap is the mean, over labelled terms that
    stand in the text, of intersection over union with the best of our spans. Raises `InputError` naming the line.
    """
    rows = _read(data)
    answers = [check_text(row["text"], category=row.get("category"), has_purchase_link=bool(row.get("has_purchase_link"))) for row in rows]
    levels = [str(worst(findings)) for findings in answers]
    block, flag = _at(rows, levels, "block"), _at(rows, levels, "warn")
    innocent = [level for row, level in zip(rows, levels, strict=True) if row["level"] == "ok"]
    wrong = [
        {"id": str(row["id"]), "expected": row["level"], "given": level, "found": [finding.term for finding in findings]}
        for row, level, findings in zip(rows, levels, answers, strict=True)
        if row["level"] != level
    ]
    return {
        "command": "eval compliance",
        "data": str(data),
        "counts": {"texts": len(rows), "ok": len(innocent), "wrong": len(wrong)},
        "systems": {
            "product": {
                "block_precision": block[0],
                "block_recall": block[1],
                "flag_precision": flag[0],
                "flag_recall": flag[1],
                "ok_false_alarm_rate": sum(_RANK[level] >= _RANK["warn"] for level in innocent) / max(1, len(innocent)),
                "span_overlap": _span_overlap(rows, answers),
            }
        },
        "wrong": wrong[:WORST_SHOWN],
    }


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise InputError(f"找不到 {path}。")
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            raise InputError(f"{path.name} 第 {number} 行不是 JSON。", line=number) from None
        missing = [field for field in _FIELDS if field not in row] if isinstance(row, dict) else ["id"]
        if missing:
            raise InputError(f"{path.name} 第 {number} 行缺少 {missing[0]}。", field=missing[0], line=number)
        if row["level"] not in _RANK:
            raise InputError(
                f"{path.name} 第 {number} 行的 level「{row['level']}」不是 ok、info、warn 或 block。", field="level", line=number
            )
        rows.append(row)
    return rows


def _at(rows: Sequence[Mapping[str, Any]], levels: Sequence[str], level: str) -> tuple[float, float]:
    """Precision and recall of reaching a level."""
    least = _RANK[level]
    wanted = [_RANK[row["level"]] >= least for row in rows]
    given = [_RANK[level] >= least for level in levels]
    both = sum(want and give for want, give in zip(wanted, given, strict=True))
    return both / max(1, sum(given)), both / max(1, sum(wanted))


def _span_overlap(rows: Sequence[Mapping[str, Any]], answers: Sequence[Sequence[Finding]]) -> float:
    overlaps: list[float] = []
    for row, findings in zip(rows, answers, strict=True):
        ours = [(finding.start, finding.end) for finding in findings if finding.level is not ComplianceLevel.INFO]
        for labelled in row.get("findings") or ():
            start = row["text"].find(labelled["term"])
            if start >= 0:
                span = (start, start + len(labelled["term"]))
                overlaps.append(max((_overlap(span, other) for other in ours), default=0.0))
    return sum(overlaps) / max(1, len(overlaps))


def _overlap(first: tuple[int, int], second: tuple[int, int]) -> float:
    shared = max(0, min(first[1], second[1]) - max(first[0], second[0]))
    return shared / (first[1] - first[0] + second[1] - second[0] - shared)


def table(result: Mapping[str, Any]) -> str:
    """The result as lines of text for people."""
    counts, product = result["counts"], result["systems"]["product"]
    lines = [f"{result['data']}：{counts['texts']} 条，其中 {counts['ok']} 条没有问题"]
    lines.append(f"{'':12}{'precision':>10}{'recall':>10}")
    lines += [f"{name:12}{product[f'{name}_precision']:10.3f}{product[f'{name}_recall']:10.3f}" for name in ("block", "flag")]
    lines.append(f"无问题文本的误报率 {product['ok_false_alarm_rate']:.3f}    区间重合度 {product['span_overlap']:.3f}")
    lines += [f"  {row['id']}：应为 {row['expected']}，判为 {row['given']} {'、'.join(row['found'])}" for row in result["wrong"]]
    return "\n".join(lines)
