"""What fills and empties the library from any door: uploads, pasted links, sent pages, watch-lists, takedowns. Plain functions."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from api.services import Services
from crawler.addresses import canonical
from crawler.discovery import Visit
from crawler.discovery import discover as discover_sources
from crawler.health import mistaken
from crawler.importers import ImportReport, Preview, import_paths, preview
from crawler.intake import take_in_one
from crawler.items import ParsedNote, Refusal
from crawler.opml import apply_opml
from crawler.parsers.discovery import Candidate
from crawler.parsers.pages import page_text, parse_page
from crawler.parsers.weibo import parse_weibo
from crawler.watching import rematch
from recommender.errors import FetchFailed, InputError, NotFound
from recommender.library.model import ColumnMapping, Rights, SourceKind, UpsertOutcome, WatchList
from recommender.outbound import client
from recommender.outbound.guard import is_allowed
from recommender.understanding.taxonomy import CATEGORIES

MOST_UPLOAD_BYTES = 50_000_000
KEPT_SECONDS = 24 * 3600
MOST_UPLOADS = 40  # kept at once; the oldest go first
_UPLOAD_ID = re.compile(r"[0-9a-f]{16}")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\<>:"|?*\ud800-\udfff]+')


def keep_upload(services: Services, name: str, data: bytes) -> str:
    """Keep a file that somebody sent, for a day; returns the id to ask for it by. Raises `InputError` where empty or too large."""
    if not data:
        raise InputError("文件是空的，请重新选一个。", field="file")
    if len(data) > MOST_UPLOAD_BYTES:
        raise InputError(f"文件最大 {MOST_UPLOAD_BYTES // 1_000_000} MB，请分成几份，或用 zhongcao import 在本机导入。", field="file")
    folder = _uploads(services)
    _sweep(folder)
    upload_id = secrets.token_hex(8)
    place = folder / upload_id
    place.mkdir(parents=True, mode=0o700)
    (place / _file_name(name)).write_bytes(data)
    return upload_id


def preview_upload(services: Services, upload_id: str, mapping: ColumnMapping | None = None) -> Preview:
    """Columns, first rows and guessed mapping of a kept file. Raises `NotFound`, `NotAnExport`."""
    return preview(_upload(services, upload_id), mapping)


def import_upload(
    services: Services, upload_id: str, *, mapping: ColumnMapping | None = None, rights: Rights = Rights.UNKNOWN, dry_run: bool = False
) -> ImportReport:
    """Read a kept file into the library, or say what would become of each row. Raises `NotFound`, `NotAnExport`."""
    path = _upload(services, upload_id)
    report = import_paths(services.library, [path], rights=rights, dry_run=dry_run, mapping=mapping, categories=CATEGORIES)
    if not dry_run and report.new + report.changed + report.corrections:
        services.follow_up()
    return report


def clip_page(services: Services, url: str, html: str) -> UpsertOutcome:
    """Take in a page as an editor's browser shows it. Raises `InputError` for one without note, `Conflict` for one taken down."""
    _check_address(url)
    if len(html) > services.settings.max_page_bytes or len(html.encode("utf-8", "replace")) > services.settings.max_page_bytes:
        raise InputError(f"页面超过 {services.settings.max_page_bytes // 1_000_000} MB，没有收。", field="html")
    return _take_in(services, parse_page(html, url), "html")


def fetch_link(services: Services, url: str) -> UpsertOutcome:
    """Fetch a pasted link now and take its note in; robots.txt, the guard and the size limit hold as in a crawl.

    Raises `InputError` where it cannot be had or holds no note, `BlockedAddress`, `NotAllowed` (robots.txt), `Conflict` (taken down).
    """
    _check_address(url)
    try:
        with services.going_out(), client(services.settings) as http:
            answer = Visit(http, services.settings).get(url)
    except FetchFailed as error:
        raise InputError(error.message, field="url") from None
    kind = answer.content_type.lower()
    if kind and not any(word in kind for word in ("html", "xml", "json", "text")):
        raise InputError(f"{answer.url[:200]} 不是网页（可能是图片、视频或文件），没有收。", field="url")
    if mistaken(SourceKind.PAGE, answer.body):
        raise InputError(f"{answer.url[:200]} 是订阅源或网站地图，不是一篇内容；请把它加为来源。", field="url")
    return _take_in(services, _note_of(services, page_text(answer.body, answer.charset), answer.url), "url")


def discover(services: Services, url: str) -> list[Candidate]:
    """The feeds and sitemaps of a page's site. Raises `InputError`, `BlockedAddress`, `NotAllowed`."""
    _check_address(url)
    try:
        with services.going_out():
            return discover_sources(services.settings, url)
    except FetchFailed as error:
        raise InputError(error.message, field="url") from None


