"""Creators: who publishes, how they do among their like, and which accounts an editor knows to be one person."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response

from api import filling
from api.keys import require
from api.pages.answers import PageRoute, back_to, page, translator
from api.pages.charts import every_month, month_bars
from api.pages.forms import Posted, address, choice, with_value, word
from api.pages.language import Translator
from api.pages.search import Card
from api.services import Services, services
from recommender.errors import InputError
from recommender.library.model import ContentFilter, CreatorProfile, CreatorTier, Platform

PER_PAGE = 40
ORDERS = ("posts", "fans", "engagement")
NEWEST = 6
SHOWN_MONTHS = 24
SHOWN_NAMED = 10  # categories, brands and tags of a profile
FOUND_TO_LINK = 8
ABOUT_LIKE = (0.9, 1.1)  # engagement between these shares of the tier's median is said to be like it

Doors = Annotated[Services, Depends(services)]

router = APIRouter(route_class=PageRoute)


@router.get("/creators")
def creators_page(request: Request, found: Doors) -> Response:
    """Creators with contents in the library."""
    given = request.query_params
    text, order = given.get("q", "").strip()[:80], given.get("order", "")
    order = order if order in ORDERS else ORDERS[0]
    platform, tier = choice(Platform, given.get("platform", "")), choice(CreatorTier, given.get("tier", ""))
    start = int(given.get("from", "0")) if given.get("from", "0").isdecimal() and len(given.get("from", "0")) < 9 else 0
    shown = found.library.creators.find(text, platform=platform, tier=tier, order=order, limit=PER_PAGE + 1, offset=start)
    query = [(name, value) for name, value in given.multi_items() if name in ("q", "platform", "tier", "order") and value]
    return page(
        request,
        "creators.html",
        creators=shown[:PER_PAGE],
        q=text,
        platform=platform,
        tier=tier,
        order=order,
        platforms=list(Platform),
        tiers=list(CreatorTier),
        orders={name: address("/creators", with_value(query, {"order": name})) for name in ORDERS},
        first=address("/creators", query) if start else "",
        following=address("/creators", [*query, ("from", str(start + PER_PAGE))]) if len(shown) > PER_PAGE else "",
        asked=bool(text or platform or tier),
    )


@router.get("/creators/{creator_id}")
def creator_page(request: Request, creator_id: str, found: Doors, link: str = "") -> Response:
    """Everything about one creator; `link` looks for other accounts by name."""
    library = found.library
    profile = library.creators.profile(creator_id)
    newest, _ = library.contents.page(ContentFilter(creators=(creator_id,)), order="newest", limit=NEWEST)
    together = {creator_id, *(other.id for other in profile.linked)}
    wanted = link.strip()[:80]
    others = library.creators.find(wanted, limit=FOUND_TO_LINK + len(together)) if wanted else []
    return page(
        request,
        "creator.html",
        profile=profile,
        said=_said(translator(request), profile),
        months=every_month(profile.months, SHOWN_MONTHS),
        chart=_chart(translator(request), profile),
        most=SHOWN_NAMED,
        cards=[Card(item) for item in newest],
        link=wanted,
        others=[pair for pair in others if pair[0].id not in together][:FOUND_TO_LINK],
    )


def _said(t: Translator, profile: CreatorProfile) -> str:
    """How the creator's engagement stands to that of creators of the same tier and platform, in words."""
    if profile.median_engagement is None:
        return t("creators.no_engagement")
    if profile.relative is None:
        return t("creators.no_peers")
    peers = {"tier": t.name(profile.creator.tier), "platform": t.name(profile.creator.platform)}
    low, high = ABOUT_LIKE
    if low <= profile.relative <= high:
        return t("creators.like_peers", **peers)
    if profile.relative > 1:
        return t("creators.above_peers", times=f"{profile.relative:.1f}".removesuffix(".0"), **peers)
    return t("creators.below_peers", percent=round(100 * profile.relative), **peers)


def _chart(t: Translator, profile: CreatorProfile) -> str:
    months = every_month(profile.months, SHOWN_MONTHS)
    words = [(month, posts, t("creators.month", month=month, posts=posts)) for month, posts, _ in months]
    if not words:
        return ""
    return month_bars(words, t("creators.months_label", first=months[0][0], last=months[-1][0], posts=sum(posts for _, posts, _ in months)))


def _creator_address(creator_id: str) -> str:
    return f"/creators/{quote(creator_id, safe='')}"


@router.post("/creators/{creator_id}/link")
def link_creator(creator_id: str, found: Doors, form: Posted) -> Response:
    """Say that another account is the same person."""
    library = found.library
    other = library.creators.get(word(form, "other"))
    if other.id == library.creators.get(creator_id).id:
        raise InputError("不能和自己关联，请选另一个账号。", field="other")
    library.creators.link([creator_id, other.id])
    return back_to(_creator_address(creator_id), "saved")


@router.post("/creators/{creator_id}/unlink")
def unlink_creator(creator_id: str, found: Doors, form: Posted) -> Response:
    """Take one of the linked accounts out again."""
    found.library.creators.unlink(word(form, "other") or creator_id)
    return back_to(_creator_address(creator_id), "saved")


@router.post("/creators/{creator_id}/take-down", dependencies=[Depends(require("admin"))])
def take_down_creator(creator_id: str, found: Doors, form: Posted) -> Response:
    """Purge all contents of a creator for good, and refuse those to come."""
    if not (reason := word(form, "reason")):
        raise InputError("下架要写明原因，例如「达人要求删除」。", field="reason")
    if word(form, "sure") != "yes":
        raise InputError("请勾选确认：这会删除该达人的全部内容。", field="sure")
    found.library.creators.get(creator_id)
    filling.take_down(found, creator_id=creator_id, reason=reason)
    return back_to("/creators", "taken_down")
