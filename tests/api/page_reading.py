"""Reading pages in tests: what elements they hold, and what must hold of every page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

HAN = re.compile(r"[\u3400-\u9fff]")
_VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
_LOADING = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src", "video": "src", "object": "data"}


@dataclass(slots=True)
class Element:
    """One start tag and the text right below it."""

    tag: str
    attributes: dict[str, str]
    in_chinese: bool
    text: str = ""


@dataclass
class Page(HTMLParser):
    """The elements of a page in order."""

    elements: list[Element] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        language = attributes.get("lang", "")
        inherited = self._open[-1].in_chinese if self._open else False
        element = Element(tag, attributes, language.startswith("zh") if language else inherited)
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements with this tag and these attributes."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [element for element in self.elements if element.tag == tag and wanted.items() <= element.attributes.items()]

    def shape(self) -> set[tuple[str, str]]:
        """Every (tag, attribute name) of the page: what hostile text must not add to."""
        return {(element.tag, name) for element in self.elements for name in element.attributes} | {(e.tag, "") for e in self.elements}

    def words(self) -> str:
        """All text."""
        return " ".join(element.text.strip() for element in self.elements if element.text.strip())


def read(html: str) -> Page:
    """The page that `html` is."""
    page = Page()
    page.feed(html)
    page.close()
    return page


def complaints(page: Page) -> list[str]:
    """What is wrong with a page whatever it shows: inline code, foreign loads, unsafe links, fields without a label, ids given twice."""
    found = []
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    labelled = {element.attributes.get("for") for element in page.all("label")}
    found += [f"id twice: {name}" for name in {name for name in ids if ids.count(name) > 1}]
    for element in page.elements:
        given = element.attributes
        if element.tag == "style" or "style" in given or (element.tag == "script" and ("src" not in given or element.text.strip())):
            found.append(f"inline code: {element}")
        found += [f"inline handler: {element}" for name in given if name.startswith("on")]
        if element.tag in _LOADING and not re.match(r"/[^/]", given.get(_LOADING[element.tag], "/?")):
            found.append(f"loads from elsewhere: {element}")
        if element.tag == "a" and not re.match(r"(/(?!/)|#|https?://)", given.get("href", "")):
            found.append(f"unsafe link: {element}")
        if element.tag == "a" and given.get("href", "").startswith("http") and "noopener noreferrer nofollow" not in given.get("rel", ""):
            found.append(f"link to elsewhere without rel: {element}")
        if element.tag == "form" and not re.match(r"/(?!/)", given.get("action", "")):
            found.append(f"form to elsewhere: {element}")
        fields = ("input", "select", "textarea")
        if element.tag in fields and given.get("type") != "hidden" and given.get("id") not in labelled:
            found.append(f"field without a label: {element}")
        if element.tag == "img" and "alt" not in given:
            found.append(f"picture without alt: {element}")
    if len(page.all("html")) != 1 or len(page.all("h1")) != 1 or len(page.all("main")) != 1:
        found.append("not one html, h1 and main")
    return found
