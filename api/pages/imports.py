"""Bringing content in by hand: a file with its columns and a dry run before anything is written, a link, a pasted text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response

from api import filling
from api.errors import status_of
from api.pages.answers import PageRoute, back_to, page
from api.pages.forms import Posted, Upload, choice, read, word
from api.services import Services, services
from api.wire.contents import NewContent
from crawler.importers.headers import FIELDS
from crawler.intake import take_in_one
from crawler.items import ParsedNote
from recommender.errors import InputError, ZhongcaoError
from recommender.library.model import ColumnMapping, Platform, Rights

if TYPE_CHECKING:
    from crawler.importers import ImportReport, Preview

RIGHTS = tuple(right for right in Rights if right is not Rights.TAKEN_DOWN)
COLUMN = "column."  # what the fields of the mapping begin with in the form

Doors = Annotated[Services, Depends(services)]

router = APIRouter(route_class=PageRoute)


@router.get("/import")
def import_page(request: Request, found: Doors) -> Response:
    """The ways in."""
    return _ways_in(request, found)


def _ways_in(request: Request, found: Services, status: int = 200, *, url: str = "", problem: str = "") -> Response:
    given = request.query_params.get("url", "")[:2_048]
    return page(request, "import.html", status, url=url or given, problem=problem, rights=RIGHTS, mappings=found.library.mappings.all())


@router.post("/imports")
def upload(found: Doors, upload: Upload) -> Response:
    """Keep a file and look at it."""
    return back_to(f"/import/{filling.keep_upload(found, upload.name, upload.data)}")


@router.post("/import/link")
def import_link(request: Request, found: Doors, form: Posted) -> Response:
    """Fetch a pasted link and show the content, or say on the same page why not."""
    url = word(form, "url", 2_048)
    try:
        outcome = filling.fetch_link(found, url)
    except ZhongcaoError as error:
        return _ways_in(request, found, status_of(error), url=url, problem=error.message)
    return _show(outcome.id, outcome.state)


@router.post("/contents")
def paste(found: Doors, form: Posted) -> Response:
    """Take in a pasted note, the same way as every other content, and show it."""
    given = read(NewContent, form, lists=("tags",))
    note = ParsedNote(
        platform=given.platform or Platform.WEB,
        url=given.url or "",
        title=given.title,
        text=given.text,
        tags=tuple(given.tags),
        creator_name=given.creator,
        rights=given.rights,
        where="粘贴的内容",
    )
    outcome = take_in_one(found.library, note)
    return _show(outcome.id, outcome.state if found.follow_up() else "later")


def _show(content_id: str, state: str) -> Response:
    done = {"new": "added", "unchanged": "known", "later": "later"}.get(state, "saved")
    return back_to(f"/contents/{quote(content_id, safe='')}", done)


@router.get("/import/{upload_id}")
def preview_page(request: Request, upload_id: str, found: Doors, mapping: str = "") -> Response:
    """What is in a file and what its columns are taken for; `mapping` names a saved one to use instead of the guess."""
    chosen = found.library.mappings.get(mapping) if mapping else None
    return _file_page(request, found, upload_id, filling.preview_upload(found, upload_id, chosen), Rights.UNKNOWN, name=mapping)


@router.post("/import/{upload_id}")
def import_file(request: Request, upload_id: str, found: Doors, form: Posted) -> Response:
    """Look again with other columns, save them by name, try the import, or do it."""
    columns = {name.removeprefix(COLUMN): word(form, name, 1_000) for name in form if name.startswith(COLUMN)}
    name = word(form, "name", 80)
    mapping = ColumnMapping(name, columns) if columns else None  # a field without a header is one that the editor leaves out
    rights = choice(Rights, word(form, "rights")) or Rights.UNKNOWN
    if rights not in RIGHTS:
        raise InputError("版权状态不能是已下架。", field="rights")
    do = word(form, "do")
    if do == "save":
        if mapping is None or not mapping.name:
            raise InputError("请给这份列对应表起一个名字，例如「新红周报」。", field="name")
        found.library.mappings.put(ColumnMapping(name, {field: header for field, header in columns.items() if header}))
        return back_to(f"/import/{quote(upload_id, safe='')}?mapping={quote(mapping.name, safe='')}", "saved")
    if do not in ("try", "go"):
        return _file_page(request, found, upload_id, filling.preview_upload(found, upload_id, mapping), rights, name=name)
    report = filling.import_upload(found, upload_id, mapping=mapping, rights=rights, dry_run=do == "try")
    return _file_page(request, found, upload_id, filling.preview_upload(found, upload_id, mapping), rights, name=name, report=report)


def _file_page(
    request: Request, found: Services, upload_id: str, preview: Preview, rights: Rights, *, name: str, report: ImportReport | None = None
) -> Response:
    return page(
        request,
        "import_file.html",
        upload_id=upload_id,
        preview=preview,
        name=name or (preview.mapping.name if preview.mapping else ""),
        fields=FIELDS,
        mappings=found.library.mappings.all(),
        rights=RIGHTS,
        right=rights,
        report=report,
    )


@router.post("/mappings/delete")
def delete_mapping(found: Doors, form: Posted) -> Response:
    """Forget a saved mapping."""
    found.library.mappings.delete(word(form, "name", 1_000))
    return back_to("/import", "deleted")
