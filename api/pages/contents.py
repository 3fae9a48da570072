"""One content: what it says, why it was typed so, what may be done with it, and what an editor changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from markupsafe import Markup

from api import filling
from api.keys import Caller, caller, require
from api.pages import formats
from api.pages.answers import PageRoute, back_to, page, translator
from api.pages.charts import growth_line
from api.pages.forms import Posted, word, words
from api.pages.language import Translator
from api.pages.search import Card
from api.services import Services, services
from api.wire.contents import ContentChange
from recommender.delivery import Rendered, render
from recommender.delivery.gate import why_not
from recommender.errors import IndexUnavailable, InputError
from recommender.library.model import Channel, ContentItem, ContentType, CountPoint, Counts, Rights
from recommender.understanding.quality import quality_weights
from recommender.understanding.taxonomy import CATEGORIES

SIMILAR = 6
SHOWN_COMMENTS = 10
SHOWN_COPIES = 8
LOOKED_AT = 30  # similar contents asked for, to find the near-duplicates among them
RIGHTS = tuple(right for right in Rights if right is not Rights.TAKEN_DOWN)

Doors = Annotated[Services, Depends(services)]
Editor = Annotated[Caller, Depends(caller)]

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Relatives:
    """Contents near this one: the same text told again (the leading copy first), and others on the same matter."""

    copies: list[ContentItem]
    similar: list[Card]


def _relatives(found: Services, item: ContentItem) -> Relatives:
    try:
        hits = found.fresh_index().similar(item.id, LOOKED_AT)
    except IndexUnavailable:
        hits = []
    near = found.library.contents.get_many([hit.id for hit in hits])
    near.pop(item.id, None)
    copies = sorted(found.library.contents.cluster(item.cluster), key=lambda other: other.id != item.cluster)
    similar = [Card(near[hit.id]) for hit in hits if hit.id in near and near[hit.id].cluster != item.cluster]
    return Relatives([other for other in copies if other.id != item.id], similar[:SIMILAR])


def renderings(item: ContentItem) -> dict[Channel, Rendered]:
    """The content as a post for each channel."""
    return {channel: render(item, channel) for channel in Channel}


def quality_tops() -> dict[str, float]:
    """The most points that each part of the quality score can have; together 100."""
    weights = quality_weights().weights
    return {name: 100 * weight / sum(weights.values()) for name, weight in weights.items()}


@dataclass(frozen=True, slots=True)
class Growth:
    """How the engagement of a content grew: the records, newest first, and a drawing where there is more than one."""

    points: list[tuple[CountPoint, int | None]]
    drawing: Markup


def _growth(t: Translator, found: Services, item: ContentItem) -> Growth:
    counted = [(point, _total(point.counts)) for point in found.library.contents.history(item.id)]
    known = [(point.at, total) for point, total in counted if total is not None]
    drawing = Markup("")
    if len(known) > 1:
        ends = {"first": formats.short_number(known[0][1], t.language), "last": formats.short_number(known[-1][1], t.language)}
        drawing = growth_line(known, t("content.history_label", count=len(known), **ends))
    return Growth(counted[::-1], drawing)


def _total(counts: Counts) -> int | None:
    told = [amount for amount in (counts.liked, counts.collected, counts.commented, counts.shared) if amount is not None]
    return sum(told) if told else None


@router.get("/contents/{content_id}")
def content_page(request: Request, content_id: str, found: Doors) -> Response:
    """Everything about one content."""
    item = found.library.contents.get(content_id)
    relatives = _relatives(found, item)
    source_names = {source.id: source.name for source in found.library.sources.all()}
    published = f"{item.original_title}\n{item.original_text}"
    return page(
        request,
        "content.html",
        item=item,
        published=formats.with_findings(published, item.understanding.findings),
        renderings=renderings(item),
        why_not=why_not(item),
        relatives=relatives,
        growth=_growth(translator(request), found, item),
        comments=found.library.comments.of(item.id, SHOWN_COMMENTS),
        source_names=source_names,
        watch_lists=[one for one in found.library.watch_lists.all() if one.id in item.watch_lists] if item.watch_lists else [],
        shown_copies=SHOWN_COPIES,
        content_types=list(ContentType),
        categories=CATEGORIES,
        rights=RIGHTS,
        quality_tops=quality_tops(),
    )


def _content_address(content_id: str) -> str:
    return f"/contents/{quote(content_id, safe='')}"


@router.post("/contents/{content_id}/correct")
def correct(content_id: str, found: Doors, editor: Editor, form: Posted) -> Response:
    """An editor's word on type, category and brands; only what differs is recorded."""
    item = found.library.contents.get(content_id)
    known = item.understanding
    given: dict[str, object] = {name: word(form, name) for name in ("content_type", "category") if word(form, name)}
    if "brands" in form:
        given["brands"] = words(word(form, "brands", 2_000))
    before = {"content_type": known.content_type, "category": known.category, "brands": list(known.brands)}
    change = ContentChange.model_validate(given) if given else None
    if change and change.category not in (None, *CATEGORIES):
        raise InputError(f"没有「{change.category}」这个品类。", field="category")
    for name, value in (change.fields() if change else {}).items():
        if value != before[name]:
            found.library.contents.correct(content_id, name, value, editor.name or "page")
    found.follow_up()
    return back_to(_content_address(content_id), "saved")


@router.post("/contents/{content_id}/rights")
def change_rights(content_id: str, found: Doors, editor: Editor, form: Posted) -> Response:
    """Mark what we may do with a content, with the reason why."""
    change = ContentChange.model_validate({"rights": word(form, "rights")})
    reason = word(form, "reason")
    if change.rights in (Rights.OWNED, Rights.AUTHORISED) and not reason:
        raise InputError("标记为自有或已授权时，请写明依据，例如「品牌方 7 月授权书」。", field="reason")
    who = editor.name or "page"
    found.library.contents.correct(content_id, "rights", change.rights, f"{who}: {reason}" if reason else who)
    found.follow_up()
    return back_to(_content_address(content_id), "saved")


@router.post("/contents/{content_id}/take-down", dependencies=[Depends(require("admin"))])
def take_down(content_id: str, found: Doors, form: Posted) -> Response:
    """Purge a content for good; no crawl brings it back."""
    if not (reason := word(form, "reason")):
        raise InputError("下架要写明原因，例如「原作者要求删除」。", field="reason")
    filling.take_down(found, content_id=content_id, reason=reason)
    return back_to("/", "taken_down")
