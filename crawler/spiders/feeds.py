"""Feeds: RSS, Atom and JSON Feed, with the pages of entries that only tease."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawler.items import ParsedNote, Refusal
from crawler.parsers.feeds import parse_feed
from crawler.repair import moment
from crawler.spiders.source import UNREAD, Fetched, SourceSpider, header, page_key
from recommender.library.model import FetchState, Platform


class FeedsSpider(SourceSpider):
    """Reads one feed; its newest entries, as many as the source allows. A page is fetched once, however many feeds name it."""

    name = "feeds"

    def notes(self, response: Response) -> Iterator[Fetched | Request]:
        """Source: `SourceSpider`."""
        feed = parse_feed(response.body, response.url, header(response, "Content-Type"))
        self.problem = feed.problem
        notes = feed.notes[: self.source.max_items]
        wanted = self._teasing(notes)
        for note in notes:
            key = page_key(note.url) if isinstance(note, ParsedNote) else ""
            if isinstance(note, ParsedNote) and note.partial and key in wanted:
                wanted.remove(key)
                try:
                    yield self.asking(note.url, self.parse_entry, self.miss_entry, note=note, key=key)
                    continue
                except ValueError:
                    pass  # no address that can be asked for: the feed's own words stand
            yield Fetched((note,))

    def parse_entry(self, response: Response, note: ParsedNote, key: str) -> Iterator[Fetched]:
        """The page of one entry: its note with the page's fuller words, or as the feed has it."""
        found, state = self.page(response, None)
        first = found[0] if found else Refusal(f"{response.url}：没有内容。")
        if isinstance(first, Refusal):
            self._say_unread(first.reason, state is UNREAD)
        yield Fetched((note if isinstance(first, Refusal) else laid_over(note, first),), key, state)

    def miss_entry(self, failure: Any) -> Iterator[Fetched]:
        """The entry of a page that could not be had: as the feed has it."""
        reason, state = self.unanswered(failure)
        if state is None:
            self.left += 1
            self.fetched = None  # the feed is read again next time, and with it this entry
        else:
            self._say_unread(reason, state is UNREAD)
        yield Fetched((failure.request.cb_kwargs["note"],), failure.request.cb_kwargs["key"] if state else "", state)

    def _teasing(self, notes: tuple[ParsedNote | Refusal, ...]) -> set[str]:
        """The pages to fetch: of entries that only tease, each unless it was read (or refused for good) before."""
        if not self.source.full_text:
            return set()
        teasing = {page_key(note.url): note for note in notes if isinstance(note, ParsedNote) and note.partial}
        keys = teasing.keys() - {"", page_key(self.source.url)}
        known = self.library.fetches.known(sorted(keys))
        return {key for key in keys if key not in known or not known[key].fingerprint or _changed_since(teasing[key], known[key])}

    def _say_unread(self, reason: str, again: bool) -> None:
        self.unread[reason] += 1
        if again:
            self.fetched = None


def laid_over(entry: ParsedNote, page: ParsedNote) -> ParsedNote:
    """A feed's entry with what its page says better: the fuller text, pictures, time; the rest where the entry says nothing."""
    if len(page.text) < len(entry.text):
        return entry
    note = replace(
        entry,
        title=entry.title or page.title,
        text=page.text,
        kind=page.kind or entry.kind,
        published_at=page.published_at or entry.published_at,
        images=page.images or entry.images,
        video_url=page.video_url or entry.video_url,
        tags=page.tags or entry.tags,
        liked=entry.liked if page.liked is None else page.liked,
        collected=entry.collected if page.collected is None else page.collected,
        commented=entry.commented if page.commented is None else page.commented,
        shared=entry.shared if page.shared is None else page.shared,
        partial=False,
    )
    if page.creator_id or page.creator_hash or not entry.creator_name:  # a page's name alone is often but that of the site
        names = ("creator_id", "creator_hash", "creator_name", "creator_fans")
        note = replace(note, **{name: getattr(page, name) for name in names})
    if entry.platform is Platform.WEB and page.platform is not Platform.WEB:  # the entry's address only led to the platform's
        note = replace(note, platform=page.platform, identity=page.identity, url=page.url)
    return note if note.identity else replace(note, identity=page.identity)


def _changed_since(note: ParsedNote, read: FetchState) -> bool:
    """Whether the feed says that the article was changed after its page was read."""
    changed = moment(note.updated_at)
    return changed is not None and read.at is not None and changed > read.at
