"""Which addresses we may connect to: public ones, and the host:port pairs that the settings name. The only rule of it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from recommender.errors import BlockedAddress, FetchFailed
from recommender.settings import Settings

Resolve = Callable[..., Iterable[tuple[Any, ...]]]

# Public by their range, yet served by a cloud's own machines, or not yet known to this Python as special (RFC 9637, RFC 9602).
_SPECIAL_V4 = tuple(
    ipaddress.IPv4Network(net) for net in ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "192.31.196.0/24", "192.52.193.0/24")
)
_SPECIAL_V6 = tuple(ipaddress.IPv6Network(net) for net in ("2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16"))
_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether a literal IP address is a public unicast one. IPv6 forms that carry an IPv4 address are judged by that."""
    try:
        return _is_public(ipaddress.ip_address(address.partition("%")[0])) and "%" not in address
    except ValueError:
        return False


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return address.is_global and not (address.is_multicast or address.is_reserved or any(address in net for net in _SPECIAL_V4))
    if address.ipv4_mapped:
        return _is_public(address.ipv4_mapped)
    if address in _NAT64:
        return _is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address in _SIX_TO_FOUR:
        return _is_public(IPv4Address((int(address) >> 80) & 0xFFFFFFFF))
    return address in _UNICAST_V6 and address.is_global and not any(address in net for net in _SPECIAL_V6)


def is_allowed(host: str, port: int, settings: Settings) -> bool:
    """Whether the settings except this host and port (`ZHONGCAO_ALLOW_PRIVATE`); no page and no API can."""
    return f"{host.strip('[]').lower().rstrip('.')}:{port}" in {
        pair.lower().replace("[", "").replace("]", "") for pair in settings.allow_private
    }


def check_address(host: str, port: int, address: str, settings: Settings) -> str:
    """`address` again, which `host` was resolved to. Raises `BlockedAddress` where it is not public and not excepted."""
    if is_allowed(host, port, settings) or is_public(address):
        return address
    raise BlockedAddress(
        f"地址 {host[:100]}:{port} 指向内部或保留的网络地址，出于安全没有连接；确需访问请把它写进 ZHONGCAO_ALLOW_PRIVATE。"
    )


def resolve_public(host: str, port: int, settings: Settings, *, resolve: Resolve | None = None) -> list[str]:
    """The addresses of `host` to connect to, each checked; connect to these and not to the name, or it may resolve anew.

    One forbidden address among several blocks the host. Raises `BlockedAddress`, or `FetchFailed` where nothing is found.
    """
    try:
        found = [str(entry[4][0]) for entry in (resolve or socket.getaddrinfo)(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError, ValueError):
        found = []
    return checked(host, port, found, settings)


def checked(host: str, port: int, found: list[str], settings: Settings) -> list[str]:
    """`found` once each, all of them checked. Raises as `resolve_public`."""
    if not found:
        raise FetchFailed(f"找不到主机 {host[:100]}，请检查网址或网络。")
    return [check_address(host, port, address, settings) for address in dict.fromkeys(found)]
