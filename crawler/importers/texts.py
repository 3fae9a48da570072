"""Bytes of an export file to text, and the form the text has. Pure."""

from __future__ import annotations

import codecs
import re

BROKEN_SHARE = 0.002  # a UTF-8 file may hold a few broken characters; one that holds more is another encoding

_JSON_ROW = re.compile(r"\s*\{.*\}\s*,?\s*")


def decode(data: bytes) -> str:
    """Text of UTF-8 (with or without BOM), UTF-16 with BOM, or GB18030, guessed; broken characters become U+FFFD."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
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
    """`json`, `jsonl` or `table`, by what the text holds; "" for none of them."""
    start = text.lstrip()[:1]
    if start == "[":
        return "json"
    if start == "{":
        lines = [line for line in text[:200_000].split("\n", 3)[:3] if line.strip()]
        return "jsonl" if len(lines) > 1 and _JSON_ROW.fullmatch(lines[0]) else "json"
    first = text.lstrip().split("\n", 1)[0]
    if any(mark in first for mark in ",\t;"):
        return "table"
    lines = text[:200_000].split("\n")[:20]
    return "jsonl" if sum(line.lstrip().startswith('{"') for line in lines) > len(lines) / 2 else ""
