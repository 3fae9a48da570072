"""HTTP connections that end an answer whose headers do not end: Scrapy bounds the body alone."""

from __future__ import annotations

from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _LenientHTTP11ClientFactory, _LenientHTTP11ClientProtocol
from twisted.python.failure import Failure

MOST_HEAD_BYTES = 256_000


class BoundedHandler(HTTP11DownloadHandler):
    """Scrapy's handler of HTTP/1.1 on bounded connections."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _Protocol:  # noqa: N802 (Twisted's names)
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _Protocol(_LenientHTTP11ClientProtocol):
    _head_bytes = 0

    def request(self, request: Any) -> Any:
        self._head_bytes = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self._parser is not None and self._parser.state != "BODY":
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES + len(data):  # the last part may hold the body's beginning
                self._giveUp(Failure(ValueError("the headers do not end")))  # type: ignore[no-untyped-call]
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]
