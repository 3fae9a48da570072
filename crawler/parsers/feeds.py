"""RSS, Atom, RDF and JSON Feed to parsed notes. Pure; feedparser reads the XML, well-formed or not."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import feedparser
import orjson

from crawler.addresses import canonical, identity_of
from crawler.items import ParsedNote, Refusal
from crawler.parsers.bounds import MOST_ENTRIES, bounded
from crawler.parsers.bridges import SOCIAL, Channel, body_images, body_text, dress, platform_for, recognise
from crawler.parsers.markup import html_text, resolve
from crawler.parsers.trimming import trim
from recommender.library.model import MediaKind, Platform

SHORT_SUMMARY = 300  # characters
LONG_SUMMARY = 1_000
CONTENT, SUMMARY, ABSTRACT = "content", "summary", "abstract"  # an Atom summary without content says that more is elsewhere
_READ_ON = re.compile(
    r"\s*[\[(（【]?\s*(?:阅读全文|查看全文|阅读原文|阅读更多|继续阅读|点击(?:阅读|查看)\S{0,6}"
    r"|read (?:more|on|the (?:full|rest)[\w ]{0,20})|continue reading[^\n]{0,80}|\[?(?:\.\.\.|…)\])\s*[\])）】]?[\s.…»›>→]*$",
    re.IGNORECASE,
)

_MAIL = re.compile(r"[^\s@]+@[^\s@]+")
_Read = tuple[ParsedNote | Refusal, str]  # a note and the form of its body


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
    try:
        data = bounded(data)
    except ValueError as error:
        return ParsedFeed(problem=str(error))
    try:
        headers = {"content-type": _type(data, content_type), "content-location": url}
        parsed = feedparser.parse(io.BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # feedparser promises not to raise, its parsers for broken markup do
        return ParsedFeed(problem=f"订阅源读不懂（{type(error).__name__}）。")
    feed = parsed.get("feed", {})
    title = html_text(str(feed.get("title") or ""))
    entries = parsed.get("entries", [])
    if not entries and not parsed.get("version"):
        return ParsedFeed(title, problem=_no_feed(data[:4_000].lower()))
    said = " ".join(str(feed.get(name) or "") for name in ("generator", "subtitle", "publisher", "id"))
    channel = recognise(url, title, resolve(url, str(feed.get("link") or "")), said)
    author = _name(str(feed.get("author") or "")) or title
    is_atom = str(parsed.get("version")).startswith("atom")
    return ParsedFeed(
        title, _mark_teasers([_entry(entry, url, author, channel, is_atom, n) for n, entry in enumerate(entries[:MOST_ENTRIES], 1)])
    )


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


def _entry(entry: Mapping[str, Any], base: str, author: str, channel: Channel, is_atom: bool, number: int) -> _Read:
    try:
        return _entry_note(entry, base, author, channel, is_atom, f"{base} 第 {number} 条")
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        return Refusal(f"{base} 第 {number} 条：读不懂（{type(error).__name__}）。"), ""


def _entry_note(entry: Mapping[str, Any], base: str, author: str, channel: Channel, is_atom: bool, where: str) -> _Read:
    parts = [*entry.get("content", []), entry.get("summary_detail", {})]
    longest = max(parts, key=lambda part: len(str(part.get("value") or "")))
    body = str(longest.get("value") or entry.get("summary") or "")
    link = resolve(base, str(entry.get("link") or ""))
    declared = str(longest.get("base") or "")  # by xml:base; without it pictures are beside the entry's page
    media = [*entry.get("media_content", []), *entry.get("enclosures", [])]
    videos = [
        address for part in media if "video" in str(part.get("type") or part.get("medium") or "") and (address := _address(base, part))
    ]
    pictures = [
        address for part in media if "image" in str(part.get("type") or part.get("medium") or "") and (address := _address(base, part))
    ]
    pictures += [address for part in entry.get("media_thumbnail", []) if (address := _address(base, part))]
    platform = platform_for(link, channel)
    writer: Mapping[str, Any] = next((person for person in entry.get("authors", []) if person.get("name")), {})
    updated = entry["updated"] if "updated" in entry else None  # noqa: SIM401 (its `get` would give `published` instead)
    note = ParsedNote(
        platform=platform,
        identity=identity_of(link) or ("" if link else _own_id(base, entry.get("id"))),
        url=link,
        kind=MediaKind.VIDEO if videos else None,
        title=html_text(str(entry.get("title") or "")),
        text=body_text(body, platform),
        tags=tuple(str(tag.get("term") or "") for tag in entry.get("tags", [])),
        creator_name=_name(str(writer.get("name") or entry.get("author") or "")) or ("" if channel.bridge else author),
        published_at=entry.get("published") or entry.get("created") or updated,
        updated_at=updated,
        images=tuple(dict.fromkeys([*pictures, *body_images(body, declared if declared not in ("", base) else link or base)])),
        video_url=videos[0] if videos else "",
        where=link or where,
    )
    profile = str(writer.get("href") or "")
    form = CONTENT if entry.get("content") else ABSTRACT if is_atom else SUMMARY
    return dress(note, channel, body, profile, entry), form


def _name(text: str) -> str:
    """A person's or site's name; an e-mail address alone is none."""
    name = html_text(text)
    return "" if _MAIL.fullmatch(name) else name


def _address(base: str, part: Mapping[str, Any]) -> str:
    return resolve(base, str(part.get("url") or part.get("href") or ""))


def _own_id(feed: str, given: object) -> str:
    """The id of an entry without a link: its own within its feed, for ids such as 1 stand in many."""
    return f"{canonical(feed) or feed}#{given}" if given not in (None, "") else ""


def _json_feed(data: bytes, url: str) -> ParsedFeed:
    try:
        feed = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return ParsedFeed(problem="订阅源不是完整的 JSON。")
    items = feed.get("items")
    if not isinstance(items, list):
        return ParsedFeed(problem="这个网址给出的 JSON 不是 JSON Feed（没有 items）。")
    title = _word(feed.get("title"))
    said = " ".join(_word(feed.get(name)) for name in ("generator", "description", "feed_url"))
    channel = recognise(_word(feed.get("feed_url")) or url, title, resolve(url, _word(feed.get("home_page_url"))), said)
    author = _author(feed)[0] or title
    read: list[_Read] = []
    for number, item in enumerate(items[:MOST_ENTRIES], 1):
        where = f"{url} 第 {number} 条"
        read.append(_item(item, url, author, channel, where) if isinstance(item, dict) else (Refusal(f"{where}：应为一个 JSON 对象。"), ""))
    return ParsedFeed(title, _mark_teasers(read))


def _item(item: dict[str, Any], base: str, author: str, channel: Channel, where: str) -> _Read:
    link = resolve(base, _word(item.get("url")) or _word(item.get("external_url")))
    html, plain, summary = (_word(item.get(name)) for name in ("content_html", "content_text", "summary"))
    images = [resolve(base, _word(item.get(name))) for name in ("image", "banner_image")]
    attachments = item.get("attachments")
    files = [part for part in attachments if isinstance(part, dict)] if isinstance(attachments, list) else []
    video = next((resolve(base, _word(part.get("url"))) for part in files if _word(part.get("mime_type")).startswith("video/")), "")
    tags = item.get("tags")
    platform = platform_for(link, channel)
    name, profile = _author(item)
    note = ParsedNote(
        platform=platform,
        identity=identity_of(link) or ("" if link else _own_id(base, item.get("id"))),
        url=link,
        kind=MediaKind.VIDEO if video else None,
        title=_word(item.get("title")),
        text=plain or body_text(html or summary, platform),
        tags=tuple(_word(tag) for tag in tags) if isinstance(tags, list) else (),
        creator_name=name or ("" if channel.bridge else author),
        published_at=_word(item.get("date_published")) or _word(item.get("date_modified")),
        updated_at=_word(item.get("date_modified")) or None,
        images=tuple(dict.fromkeys(filter(None, [*images, *body_images(html or summary, link or base)]))),
        video_url=video,
        where=link or where,
    )
    return dress(note, channel, html or summary, profile, item), CONTENT if html or plain else SUMMARY


def _author(value: dict[str, Any]) -> tuple[str, str]:
    """Name and page of the first author."""
    authors = value.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else value.get("author")
    return (_word(first.get("name")), _word(first.get("url"))) if isinstance(first, dict) else ("", "")


def _mark_teasers(read: list[_Read]) -> tuple[ParsedNote | Refusal, ...]:
    """The notes, with `partial` on those whose body only teases. A feed of nothing but short summaries teases throughout."""
    lengths = [len(note.text) for note, form in read if isinstance(note, ParsedNote) and form]
    all_short = len(lengths) > 2 and all(form != CONTENT for _, form in read) and median(lengths) <= SHORT_SUMMARY
    notes: list[ParsedNote | Refusal] = []
    for note, form in read:
        if isinstance(note, ParsedNote) and _teases(note, form, all_short):
            note = replace(note, partial=True, text=_READ_ON.sub("", note.text).rstrip())  # noqa: PLW2901
        elif isinstance(note, ParsedNote) and note.platform is Platform.WECHAT:
            note = replace(note, text=trim(note.text, note.title))  # noqa: PLW2901 (a whole article, with what stands around it)
        notes.append(note)
    return tuple(notes)


def _teases(note: ParsedNote, form: str, all_short: bool) -> bool:
    text = note.text
    if note.platform in SOCIAL:  # short posts are complete; of 小红书 some bridges give the title alone
        return note.platform is Platform.XHS and not text
    if not text:
        return bool(note.title) and not note.video_url
    if _READ_ON.search(text[-60:]):
        return True
    if form == CONTENT or not note.title:
        return False
    if text.endswith(("...", "…", "[…]")) and len(text) < LONG_SUMMARY:
        return True
    return len(text) <= SHORT_SUMMARY and (all_short or form == ABSTRACT or note.platform is Platform.WECHAT)


def _word(value: Any) -> str:
    """A JSON value as text: numbers too, as some feeds give ids; nothing for lists and objects."""
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
