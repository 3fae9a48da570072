"""The guard under Scrapy: Twisted connects only to addresses that were resolved here and found public."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from recommender.errors import BlockedAddress
from recommender.outbound import check_address
from recommender.settings import Settings, load_settings


@implementer(IResolutionReceiver)
class _CheckedReceiver:
    """Holds back the addresses until all are known, and hands them on only if every one is allowed."""

    def __init__(self, receiver: Any, host: str, port: int, settings: Settings) -> None:
        self._receiver = receiver
        self._host, self._port, self._settings = host, port, settings
        self._addresses: list[Any] = []

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 (Twisted's names from here on)
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self._addresses.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        try:
            for address in self._addresses:
                check_address(self._host, self._port, address.host, self._settings)
        except BlockedAddress:
            self._addresses = []
        for address in self._addresses:
            self._receiver.addressResolved(address)
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class GuardedResolver:
    """Resolves as the reactor did before; a host with a forbidden address resolves to nothing, so nothing is connected to.

    Literal addresses come through here too (`HostnameEndpoint` resolves every host), as do redirects and robots.txt.
    """

    def __init__(self, reactor: Any, settings: Settings) -> None:
        self._reactor, self._settings = reactor, settings
        self._inner = reactor.nameResolver

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> GuardedResolver:
        """Source: Scrapy's `TWISTED_DNS_RESOLVER`."""
        return cls(reactor, crawler.settings.get("ZHONGCAO") or load_settings())

    def install_on_reactor(self) -> None:
        """Source: Scrapy's resolvers."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[Any] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """Source: Twisted's `IHostnameResolver`."""
        receiver = _CheckedReceiver(resolutionReceiver, hostName, portNumber, self._settings)
        return self._inner.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)
