"""Sources, crawl jobs and watch-lists on the wire."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.wire.fields import Address, Id, Name, When, Wire, Word, shown
from recommender.library.model import CrawlJob, JobState, Rights, Source, SourceKind, WatchKind, WatchList

SOURCE_EXAMPLE: dict[str, Any] = {
    "id": "feed-skincare",
    "name": "护肤周刊",
    "kind": "feed",
    "url": "https://example.com/feed.xml",
    "watch_lists": ["category-beauty"],
    "schedule_minutes": 360,
    "max_items": 50,
    "enabled": True,
    "rights": "reference",
}
_OUT_EXAMPLE: dict[str, Any] = {
    **SOURCE_EXAMPLE,
    "last_run_at": "2026-07-01T06:00:00+08:00",
    "last_success_at": "2026-07-01T06:00:00+08:00",
    "last_state": "ok",
    "last_message": "找到 20 条，新增 3 条",
    "last_found": 20,
    "last_new": 3,
}
JOB_EXAMPLE: dict[str, Any] = {
    "id": 7,
    "source_id": "feed-skincare",
    "state": "queued",
    "requested_at": "2026-07-01T09:00:00+08:00",
    "started_at": None,
    "finished_at": None,
    "report": {"found": 0, "new": 0, "changed": 0, "unchanged": 0, "duplicates": 0, "refused": 0, "refusals": []},
    "message": "",
    "links": {"self": "/v1/jobs/7", "source": "/v1/sources/feed-skincare"},
}
WATCH_LIST_EXAMPLE: dict[str, Any] = {"id": "category-beauty", "kind": "category", "name": "美妆护肤", "terms": ["护肤", "彩妆"]}
SourceRights = Literal[Rights.OWNED, Rights.AUTHORISED, Rights.REFERENCE, Rights.UNKNOWN]


class SourceFields(Wire):
    """What a person decides of a source, apart from its id."""

    model_config = shown({name: SOURCE_EXAMPLE[name] for name in SOURCE_EXAMPLE if name != "id"})

    name: Name
    kind: SourceKind
    url: Address
    watch_lists: list[Id] = Field(default_factory=list, max_length=100)
    schedule_minutes: int = Field(default=360, ge=5, le=100_000)
    max_items: int = Field(default=50, ge=1, le=1_000)
    enabled: bool = True
    rights: SourceRights = Rights.REFERENCE

    def to_source(self, source_id: str) -> Source:
        """The source with this id."""
        values = {name: getattr(self, name) for name in SourceFields.model_fields}
        return Source(**{**values, "id": source_id, "watch_lists": tuple(self.watch_lists)})


class NewSource(SourceFields):
    """A source to be made; without an id it is given one."""

    model_config = shown(SOURCE_EXAMPLE)

    id: Id | None = None


class SourceOut(Wire):
    """A source and how its last run went."""

    model_config = shown(_OUT_EXAMPLE)

    id: str
    name: str
    kind: SourceKind
    url: str
    watch_lists: list[str]
    schedule_minutes: int
    max_items: int
    enabled: bool
    rights: Rights
    last_run_at: When | None
    last_success_at: When | None
    last_state: str
    last_message: str
    last_found: int
    last_new: int

    @staticmethod
    def of(source: Source) -> SourceOut:
        values = {name: getattr(source, name) for name in SourceOut.model_fields}
        return SourceOut(**{**values, "watch_lists": list(source.watch_lists)})


class SourceList(Wire):
    """All sources."""

    model_config = shown({"items": [_OUT_EXAMPLE]})

    items: list[SourceOut]


class ReportOut(Wire):
    """What a crawl did; found = new + changed + unchanged + duplicates + refused."""

    found: int
    new: int
    changed: int
    unchanged: int
    duplicates: int
    refused: int
    refusals: list[str]


class JobLinks(Wire):
    """Where to look again."""

    self: str
    source: str


class JobOut(Wire):
    """One requested crawl."""

    model_config = shown(JOB_EXAMPLE)

    id: int
    source_id: str
    state: JobState
    requested_at: When
    started_at: When | None
    finished_at: When | None
    report: ReportOut
    message: str
    links: JobLinks

    @staticmethod
    def of(job: CrawlJob) -> JobOut:
        report = {name: getattr(job.report, name) for name in ReportOut.model_fields}
        return JobOut(
            id=job.id,
            source_id=job.source_id,
            state=job.state,
            requested_at=job.requested_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            report=ReportOut(**{**report, "refusals": list(job.report.refusals)}),
            message=job.message,
            links=JobLinks(self=f"/v1/jobs/{job.id}", source=f"/v1/sources/{job.source_id}"),
        )


class WatchListIn(Wire):
    """A watch-list; one with the same id is replaced."""

    model_config = shown(WATCH_LIST_EXAMPLE)

    id: Id | None = None
    kind: WatchKind
    name: Name
    terms: list[Word] = Field(default_factory=list, max_length=200)


class WatchListOut(Wire):
    """A stored watch-list."""

    model_config = shown(WATCH_LIST_EXAMPLE)

    id: str
    kind: WatchKind
    name: str
    terms: list[str]

    @staticmethod
    def of(watch_list: WatchList) -> WatchListOut:
        return WatchListOut(id=watch_list.id, kind=watch_list.kind, name=watch_list.name, terms=list(watch_list.terms))


class WatchListPage(Wire):
    """All watch-lists."""

    model_config = shown({"items": [WATCH_LIST_EXAMPLE]})

    items: list[WatchListOut]
