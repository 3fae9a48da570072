"""The guard: no connection to anything but public addresses, whatever form the address has."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import anyio
import httpcore
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import BlockedAddress, FetchFailed
from recommender.outbound import async_client, client, is_public, read_limited, resolve_public
from recommender.outbound.backends import GuardedBackend
from recommender.outbound.transports import GuardedTransport
from recommender.settings import Settings
from tests.data import DATA, needs_data
from tests.outbound import offline

PUBLIC = ["8.8.8.8", "114.114.114.114", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8"]
FORBIDDEN = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "::8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::808:808",
    "2002:7f00:1::1",
    "2001:0:1::1",
    "2001:db8::1",
    "3fff::1",
    "fc00::1",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "example.com",
    "",
]


class Recorder(httpcore.NetworkBackend):
    """A network that refuses, and remembers where a connection was tried."""

    def __init__(self) -> None:
        self.tried: list[tuple[str, int]] = []

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:
        self.tried.append((host, port))
        raise httpcore.ConnectError("no network here")


@pytest.fixture
def port() -> Iterator[int]:
    """A server on loopback: /big, /redirect/<url>, and its Host header anywhere else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            away = self.path.startswith("/redirect/")
            self.send_response(302 if away else 200)
            if away:
                self.send_header("Location", self.path.removeprefix("/redirect/"))
            body = b"" if away else b"x" * 1_000_000 if self.path == "/big" else self.headers.get("Host", "").encode()
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


def allowing(port: int) -> Settings:
    return Settings(allow_private=(f"127.0.0.1:{port}",))


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", FORBIDDEN)
def test_not_public(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_the_one_it_carries(address: Any) -> None:
    assert is_public(f"::ffff:{address}") == is_public(str(address)) == is_public(f"64:ff9b::{address}")


def test_one_forbidden_address_among_public_ones_blocks_the_host() -> None:
    def resolve(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return [(2, 1, 6, "", ("8.8.8.8", port)), (2, 1, 6, "", ("127.0.0.1", port))]

    with pytest.raises(BlockedAddress):
        resolve_public("rebind.example", 80, Settings(), resolve=resolve)


def test_unknown_hosts_and_odd_names_are_a_clear_error() -> None:
    def nothing(*_: Any, **__: Any) -> list[tuple[Any, ...]]:
        raise socket.gaierror(-2, "Name or service not known")

    for host in ("nowhere.example", "a" * 300, "\udcff", ""):
        with pytest.raises(FetchFailed):
            resolve_public(host, 80, Settings(), resolve=nothing)


def test_the_checked_address_is_connected_to_even_if_the_name_changes_its_mind() -> None:
    answers = iter(["8.8.8.8", "127.0.0.1"])

    def resolve(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return [(2, 1, 6, "", (next(answers), port))]

    network = Recorder()
    transport = GuardedTransport(GuardedBackend(Settings(), inner=network, resolve=resolve))
    with httpx.Client(transport=transport, trust_env=False) as web:
        with pytest.raises(httpx.ConnectError):
            web.get("http://rebind.example/")
        with pytest.raises(BlockedAddress):
            web.get("http://rebind.example/")
    assert network.tried == [("8.8.8.8", 80)]


def test_loopback_is_blocked_unless_the_settings_except_the_very_port(port: int) -> None:
    with client(Settings()) as web, pytest.raises(BlockedAddress, match="ZHONGCAO_ALLOW_PRIVATE"):
        web.get(f"http://127.0.0.1:{port}/")
    with client(allowing(port)) as web:
        assert web.get(f"http://127.0.0.1:{port}/").text == f"127.0.0.1:{port}"
        with pytest.raises(BlockedAddress):
            web.get(f"http://127.0.0.1:{port + 1}/")


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest/", "http://localhost:9/", "http://[::1]/"])
def test_redirects_are_checked_again(port: int, target: str) -> None:
    with client(allowing(port)) as web, pytest.raises(BlockedAddress):
        web.get(f"http://127.0.0.1:{port}/redirect/{target}", follow_redirects=True)


def test_redirects_stop(port: int) -> None:
    with client(allowing(port)) as web, pytest.raises(httpx.TooManyRedirects):
        web.get(f"http://127.0.0.1:{port}/redirect//redirect/" + "/redirect/" * 20, follow_redirects=True)


def test_the_environments_proxy_is_not_used(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with client(allowing(port)) as web:
        assert web.get(f"http://127.0.0.1:{port}/").status_code == 200


def test_async_client(port: int) -> None:
    async def ask() -> str:
        async with async_client(allowing(port)) as web:
            with pytest.raises(BlockedAddress):
                await web.get(f"http://127.0.0.1:{port}/redirect/http://10.0.0.1/", follow_redirects=True)
            return (await web.get(f"http://127.0.0.1:{port}/")).text

    assert anyio.run(ask) == f"127.0.0.1:{port}"


def test_answers_are_read_up_to_a_size(port: int) -> None:
    with client(allowing(port)) as web, web.stream("GET", f"http://127.0.0.1:{port}/big") as answer:
        assert len(read_limited(answer, 1_000_000)) == 1_000_000
    with (
        client(allowing(port)) as web,
        web.stream("GET", f"http://127.0.0.1:{port}/big") as answer,
        pytest.raises(FetchFailed, match="超过"),
    ):
        read_limited(answer, 999_999)


@needs_data
def test_hostile_addresses_reach_nothing(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", offline.getaddrinfo)
    payloads = [
        row["url"].replace("PORT", str(port))
        for row in json.loads(gzip.decompress((DATA / "security" / "ssrf_payloads.json.gz").read_bytes()))
    ]
    network = Recorder()
    with client(Settings(), backend=network) as web:
        for url in payloads:
            with pytest.raises((BlockedAddress, httpx.HTTPError, httpx.InvalidURL)):
                web.get(url, follow_redirects=True)
    assert len(payloads) > 400
    assert [address for address, _ in network.tried if not is_public(address)] == []
