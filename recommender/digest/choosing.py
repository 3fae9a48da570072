"""Which contents go into a digest, in which order, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from recommender.digest.filters import content_filter, fits
from recommender.library import Library
from recommender.library.model import ContentFilter, ContentItem, Rights, Subscription
from recommender.matching import MatchRequest, match
from recommender.search import Hit, Index

RECENT_DAYS = 14  # a digest is of what is new; older contents only fill what is left
MOST_ITEMS = 50
SPARE = 4  # candidates asked for per item, since delivered ones and near-duplicates drop out
RELEVANT_SHARE = 0.5  # a recent content goes first only if it scores at least this share of the best hit
QUALITY_SHARE = 0.6  # of the order among recent contents; the rest is freshness
SHOWN_WORDS = 3
GOOD_QUALITY = 60.0


@dataclass(frozen=True, slots=True)
class Choice:
    """One content of a digest and one sentence why."""

    content: ContentItem
    reason: str


def choose(library: Library, index: Index, subscription: Subscription, day: date, now: datetime) -> list[Choice]:
    """At most `subscription.limit` (and 50) contents that this subscription has not had, each near-duplicate once.

    By segment, the order and reasons are those of matching; by query, recent contents come first, by quality and
    freshness, then older ones by relevance. Raises NotFound for a segment that is gone, InputError for bad filters.
    """
    wanted = content_filter(subscription.filters)
    limit = max(0, min(subscription.limit, MOST_ITEMS))
    had = library.digests.delivered(subscription.id)
    had_clusters = {content.cluster for content in library.contents.get_many(sorted(had)).values()}
    if limit == 0:
        return []
    if subscription.segment_id:
        found = _by_segment(library, index, subscription, wanted, day, now, limit, frozenset(had))
    else:
        found = _by_query(library, index, subscription.query.strip(), wanted, now, limit, len(had))
    return _distinct(found, had, had_clusters)[:limit]


def _distinct(found: Iterable[Choice], had: set[str], had_clusters: set[str]) -> list[Choice]:
    seen, kept = set(had_clusters), []
    for choice in found:
        content = choice.content
        if content.id in had or content.rights is Rights.TAKEN_DOWN or content.cluster in seen:
            continue
        seen.add(content.cluster)
        kept.append(choice)
    return kept


def _by_segment(
    library: Library,
    index: Index,
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
        limit=limit * SPARE if filtered else limit + SPARE,
        exclude=had,
    )
    for item in match(library, index, request, now).items:
        if not filtered or fits(item.content, wanted):
            yield Choice(item.content, _sentence(item.reasons) or "适合这个人群。")


def _by_query(library: Library, index: Index, query: str, wanted: ContentFilter, now: datetime, limit: int, had: int) -> Iterator[Choice]:
    order = "relevance" if query else "newest"
    since = now - timedelta(days=RECENT_DAYS)
    recently = replace(wanted, published_from=max(filter(None, (wanted.published_from, since))))
    asked = min(limit * SPARE + had, 1000)
    hits = index.search(query, wanted, limit=asked, order=order).hits
    least = RELEVANT_SHARE * max((hit.score for hit in hits), default=0.0) if query else float("-inf")
    fresh = [hit for hit in index.search(query, recently, limit=asked, order=order).hits if hit.score >= least]
    contents = library.contents.get_many([hit.id for hit in (*fresh, *hits)])
    fresh = sorted((hit for hit in fresh if hit.id in contents), key=lambda hit: _worth(contents[hit.id], now), reverse=True)
    for hit in {hit.id: hit for hit in (*fresh, *hits) if hit.id in contents}.values():
        content = contents[hit.id]
        yield Choice(content, _reason(content, hit, query, now))


def _worth(content: ContentItem, now: datetime) -> float:
    age_days = (now - (content.published_at or content.first_seen_at)) / timedelta(days=1)
    freshness = 1 - min(max(age_days / RECENT_DAYS, 0.0), 1.0)
    return QUALITY_SHARE * content.understanding.quality / 100 + (1 - QUALITY_SHARE) * freshness


def _reason(content: ContentItem, hit: Hit, query: str, now: datetime) -> str:
    parts = []
    if query:
        words = "".join(f"「{word}」" for word in hit.matched[:SHOWN_WORDS])
        parts.append(f"写到了{words}" if words else f"与「{query}」意思相近")
    if content.published_at and (age := (now - content.published_at).days) < RECENT_DAYS:
        parts.append("今天发布" if age <= 0 else f"{age} 天前发布")
    if content.understanding.quality >= GOOD_QUALITY:
        parts.append(f"质量分 {content.understanding.quality:.0f}")
    if content.heat > 1:
        parts.append(f"有 {content.heat} 篇相近内容")
    return _sentence(parts) or "符合订阅的筛选条件。"


def _sentence(parts: Sequence[str]) -> str:
    text = "，".join(part.strip().rstrip("。；，") for part in parts if part.strip())
    return f"{text}。" if text else ""
