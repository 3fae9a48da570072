"""Values of sourcing: watch-lists, sources with the record of their runs, crawl jobs, alerts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from recommender.library.vocabulary import JobState, Rights, SourceKind, WatchKind


@dataclass(frozen=True, slots=True)
class WatchList:
    """What the team follows: a category, a brand or a creator, with the words that name it.

    `schedule_minutes` makes its sources be crawled at least so often (None: each by its own schedule), `weekly_quota` is
    the most new contents in seven days (0: no limit), `quiet_days` after how many days without one an alert is due (0: never).
    """

    id: str
    kind: WatchKind
    name: str
    terms: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    schedule_minutes: int | None = None
    weekly_quota: int = 0
    quiet_days: int = 0
    enabled: bool = True

    @property
    def words(self) -> tuple[str, ...]:
        """What to look for: terms and aliases, or the name where neither is given."""
        return tuple(dict.fromkeys((*self.terms, *self.aliases))) or (self.name,)


@dataclass(frozen=True, slots=True)
class Source:
    """Where content comes from. The last run is kept with it, in plain words."""

    id: str
    name: str
    kind: SourceKind
    url: str
    watch_lists: tuple[str, ...] = ()
    schedule_minutes: int = 360
    max_items: int = 50
    enabled: bool = True
    rights: Rights = Rights.REFERENCE
    only_matching: bool = False  # take only what holds a word of its watch-lists
    full_text: bool = True  # fetch the page where the feed only teases
    max_requests: int = 60  # of one run
    last_run_at: datetime | None = None
    last_success_at: datetime | None = None
    last_state: str = ""  # "", ok, unchanged, low, empty, failed
    last_message: str = ""
    last_found: int = 0
    last_new: int = 0
    failures: int = 0  # failed runs since the last success


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """What a crawl or an import did; found = new + changed + unchanged + duplicates + refused + left_out.

    `left_out` are those that the source's watch-lists do not look for, or have no room for this week.
    """

    found: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    refused: int = 0
    left_out: int = 0
    refusals: tuple[str, ...] = ()  # one sentence each, naming the line or address


@dataclass(frozen=True, slots=True)
class CrawlJob:
    """One requested crawl of one source."""

    id: int
    source_id: str
    state: JobState
    requested_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    report: CrawlReport = field(default_factory=CrawlReport)
    message: str = ""


@dataclass(frozen=True, slots=True)
class FetchState:
    """What a conditional request needs to know of the last fetch of an address."""

    etag: str = ""
    last_modified: str = ""
    fingerprint: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceRun:
    """One finished run of a source, for its history and its baseline."""

    source_id: str
    at: datetime
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


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a watch-list brings: contents in all, in the last seven days and in the seven before, and how its sources fare."""

    watch_list_id: str
    total: int
    this_week: int
    last_week: int
    last_new_at: datetime | None
    sources: int
    failing: int
    full: bool  # the weekly quota is reached
    brought: int = 0  # of this week, what came by sources rather than by hand or file: what the quota counts


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a person has to know once: raised, sent when it could be, cleared when it is over."""

    id: int
    kind: str  # source, watch_list
    subject_id: str
    message: str
    raised_at: datetime
    sent_at: datetime | None = None
    cleared_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which header of a spreadsheet means which field, saved by name."""

    name: str
    columns: dict[str, str]  # field → header
