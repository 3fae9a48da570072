"""Single public pages: 公众号 articles, note pages and articles anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from scrapy.http import Response, TextResponse

from crawler.items import ParsedNote, Refusal
from crawler.parsers.pages import page_text, parse_page
from crawler.spiders.source import SourceSpider
from recommender.outbound.guard import is_allowed


class PagesSpider(SourceSpider):
    """Reads one page. A copy on a host that the settings except may name its origin; no other page may."""

    name = "pages"

    def notes(self, response: Response) -> Iterator[ParsedNote | Refusal]:
        """Source: `SourceSpider`."""
        if not isinstance(response, TextResponse):
            self.problem = f"{response.url}：不是网页（可能是图片、视频或文件），没有存。"
            return
        parts = urlsplit(response.url)
        saved = is_allowed(parts.hostname or "", parts.port or 80, self.settings["ZHONGCAO"])
        yield parse_page(page_text(response.body, response.encoding), response.url, saved=saved)
