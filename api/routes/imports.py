"""Import of an uploaded file in two steps, and the column mappings that are saved for the next time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Path, Response, UploadFile

from api import filling
from api.keys import Reader, Writer
from api.openapi import problems
from api.services import Services, services
from api.wire.imports import ImportOut, ImportRun, MappingFields, MappingList, MappingName, MappingOut, UploadOut
from recommender.errors import NotFound
from recommender.library.model import ColumnMapping

router = APIRouter(tags=["导入"])
Doors = Annotated[Services, Depends(services)]
UploadId = Annotated[str, Path(max_length=64, description="上传编号", examples=["1f2e3d4c5b6a7988"])]
Name = Annotated[MappingName, Path(description="列对应表的名字", examples=["新红导出"])]


@router.post("/imports", summary="上传一个导出文件", status_code=201)
def upload_file(
    doors: Doors, _caller: Writer, file: Annotated[UploadFile, File(description="导出文件，最大 50 MB", examples=["笔记.csv"])]
) -> UploadOut:
    """先看列和前几行，什么也不写进库；文件留一天。确认列怎么对应后用 POST /v1/imports/{upload}/run 导入。"""
    upload_id = filling.keep_upload(doors, file.filename or "", file.file.read())
    return UploadOut.of(upload_id, filling.preview_upload(doors, upload_id))


@router.post("/imports/{upload}/run", summary="导入上传的文件", responses=problems(404))
def run_import(doors: Doors, _caller: Writer, upload: UploadId, given: ImportRun) -> ImportOut:
    """dry_run 为 true 时只说每行会怎样。读不懂的行带行号和原因拒收，其余照收；同一个文件导两次和一次一样。"""
    mapping = None
    if given.mapping is not None:
        mapping = ColumnMapping("", given.mapping)
    elif given.mapping_name is not None:
        mapping = doors.library.mappings.get(given.mapping_name)
    return ImportOut.of(filling.import_upload(doors, upload, mapping=mapping, rights=given.rights, dry_run=given.dry_run))


@router.get("/mappings", summary="列出列对应表")
def list_mappings(doors: Doors, _caller: Reader) -> MappingList:
    """全部保存过的列对应表，按名字排列；fields 是可用的字段。"""
    return MappingList.of(doors.library.mappings.all())


@router.get("/mappings/{name:path}", summary="读一个列对应表", responses=problems(404))
def read_mapping(doors: Doors, _caller: Reader, name: Name) -> MappingOut:
    """哪个字段取哪一列。"""
    return MappingOut.of(doors.library.mappings.get(name))


@router.put("/mappings/{name:path}", summary="写一个列对应表", responses={201: {"description": "新建了", "model": MappingOut}})
def write_mapping(doors: Doors, _caller: Writer, name: Name, given: MappingFields, response: Response) -> MappingOut:
    """整个替换；没有则新建（201）。"""
    try:
        doors.library.mappings.get(name)
    except NotFound:
        response.status_code = 201
    return MappingOut.of(doors.library.mappings.put(given.to_mapping(name)))


@router.delete("/mappings/{name:path}", summary="删一个列对应表", status_code=204, responses=problems(404))
def delete_mapping(doors: Doors, _caller: Writer, name: Name) -> None:
    """已经导入的内容不动。"""
    doors.library.mappings.delete(name)
