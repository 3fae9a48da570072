"""Creators: found by name and reach, one with what they publish, and accounts of one person linked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.keys import Reader, Writer
from api.openapi import problems
from api.services import Services, services
from api.wire.creators import AccountOut, CreatorPage, CreatorQuery, LinkedOut, LinkIn, ProfileOut
from api.wire.fields import ContentId

router = APIRouter(tags=["达人"])
Doors = Annotated[Services, Depends(services)]
CreatorId = Annotated[ContentId, Path(description="达人编号", examples=["xhs-1f2e3d4c5b6a7988"])]


@router.get("/creators", summary="找达人")
def list_creators(doors: Doors, _caller: Reader, query: Annotated[CreatorQuery, Query()]) -> CreatorPage:
    """有内容在库里的账号；翻页用 next_offset。"""
    found = doors.library.creators.find(
        query.q, platform=query.platform, tier=query.tier, order=query.order, limit=query.limit + 1, offset=query.offset
    )
    return CreatorPage.of(found, query)


@router.get("/creators/{creator_id}", summary="读一个达人", responses=problems(404))
def read_creator(doors: Doors, _caller: Reader, creator_id: CreatorId) -> ProfileOut:
    """写什么、和哪些品牌合作、互动比同量级高多少、每个月发多少，还有同一个人的其他账号。"""
    return ProfileOut.of(doors.library.creators.profile(creator_id))


@router.post("/creators/link", summary="把几个账号认作同一个人", responses=problems(404))
def link_creators(doors: Doors, _caller: Writer, given: LinkIn) -> LinkedOut:
    """不同平台上的同一个人或品牌；已经和别的账号关联的，一起并进来。"""
    creators = doors.library.creators
    person = creators.link(given.ids)
    first = creators.profile(given.ids[0])
    return LinkedOut(person=person, accounts=[AccountOut.of(each) for each in (first.creator, *first.linked)])


@router.delete("/creators/{creator_id}/link", summary="解除一个账号的关联", status_code=204, responses=problems(404))
def unlink_creator(doors: Doors, _caller: Writer, creator_id: CreatorId) -> None:
    """这个账号不再和别的账号算同一个人。"""
    doors.library.creators.unlink(creator_id)
