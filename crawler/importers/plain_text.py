"""Notes written as plain text: blocks of `标签: 值`, lines of `编号: 标题`, and lists of addresses. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.importers.headers import meaning
from crawler.importers.rows import BrokenRow, Link, Remark, Row
from crawler.items import ParsedNote
from recommender.library.model import Platform

_LABEL = re.compile(r"\s{0,8}([^\s:：,，]{1,8})\s?[:：][ \t]?(.*)")
_TITLE = re.compile(r"\s*([0-9a-f]{24})\s*[:：]\s*(\S.*)")
_ADDRESS = re.compile(r"\s*https?://[!-~]+\s*", re.IGNORECASE)
_NUMBER = ("序号", "编号", "no", "id")
_LOOKED_AT = 200  # lines
_MOST_LABELS = 20


def plain_form(text: str) -> str:
    """`blocks`, `titles` or `links` by what most lines are; "" for anything else."""
    lines = [line for line in text[:100_000].split("\n")[:_LOOKED_AT] if line.strip()]
    if len(_labels(lines)) >= 2:
        return "blocks"
    for name, pattern in (("titles", _TITLE), ("links", _ADDRESS)):
        if lines and sum(bool(pattern.fullmatch(line.rstrip("\r"))) for line in lines) > len(lines) / 2:
            return name
    return ""


def block_rows(text: str, name: str) -> Iterator[Row]:
    """One row per block. Its labels come in the order of the first block, so a text may hold lines that look like labels."""
    lines = [line.rstrip("\r") for line in text.split("\n")]
    labels = _labels([line for line in lines[:_LOOKED_AT] if line.strip()])
    values: dict[str, list[str]] = {}
    place, start = -1, 0
    for number, line in enumerate(lines, 1):
        found = _LABEL.fullmatch(line)
        label = found[1] if found else ""
        if label == labels[0] and place in (-1, len(labels) - 1):
            if values:
                yield _block(values, name, start, number / len(lines))
            values, place, start = {}, -1, number
        if found and place + 1 < len(labels) and label == labels[place + 1]:
            place += 1
            values[label] = [found[2]]
        elif values:
            values[labels[place]].append(line)
    if values:
        yield _block(values, name, start, 1.0)


def title_notes(text: str, name: str) -> Iterator[ParsedNote | BrokenRow | Remark]:
    """Notes of which only the id and the title are known: found by it, opened by their link, filled when the text comes in."""
    bare = 0
    for number, line in enumerate(text.split("\n"), 1):
        if found := _TITLE.fullmatch(line.rstrip("\r")):
            yield ParsedNote(Platform.XHS, found[1], title=found[2].strip(), partial=True, where=f"{name} 第 {number} 行")
        elif _ADDRESS.fullmatch(line):
            bare += 1
        elif line.strip():
            yield BrokenRow(f"{name} 第 {number} 行：应为“编号: 标题”，这一行没有导入。")
    if bare:
        yield Remark(f"{name}：{bare} 行只有网址，没有标题和正文，没有导入。")


def links(text: str, name: str) -> Iterator[Link | BrokenRow]:
    """The addresses of a list, one a line."""
    for number, line in enumerate(text.split("\n"), 1):
        if _ADDRESS.fullmatch(line):
            yield Link(line.strip())
        elif line.strip():
            yield BrokenRow(f"{name} 第 {number} 行：应为一个网址，这一行没有导入。")


def _labels(lines: list[str]) -> list[str]:
    """The labels of the first block: a number, or a name that we know, then names that we know; [] where the text has no blocks."""
    labels: list[str] = []
    for line in lines[:_MOST_LABELS]:
        found = _LABEL.fullmatch(line.rstrip("\r"))
        label = found[1] if found else ""
        if not label or label in labels or not (meaning(label) or (not labels and label.lower() in _NUMBER)):
            if label in labels or not labels:
                break
            continue
        labels.append(label)
    fields = {meaning(label) for label in labels}
    return labels if "text" in fields and fields & {"url", "title"} else []


def _block(values: dict[str, list[str]], name: str, start: int, part: float) -> Row:
    return Row(f"{name} 第 {start} 行", {label: "\n".join(lines).strip() for label, lines in values.items()}, part)
