"""The search index: one object over whatever generation is live."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from tantivy import FieldType, Occur, Order, Query

from recommender.errors import IndexUnavailable, InputError
from recommender.library import Library
from recommender.library.model import ContentFilter
from recommender.search import words
from recommender.search.cursors import Place, decode, encode
from recommender.search.generation import Checker, Damaged, current_name, folder_of
from recommender.search.knowledge import Knowledge
from recommender.search.model import Hit, IndexStatus, SearchResult
from recommender.search.models import brand_aliases
from recommender.search.publishing import publish, status_of
from recommender.search.query import ParsedQuery, parse_query
from recommender.search.reader import Reader, open_reader
from recommender.search.removals import Removals
from recommender.search.results import ResultSet, Scored, ranked, resolve
from recommender.search.schema import FACET_FIELDS, ORDER_FIELDS
from recommender.search.vectors import Slots
from recommender.settings import Settings
from recommender.text.embedder import Vectors
from recommender.text.folding import fold

NO_FILTER = ContentFilter()
ORDERS = ("relevance", *ORDER_FIELDS)
MOST_HITS = 1000  # a page
_MOST_FACET_VALUES = 30
_FACET_NAMES = {"creator_name": "creator"}
_TOLD_AT_ONCE = 20  # words; a score holds 24 bits exactly
_SLACK = 32  # hits read beyond a page, so that ties and arrivals seldom need a second read


class Index:
    """Searches the live generation; safe to use from several threads. `refresh` moves on to a newer one."""

    def __init__(
        self, url: str, library: Library, settings: Settings, reader: Reader, checker: Checker, aliases: Mapping[str, str]
    ) -> None:
        self._folder = folder_of(url)
        self._library = library
        self._removals = Removals(library)
        self._settings = settings
        self._checker = checker
        self._aliases = aliases
        self._reader = reader
        self._trouble = ""
        self._lock = threading.Lock()

    def search(
        self,
        query: str,
        filter: ContentFilter = NO_FILTER,
        *,
        limit: int = 20,
        cursor: str | None = None,
        order: str = "relevance",
        facets: bool = True,
    ) -> SearchResult:
        """One page of the contents that answer `query` under `filter`, with the size and (where asked for) facets of the whole set.

        An empty query lists all contents under the filter. `order` is relevance, newest, quality or heat. Raises
        `InputError` for an unknown order, a limit under 1, or a cursor that is not of this order.
        """
        started = time.perf_counter()
        if order not in ORDERS:
            raise InputError(f"不支持按 {order[:40]!r} 排序，可选：{'、'.join(ORDERS)}。", field="order")
        if limit < 1:
            raise InputError("limit 应为 1 或更大的整数。", field="limit")
        limit = min(limit, MOST_HITS)
        reader = self._reader
        known = Knowledge(reader, self._library)
        parsed = parse_query(query, reader.models.tokenizer, characters=self._settings.query_characters, aliases=self._aliases, known=known)
        notes = list(parsed.notes)
        if not parsed.narrows and notes:
            return SearchResult([], 0, {name: {} for name in _facet_names()}, None, "", parsed.notes, _milliseconds(started))
        by = "newest" if order == "relevance" and not parsed.has_words else order
        place = decode(cursor, by) if cursor is not None else None
        blocked = self._gone(reader)
        filters = words.filtering(filter)
        wanted = (place.seen if place else 0) + limit + 1 + (_SLACK if place else 0)
        results = resolve(reader, parsed, blocked, [], wanted if by == "relevance" else 1)
        everywhere = results
        if filters and not reader.count(words.both(results.query, *filters)):
            results = resolve(reader, parsed, blocked, filters, wanted)
        if results.added:
            first = f"只有 {results.complete} 条内容包含全部词，其余" if results.complete else "没有一条包含全部词，下面是"
            notes.append(f"{first}只包含其中一部分{'，' if results.complete else ''}或意思相近{'' if results.complete else '的'}。")
        if by == "relevance":
            hits, total, following = self._by_relevance(reader, results, filters, place, limit, wanted)
        else:
            hits, total, following = self._by_field(reader, results, filters, by, place, limit)
        found = self._explained(reader, parsed, hits)
        counted = _facets(reader, results, everywhere, filter) if facets else {}
        if not total and parsed.filter != NO_FILTER:
            notes.append("没有内容同时符合这些条件，可以去掉其中一个再试。")
        told = (parsed.understood, tuple(notes), _milliseconds(started), parsed.chips, parsed.suggestions)
        return SearchResult(found, total, counted, following, *told)

    def _by_relevance(
        self, reader: Reader, results: ResultSet, filters: list[Any], place: Place | None, limit: int, wanted: int
    ) -> tuple[list[Scored], int, str | None]:
        while True:
            hits, total = ranked(reader, results, filters, wanted)
            if len(hits) < total:  # of equals at the end of what was read, more may follow
                hits = [hit for hit in hits if hit.score > hits[-1].score]
            rest = [hit for hit in hits if place is None or hit.key > (place.tier, -place.key, place.id)]
            if len(rest) > limit or wanted >= total:
                break
            wanted *= 2
        page = rest[:limit]
        if len(rest) <= limit:
            return page, total, None
        seen = (place.seen if place else 0) + len(page)
        following = encode(Place("relevance", page[-1].tier, page[-1].score, page[-1].id, seen))
        return page, total, following

    def _by_field(
        self, reader: Reader, results: ResultSet, filters: list[Any], order: str, place: Place | None, limit: int
    ) -> tuple[list[Scored], int, str | None]:
        field = ORDER_FIELDS[order]
        query = words.both(results.query, *filters)
        total = reader.count(query)
        if place:
            query = words.both(query, Query.range_query(words.SCHEMA, field, FieldType.Unsigned, None, int(place.key), include_upper=False))
        found = reader.searcher.search(query, limit=limit + 1, count=False, order_by_field=field, order=Order.Desc).hits
        slots = reader.searcher.fast_field_values("slot", [address for _, address in found])
        hits = [Scored(slot, reader.vectors.ids[slot], 0, 0.0, 0.0) for slot in slots[:limit]]
        if len(found) <= limit:
            return hits, total, None
        return hits, total, encode(Place(order, 0, found[limit - 1][0], hits[-1].id, (place.seen if place else 0) + limit))

    def _explained(self, reader: Reader, parsed: ParsedQuery, hits: list[Scored]) -> list[Hit]:
        """The hits with the words and phrases that each holds."""
        asked = [(word.spellings[0], words.holding(word)) for word in parsed.words]
        asked += [(word.spellings[0], words.holding(word)) for choice in parsed.choices for option in choice for word in option]
        asked += [(phrase, words.containing(phrase)) for phrase in parsed.phrases]
        matched: dict[int, list[str]] = {hit.slot: [] for hit in hits}
        for start in range(0, len(asked) if hits else 0, _TOLD_AT_ONCE):
            some = asked[start : start + _TOLD_AT_ONCE]
            query = words.both(words.silent(words.in_slots(matched)), words.telling([query for _, query in some]))
            for slot, bits in reader.scored(query, len(hits))[0]:
                matched[slot] += [text for place, (text, _) in enumerate(some) if int(bits) >> place & 1]
        return [Hit(hit.id, hit.score, {"words": hit.words, "meaning": hit.meaning}, tuple(matched[hit.slot]), hit.tier) for hit in hits]

    def _gone(self, reader: Reader) -> list[int]:
        """Slots of contents that left the library after this generation was made."""
        removed = self._removals.since(reader.manifest.revision)
        return [slot for name in removed if (slot := reader.vectors.slots.get(name)) is not None]

    def _allowed(self, reader: Reader, filter: ContentFilter) -> Slots | None:
        """The slots under a filter, or None for all."""
        blocked = self._gone(reader)
        filters = words.filtering(filter)
        if not filters and not blocked:
            return None
        clauses = [(Occur.Must, query) for query in filters or [Query.all_query()]]
        return reader.slots(Query.boolean_query(clauses + ([(Occur.MustNot, words.in_slots(blocked))] if blocked else [])))

    def similar(self, id_or_text: str, limit: int = 10, filter: ContentFilter = NO_FILTER) -> list[Hit]:
        """The contents nearest in meaning to a content (left out itself) or to a text, best first. Exact under the filter."""
        reader = self._reader
        own = reader.vectors.slots.get(id_or_text)
        vector = reader.vectors.rows([own])[0] if own is not None else reader.models.embedder.embed([id_or_text])[0]
        if not vector.any() or limit < 1:
            return []
        slots, cosines = reader.vectors.nearest(vector, min(limit, MOST_HITS) + 1, self._allowed(reader, filter))
        found = [(slot, float(cosine)) for slot, cosine in zip(slots.tolist(), cosines, strict=True) if slot != own]
        return [Hit(reader.vectors.ids[slot], cosine, {"meaning": cosine}) for slot, cosine in found[:limit]]

    def candidates(self, text: str, filter: ContentFilter = NO_FILTER, limit: int = 200) -> list[tuple[str, dict[str, float]]]:
        """Contents that may suit a text: the best `limit` by words and the best `limit` by meaning under the filter.

        Each comes with `words` (BM25, 0 where no word is shared) and `meaning` (cosine), and they are in no order.
        """
        reader = self._reader
        vector = reader.models.embedder.embed([text])[0]
        allowed = self._allowed(reader, filter)
        parsed = ParsedQuery((), (), (), fold(text), "", ())
        scoring = words.scoring(parsed, reader.models.tokenizer)
        blocked = self._gone(reader)
        refused = [(Occur.MustNot, words.in_slots(blocked))] if blocked else []
        musts = [(Occur.Must, query) for query in words.filtering(filter)]
        found: dict[int, float] = {}
        if scoring is not None:
            best, _ = reader.scored(Query.boolean_query([(Occur.Must, scoring), *musts, *refused]), limit)
            found.update(best)
        near, _ = reader.vectors.nearest(vector, limit, allowed)
        missing = [slot for slot in near.tolist() if slot not in found]
        if missing and scoring is not None:
            scores, _ = reader.scored(words.both(scoring, words.silent(words.in_slots(missing))), len(missing))
            found.update(scores)
        found.update({slot: 0.0 for slot in missing if slot not in found})
        cosines = reader.vectors.similarities(vector, list(found))
        return [
            (reader.vectors.ids[slot], {"words": score, "meaning": float(cosine)})
            for (slot, score), cosine in zip(found.items(), cosines, strict=True)
        ]

    def vectors(self, ids: Sequence[str]) -> Vectors:
        """The vectors of contents, of shape (len(ids), size); zeros for one that is not indexed."""
        store = self._reader.vectors
        rows = np.zeros((len(ids), store.size), dtype=np.float32)
        known = [place for place, name in enumerate(ids) if name in store.slots]
        if known:
            rows[known] = store.rows([store.slots[ids[place]] for place in known])
        return rows

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts, of shape (len(texts), size), comparable with those of the contents."""
        return self._reader.models.embedder.embed(texts)

    def refresh(self) -> bool:
        """Move on to the live generation; True if it is another one. Cheap where nothing was published.

        A damaged one is not taken: searches go on with the old one, and `status` says so until the next sound one.
        """
        name = current_name(self._folder)
        if name is None or name == self._reader.manifest.generation:
            return False
        with self._lock:
            if name == self._reader.manifest.generation:
                return False
            try:
                self._reader = open_reader(self._folder, name, self._checker)
            except Damaged as error:
                self._trouble = f"{error}；仍用 {self._reader.manifest.generation} 检索，请重新发布索引。"
                return False
            self._trouble = ""
            return True

    @property
    def missing(self) -> bool:
        """Whether nothing is published any more where this index was opened."""
        return current_name(self._folder) is None

    @property
    def reader(self) -> Reader:
        """The generation that is being searched, for measuring its parts."""
        return self._reader

    def status(self) -> IndexStatus:
        """What is being searched."""
        return status_of(self._reader.manifest, self._trouble, healthy=not self._trouble)


