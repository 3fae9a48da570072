"""Bytes of an export file to text, and the form the text has. Pure."""

from __future__ import annotations

import codecs
import re

from crawler.importers.plain_text import plain_form
from crawler.importers.tables import HEADER_ROWS

BROKEN_SHARE = 0.002  # a UTF-8 file may hold a few broken characters; one that holds more is another encoding

_STATEMENT = re.compile(r"^\s*(?:CREATE TABLE|INSERT INTO|DROP TABLE)\b", re.IGNORECASE | re.MULTILINE)
_JSON_ROW = re.compile(r"\s*\{.*\}\s*,?\s*")


def decode(data: bytes) -> str:
    """Text of UTF-8 (with or without BOM), UTF-16 with BOM, or GB18030, guessed; broken characters become U+FFFD."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        if (
            data[:4_000].count(0) > len(data[:4_000]) / 8 and len(data) % 2 == 0
        ):  # UTF-16 without its mark: every other byte of what is ASCII is zero
            return data.decode("utf-16-le" if data[1:4_000:2].count(0) > data[0:4_000:2].count(0) else "utf-16-be", "replace")
        data = data.replace(b"\0", b"")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    if text.count("\ufffd") <= BROKEN_SHARE * len(text):
        return text
    chinese = data.decode("gb18030", "replace")
    return chinese if chinese.count("\ufffd") < text.count("\ufffd") else text


def form_of(text: str) -> str:
    """`json`, `jsonl`, `table`, `sql` or a form of plain text, by what the text holds; "" for none of them."""
    start = text.lstrip()[:1]
    if start == "[":
        return "json"
    if start == "{":
        lines = [line for line in text[:200_000].split("\n", 3)[:3] if line.strip()]
        return "jsonl" if len(lines) > 1 and _JSON_ROW.fullmatch(lines[0]) else "json"
    if form := plain_form(text):
        return form
    lines = text[:200_000].split("\n")[:20]
    if sum(line.lstrip().startswith('{"') for line in lines) > len(lines) / 2:
        return "jsonl"
    if _STATEMENT.search(text[:10_000]):
        return "sql"
    return "table" if any(mark in line for line in lines[:HEADER_ROWS] for mark in ",\t;") else ""
