"""Watch-lists with what they bring, and alerts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api import filling
from api.keys import Reader, Writer
from api.openapi import problems
from api.routes.names import new_id, place
from api.services import Services, services
from api.wire.crawling import AlertList
from api.wire.fields import Id, now
from api.wire.sources import WatchListFields, WatchListIn, WatchListOut, WatchListPage
from recommender.errors import NotFound
from recommender.library.model import WatchList

router = APIRouter(tags=["来源"])
Doors = Annotated[Services, Depends(services)]
WatchListId = Annotated[Id, Path(description="关注清单编号", examples=["category-beauty"])]


@router.get("/watch-lists", summary="列出关注清单")
def list_watch_lists(doors: Doors, _caller: Reader) -> WatchListPage:
    """按品类、品牌、达人关注的清单，各自带来了多少内容、来源好不好。"""
    coverage = doors.library.watch_lists.coverage(now())
    found = [each for each in doors.library.watch_lists.all() if each.id in coverage]
    return WatchListPage(items=[WatchListOut.of(each, coverage[each.id]) for each in found])


@router.post("/watch-lists", summary="新建关注清单", status_code=201)
def put_watch_list(doors: Doors, _caller: Writer, given: WatchListIn, response: Response) -> WatchListOut:
    """编号相同则替换；不给编号时自动生成。库里命中它的词的内容随即归到它名下。"""
    watch_list_id = given.id or new_id(given.kind.value)
    response.headers["Location"] = place("watch-lists", watch_list_id)
    return _save(doors, given.to_watch_list(watch_list_id))


@router.get("/watch-lists/{watch_list_id}", summary="读一个关注清单", responses=problems(404))
def read_watch_list(doors: Doors, _caller: Reader, watch_list_id: WatchListId) -> WatchListOut:
    """一个关注清单和它的收成。"""
    return _shown(doors, doors.library.watch_lists.get(watch_list_id))


@router.put("/watch-lists/{watch_list_id}", summary="写一个关注清单", responses={201: {"description": "新建了", "model": WatchListOut}})
def write_watch_list(doors: Doors, _caller: Writer, watch_list_id: WatchListId, given: WatchListFields, response: Response) -> WatchListOut:
    """整个替换；没有则新建（201）。库里的内容按新的词重新归类。"""
    try:
        doors.library.watch_lists.get(watch_list_id)
    except NotFound:
        response.status_code = 201
    return _save(doors, given.to_watch_list(watch_list_id))


@router.delete("/watch-lists/{watch_list_id}", summary="删一个关注清单", status_code=204, responses=problems(404))
def delete_watch_list(doors: Doors, _caller: Writer, watch_list_id: WatchListId) -> None:
    """删掉清单；内容和来源留着，不再带它的标记。"""
    filling.remove_watch_list(doors, watch_list_id)


@router.get("/alerts", summary="列出提醒")
def list_alerts(
    doors: Doors,
    _caller: Reader,
    open: Annotated[bool, Query(description="true 则只要还没有解除的", examples=[True])] = False,
    limit: Annotated[int, Query(ge=1, le=200, description="最多几条", examples=[20])] = 20,
) -> AlertList:
    """抓不到的来源、断了新内容的关注清单；新的在前。"""
    alerts = doors.library.alerts
    return AlertList.of(alerts.open()[::-1][:limit] if open else alerts.recent(limit))


def _save(doors: Services, watch_list: WatchList) -> WatchListOut:
    filling.save_watch_list(doors, watch_list)
    return _shown(doors, watch_list)


def _shown(doors: Services, watch_list: WatchList) -> WatchListOut:
    coverage = doors.library.watch_lists.coverage(now())
    if watch_list.id not in coverage:  # deleted between the two looks
        raise NotFound(f"没有编号为 {watch_list.id} 的关注清单。")
    return WatchListOut.of(watch_list, coverage[watch_list.id])
