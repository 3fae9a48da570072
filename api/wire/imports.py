"""Uploaded files on the wire: what is in one, which column means which field, and what an import did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from api.wire.fields import Line, Plain, Wire, refuse, shown
from crawler.importers import ImportReport, Preview
from crawler.importers.headers import FIELDS
from recommender.library.model import ColumnMapping, Rights

LONGEST_CELL = 200  # characters of a cell that a preview repeats
Field_ = Annotated[str, StringConstraints(min_length=1, max_length=40), Plain]
Header = Annotated[str, StringConstraints(min_length=1, max_length=200), Plain]
MappingName = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True), Plain]
MAPPING_EXAMPLE: dict[str, Any] = {"title": "笔记标题", "text": "笔记正文", "url": "笔记链接", "liked": "点赞数"}


def _known_fields(columns: dict[str, str]) -> dict[str, str]:
    for name in columns:
        if name not in FIELDS:
            raise refuse(f"没有 {name} 这个字段，可用的有：{'、'.join(FIELDS)}")
    return columns


Columns = Annotated[dict[Field_, Header], Field(min_length=1, max_length=50, description="字段 → 列名"), AfterValidator(_known_fields)]


class MappingFields(Wire):
    """Which header of a spreadsheet means which field."""

    model_config = shown({"columns": MAPPING_EXAMPLE})

    columns: Columns

    def to_mapping(self, name: str) -> ColumnMapping:
        """The mapping under this name."""
        return ColumnMapping(name, self.columns)


class MappingOut(Wire):
    """A saved mapping."""

    model_config = shown({"name": "新红导出", "columns": MAPPING_EXAMPLE})

    name: str
    columns: dict[str, str]

    @staticmethod
    def of(mapping: ColumnMapping) -> MappingOut:
        return MappingOut(name=mapping.name, columns=mapping.columns)


class MappingList(Wire):
    """All saved mappings, and the fields that one can have with what they are called."""

    model_config = shown({"items": [{"name": "新红导出", "columns": MAPPING_EXAMPLE}], "fields": {"title": "标题", "text": "正文"}})

    items: list[MappingOut]
    fields: dict[str, str]

    @staticmethod
    def of(mappings: Sequence[ColumnMapping]) -> MappingList:
        return MappingList(items=[MappingOut.of(mapping) for mapping in mappings], fields=FIELDS)


class UploadOut(Wire):
    """An uploaded file, kept for a day: its columns, first rows and, for a spreadsheet, which column seems to mean which field."""

    model_config = shown(
        {
            "upload": "1f2e3d4c5b6a7988",
            "form": "CSV",
            "columns": ["笔记标题", "笔记正文", "笔记链接", "点赞数"],
            "rows": [["换季敏感肌，我只留下这三样", "先说结论……", "https://www.xiaohongshu.com/explore/64f1c0de0000000012000001", "1.2万"]],
            "mapping": MAPPING_EXAMPLE,
            "missing": [],
            "how": {"title": "列名", "text": "列名", "url": "列名", "liked": "列名"},
        }
    )

    upload: str
    form: str
    columns: list[str]
    rows: list[list[str]]
    mapping: dict[str, str] | None
    missing: list[str]
    how: dict[str, str]

    @staticmethod
    def of(upload_id: str, preview: Preview) -> UploadOut:
        """The preview under the upload's id; long cells are cut."""
        return UploadOut(
            upload=upload_id,
            form=preview.form,
            columns=list(preview.columns),
            rows=[[cell[:LONGEST_CELL] for cell in row] for row in preview.rows],
            mapping=preview.mapping.columns if preview.mapping else None,
            missing=list(preview.missing),
            how=dict(preview.how),
        )


class ImportRun(Wire):
    """How an uploaded file is to be read. Without a mapping the columns are recognised or guessed."""

    model_config = shown({"mapping": MAPPING_EXAMPLE, "rights": "reference", "dry_run": True})

    mapping: Columns | None = None
    mapping_name: Line | None = Field(default=None, description="用已保存的列对应表；与 mapping 二选一")
    rights: Literal[Rights.OWNED, Rights.AUTHORISED, Rights.REFERENCE, Rights.UNKNOWN] = Rights.UNKNOWN
    dry_run: bool = Field(default=False, description="true 则只说会怎样，什么也不写")

    @model_validator(mode="after")
    def _one_mapping(self) -> ImportRun:
        if self.mapping is not None and self.mapping_name is not None:
            raise refuse("mapping 和 mapping_name 只能给其中一个")
        return self


class LineOut(Wire):
    """One row and what became (or would become) of it."""

    where: str
    state: str
    title: str
    reason: str


class ImportOut(Wire):
    """What an import did or would do: read = new + changed + unchanged + duplicates + refused; `links` are still to be fetched."""

    model_config = shown(
        {
            "dry_run": True,
            "files": 1,
            "read": 3,
            "new": 1,
            "changed": 0,
            "unchanged": 1,
            "duplicates": 0,
            "refused": 1,
            "creators": 0,
            "comments": 0,
            "corrections": 0,
            "seconds": 0.02,
            "refusals": ["笔记.csv 第 4 行：没有标题、正文、图片或视频，没有可存的内容。"],
            "problems": [],
            "links": [],
            "examples": [{"where": "笔记.csv 第 2 行", "state": "new", "title": "换季敏感肌，我只留下这三样", "reason": ""}],
        }
    )

    dry_run: bool
    files: int
    read: int
    new: int
    changed: int
    unchanged: int
    duplicates: int
    refused: int
    creators: int
    comments: int
    corrections: int
    seconds: float
    refusals: list[str]
    problems: list[str]
    links: list[str]
    examples: list[LineOut]

    @staticmethod
    def of(report: ImportReport) -> ImportOut:
        found: dict[str, Any] = {name: getattr(report, name) for name in ImportOut.model_fields}
        found |= {name: list(value) for name, value in found.items() if isinstance(value, tuple)}
        lines = [LineOut(where=line.where, state=line.state, title=line.title, reason=line.reason) for line in report.examples]
        return ImportOut(**{**found, "examples": lines})
