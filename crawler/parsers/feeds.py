"""RSS, Atom, RDF and JSON Feed to parsed notes. Pure; feedparser reads the XML, well-formed or not."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import feedparser
import orjson

from crawler.addresses import identity_of, platform_of
from crawler.items import ParsedNote, Refusal
from crawler.parsers.markup import html_images, html_text, resolve
from recommender.library.model import MediaKind, Platform

MOST_ENTRIES = 1_000
MOST_MARKS = 200_000  # a feed with more "<" in it than this is read no further
_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]{0,1000}\[[^\]]{0,100000}\]\s*>", re.IGNORECASE)
_ENTITY = re.compile("<!ENTITY", re.IGNORECASE)
_NO_TITLE_PLATFORMS = frozenset({Platform.WEIBO})


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What a feed said. `problem` is a sentence where it is no feed at all."""

    title: str = ""
    notes: tuple[ParsedNote | Refusal, ...] = ()
    problem: str = ""


def parse_feed(data: bytes, url: str, content_type: str = "") -> ParsedFeed:
    """Read a feed as far as it can be read; never raises. Entries without title, text and picture become refusals at intake."""
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"{":
        return _json_feed(data, url)
    if not start:
        return ParsedFeed(problem="订阅源的内容是空的。")
    data = _DOCTYPE.sub(b"", data, count=1)  # entities that a document declares are never expanded
    wide = data[:4].count(0) > 0
    if _ENTITY.search(data.decode("utf-16" if wide else "latin-1", "replace")):
        return ParsedFeed(problem="订阅源里声明了 XML 实体，出于安全没有读。")
    if data.count(b"<") > MOST_MARKS:
        return ParsedFeed(problem="订阅源的标记太多，没有读。")
    try:
        headers = {"content-type": _type(data, content_type), "content-location": url}
        parsed = feedparser.parse(io.BytesIO(data), response_headers=headers, sanitize_html=False)
    except Exception as error:  # feedparser promises not to raise, its parsers for broken markup do
        return ParsedFeed(problem=f"订阅源读不懂（{type(error).__name__}）。")
    feed = parsed.get("feed", {})
    title = html_text(str(feed.get("title") or ""))
    entries = parsed.get("entries", [])
    if not entries and not parsed.get("version"):
        return ParsedFeed(title, problem=_no_feed(data[:4_000].lower()))
    author = str(feed.get("author") or "") or title
    notes: list[ParsedNote | Refusal] = []
    for number, entry in enumerate(entries[:MOST_ENTRIES], 1):
        try:
            notes.append(_entry(entry, url, author, f"{url} 第 {number} 条"))
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            notes.append(Refusal(f"{url} 第 {number} 条：读不懂（{type(error).__name__}）。"))
    return ParsedFeed(title, tuple(notes))


def _type(data: bytes, content_type: str) -> str:
    """What feedparser is told: valid UTF-8 is UTF-8 whatever is said; a charset of the server comes next, then the document's."""
    if not data.isascii() and 0 not in data[:64]:
        try:
            data.decode("utf-8")
            return "application/xml; charset=utf-8"
        except UnicodeDecodeError:
            pass
    return content_type if "charset=" in content_type.lower() else "application/xml"


def _no_feed(start: bytes) -> str:
    if b"<urlset" in start or b"<sitemapindex" in start:
        return "这个网址是网站地图（sitemap），不是订阅源；请换成网站的 RSS 或 Atom 地址。"
    if b"<html" in start or b"<!doctype html" in start:
        return "这个网址是网页，不是订阅源；请换成它的 RSS 或 Atom 地址，或把来源类型改成网页。"
    return "这个网址的内容不是订阅源（应为 RSS、Atom 或 JSON Feed）。"


