"""httpx transports over a connection pool whose network is guarded; each redirect is a request of its own and is checked too."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from functools import partial
from typing import cast

import httpcore
import httpx

_ERRORS = (
    "ConnectTimeout",
    "ReadTimeout",
    "WriteTimeout",
    "PoolTimeout",
    "ConnectError",
    "ReadError",
    "WriteError",
    "UnsupportedProtocol",
    "LocalProtocolError",
    "RemoteProtocolError",
)
_KNOWN = tuple((getattr(httpcore, name), getattr(httpx, name)) for name in _ERRORS)


@contextlib.contextmanager
def _as_httpx() -> Iterator[None]:
    try:
        yield
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        for ours, theirs in _KNOWN:
            if isinstance(error, ours):
                raise theirs(str(error)) from error
        raise httpx.TransportError(str(error)) from error


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._stream

    def close(self) -> None:
        if close := getattr(self._stream, "close", None):
            close()


class _AsyncBody(httpx.AsyncByteStream):
    def __init__(self, stream: AsyncIterable[bytes]) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for part in self._stream:
                yield part

    async def aclose(self) -> None:
        if close := getattr(self._stream, "aclose", None):
            await close()


def _wire(request: httpx.Request, content: Iterable[bytes] | AsyncIterable[bytes]) -> httpcore.Request:
    url = httpcore.URL(scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path)
    return httpcore.Request(method=request.method, url=url, headers=request.headers.raw, content=content, extensions=request.extensions)


class GuardedTransport(httpx.BaseTransport):
    """Sends requests over `backend`. Source of the methods: httpx."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        make = partial(
            httpcore.ConnectionPool, network_backend=backend, max_connections=20, max_keepalive_connections=10, keepalive_expiry=5.0
        )
        self._pool = make(ssl_context=ssl_context())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request, one answer. Raises `httpx.TransportError` and `BlockedAddress`."""
        with _as_httpx():
            answer = self._pool.handle_request(_wire(request, cast(httpx.SyncByteStream, request.stream)))
        body = _Body(cast(Iterable[bytes], answer.stream))
        return httpx.Response(answer.status, headers=answer.headers, stream=body, extensions=answer.extensions)

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class AsyncGuardedTransport(httpx.AsyncBaseTransport):
    """The same for asyncio. Source of the methods: httpx."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        make = partial(
            httpcore.AsyncConnectionPool, network_backend=backend, max_connections=20, max_keepalive_connections=10, keepalive_expiry=5.0
        )
        self._pool = make(ssl_context=ssl_context())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, one answer. Raises `httpx.TransportError` and `BlockedAddress`."""
        with _as_httpx():
            answer = await self._pool.handle_async_request(_wire(request, cast(httpx.AsyncByteStream, request.stream)))
        body = _AsyncBody(cast(AsyncIterable[bytes], answer.stream))
        return httpx.Response(answer.status, headers=answer.headers, stream=body, extensions=answer.extensions)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


def ssl_context() -> ssl.SSLContext:
    """Certificates are checked against the host's name, whatever address it was reached at."""
    return httpx.create_ssl_context(trust_env=False)
