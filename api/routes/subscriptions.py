"""Subscriptions and their digests."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.keys import Reader, Writer
from api.openapi import problems
from api.routes.formats import DIGEST_ANSWERS, MEDIA_TYPES, wanted_format
from api.routes.names import new_id, place
from api.services import Services, services
from api.wire.fields import Id, now
from api.wire.subscriptions import NewSubscription, SubscriptionFields, SubscriptionList, SubscriptionOut
from recommender.digest.days import day_of
from recommender.digest.making import make_digest
from recommender.digest.rendering import digest_html_csp, render_digest
from recommender.errors import Conflict, InputError, NotFound
from recommender.library.model import Digest, Subscription
from recommender.library.tables import SHANGHAI

router = APIRouter(tags=["订阅与日报"])
Doors = Annotated[Services, Depends(services)]
SubscriptionId = Annotated[Id, Path(description="订阅编号", examples=["morning-skincare"])]


@router.get("/subscriptions", summary="列出订阅")
def list_subscriptions(doors: Doors, _caller: Reader) -> SubscriptionList:
    """全部订阅；机器人地址只显示主机名。"""
    return SubscriptionList(items=[SubscriptionOut.of(found) for found in doors.library.subscriptions.all()])


@router.post("/subscriptions", summary="新建订阅", status_code=201, responses=problems(409))
def add_subscription(doors: Doors, _caller: Writer, given: NewSubscription, response: Response) -> SubscriptionOut:
    """查询词、人群、筛选至少给一个。不给编号时自动生成。"""
    subscription_id = given.id or new_id("subscription")
    if _stored(doors, subscription_id) is not None:
        raise Conflict(f"订阅编号 {subscription_id} 已经有了；要修改请用 PUT。", field="id")
    _check_segment(doors, given)
    response.headers["Location"] = place("subscriptions", subscription_id)
    return SubscriptionOut.of(doors.library.subscriptions.put(given.to_subscription(subscription_id)))


@router.get("/subscriptions/{subscription_id}", summary="读一个订阅", responses=problems(404))
def read_subscription(doors: Doors, _caller: Reader, subscription_id: SubscriptionId) -> SubscriptionOut:
    """一个订阅的全部设置；机器人地址只显示主机名。"""
    return SubscriptionOut.of(doors.library.subscriptions.get(subscription_id))


@router.put("/subscriptions/{subscription_id}", summary="写一个订阅", responses={201: {"description": "新建了", "model": SubscriptionOut}})
def write_subscription(
    doors: Doors, _caller: Writer, subscription_id: SubscriptionId, given: SubscriptionFields, response: Response
) -> SubscriptionOut:
    """整个替换；没有则新建（201）。机器人地址留空时保留原来的。"""
    _check_segment(doors, given)
    before = _stored(doors, subscription_id)
    if before is None:
        response.status_code = 201
    after = given.to_subscription(subscription_id, before.robot_url if before else "")
    return SubscriptionOut.of(doors.library.subscriptions.put(after))


@router.delete("/subscriptions/{subscription_id}", summary="删一个订阅", status_code=204, responses=problems(404))
def delete_subscription(doors: Doors, _caller: Writer, subscription_id: SubscriptionId) -> None:
    """删掉订阅；已经生成的日报留着。"""
    doors.library.subscriptions.delete(subscription_id)


@router.get("/digests", summary="读一天的日报", responses={**DIGEST_ANSWERS, **problems(404, 406, 503)}, response_class=Response)
def read_digest(
    request: Request,
    doors: Doors,
    _caller: Reader,
    subscription: Annotated[Id, Query(description="订阅编号", examples=["morning-skincare"])],
    day: Annotated[dt.date | None, Query(description="日期；留空为最新一期，今天该出的还没出就现在出", examples=["2026-07-01"])] = None,
    format: Annotated[
        Literal["json", "html", "markdown", "atom", "feed"] | None, Query(description="格式；留空看 Accept 请求头", examples=["json"])
    ] = None,
) -> Response:
    """日报一旦生成就不再变。今天的没有生成过时当场生成；过去没有生成过的日子答 404。"""
    chosen = format or wanted_format(request.headers.get("accept", ""))
    found = _digest(doors, subscription, day)
    text = render_digest(doors.library, found, doors.settings, chosen)
    headers = {"Vary": "Accept"}
    if chosen == "html":
        headers["Content-Security-Policy"] = digest_html_csp()
    return Response(text, media_type=MEDIA_TYPES[chosen], headers=headers)


def _digest(doors: Services, subscription_id: str, day: dt.date | None) -> Digest:
    moment = now()
    today = day_of(moment)
    stored = _stored(doors, subscription_id)
    if day is None:
        recent = doors.library.digests.recent(subscription_id, 1)
        early = stored is None or moment.astimezone(SHANGHAI).hour < stored.hour
        if recent and (early or recent[0].day == today):
            return recent[0]
    wanted = day.isoformat() if day else today
    if stored is None:
        if known := doors.library.digests.get(subscription_id, wanted):
            return known
        raise NotFound(f"没有编号为 {subscription_id} 的订阅。")
    index = doors.fresh_index()
    return make_digest(doors.library, index, doors.settings, stored, wanted, moment)


def _stored(doors: Services, subscription_id: str) -> Subscription | None:
    try:
        return doors.library.subscriptions.get(subscription_id)
    except NotFound:
        return None


def _check_segment(doors: Services, given: SubscriptionFields) -> None:
    if given.segment_id is None:
        return
    try:
        doors.library.segments.get(given.segment_id)
    except NotFound as error:
        raise InputError(error.message, field="segment_id") from None
