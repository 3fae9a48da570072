"""Watch-lists: made, changed and deleted by hand."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response

from api import filling
from api.pages.answers import PageRoute, back_to, page
from api.pages.forms import Posted, read
from api.pages.sources import choices
from api.routes.names import new_id
from api.services import Services, services
from api.wire.sources import WatchListFields

Doors = Annotated[Services, Depends(services)]

router = APIRouter(route_class=PageRoute)


def _given(form: Posted) -> WatchListFields:
    return read(WatchListFields, form, lists=("terms", "aliases"))


@router.post("/watch-lists")
def add_watch_list(found: Doors, form: Posted) -> Response:
    """Keep a new watch-list and look through the library for what it names."""
    given = _given(form)
    filling.save_watch_list(found, given.to_watch_list(new_id(given.kind.value)))
    return back_to("/sources", "added")


@router.get("/watch-lists/{watch_list_id}")
def watch_list_page(request: Request, watch_list_id: str, found: Doors) -> Response:
    """What may be changed of a watch-list."""
    one = found.library.watch_lists.get(watch_list_id)
    return page(request, "watch_list.html", one=one, **choices(found.library.watch_lists.all()))


@router.post("/watch-lists/{watch_list_id}")
def change_watch_list(watch_list_id: str, found: Doors, form: Posted) -> Response:
    """Change a watch-list."""
    found.library.watch_lists.get(watch_list_id)
    filling.save_watch_list(found, _given(form).to_watch_list(watch_list_id))
    return back_to(f"/sources#{quote(watch_list_id, safe='')}", "saved")


@router.post("/watch-lists/{watch_list_id}/delete")
def delete_watch_list(watch_list_id: str, found: Doors, _form: Posted) -> Response:
    """Remove a watch-list; its contents and sources stay."""
    filling.remove_watch_list(found, watch_list_id)
    return back_to("/sources", "deleted")
