"""The guard on Scrapy's side, and the words for what goes wrong."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
from scrapy import Request
from twisted.internet.address import IPv4Address, IPv6Address

from crawler.health import answer_problem, failure_problem, verdict
from crawler.middlewares import GuardMiddleware
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
    assert made["DOWNLOAD_DELAY"] == 3.0
    assert made["COOKIES_ENABLED"] is False
    assert made["TELNETCONSOLE_ENABLED"] is False
    assert made["HTTPPROXY_ENABLED"] is False
    assert set(made["DOWNLOAD_HANDLERS"].values()) == {None}


def test_words_for_every_outcome() -> None:
    for status in (301, 400, 401, 403, 404, 410, 418, 429, 451, 500, 503):
        assert str(status) in answer_problem(status, "https://example.com/") or status == 401
    assert answer_problem(200, "https://example.com/") == ""
    assert "规定时间" in failure_problem(TimeoutError(), "https://example.com/")
    assert verdict(CrawlReport(), "坏了", False) == ("failed", "坏了")
    assert verdict(CrawlReport(), "", True)[0] == "ok"
    assert verdict(CrawlReport(), "", False)[0] == "empty"
    assert verdict(CrawlReport(found=2, refused=2, refusals=("a：没有正文",)), "", False)[0] == "failed"
    assert verdict(CrawlReport(found=3, new=1, unchanged=1, refused=1, refusals=("a：没有正文",)), "", False) == (
        "ok",
        "新增 1 条，未变 1 条，拒收 1 条（a：没有正文）",
    )
