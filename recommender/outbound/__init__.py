"""The one guard that every request we make passes: only public addresses, checked at the connection itself."""

from recommender.outbound.clients import async_client, client, read_limited, read_limited_async
from recommender.outbound.guard import check_address, is_public, resolve_public

__all__ = ["async_client", "check_address", "client", "is_public", "read_limited", "read_limited_async", "resolve_public"]