def take_down(
    services: Services, *, content_id: str | None = None, url: str | None = None, creator_id: str | None = None, reason: str
) -> int:
    """Purge one content, one address or all of a creator, with their pictures; returns how many contents went.

    An address or a creator may be taken down before anything of it arrived. Raises `InputError`, `NotFound` (content).
    """
    from api.pages.pictures import forget  # the pages are a door over this module

    contents = services.library.contents
    if content_id is not None:
        gone = contents.take_down(content_id, reason)
    elif url is not None:
        gone = contents.take_down_url(_check_address(url), reason)
    elif creator_id is not None:
        gone = contents.take_down_creator(creator_id, reason)
    else:
        raise InputError("要写明下架什么：内容编号、网址或达人编号。")
    forget(services.settings, [image for item in gone for image in item.images])
    if gone:
        shutil.rmtree(_uploads(services), ignore_errors=True)  # files on their way in may hold it
        services.follow_up()
    return len(gone)


def sweep_uploads(home: Path) -> None:
    """Drop the uploads of yesterday."""
    _sweep(home / "uploads")


def save_watch_list(services: Services, watch_list: WatchList) -> int:
    """Insert or replace a watch-list and look through the library for what it names; returns how many contents joined or left."""
    services.library.watch_lists.put(watch_list)
    moved = rematch(services.library, watch_list.id)
    if moved:
        services.follow_up()
    return moved


def remove_watch_list(services: Services, watch_list_id: str) -> None:
    """Delete a watch-list; its contents and sources stay, without its mark. Raises `NotFound`."""
    services.library.watch_lists.delete(watch_list_id)
    if services.library.contents.leave_watch_list(watch_list_id):
        services.follow_up()


def import_opml(services: Services, data: bytes) -> tuple[int, int, list[str]]:
    """Add the sources and watch-lists of an OPML file; returns (sources added, known before, problems). Raises `InputError`."""
    done = apply_opml(services.library, data)
    services.follow_up()
    return done


def _check_address(url: str) -> str:
    """The canonical form of a web address. Raises `InputError` for anything else."""
    found = canonical(url)
    if not found or len(url) > 2_048:
        raise InputError("网址应以 http:// 或 https:// 开头，最长 2048 个字符。", field="url")
    return found


def _note_of(services: Services, text: str, url: str) -> ParsedNote | Refusal:
    """The one note of a fetched page or answer; a copy on a host that the settings except may name its origin."""
    if text.lstrip()[:1] in ("{", "["):
        found = parse_weibo(text, url)
        notes = [note for note in found if isinstance(note, ParsedNote)]
        if len(notes) > 1:
            return Refusal(f"{url[:200]} 里有 {len(notes)} 条内容；请把它加为来源。")
        return next(iter((*notes, *found)), Refusal(f"{url[:200]} 里没有内容，没有收。"))
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parse_page(text, url, saved=is_allowed(parts.hostname or "", port, services.settings))


def _take_in(services: Services, note: ParsedNote | Refusal, field: str) -> UpsertOutcome:
    if isinstance(note, Refusal):
        raise InputError(note.reason, field=field)
    outcome = take_in_one(services.library, note)
    services.follow_up()
    return outcome


def _uploads(services: Services) -> Path:
    return services.settings.home / "uploads"


def _upload(services: Services, upload_id: str) -> Path:
    """The kept file. Raises `NotFound`."""
    if _UPLOAD_ID.fullmatch(upload_id):
        place = _uploads(services) / upload_id
        with suppress(OSError):
            if place.stat().st_mtime > time.time() - KEPT_SECONDS:
                return next(place.iterdir())
    raise NotFound("没有这份上传的文件，或者已经超过一天被清掉了，请重新上传。")


def _sweep(folder: Path) -> None:
    """Drop uploads of yesterday, and the oldest where there are too many."""
    kept = []
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # another request was faster
                kept.append((entry.stat().st_mtime, entry.path))
    kept.sort()
    surplus = len(kept) - MOST_UPLOADS + 1
    for place, (changed_at, path) in enumerate(kept):
        if place < surplus or changed_at < time.time() - KEPT_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _file_name(name: str) -> str:
    """The name that reports will show: its last part, without what a file name cannot hold, at most 120 bytes."""
    stem, dot, suffix = _UNSAFE.sub("_", re.split(r"[/\\]", name)[-1]).strip(". ").rpartition(".")
    stem, suffix = (stem, f".{suffix[:10]}") if dot else (suffix, "")
    return (stem.encode()[:120].decode("utf-8", "ignore").lstrip(".~") or "上传的文件") + suffix
