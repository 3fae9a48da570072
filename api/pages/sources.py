"""Where content comes from: what each watch-list brings, how each source fares and what to do about it, and how new ones are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from markupsafe import Markup

from api import filling
from api.pages.answers import PageRoute, back_to, page, translator
from api.pages.charts import spark
from api.pages.forms import Posted, Upload, read, word
from api.pages.language import Translator
from api.routes.names import new_id
from api.services import Services, services
from api.wire.sources import NewSource, SourceFields
from recommender.library import Library
from recommender.library.model import Coverage, JobState, Rights, Source, SourceKind, SourceRun, WatchKind, WatchList
from recommender.library.sourcing import next_turn

SHOWN_JOBS = 12
SHOWN_RUNS = 20
SPARK_RUNS = 12
SCHEDULES = (30, 60, 180, 360, 720, 1440, 10080)  # minutes
QUIET_DAYS = (0, 2, 3, 7, 14, 30)
TROUBLE = ("failed", "low", "empty")

Doors = Annotated[Services, Depends(services)]

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Health:
    """One source as the page shows it. `state` is that of the last run, `never` or `off`."""

    source: Source
    state: str
    trend: Markup  # a small drawing of the last runs; empty before the first
    baseline: float | None  # contents a run usually finds
    next_at: datetime | None  # None: as soon as the worker is free, or never where it is off
    busy: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """A watch-list, what it brings and in which words that is said: a key of `watch.say_*`, good, plain or bad."""

    watch_list: WatchList
    coverage: Coverage
    say: str
    mood: str
    quiet: int  # days since something new came; 0 where nothing ever did
    sources: list[Health]

    @property
    def rank(self) -> tuple[bool, bool]:
        """Lists in trouble stand first, those that are off last."""
        return not self.watch_list.enabled, self.mood != "bad"


def healths(t: Translator, library: Library, sources: list[Source]) -> dict[str, Health]:
    """These sources by id, those in trouble first."""
    jobs = library.jobs.recent(200)
    busy = {job.source_id for job in jobs if job.state in (JobState.QUEUED, JobState.RUNNING)}
    minutes = {one.id: one.schedule_minutes for one in library.watch_lists.all() if one.enabled and one.schedule_minutes is not None}
    found = [_health(t, library, source, minutes, source.id in busy) for source in sources]
    found.sort(key=lambda health: (TROUBLE.index(health.state) if health.state in TROUBLE else len(TROUBLE), health.source.name))
    return {health.source.id: health for health in found}


def _health(t: Translator, library: Library, source: Source, minutes: Mapping[str, int], busy: bool) -> Health:
    runs = library.sources.runs(source.id, SPARK_RUNS)[::-1]
    trend = spark([(run.found, run.state, _run_words(t, run)) for run in runs], t("sources.trend", count=len(runs))) if runs else Markup("")
    return Health(
        source=source,
        state=(source.last_state or "never") if source.enabled else "off",
        trend=trend,
        baseline=library.sources.baseline(source.id),
        next_at=next_turn(source, minutes) if source.enabled and source.last_run_at else None,
        busy=busy,
    )


def _run_words(t: Translator, run: SourceRun) -> str:
    return t("sources.run_words", state=t(f"sources.state_{run.state}"), found=run.found, new=run.new)


def _followed(watch_list: WatchList, coverage: Coverage, known: Mapping[str, Health], now: datetime) -> Followed:
    own = [health for health in known.values() if watch_list.id in health.source.watch_lists]
    quiet = max(0, (now - coverage.last_new_at).days) if coverage.last_new_at else 0
    if not watch_list.enabled:
        say, mood = "off", "plain"
    elif coverage.full:
        say, mood = "full", "good"
    elif not own and not coverage.total:
        say, mood = "no_sources", "plain"
    elif own and coverage.failing == len(own):
        say, mood = "all_failing", "bad"
    elif coverage.this_week:
        change = coverage.this_week - coverage.last_week
        say, mood = "more" if change > 0 else "less" if change < 0 else "same", "good"
    elif not coverage.total:
        say, mood = "nothing_yet", "plain"
    else:
        say, mood = "dry", "bad"
    return Followed(watch_list, coverage, say, mood, quiet, own)


@router.get("/sources")
def sources_page(request: Request, found: Doors) -> Response:
    """Watch-lists first, each with its sources, then the sources that belong to none."""
    return _sources_page(request, found, None)


@router.post("/sources/opml")
def import_opml(request: Request, found: Doors, upload: Upload) -> Response:
    """Take in the watch-lists and sources of another reader; what is here already stays as it is."""
    return _sources_page(request, found, filling.import_opml(found, upload.data))


def _sources_page(request: Request, found: Services, opml: tuple[int, int, Sequence[str]] | None) -> Response:
    library, now = found.library, datetime.now(UTC)
    known = healths(translator(request), library, library.sources.all())
    watch_lists, coverage = library.watch_lists.all(), library.watch_lists.coverage(now)
    jobs = library.jobs.recent(SHOWN_JOBS)
    listed = {one.id for one in watch_lists}
    return page(
        request,
        "sources.html",
        followed=sorted(
            (_followed(one, coverage[one.id], known, now) for one in watch_lists if one.id in coverage), key=lambda one: one.rank
        ),
        alone=[health for health in known.values() if not listed & set(health.source.watch_lists)],
        alerts=library.alerts.open(),
        subjects={source_id: health.source.name for source_id, health in known.items()} | {one.id: one.name for one in watch_lists},
        jobs=jobs,
        opml=opml,
        worker=found.settings.worker,
        now=now,
        **choices(watch_lists),
    )


def choices(watch_lists: list[WatchList]) -> dict[str, Any]:
    """What the forms of sources and watch-lists offer."""
    return {
        "watch_lists": watch_lists,
        "kinds": list(SourceKind),
        "watch_kinds": list(WatchKind),
        "schedules": SCHEDULES,
        "quiet_days": QUIET_DAYS,
        "rights": [right for right in Rights if right is not Rights.TAKEN_DOWN],
    }


def _checked(found: Services, given: SourceFields) -> SourceFields:
    for watch_list in given.watch_lists:
        found.library.watch_lists.get(watch_list)
    return given


@router.post("/sources")
def add_source(found: Doors, form: Posted) -> Response:
    """Keep a new source and read it for the first time. Raises `Conflict` for an address that is there already."""
    given = read(NewSource, form, lists=("watch_lists",))
    _checked(found, given)
    source = found.library.sources.add(given.to_source(new_id(given.kind.value)))
    found.library.jobs.enqueue(source.id)
    return back_to("/sources", "queued")


@router.post("/sources/discover")
def discover_page(request: Request, found: Doors, form: Posted) -> Response:
    """The feeds and sitemaps behind a pasted address, to choose from."""
    url = word(form, "url", 2_048)
    chosen = word(form, "watch_lists", 100)
    there = {source.url: source.id for source in found.library.sources.all()}
    candidates = filling.discover(found, url)
    return page(
        request,
        "discover.html",
        url=url,
        candidates=candidates,
        there=there,
        chosen=chosen,
        page_kind=SourceKind.PAGE,
        **choices(found.library.watch_lists.all()),
    )


@router.get("/sources/{source_id}")
def source_page(request: Request, source_id: str, found: Doors) -> Response:
    """One source: its runs, and what may be changed of it."""
    library = found.library
    source = library.sources.get(source_id)
    return page(
        request,
        "source.html",
        health=healths(translator(request), library, [source])[source.id],
        runs=library.sources.runs(source_id, SHOWN_RUNS),
        worker=found.settings.worker,
        now=datetime.now(UTC),
        **choices(library.watch_lists.all()),
    )


@router.post("/sources/{source_id}")
def change_source(source_id: str, found: Doors, form: Posted) -> Response:
    """Change what a person decides of a source; its record stays."""
    found.library.sources.get(source_id)
    given = read(SourceFields, form, lists=("watch_lists",))
    found.library.sources.replace(_checked(found, given).to_source(source_id))
    return back_to(f"/sources/{quote(source_id, safe='')}", "saved")


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