def _facet_names() -> list[str]:
    return [_FACET_NAMES.get(name, name) for name in FACET_FIELDS]


def _facets(reader: Reader, results: ResultSet, everywhere: ResultSet, filter: ContentFilter) -> dict[str, dict[str, int]]:
    """Counts of the most frequent values of each facet over the result set; each ignores the filter on its own field."""
    groups: dict[str, list[str]] = {}
    for field, name in FACET_FIELDS.items():
        groups.setdefault(name if getattr(filter, name) else "", []).append(field)
    found: dict[str, dict[str, int]] = {}
    for ignored, fields in groups.items():
        query = words.both((everywhere if ignored else results).query, *words.filtering(filter, without=ignored))
        terms = {field: {"terms": {"field": field, "size": 10_000}} for field in fields}
        for field, answer in reader.searcher.aggregate(query, terms).items():
            counts = sorted(((bucket["key"], bucket["doc_count"]) for bucket in answer["buckets"]), key=lambda item: (-item[1], item[0]))
            found[_FACET_NAMES.get(field, field)] = dict(counts[:_MOST_FACET_VALUES])
    return {name: found.get(name, {}) for name in _facet_names()}


def _milliseconds(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)


def open_index(url: str, library: Library, settings: Settings, *, aliases: Mapping[str, str] | None = None) -> Index:
    """Open the index at `url`; one that is missing or damaged is first made anew from the library.

    `aliases` takes folded names to a brand's canonical name (default: the brand dictionary). Raises `SettingsError` for an
    address that is no folder, `IndexUnavailable` where it cannot be made.
    """
    folder = folder_of(url)
    checker = Checker()
    names = brand_aliases() if aliases is None else aliases
    for _ in range(2):
        name = current_name(folder)
        try:
            if name is not None:
                return Index(url, library, settings, open_reader(folder, name, checker), checker, names)
        except Damaged:
            pass
        publish(url, library, settings)
    raise IndexUnavailable("索引无法建立，请查看磁盘空间和文件权限。")
