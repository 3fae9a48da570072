"""The bookmark that sends the open page to the library: its window shows what would be saved, and saves it on one click."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from api import filling
from api.errors import status_of
from api.pages.answers import PageRoute, back_to, page
from api.pages.formats import web_address
from api.pages.forms import word
from api.services import Services, services
from crawler.intake import prepare
from crawler.items import Refusal
from crawler.parsers.pages import parse_page
from recommender.errors import InputError, ZhongcaoError
from recommender.library.model import IncomingContent

# The window of a bookmark hears from the page that opened it, which the usual policy cuts off.
HEARING = {"Cross-Origin-Opener-Policy": "unsafe-none"}

Doors = Annotated[Services, Depends(services)]

router = APIRouter(route_class=PageRoute)


async def _sent(request: Request, found: Doors) -> FormData:
    try:  # the gate has counted the bytes; a character of a page can take four of them
        return await request.form(max_files=0, max_fields=10, max_part_size=4 * found.settings.max_page_bytes)
    except HTTPException:
        raise InputError("网页太大或没有收全，没有收。", field="html") from None


Sent = Annotated[FormData, Depends(_sent)]


@router.get("/clip")
def clip_window(request: Request) -> Response:
    """The window that the bookmark opens; its script hands over what the page beside it says."""
    return _heard(page(request, "clip.html", url="", html="", note=None, problem=""))


@router.post("/clip")
def clip(request: Request, found: Doors, form: Sent) -> Response:
    """Show what would be saved of a page, or save it. The page itself is only read, never shown."""
    url, html = word(form, "url", 2_048), form.get("html", "")
    if not isinstance(html, str) or not html.strip():
        raise InputError("没有收到网页内容，请回到那个页面再点一次书签。", field="html")
    if _origin(url) != word(form, "origin", 300):
        raise InputError("网页和它自称的网址对不上，没有收。", field="url")
    if word(form, "do") == "save":
        outcome = filling.clip_page(found, url, html)
        return back_to(f"/contents/{quote(outcome.id, safe='')}", "added" if outcome.state == "new" else "saved")
    status, problem, note, known = 200, "", None, ""
    try:
        note = look(url, html)
        known = found.library.contents.upsert([note], dry_run=True)[0].state
    except ZhongcaoError as error:
        status, problem = status_of(error), error.message
    return _heard(
        page(
            request,
            "clip.html",
            status,
            url=url,
            html=html if note else "",
            origin=_origin(url),
            note=note,
            known=known,
            problem=problem,
        )
    )


def look(url: str, html: str) -> IncomingContent:
    """What would be stored of a page: parsed, repaired, cleaned and masked as at intake. Raises `InputError`."""
    if not web_address(url):
        raise InputError("这个页面不是 http 或 https 网页，没有可收的内容。", field="url")
    parsed = parse_page(html, url)
    prepared = parsed if isinstance(parsed, Refusal) else prepare(parsed)
    if isinstance(prepared, Refusal):
        raise InputError(prepared.reason, field="html")
    return prepared


def _origin(url: str) -> str:
    """Scheme, host and port as a browser writes an origin; empty for anything but web addresses."""
    parts = urlsplit(web_address(url))
    try:
        usual = {"http": 80, "https": 443}.get(parts.scheme)
        port = f":{parts.port}" if parts.port not in (None, usual) else ""
    except ValueError:
        return ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return f"{parts.scheme}://{host}{port}" if host else ""


def _heard(answer: Response) -> Response:
    answer.headers.update(HEARING)
    return answer
