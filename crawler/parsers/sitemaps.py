"""Sitemaps to the pages and further sitemaps they name: XML, plain text, feeds, packed or not. Pure."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from crawler.items import ParsedNote
from crawler.parsers.feeds import parse_feed
from crawler.parsers.markup import resolve
from crawler.repair import moment

MOST_ENTRIES = 50_000  # what the protocol allows in one file
MOST_BYTES = 20_000_000  # unpacked; the protocol allows more, but 50,000 plain entries need some 8 MB
DEEPEST = 50  # elements inside elements
_PART = 65_536  # bytes that are unpacked or parsed at a time
_OLDEST = datetime.min.replace(tzinfo=UTC)
_ADDRESS_LINE = re.compile(rb"\s*https?://\S+\s*", re.IGNORECASE)
_WHOLE_ENTRY = re.compile(rb"<(?:\w+:)?loc>\s*([^<]{1,2000}?)\s*</(?:\w+:)?loc>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """One page: its absolute address and when it last changed, where that is said."""

    url: str
    lastmod: datetime | None = None


@dataclass(frozen=True, slots=True)
class ParsedSitemap:
    """Pages and further sitemaps, newest first; those without a time keep their order behind. `problem` is a sentence where it is none."""

    pages: tuple[SitemapEntry, ...] = ()
    sitemaps: tuple[str, ...] = ()
    problem: str = ""


def parse_sitemap(data: bytes, url: str) -> ParsedSitemap:
    """Read a sitemap as far as it can be read; never raises. Entities and DTDs are refused, unpacking ends at a limit."""
    try:
        data = unpack(data)
    except ValueError as error:
        return ParsedSitemap(problem=f"{url}：{error}")
    start = data[:4_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        return ParsedSitemap(problem=f"{url}：网站地图的内容是空的。")
    if not start.startswith(b"<") and b"\0" not in start:
        return _from_lines(data, url)
    if b"<urlset" in start or b"<sitemapindex" in start or b"\0" in start or b":urlset" in start or b":sitemapindex" in start:
        return _from_xml(data, url)
    feed = parse_feed(data, url)
    if feed.problem:
        return ParsedSitemap(problem=f"{url}：这个网址的内容不是网站地图（应为 urlset、sitemapindex、网址列表或订阅源）。")
    notes = [note for note in feed.notes if isinstance(note, ParsedNote) and note.url]
    return ParsedSitemap(_newest_first([SitemapEntry(note.url, moment(note.updated_at or note.published_at)) for note in notes]))


def unpack(data: bytes, limit_bytes: int = MOST_BYTES) -> bytes:
    """What gzip packed, however often, up to a limit; anything else as it is. Raises `ValueError` with a sentence."""
    for _ in range(3):
        if data[:2] != b"\x1f\x8b":
            return data
        packed, parts, size = zlib.decompressobj(wbits=31), list[bytes](), 0
        try:
            while data and not packed.eof:
                parts.append(packed.decompress(data, _PART))
                data, size = packed.unconsumed_tail, size + len(parts[-1])
                if size > limit_bytes:
                    raise ValueError(f"解压后超过 {limit_bytes // 1_000_000} MB，没有读。")
        except zlib.error:
            raise ValueError("压缩的内容损坏，解不开。") from None
        data = b"".join(parts)
    raise ValueError("压缩了许多层，没有读。")


def _from_xml(data: bytes, url: str) -> ParsedSitemap:
    pages: list[SitemapEntry] = []
    maps: list[SitemapEntry] = []
    problem = ""
    try:
        for kind, entry in _entries(data, url):
            (maps if kind == "sitemap" else pages).append(entry)
            if len(pages) + len(maps) >= MOST_ENTRIES:
                break
    except DefusedXmlException:
        return ParsedSitemap(problem=f"{url}：网站地图里有文档类型或实体的声明，出于安全没有读。")
    except (ParseError, ValueError, LookupError, UnicodeError):
        if not pages and not maps:  # ill-formed before the first entry: what still looks like one is taken
            found = (resolve(url, address.decode("utf-8", "replace").replace("&amp;", "&")) for address in _WHOLE_ENTRY.findall(data))
            pages = [SitemapEntry(address) for address in dict.fromkeys(found) if address][:MOST_ENTRIES]
            if b"<sitemapindex" in data[:4_000].lower():
                maps, pages = pages, []
            problem = "" if pages or maps else f"{url}：网站地图的 XML 不完整，读不懂。"
    return ParsedSitemap(_newest_first(pages), tuple(entry.url for entry in _newest_first(maps)), problem)


def _entries(data: bytes, url: str) -> Iterator[tuple[str, SitemapEntry]]:
    """Each `<url>` and `<sitemap>` as it ends, so that memory stays small and a cut file gives what it has."""
    stack: list[str] = []
    address, changed, published = "", "", ""
    root = None
    for event, element in iterparse(_Reader(data), events=("start", "end"), forbid_dtd=True):
        name = str(element.tag).rpartition("}")[2].lower()
        if event == "start":
            root = element if root is None else root
            stack.append(name)
            if len(stack) > DEEPEST:
                raise ValueError("deeper than any sitemap")
            continue
        stack.pop()
        text = (element.text or "").strip()
        parent = stack[-1] if stack else ""
        if name == "loc" and parent in ("url", "sitemap"):  # not a picture's `image:loc`
            address = resolve(url, text)
        elif name == "lastmod":
            changed = text
        elif name == "publication_date":  # of the news and video extensions
            published = text
        elif name in ("url", "sitemap") and len(stack) == 1:
            if address:
                yield name, SitemapEntry(address, moment(changed or published))
            address, changed, published = "", "", ""
            if root is not None:
                root.clear()


class _Reader:
    """The bytes in parts, so that the parser stops reading at what it refuses."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def read(self, size: int = _PART) -> bytes:
        part = self._data[self._place : self._place + min(size, _PART)]
        self._place += len(part)
        return part


def _from_lines(data: bytes, url: str) -> ParsedSitemap:
    lines = data.removeprefix(b"\xef\xbb\xbf").splitlines()[: MOST_ENTRIES * 2]
    found = [line.strip().decode("utf-8", "replace") for line in lines if _ADDRESS_LINE.fullmatch(line)]
    if not found or len(found) * 2 < sum(bool(line.strip()) for line in lines):
        return ParsedSitemap(problem=f"{url}：这个网址的内容不是网站地图（应为 urlset、sitemapindex、网址列表或订阅源）。")
    return ParsedSitemap(tuple(SitemapEntry(address) for address in dict.fromkeys(found))[:MOST_ENTRIES])


def _newest_first(entries: list[SitemapEntry]) -> tuple[SitemapEntry, ...]:
    once: dict[str, SitemapEntry] = {}
    for entry in entries:
        once.setdefault(entry.url, entry)
    return tuple(sorted(once.values(), key=lambda entry: entry.lastmod or _OLDEST, reverse=True))
