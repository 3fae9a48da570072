"""What both spiders do alike: one conditional request for the source's address, and plain words for whatever comes of it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response

from crawler.health import answer_problem, failure_problem
from crawler.items import ParsedNote, Refusal
from recommender.library.model import CrawlReport, FetchState, Source


def header(response: Response, name: str) -> str:
    """One header of an answer, "" where it is not there."""
    return (response.headers.get(name) or b"").decode("latin-1")[:200]


class SourceSpider(Spider):
    """Reads one source. After the crawl `report`, `problem` (a sentence), `unchanged` and `fetched` say what came of it.

    A spider is given its `source` and the `state` of the last fetch of its address, if there was one.
    """

    source: Source
    state: FetchState | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.report = CrawlReport()
        self.problem = ""
        self.unchanged = False
        self.fetched: FetchState | None = None

    async def start(self) -> AsyncIterator[Request]:
        """Source: Scrapy."""
        headers = {}
        if self.state and self.state.etag:
            headers["If-None-Match"] = self.state.etag
        if self.state and self.state.last_modified:
            headers["If-Modified-Since"] = self.state.last_modified
        yield Request(self.source.url, headers=headers, callback=self.parse, errback=self.failed, dont_filter=True)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[ParsedNote | Refusal]:
        """Source: Scrapy."""
        if response.status == 304:
            self.unchanged = True
            return
        if problem := answer_problem(response.status, response.url):
            self.problem = problem
            return
        fingerprint = hashlib.sha256(response.body).hexdigest()[:32]
        etag, modified = header(response, "ETag"), header(response, "Last-Modified")
        self.fetched = FetchState(etag, modified, fingerprint)
        if self.state and self.state.fingerprint == fingerprint:
            self.unchanged = True
            return
        yield from self.notes(response)

    def notes(self, response: Response) -> Iterator[ParsedNote | Refusal]:
        """What the answer holds; sets `problem` where it holds nothing of use."""
        raise NotImplementedError

    def failed(self, failure: Any) -> None:
        """Source: Scrapy."""
        self.problem = failure_problem(failure.value, self.source.url)
