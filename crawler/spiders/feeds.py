"""Feeds: RSS, Atom and JSON Feed."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy.http import Response

from crawler.items import ParsedNote, Refusal
from crawler.parsers.feeds import parse_feed
from crawler.spiders.source import SourceSpider, header


class FeedsSpider(SourceSpider):
    """Reads one feed; its newest entries, as many as the source allows."""

    name = "feeds"

    def notes(self, response: Response) -> Iterator[ParsedNote | Refusal]:
        """Source: `SourceSpider`."""
        feed = parse_feed(response.body, response.url, header(response, "Content-Type"))
        self.problem = feed.problem
        yield from feed.notes[: self.source.max_items]
