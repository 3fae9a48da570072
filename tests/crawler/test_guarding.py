"""The guard on Scrapy's side, and the words for what goes wrong."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response
from twisted.internet.address import IPv4Address, IPv6Address

from crawler.health import answer_problem, failure_problem, verdict
from crawler.middlewares import GuardMiddleware, retry_seconds
from crawler.resolver import GuardedResolver
from crawler.settings import scrapy_settings
from recommender.errors import BlockedAddress, FetchFailed
from recommender.library.model import CrawlReport
from recommender.outbound import is_public
from recommender.settings import Settings
from tests.data import DATA, needs_data
from tests.outbound import offline


class _Reactor:
    """A reactor whose resolver finds what it is told."""

    def __init__(self, *found: Any) -> None:
        self.found = found
        self.nameResolver = self

    def resolveHostName(self, receiver: Any, *_: Any) -> None:  # noqa: N802
        receiver.resolutionBegan(None)
        for address in self.found:
            receiver.addressResolved(address)
        receiver.resolutionComplete()


class _Receiver:
    def __init__(self) -> None:
        self.addresses: list[Any] = []
        self.complete = False

    def resolutionBegan(self, _: Any) -> None:  # noqa: N802
        assert not self.complete

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self.addresses.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        self.complete = True


@pytest.mark.parametrize(
    ("addresses", "handed_on"),
    [
        ([IPv4Address("TCP", "8.8.8.8", 80)], 1),
        ([IPv4Address("TCP", "8.8.8.8", 80), IPv4Address("TCP", "127.0.0.1", 80)], 0),
        ([IPv6Address("TCP", "::ffff:10.0.0.1", 80)], 0),
        ([], 0),
    ],
)
def test_the_resolver_hands_on_all_or_nothing(addresses: list[Any], handed_on: int) -> None:
    receiver = _Receiver()
    GuardedResolver(_Reactor(*addresses), Settings()).resolveHostName(receiver, "x.example", 80)
    assert receiver.complete
    assert len(receiver.addresses) == handed_on


@needs_data
def test_hostile_addresses_are_refused_before_scrapy_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", offline.getaddrinfo)
    payloads = json.loads(gzip.decompress((DATA / "security" / "ssrf_payloads.json.gz").read_bytes()))
    guard = GuardMiddleware(Settings(crawl_timeout_seconds=5.0))

    async def refused(url: str) -> bool:
        try:
            await guard.process_request(Request(url))
        except (BlockedAddress, FetchFailed, ValueError):
            return True
        return False

    async def reached() -> list[str]:
        urls = [payload["url"].replace("PORT", "8080") for payload in payloads]
        return [url for url in urls if not await refused(url)]

    # 010.0.0.1 is read as octal by the system: it is 8.0.0.1, which is what would be connected to
    allowed = {address[4][0] for url in asyncio.run(reached()) for address in socket.getaddrinfo(urlsplit(url).hostname, 80)}
    assert len(allowed) <= 3
    assert all(is_public(str(address)) for address in allowed)


def test_settings_are_polite() -> None:
    made = scrapy_settings(Settings(user_agent="teabot/2 (+https://tea.example)", crawl_delay_seconds=3.0))
    assert made["ROBOTSTXT_OBEY"] is True
    assert made["ROBOTSTXT_USER_AGENT"] == "teabot"
    assert made["PACE_SECONDS"] == 3.0
    assert made["PACE_ADAPTS"] is True
    assert made["REFERRER_POLICY"] == "no-referrer"
    assert made["COOKIES_ENABLED"] is False
    assert made["TELNETCONSOLE_ENABLED"] is False
    assert made["HTTPPROXY_ENABLED"] is False
    assert {scheme for scheme, handler in made["DOWNLOAD_HANDLERS"].items() if handler} == {"http", "https"}


def test_words_for_every_outcome() -> None:
    for status in (301, 400, 401, 403, 404, 410, 418, 429, 451, 500, 503):
        assert str(status) in answer_problem(status, "https://example.com/") or status == 401
    assert answer_problem(200, "https://example.com/") == ""
    assert "规定时间" in failure_problem(TimeoutError(), "https://example.com/")
    assert "08-01 09:30" in answer_problem(429, "https://example.com/", datetime(2026, 8, 1, 9, 30, tzinfo=UTC))
    errors = {
        "规定时间": DownloadTimeoutError(),
        "没有传完": ResponseDataLossError(),
        "太大": DownloadCancelledError(),
        "加密连接": DownloadFailedError("[SSL: CERTIFICATE_VERIFY_FAILED]"),
        "拒绝连接": DownloadConnectionRefusedError(),
        "找不到": CannotResolveHostError(),
        "解不开": gzip.BadGzipFile("Not a gzipped file"),
    }
    for words, error in errors.items():
        assert words in failure_problem(error, "https://example.com/")


def test_verdicts() -> None:
    assert verdict(CrawlReport(), "坏了", False) == ("failed", "坏了")
    assert verdict(CrawlReport(), "", True)[0] == "unchanged"
    assert verdict(CrawlReport(found=1, new=1), "", True)[0] == "ok"
    assert verdict(CrawlReport(), "", False)[0] == "empty"
    assert verdict(CrawlReport(found=2, refused=2, refusals=("a：没有正文",)), "", False)[0] == "failed"
    assert verdict(CrawlReport(found=3, new=1, unchanged=1, refused=1, refusals=("a：没有正文",)), "", False) == (
        "ok",
        "新增 1 条，未变 1 条，拒收 1 条（a：没有正文）",
    )
    assert verdict(CrawlReport(found=1, new=1), "", False, remarks=["还有 3 页。"])[1] == "新增 1 条。还有 3 页。"


@pytest.mark.parametrize(
    ("found", "baseline", "state"),
    [(3, 20.0, "low"), (7, 20.0, "ok"), (0, 20.0, "empty"), (1, 4.0, "ok"), (3, None, "ok"), (300, 20.0, "ok")],
)
def test_a_run_far_under_what_is_usual_is_low(found: int, baseline: float | None, state: str) -> None:
    got, said = verdict(CrawlReport(found=found, new=found), "", False, baseline=baseline)
    assert got == state
    assert ("平时约 20 条，这次" in said) == (state in ("low", "empty"))


def test_retry_after_is_read_in_both_forms() -> None:
    for raw, least, most in (("120", 120, 120), ("Fri, 01 Jan 2100 00:00:00 GMT", 1e8, 1e10), ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0)):
        assert least <= (retry_seconds(Response("https://a.example/", headers={"Retry-After": raw})) or 0) <= most
    for raw in ("", "soon", "-1", "1e9", "９"):
        assert retry_seconds(Response("https://a.example/", headers={"Retry-After": raw})) is None
