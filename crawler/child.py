"""The crawl's own process (`python -m crawler.child`): an order as a JSON line on stdin, JSON lines of events on stdout.

A Twisted reactor cannot start twice in a process, and a page that takes the crawl down must not take the service with it.
The process ends at once when its stdin ends: the one who ordered the crawl is gone.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crawler.health import verdict
from crawler.settings import TWISTED_REACTOR, scrapy_settings
from recommender.errors import ZhongcaoError
from recommender.library import Library, open_library
from recommender.library.model import CrawlReport, Source, SourceKind
from recommender.settings import Settings

ALIVE_SECONDS = 5.0
HOSTS_AT_ONCE = 4  # each may hold some 20 MB while a large answer is read and unpacked

log = logging.getLogger(__name__)


def main() -> None:
    """Run the order and exit; every source of it gets exactly one `finished` event."""
    order = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
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

    try:
        task.react(lambda _reactor: deferred_from_coro(_crawl_all(settings, order["sources"], bool(order.get("fresh")))))
    except SystemExit as ended:  # all is stored and said: taking the interpreter apart would only take time
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended.code if isinstance(ended.code, int) else 0)


def _end_with_the_parent() -> None:
    """Whatever is stored is whole, as after a kill; whatever is not is fetched again by the next run."""
    while os.read(0, 4096):  # not through sys.stdin, whose lock would outlive the main thread
        pass
    os._exit(3)


async def _crawl_all(settings: Settings, source_ids: Sequence[str], fresh: bool) -> None:
    library = open_library(settings.library_url)
    queues: dict[str, list[Source]] = {}
    for source_id in source_ids:
        source = library.sources.get(source_id)
        queues.setdefault(source.url.split("/")[2] if "://" in source.url else source.url, []).append(source)
    gate = asyncio.Semaphore(HOSTS_AT_ONCE)
    alive = asyncio.ensure_future(_say_alive())
    # sources of one host follow each other; hosts run side by side
    await asyncio.gather(*(_crawl_host(settings, library, queue, gate, fresh) for queue in queues.values()))
    alive.cancel()
    library.close()


async def _crawl_host(settings: Settings, library: Library, queue: list[Source], gate: asyncio.Semaphore, fresh: bool) -> None:
    async with gate:
        for source in queue:
            _emit("started", source.id)
            try:
                ended = await crawl_one(settings, library, source, fresh)
            except Exception as error:  # one source never stops another
                log.exception("the crawl of %s failed", source.id)
                message = f"抓取时出错（{type(error).__name__}），原因见日志；一直如此请告诉维护的人。"
                message = error.message if isinstance(error, ZhongcaoError) else message
                ended = {"state": "failed", "message": message, "report": asdict(CrawlReport())}
            _emit("finished", source.id, **ended)


async def crawl_one(settings: Settings, library: Library, source: Source, fresh: bool = False) -> dict[str, Any]:
    """Crawl one source on the running reactor: state, message, report, seconds and requests of the run, which is not recorded yet.

    Raises `FetchFailed` where the Redis of the settings cannot be reached.
    """
    from scrapy.crawler import AsyncCrawlerRunner

    from crawler.spiders.feeds import FeedsSpider
    from crawler.spiders.pages import PagesSpider
    from crawler.spiders.sitemaps import SitemapSpider

    started = time.monotonic()
    if settings.redis_url:
        from crawler.sharing import check_redis

        check_redis(settings.redis_url)
    # the baseline is of feeds alone: a page is always one, and of a sitemap a run reads what is left
    baseline = library.sources.baseline(source.id) if source.kind is SourceKind.FEED else None
    spiders = {SourceKind.FEED: FeedsSpider, SourceKind.PAGE: PagesSpider, SourceKind.SITEMAP: SitemapSpider}
    runner = AsyncCrawlerRunner(scrapy_settings(settings))
    crawler = runner.create_crawler(spiders[source.kind])
    await runner.crawl(crawler, source=source, state=None if fresh else library.fetches.get(source.url), library=library)
    spider: Any = crawler.spider
    state, message = verdict(spider.report, spider.trouble, spider.unchanged, baseline=baseline, remarks=spider.remarks)
    if state == "unchanged" and source.kind is SourceKind.PAGE and source.last_state == "failed":
        state, message = "failed", source.last_message  # the same page as before: what was wrong with it still is
    seconds = round(time.monotonic() - started, 2)
    return {"state": state, "message": message, "report": asdict(spider.report), "seconds": seconds, "requests": spider.requests}


async def _say_alive() -> None:
    while True:
        await asyncio.sleep(ALIVE_SECONDS)
        _emit("alive", "")


def _emit(event: str, source_id: str, **values: Any) -> None:
    print(json.dumps({"event": event, "source": source_id, **values}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
