"""The pictures of a content: fetched through the guard, kept within a limit where the settings say so, or a drawn cover."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import secrets
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from api.pages.answers import PageRoute
from api.pages.covers import draw_cover
from api.pages.formats import web_address
from api.services import Services, services
from recommender.errors import NotFound, ZhongcaoError
from recommender.library.model import ContentItem
from recommender.outbound import async_client, read_limited_async
from recommender.settings import Settings

logger = logging.getLogger(__name__)

MOST_BYTES = 10_000_000
FETCH_SECONDS = 5.0
PATIENCE_SECONDS = 8.0  # for a free place; a page of twenty cards asks for twenty pictures at once
AT_ONCE = 6
FAILED_FOR_SECONDS = 86_400
KEPT_BY_BROWSER = {"cache": "private, max-age=604800", "reference": "no-store"}  # Cache-Control by the setting `pictures`
POLICY = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Doors = Annotated[Services, Depends(services)]

router = APIRouter(route_class=PageRoute)


def image_type(body: bytes) -> str:
    """The media type that the first bytes show; empty for anything but JPEG, PNG, WebP and GIF."""
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return "image/gif" if body.startswith((b"GIF87a", b"GIF89a")) else ""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of an address: the picture, empty where there is none, and whether it was fetched just now."""

    body: bytes
    fetched: bool = False


class PictureCache:
    """Pictures on disk by the fingerprint of their address; what could not be had is not asked for again for a day.

    With `pictures = "reference"` only that failure is remembered and no picture is kept.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = _folder(settings)
        self._places = asyncio.Semaphore(AT_ONCE)

    async def get(self, url: str) -> Picture:
        """The picture at `url`; without a body where there is none, or where too many are being fetched."""
        path = self._folder / _file_name(url)
        if (known := await run_in_threadpool(_read, path)) is not None:
            return Picture(known)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            return Picture(b"")
        try:
            if (known := await run_in_threadpool(_read, path)) is not None:
                return Picture(known)
            body = await self._fetch(url)
            if not body or self._settings.pictures == "cache":
                await run_in_threadpool(self._keep, path, body)
        finally:
            self._places.release()
        return Picture(body, fetched=True)

    def _keep(self, path: Path, body: bytes) -> None:
        _write(path, body)
        if body:
            _shrink(self._folder, self._settings.picture_cache_megabytes * 1_000_000)

    async def _fetch(self, url: str) -> bytes:
        """The body at `url` where it is a picture; empty where it is none or cannot be had."""
        try:
            async with (
                asyncio.timeout(FETCH_SECONDS),
                async_client(self._settings) as client,
                client.stream("GET", url, headers={"Accept": "image/*"}, follow_redirects=True) as answer,
            ):
                body = await read_limited_async(answer, MOST_BYTES) if answer.status_code == 200 else b""
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ZhongcaoError) as error:
            logger.info("no picture from %s: %s", url[:200], type(error).__name__)
            return b""
        return body if image_type(body) else b""


def forget(settings: Settings, urls: Iterable[str]) -> int:
    """Delete what is kept of these addresses, as a takedown asks for; returns how many were kept."""
    gone = 0
    for url in set(urls):
        path = _folder(settings) / _file_name(web_address(url))
        gone += path.is_file() and path.stat().st_size > 0
        path.unlink(missing_ok=True)
    return gone


def _folder(settings: Settings) -> Path:
    return settings.home / "cache" / "pictures"


def _file_name(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:40]


def _read(path: Path) -> bytes | None:
    """What is kept: a picture, b"" for a failure of the last day, None for nothing. Looking at a picture makes it the newest."""
    try:
        if path.stat().st_size == 0:
            return None if path.stat().st_mtime < time.time() - FAILED_FOR_SECONDS else b""
        os.utime(path)
        return path.read_bytes()
    except OSError:
        return None


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    aside.write_bytes(body)
    os.replace(aside, path)  # noqa: PTH105 - one picture, whole or not at all


def _shrink(folder: Path, most_bytes: int) -> None:
    """Delete the pictures that were not looked at for longest until the rest fits."""
    kept = []
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # another request was faster
                kept.append((entry.stat().st_mtime, entry.stat().st_size, entry.path))
    size = sum(bytes_ for _, bytes_, _ in kept)
    for _, bytes_, path in sorted(kept):
        if size <= most_bytes:
            return
        Path(path).unlink(missing_ok=True)
        size -= bytes_


def _cache(request: Request, settings: Settings) -> PictureCache:
    """The application's cache, made with the first picture."""
    if not hasattr(request.app.state, "pictures"):
        request.app.state.pictures = PictureCache(settings)
    found: PictureCache = request.app.state.pictures
    return found


@router.get("/pictures/{content_id}")
async def picture(request: Request, content_id: str, found: Doors, n: int = 0) -> Response:
    """Picture `n` of a content (0 is the first), or its cover. Only pictures of contents that are in the library are ever fetched."""
    item = await run_in_threadpool(found.library.contents.get, content_id)
    url = web_address(item.images[n]) if 0 <= n < len(item.images) else ""
    mode = found.settings.pictures
    if url and mode in KEPT_BY_BROWSER and not item.is_sample:
        answer = await _cache(request, found.settings).get(url)
        if answer.fetched:
            await run_in_threadpool(_still_there, found, item)
        if answer.body:
            headers = {**POLICY, "Cache-Control": KEPT_BY_BROWSER[mode]}
            return Response(answer.body, media_type=image_type(answer.body), headers=headers)
    # The others that are missing say only which they are: the same cover nine times over tells nobody anything.
    words = f"图{n + 1}" if 0 < n < len(item.images) else item.title or item.text
    cover = draw_cover(item.id, words, item.understanding.category)
    return Response(cover, media_type="image/svg+xml", headers={**POLICY, "Cache-Control": "private, max-age=600"})


def _still_there(found: Services, item: ContentItem) -> None:
    """A takedown in the middle of a fetch wins over it. Raises `NotFound`."""
    try:
        found.library.contents.get(item.id)
    except NotFound:
        forget(found.settings, item.images)
        raise
