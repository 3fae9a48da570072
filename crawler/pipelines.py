"""The pipeline: what a crawl fetches goes through intake into the library, in batches, and is remembered when it is stored."""

from __future__ import annotations

import time
from typing import Any

from scrapy import signals

from crawler.intake import Intake
from crawler.items import ParsedNote
from crawler.spiders.source import Fetched
from recommender.library.model import FetchState

IDLE_SECONDS = 0.5
BATCH_PAGES, BATCH_SECONDS = 20, 3.0  # a kill costs at most what was fetched since the last batch, and that is fetched again


class IntakePipeline:
    """One intake per source. What cannot be taken in is refused with a reason and never stops the source.

    A page is remembered as fetched only after its notes are stored, so an interrupted crawl goes on where it stopped.
    """

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._intake: Intake | None = None
        self._states: dict[str, FetchState] = {}
        self._waiting = 0
        self._flushed = time.monotonic()

    @classmethod
    def from_crawler(cls, crawler: Any) -> IntakePipeline:
        """Source: Scrapy."""
        return cls(crawler)

    def open_spider(self) -> None:
        """Source: Scrapy."""
        spider = self._crawler.spider
        if hasattr(self._crawler.engine.scheduler, "settle"):
            self._crawler.signals.connect(self._flush_waiting, signal=signals.scheduler_empty)  # others may wait for what this holds
        self._intake = Intake(spider.library, source_id=spider.source.id, rights=spider.source.rights)

    def process_item(self, item: Fetched) -> Fetched:
        """Take in what one address gave. Source: Scrapy."""
        assert self._intake is not None
        for note in item.notes:
            try:
                self._intake.add(note)
            except (ValueError, TypeError, AttributeError, OverflowError) as error:
                where = note.where if isinstance(note, ParsedNote) else "一条内容"
                self._intake.refuse(f"{where}：处理时出错（{type(error).__name__}），没有存。")
        if item.url and item.state:
            self._states[item.url] = item.state
        self._waiting += 1
        if self._waiting >= BATCH_PAGES or time.monotonic() - self._flushed > BATCH_SECONDS:
            self._flush(self._intake)
        return item

    def close_spider(self) -> None:
        """Store the rest. The source's own answer is remembered only if something of it is stored. Source: Scrapy."""
        spider = self._crawler.spider
        assert self._intake is not None
        try:
            self._flush(self._intake)
            spider.report = report = self._intake.finish()
            spider.left_out = (*spider.left_out, *self._intake.remarks)
            if (
                spider.fetched is not None
                and report.new + report.changed + report.unchanged + report.left_out
                and not self._intake.over_quota
            ):
                spider.library.fetches.put(spider.source.url, spider.fetched)
        except Exception as error:  # whatever the library raises: the report must say that nothing came in
            spider.problem = f"读到的内容没能存进内容库（{type(error).__name__}），请检查磁盘和数据库；下次会再抓。"
            raise

    def _flush_waiting(self) -> None:
        if self._intake is not None and time.monotonic() - self._flushed > IDLE_SECONDS:
            self._flush(self._intake)

    def _flush(self, intake: Intake) -> None:
        turned_away = intake.over_quota
        intake.flush()
        if intake.over_quota == turned_away:  # what there was no room for is to be read again when there is
            self._crawler.spider.library.fetches.put_many(self._states)
        self._states, self._waiting, self._flushed = {}, 0, time.monotonic()
        if settle := getattr(self._crawler.engine.scheduler, "settle", None):  # of a crawl that is shared
            settle()