def _entry(entry: Mapping[str, Any], base: str, author: str, where: str) -> ParsedNote:
    bodies = [str(part.get("value") or "") for part in entry.get("content", [])] + [str(entry.get("summary") or "")]
    body = max(bodies, key=len)
    link = resolve(base, str(entry.get("link") or ""))
    media = [*entry.get("media_content", []), *entry.get("enclosures", [])]
    videos = [
        address for part in media if "video" in str(part.get("type") or part.get("medium") or "") and (address := _address(base, part))
    ]
    pictures = [
        address for part in media if "image" in str(part.get("type") or part.get("medium") or "") and (address := _address(base, part))
    ]
    pictures += [address for part in entry.get("media_thumbnail", []) if (address := _address(base, part))]
    platform = platform_of(link)
    title = html_text(str(entry.get("title") or ""))
    updated = entry["updated"] if "updated" in entry else None  # noqa: SIM401 (its `get` would give `published` instead)
    text = html_text(body)
    if platform in _NO_TITLE_PLATFORMS and text.startswith(title.rstrip(".… ")):
        title = ""  # bridges repeat the beginning of the text as title
    return ParsedNote(
        platform=platform,
        identity=identity_of(link) or ("" if link else str(entry.get("id") or "")),
        url=link,
        kind=MediaKind.VIDEO if videos else None,
        title=title,
        text=text,
        tags=tuple(str(tag.get("term") or "") for tag in entry.get("tags", [])),
        creator_name=html_text(str(entry.get("author") or "")) or author,
        published_at=entry.get("published") or entry.get("created") or updated,
        updated_at=updated,
        images=tuple(dict.fromkeys([*pictures, *html_images(body, link or base)])),
        video_url=videos[0] if videos else "",
        where=link or where,
    )


def _address(base: str, part: Mapping[str, Any]) -> str:
    return resolve(base, str(part.get("url") or part.get("href") or ""))


def _json_feed(data: bytes, url: str) -> ParsedFeed:
    try:
        feed = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return ParsedFeed(problem="订阅源不是完整的 JSON。")
    items = feed.get("items")
    if not isinstance(items, list):
        return ParsedFeed(problem="这个网址给出的 JSON 不是 JSON Feed（没有 items）。")
    title = _word(feed.get("title"))
    author = _author(feed) or title
    notes: list[ParsedNote | Refusal] = []
    for number, item in enumerate(items[:MOST_ENTRIES], 1):
        if isinstance(item, dict):
            notes.append(_item(item, url, author, f"{url} 第 {number} 条"))
        else:
            notes.append(Refusal(f"{url} 第 {number} 条：应为一个 JSON 对象。"))
    return ParsedFeed(title, tuple(notes))


def _item(item: dict[str, Any], base: str, author: str, where: str) -> ParsedNote:
    link = resolve(base, _word(item.get("url")) or _word(item.get("external_url")))
    html = _word(item.get("content_html"))
    images = [resolve(base, _word(item.get(name))) for name in ("image", "banner_image")]
    attachments = item.get("attachments")
    files = [part for part in attachments if isinstance(part, dict)] if isinstance(attachments, list) else []
    video = next((resolve(base, _word(part.get("url"))) for part in files if _word(part.get("mime_type")).startswith("video/")), "")
    tags = item.get("tags")
    return ParsedNote(
        platform=platform_of(link),
        identity=identity_of(link) or ("" if link else _word(item.get("id"))),
        url=link,
        kind=MediaKind.VIDEO if video else None,
        title=_word(item.get("title")),
        text=_word(item.get("content_text")) or html_text(html) or _word(item.get("summary")),
        tags=tuple(_word(tag) for tag in tags) if isinstance(tags, list) else (),
        creator_name=_author(item) or author,
        published_at=_word(item.get("date_published")) or _word(item.get("date_modified")),
        updated_at=_word(item.get("date_modified")) or None,
        images=tuple(filter(None, [*images, *html_images(html, link or base)])),
        video_url=video,
        where=link or where,
    )


def _author(value: dict[str, Any]) -> str:
    authors = value.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else value.get("author")
    return _word(first.get("name")) if isinstance(first, dict) else ""


def _word(value: Any) -> str:
    """A JSON value as text: numbers too, as some feeds give ids; nothing for lists and objects."""
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
