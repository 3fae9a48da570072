"""How robots.txt is read: published cases with their truth, and every real file of a folder."""

from __future__ import annotations

import gzip
import json
import statistics
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from protego import Protego

from crawler.evaluation.report import Evaluation
from crawler.robots import parse_robots
from recommender.errors import InputError

COMMAND = "eval robots"
CASES, FILES = "google_cases.json.gz", "protego.tar.gz"
AGENT = "zhongcao"  # ours, as the settings have it
PATHS = ("/", "/feed", "/a/b.html?q=1")
# What we decide otherwise on purpose, by what the case asks: never the more permissive way.
_ON_PURPOSE: tuple[tuple[Callable[[Mapping[str, Any]], bool], str], ...] = (
    (lambda case: any(letter.isdigit() for letter in case["ua"]), "名字里带数字的爬虫也按 robots.txt 里写的全名对上，比 RFC 9309 严"),
    (lambda case: "/robots.txt" in case["url"], "robots.txt 本身总可以读，问不到这里"),
)


def evaluate_robots(data: Path) -> Evaluation:
    """Measure over `google_cases.json.gz` ({robots, ua, url, allowed}) and the files of `protego.tar.gz`, where they are there.

    `accuracy` is over the cases, `permissive` counts those where we would fetch what may not be fetched; the baseline is
    protego alone. Every file is read and asked for three addresses. Raises `InputError` where neither file is there.
    """
    cases = _cases(data / CASES) if (data / CASES).is_file() else []
    files = list(_files(data / FILES)) if (data / FILES).is_file() else []
    if not cases and not files:
        raise InputError(f"{data} 里没有 {CASES} 和 {FILES}。", field="data")
    systems = {"product": _measured(cases, files, _ours), "protego": _measured(cases, files, _protego)}
    wrong = [
        {"test": case["test"], "agent": case["ua"], "url": case["url"], "wanted": case["allowed"], "reason": _reason(case)}
        for case in cases
        if _ours(*_asked(case)) != case["allowed"]
    ]
    counts = {"cases": len(cases), "right": len(cases) - len(wrong), "files": len(files)}
    lines = [
        f"{data}：{len(cases)} 个案例，{len(files)} 个真实文件",
        f"{'':10}{'right':>8}{'accuracy':>10}{'permissive':>12}{'failed':>8}{'p50 ms':>9}{'max ms':>9}",
    ]
    for name, figures in systems.items():
        lines.append(
            f"{name:10}{figures['right']:8}{figures['accuracy']:10.4f}{figures['permissive']:12}{figures['failed']:8}"
            f"{figures['p50_ms']:9.3f}{figures['max_ms']:9.1f}"
        )
    lines += [f"  {row['test']}：{row['agent']} {row['url']} 应为 {row['wanted']}：{row['reason']}" for row in wrong]
    return Evaluation(COMMAND, str(data), counts, systems, tuple(lines), {"wrong": wrong})


def _cases(path: Path) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads(gzip.decompress(path.read_bytes()))
    return cases


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            name = member.name.rpartition("/")[2]
            if file is not None and name != "LICENSE":
                yield name, file.read()


def _asked(case: Mapping[str, Any]) -> tuple[bytes, str, str]:
    """The case as it would arrive: its text holds one character per byte."""
    return _bytes(case["robots"]), _bytes(case["url"]).decode("utf-8", "replace"), case["ua"]


def _bytes(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8")


def _ours(body: bytes, url: str, agent: str) -> bool:
    return parse_robots(body).allows(url, agent)


def _protego(body: bytes, url: str, agent: str) -> bool:
    return bool(Protego.parse(body.decode("utf-8-sig", "replace")).can_fetch(url, agent))


def _reason(case: Mapping[str, Any]) -> str:
    return next((reason for applies, reason in _ON_PURPOSE if applies(case)), "读法不同")


def _measured(
    cases: Sequence[Mapping[str, Any]], files: Sequence[tuple[str, bytes]], allows: Callable[[bytes, str, str], bool]
) -> dict[str, Any]:
    answers = [(allows(*_asked(case)), case["allowed"]) for case in cases]
    milliseconds, failed, forbidding = [], 0, 0
    for name, body in files:
        started = time.perf_counter()
        try:
            forbidding += not all(allows(body, f"https://{name}{path}", AGENT) for path in PATHS)
        except Exception:  # the figure is that there is none
            failed += 1
        milliseconds.append((time.perf_counter() - started) * 1_000 / len(PATHS))
    right = sum(given == wanted for given, wanted in answers)
    return {
        "right": right,
        "accuracy": round(right / max(1, len(cases)), 4),
        "permissive": sum(given and not wanted for given, wanted in answers),
        "failed": failed,
        "forbidding": forbidding,
        "p50_ms": round(statistics.median(milliseconds), 3) if milliseconds else 0.0,
        "max_ms": round(max(milliseconds), 1) if milliseconds else 0.0,
    }
