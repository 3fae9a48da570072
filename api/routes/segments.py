"""Customer segments, and what suits one on a channel."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.keys import Reader, Writer
from api.openapi import problems
from api.routes.names import new_id, place
from api.services import Services, services
from api.wire.contents import ComplianceOut, ContentOut, FindingOut
from api.wire.fields import Id, now
from api.wire.matching import MatchedOut, MatchIn, MatchOut, RenderedOut
from api.wire.segments import NewSegment, SegmentFields, SegmentList, SegmentOut
from recommender.delivery.rendering import render
from recommender.errors import Conflict, NotFound
from recommender.matching import MatchRequest, match

router = APIRouter()
Doors = Annotated[Services, Depends(services)]
SegmentId = Annotated[Id, Path(description="人群编号", examples=["new-mothers"])]


@router.get("/segments", summary="列出人群", tags=["人群"])
def list_segments(doors: Doors, _caller: Reader) -> SegmentList:
    """全部人群，按编号排列。"""
    return SegmentList(items=[SegmentOut.of(segment) for segment in doors.library.segments.all()])


@router.post("/segments", summary="新建人群", tags=["人群"], status_code=201, responses=problems(409))
def add_segment(doors: Doors, _caller: Writer, given: NewSegment, response: Response) -> SegmentOut:
    """不给编号时自动生成；编号已有时答 409，要改请用 PUT。"""
    segment = given.to_segment(given.id or new_id("segment"))
    if _exists(doors, segment.id):
        raise Conflict(f"人群编号 {segment.id} 已经有了；要修改请用 PUT。", field="id")
    response.headers["Location"] = place("segments", segment.id)
    return SegmentOut.of(doors.library.segments.put(segment))


@router.get("/segments/{segment_id}", summary="读一个人群", tags=["人群"], responses=problems(404))
def read_segment(doors: Doors, _caller: Reader, segment_id: SegmentId) -> SegmentOut:
    """一个人群的全部描述。"""
    return SegmentOut.of(doors.library.segments.get(segment_id))


@router.put("/segments/{segment_id}", summary="写一个人群", tags=["人群"], responses={201: {"description": "新建了", "model": SegmentOut}})
def write_segment(doors: Doors, _caller: Writer, segment_id: SegmentId, given: SegmentFields, response: Response) -> SegmentOut:
    """整个替换；没有则新建（201）。"""
    if not _exists(doors, segment_id):
        response.status_code = 201
    return SegmentOut.of(doors.library.segments.put(given.to_segment(segment_id)))


@router.delete("/segments/{segment_id}", summary="删一个人群", tags=["人群"], status_code=204, responses=problems(404))
def delete_segment(doors: Doors, _caller: Writer, segment_id: SegmentId) -> None:
    """删掉人群；已发送的记录不动。"""
    doors.library.segments.delete(segment_id)


@router.post("/match", summary="为人群和渠道选内容", tags=["匹配"], responses=problems(404, 503))
def match_segment(doors: Doors, _caller: Reader, given: MatchIn) -> MatchOut:
    """排好序的内容，每条带理由、合规结果和按渠道排好的正文；notes 说明库里缺什么。"""
    if given.segment is not None:
        segment = given.segment.to_segment(given.segment.id or "")
    else:
        segment = doors.library.segments.get(given.segment_id or "")
    request = MatchRequest(
        segment=segment,
        channel=given.channel,
        group_type=given.group_type,
        goal=given.goal,
        content_types=tuple(dict.fromkeys(given.content_types)),
        date=given.date,
        limit=given.limit,
        exclude=frozenset(given.exclude),
    )
    found = match(doors.library, doors.fresh_index(), request, now(), cooldown_days=doors.settings.cooldown_days)
    items = []
    for item in found.items:
        understood = item.content.understanding
        findings = [FindingOut.of(finding) for finding in understood.findings]
        items.append(
            MatchedOut(
                content=ContentOut.of(item.content),
                score=item.score,
                parts=item.parts,
                reasons=list(item.reasons),
                compliance=ComplianceOut(level=understood.compliance, findings=findings),
                rendered=RenderedOut.of(render(item.content, given.channel)),
            )
        )
    return MatchOut(items=items, notes=list(found.notes))


def _exists(doors: Services, segment_id: str) -> bool:
    try:
        doors.library.segments.get(segment_id)
    except NotFound:
        return False
    return True
