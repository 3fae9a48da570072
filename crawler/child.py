"""The crawl's own process (`python -m crawler.child`): an order as JSON on stdin, JSON lines of events on stdout.

A Twisted reactor cannot start twice in a process, and a page that takes the crawl down must not take the service with it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crawler.health import verdict
from crawler.settings import TWISTED_REACTOR, scrapy_settings
from recommender.library import Library, open_library
from recommender.library.model import CrawlReport, Source, SourceKind
from recommender.settings import Settings

ALIVE_SECONDS = 5.0
HOSTS_AT_ONCE = 8


def main() -> None:
    """Run the order and exit; every source of it gets exactly one `finished` event."""
    order = json.load(sys.stdin)
    values = order["settings"]
    settings = Settings(**values | {"home": Path(values["home"]), "allow_private": tuple(values["allow_private"])})
    from scrapy.utils.log import configure_logging
    from scrapy.utils.reactor import install_reactor

    configure_logging({"LOG_LEVEL": "WARNING"})
    install_reactor(TWISTED_REACTOR)
    from twisted.internet import reactor, task

    from crawler.resolver import GuardedResolver

    GuardedResolver(reactor, settings).install_on_reactor()
    from scrapy.utils.defer import deferred_from_coro

    task.react(lambda _reactor: deferred_from_coro(_crawl_all(settings, order["sources"], bool(order.get("fresh")))))


async def _crawl_all(settings: Settings, source_ids: Sequence[str], fresh: bool) -> None:
    library = open_library(settings.library_url)
    queues: dict[str, list[Source]] = {}
    for source_id in source_ids:
        source = library.sources.get(source_id)
        queues.setdefault(source.url.split("/")[2] if "://" in source.url else source.url, []).append(source)
    gate = asyncio.Semaphore(HOSTS_AT_ONCE)
    alive = asyncio.ensure_future(_say_alive())
    # sources of one host follow each other, so that the pace per host holds; hosts run side by side
    await asyncio.gather(*(_crawl_host(settings, library, queue, gate, fresh) for queue in queues.values()))
    alive.cancel()
    library.close()


async def _crawl_host(settings: Settings, library: Library, queue: list[Source], gate: asyncio.Semaphore, fresh: bool) -> None:
    async with gate:
        for place, source in enumerate(queue):
            if place:
                await asyncio.sleep(settings.crawl_delay_seconds)
            _emit("started", source.id)
            try:
                await _crawl_one(settings, library, source, fresh)
            except Exception as error:  # one source never stops another
                _emit(
                    "finished", source.id, state="failed", message=f"抓取时出错（{type(error).__name__}）。", report=asdict(CrawlReport())
                )


async def _crawl_one(settings: Settings, library: Library, source: Source, fresh: bool) -> None:
    from scrapy.crawler import AsyncCrawlerRunner

    from crawler.spiders.feeds import FeedsSpider
    from crawler.spiders.pages import PagesSpider

    runner = AsyncCrawlerRunner(scrapy_settings(settings))
    crawler = runner.create_crawler(FeedsSpider if source.kind is SourceKind.FEED else PagesSpider)
    await runner.crawl(crawler, source=source, state=None if fresh else library.fetches.get(source.url))
    spider: Any = crawler.spider
    state, message = verdict(spider.report, spider.problem, spider.unchanged)
    _emit("finished", source.id, state=state, message=message, report=asdict(spider.report))


async def _say_alive() -> None:
    while True:
        await asyncio.sleep(ALIVE_SECONDS)
        _emit("alive", "")


def _emit(event: str, source_id: str, **values: Any) -> None:
    print(json.dumps({"event": event, "source": source_id, **values}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
