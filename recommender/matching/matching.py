"""From a request to a list: candidates, scores, mix, reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from recommender.errors import InputError
from recommender.library import Library
from recommender.library.model import ContentItem
from recommender.matching.candidates import find_candidates, meanings
from recommender.matching.channels import wanted_mix
from recommender.matching.feedback import rates_of
from recommender.matching.mix import Scored, choose
from recommender.matching.model import MOST_ITEMS, MatchedItem, MatchRequest, MatchResult
from recommender.matching.profile import segment_text
from recommender.matching.ranking import ZONE, Ranker, make_ranker, score_of
from recommender.matching.reasons import explain
from recommender.search import Index


def match(library: Library, index: Index, request: MatchRequest, now: dt.datetime, *, cooldown_days: int = 30) -> MatchResult:
    """What to send to a segment in a channel, best first, with reasons, and what the library could not fill.

    Leaves out what was sent to the segment in the last `cooldown_days` before `now` (which has a zone), what the request
    excludes, what compliance blocks and what was taken down; what customers did with
    earlier contents moves the ranking. The same library, index, request and time give the same list.
    Raises `InputError` for a limit outside 1 to 100.
    """
    if not 1 <= request.limit <= MOST_ITEMS:
        raise InputError(f"limit 应在 1 到 {MOST_ITEMS} 之间。", field="limit")
    ranker = make_ranker(request, _day(request, now), rates_of(library, _day(request, now)))
    refused = set(request.exclude)
    if request.segment.id:
        refused |= library.events.sent_to(request.segment.id, now - dt.timedelta(days=cooldown_days))
    items = find_candidates(library, index, request, ranker.profile, refused)
    chosen, notes = choose(_scored(index, ranker, items), wanted_mix(ranker.rules, request.content_types), request.limit)
    reasons = explain(index, ranker, chosen)
    found = [MatchedItem(one.item, one.score, dict(one.parts), why) for one, why in zip(chosen, reasons, strict=True)]
    if not ranker.profile.needs:
        notes = ("没能从客户描述里读出具体需求，只按字面和意思相近来找；写上身份、阶段或兴趣会更准。", *notes)
    return MatchResult(found, notes)


def score_contents(index: Index, request: MatchRequest, items: Sequence[ContentItem], now: dt.datetime) -> list[float]:
    """The score of each content for a request: the one that `match` ranks by, before the list's mix and the gates."""
    return [score_of(one.parts) for one in _scored(index, make_ranker(request, _day(request, now)), list(items))]


def _day(request: MatchRequest, now: dt.datetime) -> dt.date:
    return request.date or now.astimezone(ZONE).date()


def _scored(index: Index, ranker: Ranker, items: list[ContentItem]) -> list[Scored]:
    if not items:
        return []
    near = meanings(index, items, [segment_text(ranker.request.segment, ranker.request.goal)])[0]
    return [Scored(item, ranker.parts(item, float(cosine))) for item, cosine in zip(items, near, strict=True)]
