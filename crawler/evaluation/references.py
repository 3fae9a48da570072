"""Folders of saved pages with their truth, and reference texts that owe nothing to the parsers that are measured."""

from __future__ import annotations

import gzip
import html as entities
import json
import re
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.html  # type: ignore[import-untyped]
from lxml.etree import ParserError  # type: ignore[import-untyped]

from crawler.parsers.pages import page_text
from recommender.errors import InputError

GIVEN, DERIVED = "given", "visible text of js_content"
_SCRIPT_TEXT = re.compile(r"content_noencode\s*:\s*(?:JsDecode\()?'((?:[^'\\]|\\.)*)'")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_PAGES = (".html", ".htm", ".html.gz", ".htm.gz")
MOST_BYTES = 64 * 1024 * 1024  # of one page


@dataclass(frozen=True, slots=True)
class SavedPage:
    """One page of a folder: its decoded text, what is known of it (None in `truth` where unknown) and its reference text."""

    name: str
    html: str
    truth: Mapping[str, Any]
    reference: str
    origin: str  # GIVEN, DERIVED or ""


def read_truth(data: Path) -> list[dict[str, Any]] | None:
    """The rows of a folder's `truth.json`, None where it has none. Raises `InputError` naming the row."""
    if not data.is_dir():
        raise InputError(f"{data} 不是文件夹；这里要一个装着 .html 或 .html.gz 页面的文件夹。", field="data")
    path = data / "truth.json"
    if not path.is_file():
        return None
    try:
        rows = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} 读不懂：应为 UTF-8 的 JSON（{error}）。", field="truth") from None
    if not isinstance(rows, list) or not rows:
        raise InputError(f"{path} 应是一个列表，每项是 {{file, page_type, has_article, title, …}}。", field="truth")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not isinstance(row.get("file"), str):
            raise InputError(f"truth.json 第 {number} 项缺少 file。", field="file", line=number)
    return rows


def page_files(data: Path) -> list[Path]:
    """The saved pages of a folder without truth. Raises `InputError` where there is none."""
    found = sorted(path for path in data.rglob("*") if path.name.lower().endswith(_PAGES) and path.is_file())
    if not found:
        raise InputError(f"{data} 里没有 .html 或 .html.gz 页面。", field="data")
    return found


def read_page(data: Path, row: Mapping[str, Any]) -> SavedPage:
    """The page a row of truth names. Raises `InputError` where it is missing, damaged or outside the folder."""
    html = page_text(_bytes(data, str(row["file"])), "")
    reference, origin = _reference(data, row, html)
    return SavedPage(str(row["file"]), html, row, reference, origin)


def bigrams(text: str) -> Counter[str]:
    """The pairs of neighbouring characters of a text without its white space; a text of one character is itself."""
    squeezed = re.sub(r"[\s\u200b\ufeff\xa0]+", "", text)
    return Counter(squeezed[place : place + 2] for place in range(max(1, len(squeezed) - 1))) if squeezed else Counter()


def text_f1(reference: str, found: str) -> float:
    """F1 of the multisets of character pairs, 0 to 1.

    Pairs of characters need no tokenizer, so none is favoured; white space and line breaks, on which extractors differ
    for no reader's sake, do not count; repeated text counts as often as it stands there.
    """
    wanted, given = bigrams(reference), bigrams(found)
    both = (wanted & given).total()
    return 2 * both / (wanted.total() + given.total()) if both else float(not wanted and not given)


def derived_reference(html: str) -> str:
    """The text of a 公众号 page as its own markup or script holds it, by a plain walk: no rule of ours decides what stays.

    `#js_content` without scripts, styles and `display:none`; where that does not hold the article (pictures, plain text),
    the string `content_noencode` of the page's script.
    """
    try:
        root = lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8", huge_tree=True))
    except (ParserError, ValueError, AssertionError):
        return ""
    for body in root.xpath("//*[@id='js_content' and contains(@class, 'rich_media_content')]"):
        for element in body.xpath(".//script|.//style|.//noscript|.//*[@style]"):
            if element.tag in ("script", "style", "noscript") or _HIDDEN.search(element.get("style") or ""):
                element.drop_tree()
        if len(text := "".join(body.itertext()).strip()) >= 20:
            return str(text)
    written = max((_unescaped(raw) for raw in _SCRIPT_TEXT.findall(html)), key=len, default="")
    if not written.strip():
        return ""
    return str(lxml.html.fragment_fromstring(written, create_parent="div").text_content()) if "<" in written else written


def _reference(data: Path, row: Mapping[str, Any], html: str) -> tuple[str, str]:
    if isinstance(row.get("text"), str):
        return str(row["text"]), GIVEN
    if isinstance(row.get("text_file"), str):
        return _bytes(data, str(row["text_file"])).decode("utf-8-sig", "replace"), GIVEN
    if row.get("has_article") is not False and ("js_content" in html or "content_noencode" in html):
        text = derived_reference(html)
        return text, DERIVED if text else ""
    return "", ""


def _unescaped(raw: str) -> str:
    def letter(found: re.Match[str]) -> str:
        return chr(int(found[1][1:], 16)) if found[1][0] in "xu" else {"n": "\n", "r": "", "t": "\t"}.get(found[1], found[1])

    return entities.unescape(re.sub(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", letter, raw, flags=re.DOTALL))


def _bytes(data: Path, name: str) -> bytes:
    path = data / name
    if not path.resolve().is_relative_to(data.resolve()):
        raise InputError(f"truth.json 里的 {name} 在文件夹之外。", field="file")
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as packed:
                return packed.read(MOST_BYTES)
        with path.open("rb") as plain:
            return plain.read(MOST_BYTES)
    except (OSError, EOFError, zlib.error):
        raise InputError(f"truth.json 里的 {name} 不存在，或文件坏了。", field="file") from None
