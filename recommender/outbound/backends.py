"""Network backends that connect to the checked address and to nothing else; TLS still names the host."""

from __future__ import annotations

import socket
from collections.abc import Iterable

import anyio
import httpcore
from httpcore import AsyncNetworkBackend, AsyncNetworkStream, NetworkBackend, NetworkStream

from recommender.errors import BlockedAddress, FetchFailed
from recommender.outbound.guard import Resolve, checked, resolve_public
from recommender.settings import Settings

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class GuardedBackend(NetworkBackend):
    """Resolves, checks, then connects by address, in turn until one answers. Source of the methods: httpcore."""

    def __init__(self, settings: Settings, *, inner: NetworkBackend | None = None, resolve: Resolve | None = None) -> None:
        self._settings = settings
        self._inner = inner or httpcore.SyncBackend()
        self._resolve = resolve

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> NetworkStream:
        """Raises `BlockedAddress`; `httpcore.ConnectError` where the name or every address fails."""
        try:
            addresses = resolve_public(host, port, self._settings, resolve=self._resolve)
        except FetchFailed as error:
            raise httpcore.ConnectError(error.message) from None
        for last, address in enumerate(addresses, 1):
            try:
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if last == len(addresses):
                    raise
        raise httpcore.ConnectError(host)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[SocketOption] | None = None
    ) -> NetworkStream:
        """Always raises `BlockedAddress`."""
        raise BlockedAddress("不连接本机的 Unix 套接字。")


class AsyncGuardedBackend(AsyncNetworkBackend):
    """The same for asyncio. Source of the methods: httpcore."""

    def __init__(self, settings: Settings, *, inner: AsyncNetworkBackend | None = None) -> None:
        self._settings = settings
        self._inner = inner or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's signature)
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> AsyncNetworkStream:
        """Raises `BlockedAddress`; `httpcore.ConnectError` where the name or every address fails."""
        try:
            found = [str(entry[4][0]) for entry in await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
            addresses = checked(host, port, found, self._settings)
        except (OSError, UnicodeError, FetchFailed) as error:
            raise httpcore.ConnectError(str(error)) from None
        for last, address in enumerate(addresses, 1):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if last == len(addresses):
                    raise
        raise httpcore.ConnectError(host)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[SocketOption] | None = None,
    ) -> AsyncNetworkStream:
        """Always raises `BlockedAddress`."""
        raise BlockedAddress("不连接本机的 Unix 套接字。")

    async def sleep(self, seconds: float) -> None:
        """Wait, as the pool does between retries."""
        await anyio.sleep(seconds)
