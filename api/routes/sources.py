"""Sources: what they are, how they fare, where to find more; and crawl jobs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Path, Query, Response, UploadFile

from api import filling
from api.keys import Reader, Writer
from api.openapi import problems
from api.routes.names import new_id, place
from api.services import Services, services
from api.wire.crawling import CandidateList, CandidateOut, JobOut, OpmlOut, PlaceIn, RunList
from api.wire.fields import Id
from api.wire.sources import NewSource, SourceFields, SourceList, SourceOut
from crawler.opml import write_opml
from recommender.errors import InputError
from recommender.library.model import Source

router = APIRouter(tags=["来源"])
Doors = Annotated[Services, Depends(services)]
SourceId = Annotated[Id, Path(description="来源编号", examples=["feed-skincare"])]
JobId = Annotated[int, Path(ge=1, le=2**53, description="任务编号", examples=[7])]
OPML = "text/x-opml"
OPML_EXAMPLE = '<?xml version="1.0" encoding="utf-8"?>\n<opml version="2.0"><head><title>种草</title></head><body/></opml>'


@router.get("/sources", summary="列出来源")
def list_sources(doors: Doors, _caller: Reader) -> SourceList:
    """全部来源，带上次抓取的结果和平时的收成。"""
    return SourceList(items=[_shown(doors, source) for source in doors.library.sources.all()])


@router.post("/sources", summary="新建来源", status_code=201, responses=problems(409))
def add_source(doors: Doors, _caller: Writer, given: NewSource, response: Response) -> SourceOut:
    """订阅源、网页或网站地图。同一网址只能有一个来源。"""
    _check_watch_lists(doors, given)
    source = doors.library.sources.add(given.to_source(given.id or new_id(given.kind.value)))
    response.headers["Location"] = place("sources", source.id)
    return _shown(doors, source)


@router.get(
    "/sources.opml",
    summary="导出关注清单和来源（OPML）",
    response_class=Response,
    responses={200: {"description": "OPML 2.0", "content": {OPML: {"schema": {"type": "string"}, "example": OPML_EXAMPLE}}}},
)
def export_opml(doors: Doors, _caller: Reader) -> Response:
    """关注清单作文件夹，来源在里面；别的阅读器也能读。"""
    headers = {"Content-Disposition": 'attachment; filename="zhongcao.opml"'}
    return Response(write_opml(doors.library), media_type=OPML, headers=headers)


@router.post("/sources/opml", summary="导入来源（OPML）")
def import_opml(
    doors: Doors, _caller: Writer, file: Annotated[UploadFile, File(description="OPML 文件", examples=["feeds.opml"])]
) -> OpmlOut:
    """新的来源和关注清单收下，已有的不动；收不了的逐条说明。"""
    added, known, troubles = filling.import_opml(doors, file.file.read())
    return OpmlOut(added=added, known=known, problems=list(troubles))


@router.post("/sources/discover", summary="从网页找订阅源和网站地图", responses=problems(403))
def discover_sources(doors: Doors, _caller: Writer, given: PlaceIn) -> CandidateList:
    """读一下这个网站（遵守 robots.txt，最多十几次请求），给出确实读得懂的订阅源和网站地图；什么也不保存。"""
    found = filling.discover(doors, given.url)
    return CandidateList(items=[CandidateOut(url=each.url, kind=each.kind, title=each.title) for each in found])


@router.get("/sources/{source_id}", summary="读一个来源", responses=problems(404))
def read_source(doors: Doors, _caller: Reader, source_id: SourceId) -> SourceOut:
    """一个来源的设置和健康状况。"""
    return _shown(doors, doors.library.sources.get(source_id))


@router.put("/sources/{source_id}", summary="改一个来源", responses=problems(404, 409))
def write_source(doors: Doors, _caller: Writer, source_id: SourceId, given: SourceFields) -> SourceOut:
    """整个替换设置；抓取记录留着。"""
    doors.library.sources.get(source_id)
    _check_watch_lists(doors, given)
    return _shown(doors, doors.library.sources.replace(given.to_source(source_id)))


@router.delete("/sources/{source_id}", summary="删一个来源", status_code=204, responses=problems(404))
def delete_source(doors: Doors, _caller: Writer, source_id: SourceId) -> None:
    """删掉来源；已经收进来的内容留着。"""
    doors.library.sources.delete(source_id)


@router.get("/sources/{source_id}/runs", summary="一个来源的抓取记录", responses=problems(404))
def list_runs(
    doors: Doors,
    _caller: Reader,
    source_id: SourceId,
    limit: Annotated[int, Query(ge=1, le=100, description="最多几次", examples=[30])] = 30,
) -> RunList:
    """最近几次抓取，新的在前；失败的说明原因和办法。"""
    doors.library.sources.get(source_id)
    return RunList.of(doors.library.sources.runs(source_id, limit))


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


def _shown(doors: Services, source: Source) -> SourceOut:
    return SourceOut.of(source, doors.library.sources.baseline(source.id))


def _check_watch_lists(doors: Services, given: SourceFields) -> None:
    known = {watch_list.id for watch_list in doors.library.watch_lists.all()}
    if unknown := [each for each in given.watch_lists if each not in known]:
        raise InputError(f"没有编号为 {unknown[0]} 的关注清单。", field="watch_lists")
