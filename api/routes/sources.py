"""Sources, crawl jobs and watch-lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.keys import Reader, Writer
from api.openapi import problems
from api.routes.names import new_id
from api.services import Services, services
from api.wire.fields import Id
from api.wire.sources import JobOut, NewSource, SourceFields, SourceList, SourceOut, WatchListIn, WatchListOut, WatchListPage
from recommender.errors import InputError
from recommender.library.model import WatchList

router = APIRouter(tags=["来源"])
Doors = Annotated[Services, Depends(services)]
SourceId = Annotated[Id, Path(description="来源编号", examples=["feed-skincare"])]
JobId = Annotated[int, Path(ge=1, le=2**53, description="任务编号", examples=[7])]


@router.get("/sources", summary="列出来源")
def list_sources(doors: Doors, _caller: Reader) -> SourceList:
    """全部来源，带上次抓取的结果。"""
    return SourceList(items=[SourceOut.of(source) for source in doors.library.sources.all()])


@router.post("/sources", summary="新建来源", status_code=201, responses=problems(409))
def add_source(doors: Doors, _caller: Writer, given: NewSource, response: Response) -> SourceOut:
    """订阅源或网页。同一网址只能有一个来源。"""
    _check_watch_lists(doors, given)
    source = doors.library.sources.add(given.to_source(given.id or new_id(given.kind.value)))
    response.headers["Location"] = f"/v1/sources/{source.id}"
    return SourceOut.of(source)


@router.get("/sources/{source_id}", summary="读一个来源", responses=problems(404))
def read_source(doors: Doors, _caller: Reader, source_id: SourceId) -> SourceOut:
    """一个来源的设置和健康状况。"""
    return SourceOut.of(doors.library.sources.get(source_id))


@router.put("/sources/{source_id}", summary="改一个来源", responses=problems(404, 409))
def write_source(doors: Doors, _caller: Writer, source_id: SourceId, given: SourceFields) -> SourceOut:
    """整个替换设置；抓取记录留着。"""
    doors.library.sources.get(source_id)
    _check_watch_lists(doors, given)
    return SourceOut.of(doors.library.sources.replace(given.to_source(source_id)))


@router.delete("/sources/{source_id}", summary="删一个来源", status_code=204, responses=problems(404))
def delete_source(doors: Doors, _caller: Writer, source_id: SourceId) -> None:
    """删掉来源；已经收进来的内容留着。"""
    doors.library.sources.delete(source_id)


@router.post("/sources/{source_id}/crawl", summary="抓取一个来源", status_code=202, responses=problems(404))
def crawl_source(doors: Doors, _caller: Writer, source_id: SourceId, response: Response) -> JobOut:
    """排一个抓取任务，由后台执行；已经在排队时答同一个任务。结果看 GET /v1/jobs/{job_id}。"""
    doors.library.sources.get(source_id)
    job = JobOut.of(doors.library.jobs.enqueue(source_id))
    response.headers["Location"] = job.links.self
    return job


@router.get("/jobs/{job_id}", summary="读一个抓取任务", responses=problems(404))
def read_job(doors: Doors, _caller: Reader, job_id: JobId) -> JobOut:
    """任务进行到哪里，做了什么。"""
    return JobOut.of(doors.library.jobs.get(job_id))


@router.get("/watch-lists", summary="列出关注清单")
def list_watch_lists(doors: Doors, _caller: Reader) -> WatchListPage:
    """按品类、品牌、达人关注的清单。"""
    return WatchListPage(items=[WatchListOut.of(found) for found in doors.library.watch_lists.all()])


@router.post("/watch-lists", summary="写一个关注清单", status_code=201)
def put_watch_list(doors: Doors, _caller: Writer, given: WatchListIn) -> WatchListOut:
    """编号相同则替换；不给编号时自动生成。"""
    found = WatchList(id=given.id or new_id(given.kind.value), kind=given.kind, name=given.name, terms=tuple(given.terms))
    doors.library.watch_lists.put(found)
    return WatchListOut.of(found)


def _check_watch_lists(doors: Services, given: SourceFields) -> None:
    known = {watch_list.id for watch_list in doors.library.watch_lists.all()}
    if unknown := [each for each in given.watch_lists if each not in known]:
        raise InputError(f"没有编号为 {unknown[0]} 的关注清单。", field="watch_lists")
