"""OPML 2.0: watch-lists as folders and sources in them, for other readers and back without loss; theirs read as folders of feeds."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any
from xml.etree import ElementTree

import lxml.etree  # type: ignore[import-untyped]
from defusedxml import ElementTree as SafeTree
from defusedxml.common import DefusedXmlException

from crawler.addresses import canonical
from crawler.sources import RANGES, library_ids, source_id, watch_list_id
from crawler.watching import rematch
from recommender.errors import Conflict, InputError
from recommender.library import Library
from recommender.library.model import Rights, Source, SourceKind, WatchKind, WatchList

OURS = "urn:zhongcao:opml"
MOST_BYTES = 10_000_000
MOST_OUTLINES = 20_000
DEEPEST = 10_000  # levels of markup; a reader nests two or three
LONGEST_NAME = 200

_LIST_FIELDS = ("terms", "aliases", "schedule_minutes", "weekly_quota", "quiet_days", "enabled")
_SOURCE_FIELDS = ("schedule_minutes", "max_items", "enabled", "only_matching", "full_text", "max_requests")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"""^[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{2,20})["']""")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")
_TAG = re.compile(r"<(/?)[A-Za-z][^<>]*?(/?)>")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_opml(library: Library) -> bytes:
    """All watch-lists and sources. A source of several lists stands in each of them, one of none on the top level."""
    ElementTree.register_namespace("zhongcao", OURS)
    root = ElementTree.Element("opml", version="2.0")
    ElementTree.SubElement(ElementTree.SubElement(root, "head"), "title").text = "种草内容库的关注清单和来源"
    body = ElementTree.SubElement(root, "body")
    sources = library.sources.all()
    known = library.watch_lists.all()
    for watch_list in known:
        folder = ElementTree.SubElement(body, "outline", _folder(watch_list))
        for source in sources:
            if watch_list.id in source.watch_lists:
                ElementTree.SubElement(folder, "outline", _leaf(source))
    names = {watch_list.id for watch_list in known}
    for source in sources:
        if not names.intersection(source.watch_lists):
            ElementTree.SubElement(body, "outline", _leaf(source))
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + written + b"\n"


def read_opml(data: bytes, problems: list[str] | None = None) -> tuple[list[WatchList], list[Source]]:
    """The watch-lists and sources of an OPML file.

    A folder of another reader becomes a category, to which all the feeds inside it belong, however deep. Outlines that cannot
    be used are left out, with a sentence each in `problems`. Raises `InputError` where the whole is no OPML, is too large, or
    attacks whoever reads it.
    """
    told: list[str] = [] if problems is None else problems
    lists: dict[str, WatchList] = {}
    sources: dict[str, Source] = {}
    for place, (outline, folders) in enumerate(_outlines(_body(data, told)), 1):
        if place > MOST_OUTLINES:
            told.append(f"OPML 里超过 {MOST_OUTLINES} 个条目，后面的没有读。")
            break
        read = _Outline(outline, f"第 {place} 个条目")
        if read.is_folder:
            if read.ours("kind"):
                found = _watch_list(read, told)
                lists.setdefault(found.id, found)
            continue
        source = _source(read, told)
        if source is None:
            continue
        around = [_watch_list(_Outline(folder, ""), told) for folder in folders]
        for watch_list in around:
            lists.setdefault(watch_list.id, watch_list)
        first = sources.setdefault(canonical(source.url), source)
        joined = tuple(dict.fromkeys((*first.watch_lists, *(watch_list.id for watch_list in around))))
        sources[canonical(source.url)] = replace(first, watch_lists=joined)
    return list(lists.values()), list(sources.values())


def apply_opml(library: Library, data: bytes) -> tuple[int, int, list[str]]:
    """Add what an OPML file names and the library does not have; returns (sources added, sources known before, problems).

    What the library has stays as it is, save that a known source joins the lists that the file puts it in. Raises `InputError`.
    """
    problems: list[str] = []
    watch_lists, sources = read_opml(data, problems)
    filed = library_ids(library, watch_lists)
    ids = {each.id for each in library.watch_lists.all()}
    new = [each for each in watch_lists if filed[each.id] not in ids]
    for watch_list in new:
        library.watch_lists.put(watch_list)
    by_address = {canonical(source.url): source for source in library.sources.all()}
    taken = {source.id for source in by_address.values()}
    added = known = 0
    for read in sources:
        source = replace(read, watch_lists=tuple(dict.fromkeys(filed[each] for each in read.watch_lists)))
        before = by_address.get(canonical(source.url))
        if before is None:
            try:
                library.sources.add(replace(source, id=source_id(source.url)) if source.id in taken else source)
                added += 1
            except Conflict as error:
                problems.append(error.message)
            continue
        known += 1
        joined = tuple(dict.fromkeys((*before.watch_lists, *source.watch_lists)))
        if joined != before.watch_lists:
            library.sources.replace(replace(before, watch_lists=joined))
    rematch(library, *(watch_list.id for watch_list in new))
    return added, known, problems


