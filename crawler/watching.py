"""Watch-lists at work: which lists a content belongs to by its words, and what a source may bring into them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crawler.preparation import account_fingerprint
from recommender.errors import NotFound
from recommender.library import Library
from recommender.library.model import ContentItem, IncomingContent, WatchKind, WatchList
from recommender.text.folding import fold
from recommender.text.terms import count_of


class Matcher:
    """The words of enabled watch-lists, looked for in one pass over a text."""

    def __init__(self, watch_lists: Iterable[WatchList]) -> None:
        self._words: dict[str, list[str]] = {}  # of categories and brands, folded → ids of lists
        self._names: dict[str, list[str]] = {}  # of creators: folded name or account → ids of lists
        for watch_list in watch_lists:
            if not watch_list.enabled:
                continue
            for word in watch_list.words:
                if watch_list.kind is not WatchKind.CREATOR:
                    keys, filed = {fold(word).strip()}, self._words
                else:
                    keys, filed = {fold(word).strip(), word.strip(), account_fingerprint(word.strip())}, self._names
                for key in filter(None, keys):
                    filed.setdefault(key, []).append(watch_list.id)
        self._filed: dict[str, list[str]] = {}  # words by their first character: lists have few words, and most texts none of them
        for word in self._words:
            self._filed.setdefault(word[0], []).append(word)

    def lists_of(self, title: str, text: str, tags: Sequence[str], creator_name: str, creator_id: str = "") -> tuple[str, ...]:
        """Ids of the lists that a content belongs to, sorted.

        A category or brand is found by its words in title, text or tags; a creator by the whole name, or by the account:
        the library's `creator_id` or the platform's own id behind it.
        """
        found: set[str] = set()
        if self._words:
            folded = fold("\n".join((title, text, *tags)))
            for first in self._filed.keys() & set(folded):
                for word in self._filed[first]:
                    if word in folded and count_of(folded, word):
                        found.update(self._words[word])
        if self._names:
            for key in (fold(creator_name).strip(), creator_id, creator_id.partition("-")[2]):
                found.update(self._names.get(key, ()))
        return tuple(sorted(found))


def match_words(watch_lists: Iterable[WatchList]) -> Matcher:
    """A matcher for the words of these lists; disabled ones match nothing."""
    return Matcher(watch_lists)


@dataclass(slots=True)
class Membership:
    """What one source brings into which lists.

    Everything it brings joins its own lists, or with `only_matching` those of them whose words it holds, and besides every
    list whose words it holds. `room` has how many new contents each of its own lists with a quota still takes this week.
    """

    matcher: Matcher
    own: frozenset[str] = frozenset()
    only_matching: bool = False
    room: dict[str, int] = field(default_factory=dict)

    def lists_of(self, item: IncomingContent) -> tuple[str, ...] | None:
        """Ids of the lists that a content joins; None where the source takes only what its lists look for and this is not it."""
        name, creator_id = (item.creator.name, item.creator.id) if item.creator else ("", "")
        matched = self.matcher.lists_of(item.title, item.text, item.tags, name, creator_id)
        if not self.only_matching:
            return tuple(sorted(self.own.union(matched)))
        return matched if (self.own.intersection(matched) if self.own else matched) else None

    def admit(self, lists: Sequence[str], *, new: bool) -> tuple[str, ...] | None:
        """Those of `lists` that take a content; a new one is counted. None where it is new and all of the source's own are full."""
        own = self.own.intersection(lists)
        full = {each for each in own if self.room.get(each, 1) <= 0}
        if new and own and own == full:
            return None
        for each in self.room.keys() & (own - full):
            self.room[each] -= new
        return tuple(each for each in lists if each not in full)


def membership(library: Library, now: datetime, source_id: str | None = None, watch_lists: Sequence[str] = ()) -> Membership:
    """The membership of what a stored source brings; `watch_lists` are joined as if the source named them too."""
    own, only_matching = set(watch_lists), False
    if source_id is not None:
        try:
            source = library.sources.get(source_id)
            own, only_matching = own.union(source.watch_lists), source.only_matching
        except NotFound:
            pass  # deleted while it was crawled; what was read is still worth having
    known = library.watch_lists.all()
    limited = [each for each in known if each.enabled and each.weekly_quota and each.id in own]
    coverage = library.watch_lists.coverage(now) if limited else {}
    return Membership(
        matcher=Matcher(known),
        own=frozenset(each.id for each in known if each.enabled and each.id in own),
        only_matching=only_matching,
        room={each.id: each.weekly_quota - coverage[each.id].brought for each in limited},
    )


def rematch(library: Library, *watch_list_ids: str) -> int:
    """File the stored contents anew under these lists; returns how many joined or left.

    A list has what holds its words, and what a source brought that names it. A disabled list keeps what it has. Raises `NotFound`.
    """
    wanted = [each for each in map(library.watch_lists.get, dict.fromkeys(watch_list_ids)) if each.enabled]
    if not wanted:
        return 0
    matcher = Matcher(wanted)
    by_source = {source.id: () if source.only_matching else source.watch_lists for source in library.sources.all()}
    joining: dict[str, list[str]] = {each.id: [] for each in wanted}
    leaving: dict[str, list[str]] = {each.id: [] for each in wanted}
    for batch in library.contents.iterate():
        for item in batch:
            belongs = {*_lists_of(matcher, item), *by_source.get(item.source_id or "", ())}
            for each in joining.keys() & belongs.difference(item.watch_lists):
                joining[each].append(item.id)
            for each in leaving.keys() & set(item.watch_lists).difference(belongs):
                leaving[each].append(item.id)
    moved = sum(library.contents.add_to_watch_list(each, ids) for each, ids in joining.items() if ids)
    return moved + sum(library.contents.leave_watch_list(each, ids) for each, ids in leaving.items() if ids)


def _lists_of(matcher: Matcher, item: ContentItem) -> tuple[str, ...]:
    return matcher.lists_of(item.title, item.text, item.tags, item.creator_name, item.creator_id or "")
