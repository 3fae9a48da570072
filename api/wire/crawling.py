"""Crawl jobs, the runs of a source, alerts and what was discovered, on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from pydantic import Field

from api.wire.fields import Address, When, Wire, shown
from recommender.library.model import Alert, CrawlJob, JobState, SourceKind, SourceRun

JOB_EXAMPLE: dict[str, Any] = {
    "id": 7,
    "source_id": "feed-skincare",
    "state": "queued",
    "requested_at": "2026-07-01T09:00:00+08:00",
    "started_at": None,
    "finished_at": None,
    "report": {"found": 0, "new": 0, "changed": 0, "unchanged": 0, "duplicates": 0, "refused": 0, "left_out": 0, "refusals": []},
    "message": "",
    "links": {"self": "/v1/jobs/7", "source": "/v1/sources/feed-skincare"},
}


class ReportOut(Wire):
    """What a crawl did; found = new + changed + unchanged + duplicates + refused + left_out.

    `left_out` are those that the source's watch-lists do not look for, or whose weekly quota is full.
    """

    found: int
    new: int
    changed: int
    unchanged: int
    duplicates: int
    refused: int
    left_out: int
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
            links=JobLinks(self=f"/v1/jobs/{job.id}", source=f"/v1/sources/{quote(job.source_id, safe='')}"),
        )


class RunOut(Wire):
    """One finished run of a source; `low` is far under what the source usually brings."""

    at: When
    state: str
    message: str
    found: int
    new: int
    changed: int
    unchanged: int
    duplicates: int
    refused: int
    seconds: float
    requests: int


class RunList(Wire):
    """The newest runs of a source, newest first."""

    model_config = shown(
        {
            "items": [
                {
                    "at": "2026-07-01T06:00:00+08:00",
                    "state": "ok",
                    "message": "新增 3 条，未变 17 条。",
                    "found": 20,
                    "new": 3,
                    "changed": 0,
                    "unchanged": 17,
                    "duplicates": 0,
                    "refused": 0,
                    "seconds": 4.2,
                    "requests": 5,
                }
            ]
        }
    )

    items: list[RunOut]

    @staticmethod
    def of(runs: Sequence[SourceRun]) -> RunList:
        return RunList(items=[RunOut(**{name: getattr(run, name) for name in RunOut.model_fields}) for run in runs])


class AlertOut(Wire):
    """What a person has to know: a source that fails or brings too little, a watch-list that is dry."""

    id: int
    kind: str
    subject_id: str
    message: str
    raised_at: When
    sent_at: When | None
    cleared_at: When | None


class AlertList(Wire):
    """Alerts, newest first."""

    model_config = shown(
        {
            "items": [
                {
                    "id": 3,
                    "kind": "source",
                    "subject_id": "feed-skincare",
                    "message": "护肤周刊：网址不存在（404），请检查网址是否写对、页面是否已经搬走。",
                    "raised_at": "2026-07-01T06:00:00+08:00",
                    "sent_at": "2026-07-01T06:00:05+08:00",
                    "cleared_at": None,
                }
            ]
        }
    )

    items: list[AlertOut]

    @staticmethod
    def of(alerts: Sequence[Alert]) -> AlertList:
        return AlertList(items=[AlertOut(**{name: getattr(alert, name) for name in AlertOut.model_fields}) for alert in alerts])


class PlaceIn(Wire):
    """The address of any page of a site."""

    model_config = shown({"url": "https://example.com/blog"})

    url: Address


class CandidateOut(Wire):
    """Something that could be a source."""

    url: str
    kind: SourceKind
    title: str


class CandidateList(Wire):
    """What the site offers and what could really be read, best first."""

    model_config = shown({"items": [{"url": "https://example.com/feed.xml", "kind": "feed", "title": "护肤周刊"}]})

    items: list[CandidateOut]


class OpmlOut(Wire):
    """What an OPML file brought: new sources, those that were known, and what could not be taken."""

    model_config = shown({"added": 12, "known": 2, "problems": ["第 3 项没有网址，没有收。"]})

    added: int = Field(ge=0)
    known: int = Field(ge=0)
    problems: list[str]