def _folder(watch_list: WatchList) -> dict[str, str]:
    values = {"text": _plain(watch_list.name), "title": _plain(watch_list.name), "category": f"/{watch_list.kind.value}"}
    return values | {_our("id"): watch_list.id, _our("kind"): watch_list.kind.value} | _ours(watch_list, _LIST_FIELDS)


def _leaf(source: Source) -> dict[str, str]:
    address = {"type": "rss", "xmlUrl": source.url} if source.kind is SourceKind.FEED else {"type": "link", "url": source.url}
    values = {"text": _plain(source.name), "title": _plain(source.name), **address}
    values |= {_our("id"): source.id, _our("kind"): source.kind.value, _our("rights"): source.rights.value}
    return values | _ours(source, _SOURCE_FIELDS)


def _our(name: str) -> str:
    return f"{{{OURS}}}{name}"


def _ours(value: WatchList | Source, names: tuple[str, ...]) -> dict[str, str]:
    """Fields as JSON, for terms may hold anything."""
    values = asdict(value)
    return {_our(name): _plain(json.dumps(values[name], ensure_ascii=False)) for name in names}


def _plain(text: str) -> str:
    """Text that XML can hold."""
    return _NOT_XML.sub(" ", text).encode("utf-8", "replace").decode()


class _Outline:
    """One outline, its attributes named as everybody or as nobody writes them."""

    def __init__(self, element: ElementTree.Element, where: str) -> None:
        self._values = {name.lower(): value for name, value in element.attrib.items()}
        self.where = where
        self.url = self._given("xmlurl")
        self.link = self._given("url")
        self.kind = self._given("type").lower()
        self.name = (self._given("text") or self._given("title"))[:LONGEST_NAME]
        self.is_folder = not (self.url or self.link) and self.kind not in ("rss", "atom", "include", "link")

    def _given(self, name: str) -> str:
        return " ".join(html.unescape(self._values.get(name, "")).split())

    def ours(self, name: str) -> str:
        """An attribute of our own, "" where there is none."""
        return self._values.get(f"{{{OURS}}}{name}", "")

    def fields(self, known: dict[str, Any], told: list[str]) -> dict[str, Any]:
        """Those of our JSON attributes that hold a value of the kind that `known` has for it."""
        found = {}
        for name, default in known.items():
            if not (given := self.ours(name)):
                continue
            try:
                value = json.loads(given)
            except (ValueError, RecursionError):
                value = ...
            if not _fits(name, value, default):
                told.append(f"{self.where or self.name}：{name} 的值 {given[:40]!r} 不对，用了默认值。")
            elif isinstance(value, list):
                found[name] = tuple(value)
            else:
                found[name] = value
        return found


def _fits(name: str, value: Any, default: Any) -> bool:
    if isinstance(default, tuple):
        return isinstance(value, list) and all(isinstance(each, str) and each.strip() for each in value)
    if isinstance(default, bool) or value is None:
        return isinstance(value, bool) or (value is None and default is None)
    least, most = RANGES[name]
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _watch_list(outline: _Outline, told: list[str]) -> WatchList:
    kind = WatchKind(outline.ours("kind")) if outline.ours("kind") in list(WatchKind) else WatchKind.CATEGORY
    name = outline.name or "未命名"
    plain = WatchList(outline.ours("id")[:64] or watch_list_id(kind, name), kind, name)
    return replace(plain, **outline.fields({field: getattr(plain, field) for field in _LIST_FIELDS}, told))


