"""HTML to plain text and its pictures. Pure."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

import lxml.html  # type: ignore[import-untyped]
from lxml.etree import ParserError  # type: ignore[import-untyped]

Element = Any  # lxml.html.HtmlElement, which has no types of its own

_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote center dd div dl dt fieldset figure figcaption footer form h1 h2 h3 h4 h5 h6 header hr li main"
        " nav ol p pre section table tbody td tfoot th thead tr ul",
    )
)
_SILENT = frozenset(("script", "style", "noscript", "template", "head", "title", "svg", "iframe", "object", "textarea", "select", "button"))
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\f\v\xa0]+")
_BREAKS = re.compile(r"\s*\n\s*\n\s*")
_MARKUP = re.compile(r"<[a-zA-Z!/]|&[#a-zA-Z][a-zA-Z0-9]{1,30};")
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
DEEPEST = 400  # elements inside elements; deeper pages are attacks, and their text is taken without structure


def parse_html(html: str) -> Element | None:
    """The document's root, or None where there is none to be had."""
    try:
        root = lxml.html.document_fromstring(
            _UNREADABLE.sub(" ", html).encode("utf-8"), parser=lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
        )
    except (ParserError, ValueError, AssertionError):
        return None
    return root if isinstance(root, lxml.html.HtmlElement) else None


def html_text(html: str) -> str:
    """Readable text of markup: block elements on lines of their own, nothing of scripts, styles and hidden parts."""
    if not _MARKUP.search(html):
        return html.strip()
    root = parse_html(html)
    return element_text(root) if root is not None else ""


def element_text(root: Element) -> str:
    """The same for an element of a parsed page."""
    parts: list[str] = []
    _walk(root, parts, 0)
    lines = _SPACE.sub(" ", "".join(parts)).split("\n")
    return _BREAKS.sub("\n\n", "\n".join(line.strip() for line in lines)).strip()


def _walk(element: Element, parts: list[str], depth: int) -> None:
    if depth > DEEPEST:
        parts.append(" ".join(element.itertext()))
        return
    tag = element.tag if isinstance(element.tag, str) else ""
    visible = tag and tag not in _SILENT and not (depth and _HIDDEN.search(element.get("style") or ""))
    if visible:
        block = tag in _BLOCKS
        if block or tag == "br":
            parts.append("\n")
        if element.text:
            parts.append(element.text if tag == "pre" else element.text.replace("\n", " "))
        for child in element:
            _walk(child, parts, depth + 1)
        if block:
            parts.append("\n\n" if tag == "p" else "\n")
    if depth and element.tail:
        parts.append(element.tail.replace("\n", " "))


def html_images(html: str, base: str, limit: int = 9) -> tuple[str, ...]:
    """Addresses of the pictures in markup, in order, at most `limit`."""
    root = parse_html(html) if "<img" in html.lower() else None
    return element_images(root, base, limit) if root is not None else ()


def element_images(root: Element, base: str, limit: int = 9) -> tuple[str, ...]:
    """The same for an element of a parsed page; lazy pictures name their address in `data-src`."""
    found: dict[str, None] = {}
    for image in root.iter("img"):
        address = resolve(base, image.get("data-src") or image.get("data-original") or image.get("src") or "")
        if address:
            found[address] = None
        if len(found) >= limit:
            break
    return tuple(found)


def resolve(base: str, address: str) -> str:
    """An absolute http address, or "" (also for no address: that is not the base)."""
    if not address.strip():
        return ""
    try:
        joined = urljoin(base, address.strip())
    except ValueError:
        return ""
    return joined if joined.startswith(("http://", "https://")) else ""


def meta(root: Element, *names: str) -> str:
    """The content of the first `<meta>` that has one of these names or properties and says something."""
    for name in names:
        for element in root.iter("meta"):
            if name in (element.get("property"), element.get("name"), element.get("itemprop")) and (element.get("content") or "").strip():
                return str(element.get("content")).strip()
    return ""
