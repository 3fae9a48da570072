"""Builders for crawls of a local site."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from scrapy.utils.reactor import install_reactor

from crawler import middlewares
from crawler.child import crawl_one
from crawler.intake import local_now
from crawler.resolver import GuardedResolver
from crawler.settings import TWISTED_REACTOR
from crawler.sources import source_id
from recommender.library import Library
from recommender.library.model import CrawlReport, Rights, Source, SourceKind
from recommender.settings import Settings
from tests.crawler.site import Site


def settings_for(home: Path, *sites: Site, **changes: Any) -> Settings:
    """Settings without a pause, which reach these sites."""
    made = Settings(home=home, allow_private=tuple(site.host for site in sites), crawl_delay_seconds=0.0, crawl_timeout_seconds=5.0)
    return replace(made, **changes)


def add(library: Library, url: str, kind: SourceKind = SourceKind.FEED, **changes: Any) -> Source:
    """A stored source; the pages of a feed's entries are fetched only where the test asks for it."""
    made = Source(source_id(url), url[-20:], kind, url, rights=Rights.AUTHORISED, full_text=False)
    return library.sources.add(replace(made, **changes))


def run(settings: Settings, library: Library, *sources: Source) -> tuple[CrawlReport, Source]:
    """One crawl inside this process: the report of the first source, and the source as it stands afterwards."""
    loop, reactor, resolver = _reactor()
    for kept in (middlewares._hosts, middlewares._rules, middlewares._resolved):  # a process is one crawl
        kept.clear()
    reactor.installNameResolver(resolver)
    GuardedResolver(reactor, settings).install_on_reactor()

    async def crawl_all() -> list[dict[str, Any]]:
        return await asyncio.gather(*(crawl_one(settings, library, source) for source in sources))

    reports: list[CrawlReport] = []
    for source, ended in zip(sources, asyncio.run_coroutine_threadsafe(crawl_all(), loop).result(60), strict=True):
        reports.append(CrawlReport(**ended.pop("report")))
        library.sources.record_run(source.id, report=reports[-1], at=local_now(), **ended)
    return reports[0], library.sources.get(sources[0].id)


@cache
def _reactor() -> tuple[asyncio.AbstractEventLoop, Any, Any]:
    """A reactor that runs beside the tests to their end; starting a child for every crawl would take many times as long."""
    install_reactor(TWISTED_REACTOR)
    from twisted.internet import reactor as running

    reactor: Any = running
    threading.Thread(target=reactor.run, kwargs={"installSignalHandlers": False}, daemon=True).start()
    loop: asyncio.AbstractEventLoop = reactor._asyncioEventloop
    return loop, reactor, reactor.nameResolver
