"""Where content comes from: sources with their health, watch-lists, and a note pasted by hand."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response

from api.pages.answers import PageRoute, back_to, page
from api.pages.forms import Posted, read
from api.routes.names import new_id
from api.services import Services, services
from api.wire.contents import NewContent
from api.wire.sources import NewSource, WatchListIn
from crawler.intake import take_in_one
from crawler.items import ParsedNote
from recommender.library.model import JobState, Platform, Rights, SourceKind, WatchKind, WatchList

SHOWN_JOBS = 12
SCHEDULES = (60, 360, 720, 1440)  # minutes

Doors = Annotated[Services, Depends(services)]

router = APIRouter(route_class=PageRoute)


@router.get("/sources")
def sources_page(request: Request, found: Doors) -> Response:
    """Sources and how their last runs went."""
    library = found.library
    sources, jobs = library.sources.all(), library.jobs.recent(SHOWN_JOBS)
    open_states = (JobState.QUEUED, JobState.RUNNING)
    return page(
        request,
        "sources.html",
        sources=sources,
        jobs=jobs,
        source_names={source.id: source.name for source in sources},
        busy={job.source_id for job in jobs if job.state in open_states},
        watch_lists=library.watch_lists.all(),
        kinds=list(SourceKind),
        watch_kinds=list(WatchKind),
        schedules=SCHEDULES,
        rights=[right for right in Rights if right is not Rights.TAKEN_DOWN],
        worker=found.settings.worker,
    )


@router.post("/sources")
def add_source(found: Doors, form: Posted) -> Response:
    """Keep a new source and read it for the first time. Raises `Conflict` for an address that is there already."""
    given = read(NewSource, form, lists=("watch_lists",))
    for watch_list in given.watch_lists:
        found.library.watch_lists.get(watch_list)
    source = found.library.sources.add(given.to_source(new_id(given.kind.value)))
    found.library.jobs.enqueue(source.id)
    return back_to("/sources", "queued")


@router.post("/sources/{source_id}/crawl")
def crawl_source(source_id: str, found: Doors, _form: Posted) -> Response:
    """Ask the worker to read a source now."""
    found.library.jobs.enqueue(found.library.sources.get(source_id).id)
    return back_to("/sources", "queued")


@router.post("/sources/{source_id}/delete")
def delete_source(source_id: str, found: Doors, _form: Posted) -> Response:
    """Remove a source; what came from it stays."""
    found.library.sources.delete(source_id)
    return back_to("/sources", "deleted")


@router.post("/watch-lists")
def add_watch_list(found: Doors, form: Posted) -> Response:
    """Keep a new watch-list."""
    given = read(WatchListIn, form, lists=("terms",))
    watch_list_id = new_id(given.kind.value)
    found.library.watch_lists.put(WatchList(watch_list_id, given.kind, given.name, tuple(given.terms)))
    return back_to("/sources", "added")


@router.post("/watch-lists/{watch_list_id}/delete")
def delete_watch_list(watch_list_id: str, found: Doors, _form: Posted) -> Response:
    """Remove a watch-list."""
    found.library.watch_lists.delete(watch_list_id)
    return back_to("/sources", "deleted")


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
    ready = found.follow_up()
    return back_to(f"/contents/{quote(outcome.id, safe='')}", "saved" if ready else "later")
