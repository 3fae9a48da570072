"""HTML to plain text and its pictures. Pure."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

import lxml.html  # type: ignore[import-untyped]
from lxml.etree import ParserError  # type: ignore[import-untyped]

Element = Any  # lxml.html.HtmlElement, which has no types of its own

BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote center dd div dl dt fieldset figure figcaption footer form h1 h2 h3 h4 h5 h6 header hr li main"
        " nav ol p pre section table tbody td tfoot th thead tr ul",
    )
)
SILENT = frozenset(("script", "style", "noscript", "template", "head", "title", "svg", "iframe", "object", "textarea", "select", "button"))
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?<![-\w])font-size\s*:\s*0(?:\.0+)?(?:px|pt|r?em|%|\s*[;!]|\s*$)|(?<![-\w])opacity\s*:\s*0(?:\.0+)?\s*(?:[;!]|$)"
    r"|(?<![-\w])(?:left|top|right|text-indent|margin-left|margin-top)\s*:\s*-\d{3,}(?:\.\d+)?(?:px|r?em|pt|%)|clip\s*:\s*rect\(\s*0",
    re.IGNORECASE,
)
_WHITE = re.compile(
    r"(?<![-\w])color\s*:\s*(?:white|#fff(?:fff)?(?![0-9a-f])|rgba?\(\s*255\s*,\s*255\s*,\s*255\s*(?:,\s*1(?:\.0+)?\s*)?\))", re.IGNORECASE
)
_PAINTED = re.compile(r"background|border-image|-webkit-text", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\f\v\xa0]+")
_BREAKS = re.compile(r"\s*\n\s*\n\s*")
_MARKUP = re.compile(r"<[a-zA-Z!/]|&[#a-zA-Z][a-zA-Z0-9]{1,30};")
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_LONG_TAG = re.compile(r"<([a-zA-Z]\w{0,20})([^<>]{20000,})")
MOST_ATTRIBUTES = 500  # of one tag; libxml2 compares each with each, so that 200,000 would take minutes
DEEPEST = 400  # elements inside elements; deeper pages are attacks, and their text is taken without structure


def parse_html(html: str) -> Element | None:
    """The document's root, or None where there is none to be had."""
    readable = _LONG_TAG.sub(_plain_tag, _UNREADABLE.sub(" ", html))
    try:
        root = lxml.html.document_fromstring(readable.encode("utf-8"), parser=lxml.html.HTMLParser(encoding="utf-8", huge_tree=True))
    except (ParserError, ValueError, AssertionError):
        return None
    return root if isinstance(root, lxml.html.HtmlElement) else None


def _plain_tag(found: re.Match[str]) -> str:
    """A tag without its attributes where these are an attack; a long one is a picture in the page itself."""
    attributes = found[2]
    return f"<{found[1]} " if attributes.count("=") > MOST_ATTRIBUTES or len(attributes.split()) > 20 * MOST_ATTRIBUTES else found[0]


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


def _walk(element: Element, parts: list[str], depth: int, painted: bool = False, verbatim: bool = False) -> None:
    if depth > DEEPEST:
        parts.append(" ".join(element.itertext()))
        return
    tag = element.tag if isinstance(element.tag, str) else ""
    style = (element.get("style") or "") if tag else ""
    painted = painted or bool(style and _PAINTED.search(style))
    if tag and tag not in SILENT and not (depth and (_says_hidden(element, style) or (not painted and style and _WHITE.search(style)))):
        block, inner = tag in BLOCKS, verbatim or tag == "pre"
        if block or tag == "br":
            parts.append("\n")
        if element.text:
            parts.append(element.text if inner else element.text.replace("\n", " "))
        for child in element:
            _walk(child, parts, depth + 1, painted, inner)
        if block:
            parts.append("\n\n" if tag == "p" else "\n")
    if depth and element.tail:
        parts.append(element.tail if verbatim else element.tail.replace("\n", " "))


def is_hidden(element: Element) -> bool:
    """Whether a reader of the page is not shown this element: by style, by attribute, or by white letters on no other ground."""
    style = element.get("style") or ""
    if _says_hidden(element, style):
        return True
    if not (style and _WHITE.search(style)):
        return False
    return not any(_PAINTED.search(around.get("style") or "") for around in (element, *element.iterancestors()))


def _says_hidden(element: Element, style: str) -> bool:
    if style and _HIDDEN.search(style):
        return True
    return "hidden" in element.attrib or (element.get("aria-hidden") or "").lower() == "true"


def parent_of(element: Element) -> Element | None:
    """The element around this one."""
    return element.getparent()


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
