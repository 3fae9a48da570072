"""Downloader middlewares: the guard's clear words before a connection, and robots.txt by RFC 9309."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http.request import NO_CALLBACK

from crawler.health import failure_problem
from recommender.errors import BlockedAddress, FetchFailed, NotAllowed
from recommender.outbound import resolve_public
from recommender.settings import Settings, load_settings

MOST_ROBOTS_BYTES = 512_000  # RFC 9309 asks for at least 500 KiB

_rules: dict[str, asyncio.Future[Protego | str]] = {}  # by host; of the process, as one process is one crawl of many sources


class GuardMiddleware:
    """Refuses a request whose host is not public, before anything is connected to; the resolver checks again at the connection."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @classmethod
    def from_crawler(cls, crawler: Any) -> GuardMiddleware:
        """Source: Scrapy."""
        return cls(crawler.settings.get("ZHONGCAO") or load_settings())

    async def process_request(self, request: Request) -> None:
        """Raises `BlockedAddress` or `FetchFailed` (the host is not found). Source: Scrapy."""
        try:
            parts = urlsplit(request.url)
            host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            parts, host, port = urlsplit(""), "", 0
        if parts.scheme not in ("http", "https") or not host:
            raise BlockedAddress(f"只抓取写法完整的 http 和 https 网址，{request.url[:200]} 不是。")
        await asyncio.wait_for(asyncio.to_thread(resolve_public, host, port, self._settings), self._settings.crawl_timeout_seconds)


class RobotsMiddleware:
    """Asks robots.txt once per host and crawl. No such file allows all; a server error or no answer allows nothing."""

    def __init__(self, crawler: Any) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._agent = str(crawler.settings["ROBOTSTXT_USER_AGENT"])

    @classmethod
    def from_crawler(cls, crawler: Any) -> RobotsMiddleware:
        """Source: Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises `NotAllowed` where robots.txt forbids the address, `FetchFailed` where it cannot be had. Source: Scrapy."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlsplit(request.url)
        base = f"{parts.scheme}://{parts.netloc}"
        if base not in _rules:
            _rules[base] = asyncio.ensure_future(self._fetch(f"{base}/robots.txt"))
        rules = await _rules[base]
        if isinstance(rules, str):
            raise FetchFailed(rules)
        if not rules.can_fetch(request.url, self._agent):
            raise NotAllowed(
                f"{parts.netloc} 的 robots.txt 不允许抓取 {parts.path or '/'}，已照办；请改用它的订阅源、导出文件，或取得授权。"
            )

    async def _fetch(self, url: str) -> Protego | str:
        request = Request(url, priority=1000, meta={"dont_obey_robotstxt": True}, callback=NO_CALLBACK)
        try:
            response = await self._crawler.engine.download_async(request)
        except (BlockedAddress, FetchFailed) as error:
            return error.message
        except Exception as error:  # whatever kept robots.txt from being read, RFC 9309 says: then nothing may be fetched
            return f"{failure_problem(error, url)}读不到 robots.txt 时按规定不抓取。"
        if response.status >= 500 or response.status == 429:
            return f"{url[:200]} 返回 {response.status}，按规定视为不允许抓取，稍后会再试。"
        body = response.body[:MOST_ROBOTS_BYTES].decode("utf-8-sig", "replace") if response.status < 300 else ""
        return Protego.parse(body)
