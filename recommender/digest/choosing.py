"""Which contents go into a digest, in which order, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain, islice

from recommender.delivery.characters import cut_to_characters
from recommender.digest.filters import content_filter, fits
from recommender.library import Library
from recommender.library.model import ComplianceLevel, ContentFilter, ContentItem, Rights, Subscription
from recommender.library.tables import SHANGHAI
from recommender.matching import MatchRequest, match
from recommender.search import Hit, Index
from recommender.settings import Settings

RECENT_DAYS = 14  # a digest is of what is new; older contents only fill what is left
MOST_ITEMS = 50
SPARE = 4  # candidates asked of matching per item under filters, since it knows none but content types
MOST_MATCHED = 100
MOST_RECENT = 1000
PAGE = 100
RELEVANT_SHARE = 0.5  # a recent content goes first only if it scores at least this share of the best hit
RELEVANCE_WEIGHT, QUALITY_WEIGHT, FRESHNESS_WEIGHT = 0.4, 0.35, 0.25  # of the order among recent contents
SHOWN_WORDS = 3
SHOWN_REASONS = 2
SHOWN_CHARACTERS = 20
GOOD_QUALITY = 60.0


@dataclass(frozen=True, slots=True)
class Choice:
    """One content of a digest and one sentence why."""

    content: ContentItem
    reason: str


def choose(library: Library, index: Index, settings: Settings, subscription: Subscription, day: date, now: datetime) -> list[Choice]:
    """At most `subscription.limit` (and 50) contents that this subscription has not had, each near-duplicate once.

    By segment, the order and reasons are those of matching; by query, recent contents come first, by relevance,
    quality and freshness, then older ones by relevance. Raises NotFound for a segment that is gone, InputError for bad filters.
    """
    wanted = content_filter(subscription.filters)
    limit = max(0, min(subscription.limit, MOST_ITEMS))
    had = library.digests.delivered(subscription.id)
    had_clusters = {content.cluster for content in library.contents.get_many(sorted(had)).values()}
    if limit == 0:
        return []
    if subscription.segment_id:
        found = _by_segment(library, index, settings, subscription, wanted, day, now, limit, frozenset(had))
    else:
        found = _by_query(library, index, subscription.query.strip(), wanted, now)
    return list(islice(_distinct(found, had, had_clusters), limit))


def _distinct(found: Iterable[Choice], had: set[str], had_clusters: set[str]) -> Iterator[Choice]:
    seen = set(had_clusters)
    for choice in found:
        content = choice.content
        if content.id not in had and content.rights is not Rights.TAKEN_DOWN and content.cluster not in seen:
            seen.add(content.cluster)
            yield choice


def _by_segment(
    library: Library,
    index: Index,
    settings: Settings,
    subscription: Subscription,
    wanted: ContentFilter,
    day: date,
    now: datetime,
    limit: int,
    had: frozenset[str],
) -> Iterator[Choice]:
    filtered = wanted != ContentFilter()
    request = MatchRequest(
        segment=library.segments.get(subscription.segment_id or ""),
        channel=subscription.channel,
        group_type=subscription.group_type,
        goal=subscription.query,
        content_types=wanted.content_types,
        date=day,
        limit=min(limit * SPARE if filtered else limit + SPARE, MOST_MATCHED),
        exclude=had,
    )
    for item in match(library, index, request, now, cooldown_days=settings.cooldown_days).items:
        if not filtered or fits(item.content, wanted):
            yield Choice(item.content, _sentence(item.reasons[:SHOWN_REASONS], "；") or "适合这个人群。")


def _by_query(library: Library, index: Index, query: str, wanted: ContentFilter, now: datetime) -> Iterator[Choice]:
    order = "relevance" if query else "newest"
    best = index.search(query, wanted, limit=1, order=order, facets=False)
    understood = best.understood or query
    top = max((hit.score for hit in best.hits), default=0.0)
    least = RELEVANT_SHARE * top if query else float("-inf")
    since = now - timedelta(days=RECENT_DAYS)
    recently = replace(wanted, published_from=max(filter(None, (wanted.published_from, since))))
    fresh = [(content, hit) for content, hit in islice(_found(library, index, query, recently, order), MOST_RECENT) if hit.score >= least]
    fresh.sort(key=lambda pair: _worth(pair[0], pair[1].score / top if top > 0 else 0.0, now), reverse=True)
    for content, hit in chain(fresh, _found(library, index, query, wanted, order)):
        yield Choice(content, _reason(content, hit, understood if query else "", now))


def _found(library: Library, index: Index, query: str, wanted: ContentFilter, order: str) -> Iterator[tuple[ContentItem, Hit]]:
    """All contents that the search finds, read page by page as far as they are asked for."""
    cursor = None
    while True:
        page = index.search(query, wanted, limit=PAGE, cursor=cursor, order=order, facets=False)
        contents = library.contents.get_many([hit.id for hit in page.hits])
        yield from ((contents[hit.id], hit) for hit in page.hits if hit.id in contents)
        cursor = page.next_cursor
        if cursor is None:
            return


def _worth(content: ContentItem, relevance: float, now: datetime) -> float:
    """Between 0 and 1; one less for a content that compliance blocks, which may be read but not sent."""
    age_days = (now - (content.published_at or content.first_seen_at)) / timedelta(days=1)
    freshness = 1 - min(max(age_days / RECENT_DAYS, 0.0), 1.0)
    worth = RELEVANCE_WEIGHT * relevance + QUALITY_WEIGHT * content.understanding.quality / 100 + FRESHNESS_WEIGHT * freshness
    return worth - (content.understanding.compliance is ComplianceLevel.BLOCK)


def _reason(content: ContentItem, hit: Hit, query: str, now: datetime) -> str:
    parts = []
    if query:
        words = "".join(f"「{word}」" for word in hit.matched[:SHOWN_WORDS])
        parts.append(f"写到了{words}" if words else f"与「{cut_to_characters(query, SHOWN_CHARACTERS)}」意思相近")
    if content.published_at:
        age_days = (now.astimezone(SHANGHAI).date() - content.published_at.astimezone(SHANGHAI).date()).days
        if age_days <= RECENT_DAYS:
            parts.append("今天发布" if age_days <= 0 else f"{age_days} 天前发布")
    if content.understanding.quality >= GOOD_QUALITY:
        parts.append(f"质量分 {content.understanding.quality:.0f}")
    if content.heat > 1:
        parts.append(f"有 {content.heat} 篇相近内容")
    return _sentence(parts) or "符合订阅的筛选条件。"


def _sentence(parts: Sequence[str], comma: str = "，") -> str:
    text = comma.join(part.strip().rstrip("。；，") for part in parts if part.strip())
    return f"{text}。" if text else ""