def _source(outline: _Outline, told: list[str]) -> Source | None:
    url = outline.url or outline.link
    named = f"{outline.where}（{outline.name[:40]}）" if outline.name else outline.where
    if outline.kind == "include" or (outline.kind == "link" and url.lower().endswith(".opml")):
        told.append(f"{named}：引用了另一个 OPML，没有读；需要时请下载后单独导入。")
        return None
    if url.lower().startswith("feed:"):
        url = "https://" + url[5:].removeprefix("//") if not url[5:].startswith("http") else url[5:]
    if not canonical(url):
        told.append(f"{named}：没有 http 或 https 开头的网址，没有收。")
        return None
    kind = (
        SourceKind(outline.ours("kind"))
        if outline.ours("kind") in list(SourceKind)
        else SourceKind.FEED
        if outline.url
        else SourceKind.PAGE
    )
    plain = Source(outline.ours("id")[:64] or source_id(url), outline.name or url, kind, url)
    if outline.ours("rights") in set(Rights) - {Rights.TAKEN_DOWN}:
        plain = replace(plain, rights=Rights(outline.ours("rights")))
    return replace(plain, **outline.fields({field: getattr(plain, field) for field in _SOURCE_FIELDS}, told))


def _outlines(body: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, tuple[ElementTree.Element, ...]]]:
    """Every outline in the order of the file, with the named folders around it, outermost first."""
    waiting: list[tuple[ElementTree.Element, tuple[ElementTree.Element, ...]]] = [(each, ()) for each in reversed(body)]
    while waiting:
        element, folders = waiting.pop()
        if not isinstance(element.tag, str) or element.tag.rpartition("}")[2].lower() != "outline":
            continue
        yield element, folders
        inside = (*folders, element) if _Outline(element, "").name and len(folders) < 8 else folders
        waiting += [(each, inside) for each in reversed(element)]


def _body(data: bytes, told: list[str]) -> ElementTree.Element:
    """The body of an OPML file, read as far as it can be: wrong encodings and bare ampersands are common. Raises `InputError`."""
    if len(data) > MOST_BYTES:
        raise InputError(f"OPML 文件最大 {MOST_BYTES // 1_000_000} MB。", field="file")
    text = _DECLARATION.sub("", _NOT_XML.sub(" ", _decoded(data)).lstrip("\ufeff \r\n\t"), count=1)
    if _depth(text) > DEEPEST:
        raise InputError(f"OPML 文件的条目嵌套超过 {DEEPEST} 层，没有读。", field="file")
    try:
        try:
            root = SafeTree.fromstring(text)
        except ElementTree.ParseError:
            root = _mended(_BARE_AMPERSAND.sub("&amp;", text), told)
    except DefusedXmlException:
        raise InputError("OPML 文件里定义了 XML 实体，出于安全没有读。", field="file") from None
    except (SyntaxError, ValueError):  # of either parser
        raise InputError("不是能读的 OPML 文件：XML 写法有误，请从阅读器里重新导出。", field="file") from None
    body = next((each for each in root if isinstance(each.tag, str) and each.tag.rpartition("}")[2].lower() == "body"), None)
    if root.tag.rpartition("}")[2].lower() != "opml" or body is None:
        raise InputError("不是 OPML 文件：应以 <opml> 开头，里面有 <body>。", field="file")
    return body


def _depth(text: str) -> int:
    """How deep the tags nest at most; a rough count that needs no tree."""
    deepest = depth = 0
    for tag in _TAG.finditer(text):
        if tag[1]:
            depth -= 1
        elif not tag[2]:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _mended(text: str, told: list[str]) -> ElementTree.Element:
    """The tree of a text that is no whole XML, as far as it can be read. Raises as `SafeTree.fromstring`."""
    try:
        return SafeTree.fromstring(text)
    except ElementTree.ParseError as error:
        if "<!" in text.replace("<!--", ""):  # a document type, which may define entities
            raise
        root = lxml.etree.fromstring(text.encode(), lxml.etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
        if root is None:  # there is nothing to mend
            raise
        told.append(f"OPML 第 {error.position[0]} 行的 XML 写法有误，只读了能读的部分。")
        return SafeTree.fromstring(lxml.etree.tostring(root))


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = found[1].decode().lower() if (found := _ENCODING.match(data)) else "utf-8"
    wide = {"big5": "big5hkscs", "big5-hkscs": "big5hkscs", "utf-16": "utf-16", "windows-1252": "cp1252", "iso-8859-1": "cp1252"}
    return data.decode(wide.get(declared, "gb18030"), "replace")  # named ones only: others are no charsets, or raise in their own ways
