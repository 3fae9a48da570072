"""Single public pages: 公众号 articles, note pages, 微博 answers and articles anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy import Request
from scrapy.http import Response

from crawler.health import mistaken
from crawler.spiders.source import Fetched, SourceSpider
from recommender.library.model import SourceKind


class PagesSpider(SourceSpider):
    """Reads one page; an answer of 微博 may hold several notes."""

    name = "pages"

    def notes(self, response: Response) -> Iterator[Fetched | Request]:
        """Source: `SourceSpider`."""
        self.problem = mistaken(SourceKind.PAGE, response.body)
        if not self.problem:
            yield Fetched(tuple(self.read(response)[: self.source.max_items]))
