"""The pipeline: every parsed note of a crawl goes through intake into the library, in batches."""

from __future__ import annotations

from typing import Any

from crawler.intake import Intake
from crawler.items import ParsedNote, Refusal
from recommender.library import open_library
from recommender.library.model import CrawlReport


class IntakePipeline:
    """One intake per source. What cannot be taken in is refused with a reason and never stops the source."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._intake: Intake | None = None

    @classmethod
    def from_crawler(cls, crawler: Any) -> IntakePipeline:
        """Source: Scrapy."""
        return cls(crawler)

    def open_spider(self) -> None:
        """Open the library. Source: Scrapy."""
        source = self._crawler.spider.source
        library = open_library(self._crawler.settings["ZHONGCAO"].library_url)
        self._intake = Intake(library, source_id=source.id, rights=source.rights)

    def process_item(self, item: ParsedNote | Refusal) -> ParsedNote | Refusal:
        """Take one in. Source: Scrapy."""
        if self._intake:
            try:
                self._intake.add(item)
            except (ValueError, TypeError, AttributeError, OverflowError) as error:
                where = item.where if isinstance(item, ParsedNote) else "一条内容"
                self._intake.refuse(f"{where}：处理时出错（{type(error).__name__}），没有存。")
        return item

    def close_spider(self) -> None:
        """Store the rest. The fetch is remembered only if something of it is stored, so that all else is read again. Source: Scrapy."""
        spider = self._crawler.spider
        if self._intake is None:
            return
        report: CrawlReport = self._intake.finish()
        spider.report = report
        if spider.fetched is not None and report.new + report.changed + report.unchanged:
            self._intake.library.fetches.put(spider.source.url, spider.fetched)
        self._intake.library.close()
