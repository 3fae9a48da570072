"""The filtered contents as a file that other tools read."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from api.keys import Reader
from api.services import Services, services
from api.wire.filters import Filters
from crawler.export import export_rows

router = APIRouter(tags=["内容"])
Doors = Annotated[Services, Depends(services)]
Form = Literal["csv", "xlsx", "jsonl"]
MEDIA_TYPES: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
}
EXAMPLES: dict[Form, str] = {
    "csv": "内容ID,平台,标题,正文\r\nxhs-64f1c0de0000000012000001,小红书,换季敏感肌，我只留下这三样,先说结论……\r\n",
    "xlsx": "（XLSX 文件）",
    "jsonl": '{"内容ID": "xhs-64f1c0de0000000012000001", "平台": "小红书"}\n',
}


class ExportQuery(Filters):
    """Query parameters of an export."""

    bom: bool = Field(default=True, description="CSV 开头加 BOM，Excel 才认得是 UTF-8", examples=[True])


@router.get(
    "/contents.{form}",
    summary="导出内容",
    response_class=Response,
    responses={
        200: {
            "description": "按条件导出的表格",
            "content": {
                media.partition(";")[0]: {"schema": {"type": "string"}, "example": EXAMPLES[form]} for form, media in MEDIA_TYPES.items()
            },
        }
    },
)
def export_contents(
    doors: Doors,
    _caller: Reader,
    form: Annotated[Form, Path(description="csv、xlsx 或 jsonl", examples=["csv"])],
    query: Annotated[ExportQuery, Query()],
) -> Response:
    """筛选条件和列出内容时一样；列名是我们自己的表格，改好后可以再导入。"""
    body = export_rows(doors.library, query.to_filter(), form=form, bom=query.bom)
    headers = {"Content-Disposition": f'attachment; filename="zhongcao.{form}"'}
    return Response(body, media_type=MEDIA_TYPES[form], headers=headers)
