"""Hostile addresses against every way in which the product fetches: where would a connection have gone? Nothing is really connected to."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
from scrapy import Request
from twisted.internet.address import IPv4Address, IPv6Address

from crawler.discovery import discover
from crawler.middlewares import GuardMiddleware
from crawler.resolver import GuardedResolver
from recommender.errors import ZhongcaoError
from recommender.outbound import async_client, client
from recommender.settings import Settings

PUBLIC_NAMES = {"example.com": "93.184.215.14", "rebind.example": "93.184.215.14", "start.example": "1.1.1.1"}
PUBLIC = ("http://8.8.8.8/", "https://1.1.1.1/x", "http://[2606:4700::1111]/", "http://example.com/feed", "http://start.example:8080/")
START = "http://start.example/"
LOCAL = "127.0.0.1"

_SETTINGS = Settings(crawl_timeout_seconds=5.0, crawl_delay_seconds=0.0)
_NOT_PUBLIC = tuple(ipaddress.ip_network(net) for net in ("100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "64:ff9b::/96", "2002::/16"))
_FAILURES = (ZhongcaoError, httpx.HTTPError, httpx.InvalidURL, ValueError)
_real = socket.getaddrinfo


class Network(httpcore.NetworkBackend):
    """A network that remembers where a connection was tried and refuses it; START's address answers with a redirect."""

    def __init__(self, redirect: str = "") -> None:
        self.tried: list[str] = []
        self.redirect = redirect

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> Any:
        """Source: httpcore."""
        self.tried.append(host)
        if self.redirect and host == PUBLIC_NAMES["start.example"]:
            location = self.redirect.encode("utf-8", "replace").replace(b"\r", b"").replace(b"\n", b"")
            return httpcore.MockStream(
                [b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"]
            )
        raise httpcore.ConnectError("no network here")


class _AsyncNetwork(httpcore.AsyncNetworkBackend):
    def __init__(self) -> None:
        self.tried: list[str] = []

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> Any:
        self.tried.append(host)
        raise httpcore.ConnectError("no network here")

    async def sleep(self, seconds: float) -> None:
        """Nothing is retried here."""


@contextmanager
def _names(rebinding: bool = False) -> Iterator[None]:
    """Numbers resolve as the system reads them, known names to public addresses, every other name to this machine.

    With `rebinding` a known name answers public once and this machine from then on.
    """
    asked: set[str] = set()

    def resolve(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> list[Any]:
        name = (host.decode() if isinstance(host, bytes) else str(host)).rstrip(".").lower()
        try:
            return _real(host, port, family, type, proto, socket.AI_NUMERICHOST)
        except (OSError, UnicodeError):
            address = PUBLIC_NAMES.get(name, LOCAL) if not (rebinding and name in asked) else LOCAL
        asked.add(name)
        return _real(address, port, family, type, proto, socket.AI_NUMERICHOST)

    socket.getaddrinfo = resolve
    try:
        yield
    finally:
        socket.getaddrinfo = _real


def is_forbidden(address: str) -> bool:
    """Whether nobody should be made to connect there: judged here anew, and not by the guard that is measured."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    mapped = getattr(found, "ipv4_mapped", None)
    if mapped:
        return is_forbidden(str(mapped))
    return not found.is_global or found.is_multicast or any(found.version == net.version and found in net for net in _NOT_PUBLIC)


def crawled(urls: Sequence[str]) -> list[list[str]]:
    """Scrapy: the middleware before the request, then the resolver at the connection; the addresses that would be connected to."""
    guard = GuardMiddleware(_SETTINGS)

    async def each(url: str) -> list[str]:
        try:
            request = Request(url)
            await guard.process_request(request)
        except (ZhongcaoError, ValueError):
            return []
        parts = urlsplit(request.url)
        receiver = _Receiver()
        GuardedResolver(_Reactor(), _SETTINGS).resolveHostName(receiver, parts.hostname or "", parts.port or 80)
        return receiver.addresses

    async def every() -> list[list[str]]:
        return [await each(url) for url in urls]

    return asyncio.run(every())


def fetched(urls: Sequence[str]) -> list[list[str]]:
    """The client of pasted links, webhooks and robots."""
    network = Network()
    with client(_SETTINGS, backend=network) as http:
        return [_tried(network, lambda url=url: http.get(url, follow_redirects=True)) for url in urls]  # type: ignore[misc]


def fetched_async(urls: Sequence[str]) -> list[list[str]]:
    """The asyncio client of pictures."""

    async def every() -> list[list[str]]:
        network, found = _AsyncNetwork(), list[list[str]]()
        async with async_client(_SETTINGS, backend=network) as http:
            for url in urls:
                network.tried = []
                with suppress(*_FAILURES):
                    await http.get(url, follow_redirects=True)
                found.append(network.tried)
        return found

    return asyncio.run(every())


def redirected(urls: Sequence[str]) -> list[list[str]]:
    """A public address that redirects to each; the first connection, to the public address itself, is left out."""
    network, found = Network(), list[list[str]]()
    with client(_SETTINGS, backend=network) as http:
        for url in urls:
            network.redirect = url
            found.append(_tried(network, lambda: http.get(START, follow_redirects=True))[1:])
    return found


def discovered(urls: Sequence[str]) -> list[list[str]]:
    """Looking for a site's feeds: robots.txt and the page."""
    found = []
    for url in urls:
        network = Network()
        found.append(_tried(network, lambda url=url, network=network: discover(_SETTINGS, url, backend=network)))  # type: ignore[misc]
    return found


def rebound() -> list[list[str]]:
    """A name that is public when asked first and this machine afterwards, by the client; every connection that was tried."""
    network = Network()
    with _names(rebinding=True), client(_SETTINGS, backend=network) as http:
        return [_tried(network, lambda: http.get("http://rebind.example/")) for _ in range(3)]


WAYS: dict[str, Callable[[Sequence[str]], list[list[str]]]] = {
    "crawl": crawled,
    "client": fetched,
    "async_client": fetched_async,
    "redirect": redirected,
    "discovery": discovered,
}


def measure(payloads: Sequence[str]) -> dict[str, dict[str, int]]:
    """For each way: connections to forbidden addresses (`forbidden`), to public ones, and how many public controls were let through."""
    figures: dict[str, dict[str, int]] = {}
    for name, way in WAYS.items():
        with _names():
            tried = way(payloads)
            controls = way(PUBLIC)
        figures[name] = _figures(tried) | {"controls_allowed": sum(any(not is_forbidden(address) for address in one) for one in controls)}
    return figures | {"rebinding": _figures(rebound()) | {"controls_allowed": 0}}


def _figures(tried: Sequence[Sequence[str]]) -> dict[str, int]:
    addresses = [address for one in tried for address in one]
    forbidden = sum(map(is_forbidden, addresses))
    return {"payloads": len(tried), "forbidden": forbidden, "public": len(addresses) - forbidden}


def _tried(network: Network, fetch: Callable[[], Any]) -> list[str]:
    network.tried = []
    with suppress(*_FAILURES):
        fetch()
    return network.tried


class _Receiver:
    """Twisted's side: what the guarded resolver hands on would be connected to."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def resolutionBegan(self, _: Any) -> None:  # noqa: N802
        """Source: Twisted."""

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        """Source: Twisted."""
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        """Source: Twisted."""


class _Reactor:
    """A reactor whose resolver asks the names of this measurement."""

    def __init__(self) -> None:
        self.nameResolver = self

    def resolveHostName(self, receiver: Any, host: str, port: int, *_: Any) -> None:  # noqa: N802
        """Source: Twisted."""
        receiver.resolutionBegan(None)
        for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            kind = IPv6Address if entry[0] == socket.AF_INET6 else IPv4Address
            receiver.addressResolved(kind("TCP", str(entry[4][0]), port))
        receiver.resolutionComplete()
