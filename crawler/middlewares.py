"""Downloader middlewares, in their order: the guard's clear words, robots.txt by RFC 9309, and the pace with the run's budget.

The pace and the rules are kept by host for the whole process, as one process is one crawl of many sources.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.health import BudgetSpent, failure_problem
from crawler.intake import local_now
from crawler.robots import Rules, parse_robots
from recommender.errors import BlockedAddress, FetchFailed, NotAllowed
from recommender.outbound import resolve_public
from recommender.settings import Settings, load_settings

LONGEST_DELAY_SECONDS = 60.0  # between two requests to one host, whoever asks for it
LONGEST_WAIT_SECONDS = 60.0  # a site that asks for a longer pause is asked again by the next run
FIRST_WAIT_SECONDS = 5.0  # after a 429 or 503 that names no time
MOST_SILENT = 3  # failed connections in a row after which a host is not asked again in this run
RESOLVED_SECONDS = 30.0  # how long the clear words of the guard need no second look; the connection itself is always checked
ROBOTS = "dont_obey_robotstxt"  # Scrapy's mark on the requests for robots.txt itself


@dataclass(slots=True)
class _Host:
    """The pace of one host: the pause between requests, when the next may start, how often it did not answer."""

    delay_seconds: float = 0.0
    asked_seconds: float = 0.0  # by its robots.txt
    turn: float = 0.0
    silent: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


_hosts: dict[str, _Host] = {}
_rules: dict[str, asyncio.Future[Rules | str]] = {}
_resolved: dict[tuple[str, int], float] = {}


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
        now = time.monotonic()
        if _resolved.get((host, port), 0.0) < now:
            await asyncio.wait_for(asyncio.to_thread(resolve_public, host, port, self._settings), self._settings.crawl_timeout_seconds)
            _resolved[host, port] = now + RESOLVED_SECONDS


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
        if request.meta.get(ROBOTS):
            return
        parts = urlsplit(request.url)
        base = f"{parts.scheme}://{parts.netloc}"
        if base not in _rules:
            self._crawler.spider.take_request()
            _rules[base] = asyncio.ensure_future(self._fetch(f"{base}/robots.txt"))
        rules = await _rules[base]
        if isinstance(rules, str):
            raise FetchFailed(rules)
        if not rules.allows(request.url, self._agent):
            raise NotAllowed(
                f"{parts.netloc} 的 robots.txt 不允许抓取 {parts.path or '/'}，已照办；请改用它的订阅源、导出文件，或取得授权。"
            )
        _host(request.url).asked_seconds = rules.delay_seconds(self._agent) or 0.0

    async def _fetch(self, url: str) -> Rules | str:
        request = Request(url, priority=1000, meta={ROBOTS: True}, callback=NO_CALLBACK)
        try:
            response = await self._crawler.engine.download_async(request)
        except (BlockedAddress, FetchFailed) as error:
            return error.message
        except BudgetSpent as error:  # the next source has a budget of its own and asks again
            _rules.pop(url.removesuffix("/robots.txt"), None)
            return str(error)
        except Exception as error:  # whatever kept robots.txt from being read, RFC 9309 says: then nothing may be fetched
            return f"{failure_problem(error, url)}读不到 robots.txt 时按规定不抓取。"
        if response.status >= 500 or response.status == 429:
            return f"{url[:200]} 返回 {response.status}，按规定视为不允许抓取，稍后会再试。"
        return await asyncio.to_thread(parse_robots, response.body if response.status < 300 else b"")


class PaceMiddleware:
    """Waits for the host's turn, and slows down where the host does; counts the requests and ends the run when they are used up."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._least_seconds = crawler.settings.getfloat("PACE_SECONDS")
        self._adapts = crawler.settings.getbool("PACE_ADAPTS")
        self._ends = time.monotonic() + crawler.settings.getfloat("RUN_SECONDS")

    @classmethod
    def from_crawler(cls, crawler: Any) -> PaceMiddleware:
        """Source: Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises `BudgetSpent`, and `FetchFailed` for a host that has been silent. Source: Scrapy."""
        host = _host(request.url)
        async with host.lock:
            while (wait := host.turn - time.monotonic()) > 0:
                if host.turn > self._ends:
                    raise BudgetSpent("这次抓取的时间用完了，下次接着抓。")
                await asyncio.sleep(wait)
            if host.silent >= MOST_SILENT:
                raise FetchFailed(f"{urlsplit(request.url).netloc} 连续 {MOST_SILENT} 次没有好好回应，这次不再问它，稍后会再试。")
            if not request.meta.get(ROBOTS):
                self._crawler.spider.take_request()
            elif request.meta.get("redirect_times") or request.meta.get("retry_times"):
                self._crawler.spider.requests += 1  # its first request was counted where it was decided on
            pause = max(self._least_seconds, host.delay_seconds, min(host.asked_seconds, LONGEST_DELAY_SECONDS))
            if wait_turn := getattr(self._crawler.engine.scheduler, "wait_turn", None):  # of a crawl that is shared
                await wait_turn(urlsplit(request.url).hostname or "", pause)
            host.turn = time.monotonic() + pause * random.uniform(1.0, 1.2)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """After 429 and 503 the host rests, and the request is made once more if that is soon. Source: Scrapy."""
        host = _host(request.url)
        host.silent = 0
        if response.status not in (429, 503):
            self._adapt(host, request, response)
            return response
        wait = retry_seconds(response)
        host.delay_seconds = min(max(2 * host.delay_seconds, 2 * self._least_seconds), LONGEST_DELAY_SECONDS)
        host.turn = max(host.turn, time.monotonic() + min(FIRST_WAIT_SECONDS if wait is None else wait, self._longest_rest()))
        if request.meta.get("rested") or host.turn > self._ends or (wait or 0.0) > LONGEST_WAIT_SECONDS:
            return response
        return request.replace(meta={**request.meta, "rested": True}, dont_filter=True)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Count what the host did not answer. Source: Scrapy."""
        if not isinstance(exception, (BlockedAddress, FetchFailed, NotAllowed, BudgetSpent, DownloadCancelledError)):
            _host(request.url).silent += 1

    def _longest_rest(self) -> float:
        """No rest is longer than this run."""
        return float(max(0.0, self._ends - time.monotonic()) + 1.0)

    def _adapt(self, host: _Host, request: Request, response: Response) -> None:
        """Move the pause half way to what the host takes for an answer; an error page, quick as it comes, never shortens it."""
        latency = request.meta.get("download_latency")
        if latency is None or not self._adapts:
            return
        wanted = min(max(latency, (host.delay_seconds + latency) / 2), LONGEST_DELAY_SECONDS)
        if response.status == 200 or wanted > host.delay_seconds:
            host.delay_seconds = wanted


def retry_seconds(response: Response) -> float | None:
    """The seconds that `Retry-After` asks for, None where it says nothing that can be read."""
    raw = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if raw.isascii() and raw.isdigit():
        return float(min(int(raw[:12]), 366 * 86_400))
    try:
        until = parsedate_to_datetime(raw)
    except (ValueError, TypeError, IndexError):
        return None
    return max(0.0, until.timestamp() - time.time()) if until.year < 9000 else None


def retry_at(response: Response) -> datetime | None:
    """When `Retry-After` allows another request, None where it does not say."""
    seconds = retry_seconds(response)
    return None if seconds is None else local_now() + timedelta(seconds=seconds)


def _host(url: str) -> _Host:
    return _hosts.setdefault((urlsplit(url).hostname or "").lower(), _Host())
