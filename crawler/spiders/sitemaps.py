"""Sitemaps: the pages of a site, newest first, a few at every run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawler.health import answer_problem, mistaken
from crawler.intake import local_now
from crawler.items import Refusal
from crawler.parsers.sitemaps import ParsedSitemap, SitemapEntry, parse_sitemap
from crawler.spiders.source import UNREAD, Fetched, SourceSpider, page_key
from recommender.library.model import FetchState, SourceKind

MOST_SITEMAPS = 20  # files of one index that a run reads
DAY, RECHECK = timedelta(days=1), timedelta(days=7)  # a page without a time of change is asked for again after so long


@dataclass(frozen=True, slots=True)
class _Way:
    """How far the files of an index are read. It goes with the request, as another process may be the one to answer it."""

    maps: tuple[str, ...] = ()  # still to read
    seen: tuple[str, ...] = ()
    chosen: int = 0  # pages asked for so far
    again: tuple[tuple[SitemapEntry, FetchState], ...] = ()  # pages to look at once more, where there is room


class SitemapSpider(SourceSpider):
    """Reads the pages that a sitemap names: those not fetched before or changed since, newest first, as many as the source allows.

    A sitemap of sitemaps is read file by file, newest first, until there are pages enough. What is left comes in the next run.
    """

    name = "sitemaps"
    conditional = False  # always read whole: pages may be left of the last run although the map is as it was

    def notes(self, response: Response) -> Iterator[Fetched | Request]:
        """Source: `SourceSpider`."""
        self.fetched = None
        self.problem = mistaken(SourceKind.SITEMAP, response.body)
        if not self.problem:
            found = parse_sitemap(response.body, response.url)
            self.problem = found.problem
            yield from self._go_on(_Way(seen=(page_key(response.url),)), found)

    def parse_map(self, response: Response, way: _Way) -> Iterator[Fetched | Request]:
        """One file of an index."""
        found = ParsedSitemap(problem=answer_problem(response.status, response.url)) if response.status != 200 else None
        found = found or parse_sitemap(response.body, response.url)
        if found.problem:
            self.unread[found.problem] += 1
        yield from self._go_on(way, found)

    def miss_map(self, failure: Any) -> Iterator[Fetched | Request]:
        """A file of an index that could not be had: the others are read all the same."""
        reason, state = self.unanswered(failure)
        if state is not None:
            self.unread[reason] += 1
        yield from self._go_on(failure.request.cb_kwargs["way"], ParsedSitemap())

    def parse_entry(self, response: Response, key: str, before: FetchState | None) -> Iterator[Fetched]:
        """One page."""
        notes, state = self.page(response, before)
        if state is UNREAD:
            self.unread.update(note.reason for note in notes if isinstance(note, Refusal))
        yield Fetched(() if state is UNREAD else notes, key, state)

    def miss_entry(self, failure: Any) -> Iterator[Fetched]:
        """A page that could not be had."""
        reason, state = self.unanswered(failure)
        if state is None:
            self.left += 1
        elif state is UNREAD:
            self.unread[reason] += 1
        yield Fetched((Refusal(reason),) if state and state is not UNREAD else (), failure.request.cb_kwargs["key"] if state else "", state)

    def _go_on(self, way: _Way, found: ParsedSitemap) -> Iterator[Fetched | Request]:
        """Ask for the pages of this file that are due, then for the next file while there is room, then for pages once more."""
        self.unchanged = self.unchanged or bool(found.pages)  # unless a page brings something
        fresh, again = self._due(found)
        room = self.source.max_items - way.chosen
        self.left += max(0, len(fresh) - room)
        way = replace(way, chosen=way.chosen + len(fresh[:room]), again=(*way.again, *again)[: self.source.max_items])
        yield from (self._ask(entry, state) for entry, state in fresh[:room])
        maps = [url for url in (*found.sitemaps, *way.maps) if page_key(url) not in way.seen and page_key(url)]
        if maps and way.chosen < self.source.max_items and len(way.seen) < MOST_SITEMAPS and not self.spent:
            way = replace(way, maps=tuple(maps[1 : MOST_SITEMAPS + 1]), seen=(*way.seen, page_key(maps[0])))
            yield self.asking(maps[0], self.parse_map, self.miss_map, way=way)
        else:
            longest_ago = sorted(way.again, key=lambda pair: _time(pair[1].at))
            yield from (self._ask(entry, state) for entry, state in longest_ago[: max(0, self.source.max_items - way.chosen)])

    def _due(self, found: ParsedSitemap) -> tuple[list[tuple[SitemapEntry, FetchState | None]], list[tuple[SitemapEntry, FetchState]]]:
        """Pages never read or changed since, newest first; and pages that may be worth another look."""
        entries = {key: entry for entry in found.pages if (key := page_key(entry.url))}
        known = self.library.fetches.known(list(entries))
        fresh: list[tuple[SitemapEntry, FetchState | None]] = []
        again: list[tuple[SitemapEntry, FetchState]] = []
        now = local_now()
        for key, entry in entries.items():
            state = known.get(key)
            if state is None or state.at is None or (entry.lastmod and entry.lastmod > state.at):
                fresh.append((entry, state))
            elif not state.fingerprint or _may_have_changed(entry, state.at, now):
                again.append((entry, state))
        return sorted(fresh, key=lambda pair: _time(pair[0].lastmod), reverse=True), again

    def _ask(self, entry: SitemapEntry, state: FetchState | None) -> Request:
        return self.asking(entry.url, self.parse_entry, self.miss_entry, state, key=page_key(entry.url), before=state)


def _may_have_changed(entry: SitemapEntry, at: datetime, now: datetime) -> bool:
    """A page without a time of change may have, a while after it was read; one with a bare date, later on that day."""
    if entry.lastmod is None:
        return now - at > RECHECK
    return entry.lastmod.hour == entry.lastmod.minute == 0 and entry.lastmod + DAY > at


def _time(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0
