"""Contents: list, read with what else is known, paste, correct, take down; and the removal of the sample library."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import StringConstraints

from api import filling
from api.keys import Admin, Reader, Writer
from api.openapi import problems
from api.services import Services, services
from api.wire.checks import Removed
from api.wire.content_details import CommentList, CopyList, HistoryOut
from api.wire.contents import ContentChange, ContentFull, ContentOut, ContentPage, NewContent
from api.wire.fields import ContentId, Plain
from api.wire.filters import ListQuery
from crawler.intake import take_in_one
from crawler.items import ParsedNote
from recommender.errors import InputError
from recommender.library.model import Platform, UpsertOutcome
from recommender.understanding.taxonomy import CATEGORIES

router = APIRouter(tags=["内容"])
Doors = Annotated[Services, Depends(services)]
ItemId = Annotated[ContentId, Path(description="内容编号", examples=["xhs-64f1c0de0000000012000001"])]
Reason = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500, strip_whitespace=True),
    Plain,
    Query(description="下架原因，留在记录里", examples=["作者要求删除"]),
]


@router.get("/contents", summary="按条件列出内容")
def list_contents(doors: Doors, _caller: Reader, query: Annotated[ListQuery, Query()]) -> ContentPage:
    """一页内容，带总数和各筛选项的计数；翻页用 next_cursor。"""
    chosen, contents = query.to_filter(), doors.library.contents
    items, next_cursor = contents.page(chosen, order=query.order, after=query.cursor, limit=query.limit)
    return ContentPage(
        items=[ContentOut.of(item) for item in items],
        next_cursor=next_cursor,
        total=contents.count(chosen),
        facets=contents.facets(chosen),
    )


@router.get("/contents/{content_id}", summary="读一条内容", responses=problems(404))
def read_content(doors: Doors, _caller: Reader, content_id: ItemId) -> ContentFull:
    """内容全文和原文（个人信息已遮蔽）、理解结果和理由。带 ETag，If-None-Match 相同时答 304。"""
    return ContentFull.of(doors.library.contents.get(content_id))


@router.get("/contents/{content_id}/history", summary="一条内容的互动数历史", responses=problems(404))
def read_history(doors: Doors, _caller: Reader, content_id: ItemId) -> HistoryOut:
    """每次变化前的点赞、收藏、评论、分享，旧的在前，最后一个是现在的。"""
    return HistoryOut.of(doors.library.contents.history(content_id))


@router.get("/contents/{content_id}/comments", summary="一条内容的评论", responses=problems(404))
def read_comments(
    doors: Doors,
    _caller: Reader,
    content_id: ItemId,
    limit: Annotated[int, Query(ge=1, le=200, description="最多几条", examples=[50])] = 50,
) -> CommentList:
    """赞多的在前；个人信息已遮蔽，不存评论者是谁。"""
    doors.library.contents.get(content_id)
    return CommentList.of(doors.library.comments.of(content_id, limit))


@router.get("/contents/{content_id}/copies", summary="一条内容的近似内容", responses=problems(404))
def read_copies(doors: Doors, _caller: Reader, content_id: ItemId) -> CopyList:
    """讲同一件事的几条（最多 50 条，包括它自己）；leader 是其中最好的一份，个数就是热度。"""
    leader = doors.library.contents.get(content_id).cluster
    return CopyList.of(leader, doors.library.contents.cluster(leader))


@router.post(
    "/contents",
    summary="收进一条粘贴的笔记",
    status_code=201,
    responses={200: {"description": "库里已经有这一条", "model": ContentOut}, **problems(409)},
)
def paste_content(doors: Doors, _caller: Writer, given: NewContent, response: Response) -> ContentOut:
    """清洗、遮蔽个人信息、去重后入库，随即理解并建索引。新的答 201，库里已有的答 200。"""
    note = ParsedNote(
        platform=given.platform or Platform.WEB,
        url=given.url or "",
        title=given.title,
        text=given.text,
        tags=tuple(given.tags),
        creator_name=given.creator,
        published_at=given.published_at,
        rights=given.rights,
        where="这条笔记",
    )
    outcome = take_in_one(doors.library, note)
    doors.follow_up()
    return stored_answer(doors, outcome, response)


def stored_answer(doors: Services, outcome: UpsertOutcome, response: Response) -> ContentOut:
    """The content that was taken in: 201 for a new one, 200 for one that the library had."""
    if outcome.state != "new":
        response.status_code = 200
    answer = ContentOut.of(doors.library.contents.get(outcome.id))
    response.headers["Location"] = answer.links.self
    return answer


@router.patch("/contents/{content_id}", summary="编辑更正一条内容", responses=problems(404))
def correct_content(doors: Doors, caller: Writer, content_id: ItemId, change: ContentChange) -> ContentOut:
    """编辑的更正永远有效，规则和模型不会改回去。版权状态也在这里改；下架请用 DELETE。"""
    if change.category is not None and change.category not in CATEGORIES:
        raise InputError(f"没有「{change.category}」这个品类，可选：{'、'.join(CATEGORIES)}。", field="category")
    contents = doors.library.contents
    contents.get(content_id)
    for field, value in change.fields().items():
        contents.correct(content_id, field, value, change.editor or caller.name or "编辑")
    doors.follow_up()
    return ContentOut.of(contents.get(content_id))


@router.delete("/contents/{content_id}", summary="下架一条内容", status_code=204, responses=problems(404))
def take_down_content(doors: Doors, _caller: Admin, content_id: ItemId, reason: Reason) -> None:
    """删去正文、图片、向量和以后的日报，只留编号，重新抓取也不会再收进来。"""
    filling.take_down(doors, content_id=content_id, reason=reason)


@router.delete("/sample", summary="删掉示例内容库")
def remove_sample(doors: Doors, _caller: Admin) -> Removed:
    """删掉随安装带来的示例内容、人群和订阅；自己的数据不动。"""
    removed = doors.library.contents.remove_sample()
    if removed:
        doors.follow_up()
    return Removed(removed=removed)
