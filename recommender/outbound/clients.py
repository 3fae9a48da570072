"""httpx clients on the guarded transports, and reading an answer up to a size."""

from __future__ import annotations

import httpcore
import httpx

from recommender.errors import FetchFailed
from recommender.outbound.backends import AsyncGuardedBackend, GuardedBackend
from recommender.outbound.transports import AsyncGuardedTransport, GuardedTransport
from recommender.settings import Settings

MOST_REDIRECTS = 5


def client(settings: Settings, *, backend: httpcore.NetworkBackend | None = None) -> httpx.Client:
    """A client that reaches public addresses only; it follows no redirect unless asked to, and uses no proxy.

    Its requests raise `BlockedAddress` besides httpx's own errors. `backend` is the network under the guard (for tests).
    """
    return httpx.Client(
        transport=GuardedTransport(GuardedBackend(settings, inner=backend)),
        headers={"User-Agent": settings.user_agent},
        timeout=settings.crawl_timeout_seconds,
        max_redirects=MOST_REDIRECTS,
        trust_env=False,
    )


def async_client(settings: Settings, *, backend: httpcore.AsyncNetworkBackend | None = None) -> httpx.AsyncClient:
    """The same for asyncio."""
    return httpx.AsyncClient(
        transport=AsyncGuardedTransport(AsyncGuardedBackend(settings, inner=backend)),
        headers={"User-Agent": settings.user_agent},
        timeout=settings.crawl_timeout_seconds,
        max_redirects=MOST_REDIRECTS,
        trust_env=False,
    )


def read_limited(response: httpx.Response, limit_bytes: int) -> bytes:
    """The body of a streamed answer, at most `limit_bytes` after decompression. Raises `FetchFailed` where it is larger."""
    parts, size = [], 0
    for part in response.iter_bytes(65_536):
        size += len(part)
        if size > limit_bytes:
            response.close()
            raise _too_large(response, limit_bytes)
        parts.append(part)
    return b"".join(parts)


async def read_limited_async(response: httpx.Response, limit_bytes: int) -> bytes:
    """The same for asyncio."""
    parts, size = [], 0
    async for part in response.aiter_bytes(65_536):
        size += len(part)
        if size > limit_bytes:
            await response.aclose()
            raise _too_large(response, limit_bytes)
        parts.append(part)
    return b"".join(parts)


def _too_large(response: httpx.Response, limit_bytes: int) -> FetchFailed:
    return FetchFailed(f"{str(response.url)[:200]} 的内容超过 {limit_bytes // 1_000} KB，没有读。")
