"""Atom and JSON Feed 1.1 from a list of entries, with ids that stay the same wherever the service is reached."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote

from recommender.delivery.composing import excerpt, headline, plain, web_link
from recommender.delivery.gate import why_not
from recommender.library.model import ContentItem, Rights

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
LANGUAGE = "zh-CN"
_ILLEGAL_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed. `html` is trusted markup: whoever makes it escapes what is not."""

    id: str
    url: str
    title: str
    html: str
    summary: str
    updated: datetime
    published: datetime | None = None
    author: str = ""
    tags: tuple[str, ...] = ()
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: who it is, where it is read, and its entries in order."""

    id: str
    title: str
    home_url: str
    feed_url: str
    updated: datetime
    entries: tuple[Entry, ...]


def content_url(base_url: str, content_id: str) -> str:
    """The page of a content in our service."""
    return f"{base_url}/contents/{quote(content_id, safe='')}"


def stable_id(kind: str, name: str) -> str:
    """A tag URI (RFC 4151) that does not change with the address of the service."""
    return f"tag:zhongcao,2026:{kind}/{quote(name, safe='')}"


def content_entries(contents: Sequence[ContentItem], base_url: str, reasons: Sequence[str] = ()) -> tuple[Entry, ...]:
    """An entry per content, with the reason of the same position; contents that were taken down are left out."""
    padded = [*reasons, *[""] * (len(contents) - len(reasons))]
    return tuple(
        _content_entry(content, base_url, reason)
        for content, reason in zip(contents, padded, strict=False)
        if content.rights is not Rights.TAKEN_DOWN
    )


def _content_entry(content: ContentItem, base_url: str, reason: str) -> Entry:
    """The whole text where it may be used in full, otherwise its beginning."""
    closed, source_url = why_not(content), web_link(content.url)
    body = excerpt(content) if closed else plain(content.text)
    paragraphs = [f"<p>{escape(line)}</p>" for line in body.split("\n") if line.strip()]
    if reason:
        paragraphs.append(f"<p>推荐理由：{escape(plain(reason))}</p>")
    if closed:
        paragraphs.append(f"<p>不能直接发给客户：{escape(closed)}</p>")
    if source_url:
        paragraphs.append(f'<p><a href="{escape(source_url)}">原文</a></p>')
    understood = content.understanding
    return Entry(
        id=stable_id("content", content.id),
        url=content_url(base_url, content.id),
        title=headline(content),
        html="\n".join(paragraphs),
        summary=excerpt(content),
        updated=content.updated_at,
        published=content.published_at,
        author=content.creator_name,
        tags=tuple(dict.fromkeys(filter(None, (understood.category or "", *understood.brands, *content.tags)))),
        source_url=source_url,
    )


def atom(feed: Feed) -> str:
    """The feed as Atom (RFC 4287); characters that XML forbids are dropped."""
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": LANGUAGE})
    _put(root, "id", feed.id)
    _put(root, "title", feed.title)
    _put(root, "updated", feed.updated.isoformat())
    _put(root, "link", rel="self", type="application/atom+xml", href=feed.feed_url)
    _put(root, "link", rel="alternate", type="text/html", href=feed.home_url)
    _put(_put(root, "author"), "name", "种草")
    for entry in feed.entries:
        element = _put(root, "entry")
        _put(element, "id", entry.id)
        _put(element, "title", entry.title)
        _put(element, "updated", entry.updated.isoformat())
        if entry.published:
            _put(element, "published", entry.published.isoformat())
        _put(element, "link", rel="alternate", type="text/html", href=entry.url)
        if entry.source_url:
            _put(element, "link", rel="via", href=entry.source_url)
        if entry.author:
            _put(_put(element, "author"), "name", entry.author)
        for tag in entry.tags:
            _put(element, "category", term=tag)
        _put(element, "summary", entry.summary)
        _put(element, "content", entry.html, type="html")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _put(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{ATOM}}}{name}", {key: _legal(value) for key, value in attributes.items()})
    element.text = _legal(text) or None
    return element


def _legal(text: str) -> str:
    return _ILLEGAL_IN_XML.sub("", text)


def json_feed(feed: Feed) -> str:
    """The feed as JSON Feed 1.1."""
    document: dict[str, Any] = {
        "version": JSON_FEED,
        "title": feed.title,
        "home_page_url": feed.home_url,
        "feed_url": feed.feed_url,
        "language": LANGUAGE,
        "items": [_item(entry) for entry in feed.entries],
    }
    return _legal(json.dumps(document, ensure_ascii=False, indent=2))


def _item(entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        "summary": entry.summary,
        "date_modified": entry.updated.isoformat(),
    }
    if entry.published:
        item["date_published"] = entry.published.isoformat()
    if entry.source_url:
        item["external_url"] = entry.source_url
    if entry.author:
        item["authors"] = [{"name": entry.author}]
    if entry.tags:
        item["tags"] = list(entry.tags)
    return item
