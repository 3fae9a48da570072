"""Sources and watch-lists on the wire."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.wire.fields import Address, Id, Name, When, Wire, Word, shown
from recommender.library.model import Coverage, Rights, Source, SourceKind, WatchKind, WatchList

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
    "only_matching": False,
    "full_text": True,
    "max_requests": 60,
}
_OUT_EXAMPLE: dict[str, Any] = {
    **SOURCE_EXAMPLE,
    "last_run_at": "2026-07-01T06:00:00+08:00",
    "last_success_at": "2026-07-01T06:00:00+08:00",
    "last_state": "ok",
    "last_message": "找到 20 条，新增 3 条",
    "last_found": 20,
    "last_new": 3,
    "failures": 0,
    "baseline": 18.5,
}
WATCH_LIST_EXAMPLE: dict[str, Any] = {
    "id": "category-beauty",
    "kind": "category",
    "name": "美妆护肤",
    "terms": ["护肤", "彩妆"],
    "aliases": ["skincare"],
    "schedule_minutes": 120,
    "weekly_quota": 200,
    "quiet_days": 3,
    "enabled": True,
}
COVERAGE_EXAMPLE: dict[str, Any] = {
    "total": 312,
    "this_week": 24,
    "last_week": 31,
    "last_new_at": "2026-07-01T06:00:00+08:00",
    "sources": 4,
    "failing": 1,
    "full": False,
    "brought": 11,
}
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
    only_matching: bool = Field(default=False, description="只收命中它的关注清单（没写就是全部清单）的词的内容")
    full_text: bool = Field(default=True, description="订阅源只给摘要时，去原网页取全文")
    max_requests: int = Field(default=60, ge=1, le=10_000, description="每次抓取最多请求多少次")

    def to_source(self, source_id: str) -> Source:
        """The source with this id."""
        values = {name: getattr(self, name) for name in SourceFields.model_fields}
        return Source(**{**values, "id": source_id, "watch_lists": tuple(self.watch_lists)})


class NewSource(SourceFields):
    """A source to be made; without an id it is given one."""

    model_config = shown(SOURCE_EXAMPLE)

    id: Id | None = None


class SourceOut(Wire):
    """A source and how its last run went; `baseline` is what a run of it usually finds, null while too few are known."""

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
    only_matching: bool
    full_text: bool
    max_requests: int
    last_run_at: When | None
    last_success_at: When | None
    last_state: str
    last_message: str
    last_found: int
    last_new: int
    failures: int
    baseline: float | None

    @staticmethod
    def of(source: Source, baseline: float | None) -> SourceOut:
        values = {name: getattr(source, name) for name in SourceOut.model_fields if name != "baseline"}
        return SourceOut(**{**values, "watch_lists": list(source.watch_lists), "baseline": baseline})


class SourceList(Wire):
    """All sources."""

    model_config = shown({"items": [_OUT_EXAMPLE]})

    items: list[SourceOut]


class WatchListFields(Wire):
    """What a watch-list follows, apart from its id."""

    model_config = shown({name: WATCH_LIST_EXAMPLE[name] for name in WATCH_LIST_EXAMPLE if name != "id"})

    kind: WatchKind
    name: Name
    terms: list[Word] = Field(default_factory=list, max_length=200, description="词；terms 和 aliases 都空时用名字")
    aliases: list[Word] = Field(default_factory=list, max_length=200, description="别名，例如英文名、旧名")
    schedule_minutes: int | None = Field(default=None, ge=5, le=100_000, description="它的来源至少这么频繁地抓；留空各按各的")
    weekly_quota: int = Field(default=0, ge=0, le=100_000, description="七天里最多收多少条新内容；0 为不限")
    quiet_days: int = Field(default=0, ge=0, le=365, description="多少天没有新内容就提醒；0 为不提醒")
    enabled: bool = True

    def to_watch_list(self, watch_list_id: str) -> WatchList:
        """The watch-list with this id."""
        values = {name: getattr(self, name) for name in WatchListFields.model_fields}
        return WatchList(**{**values, "id": watch_list_id, "terms": tuple(self.terms), "aliases": tuple(self.aliases)})


class WatchListIn(WatchListFields):
    """A watch-list; one with the same id is replaced."""

    model_config = shown(WATCH_LIST_EXAMPLE)

    id: Id | None = None


class CoverageOut(Wire):
    """What a watch-list brings: contents in all, in the last seven days and in the seven before; and how its sources fare.

    `brought` is the part of this week that sources brought, which alone counts against the weekly quota (`full`).
    """

    total: int
    this_week: int
    last_week: int
    last_new_at: When | None
    sources: int
    failing: int
    full: bool
    brought: int


class WatchListOut(Wire):
    """A stored watch-list with its coverage."""

    model_config = shown({**WATCH_LIST_EXAMPLE, "coverage": COVERAGE_EXAMPLE})

    id: str
    kind: WatchKind
    name: str
    terms: list[str]
    aliases: list[str]
    schedule_minutes: int | None
    weekly_quota: int
    quiet_days: int
    enabled: bool
    coverage: CoverageOut

    @staticmethod
    def of(watch_list: WatchList, coverage: Coverage) -> WatchListOut:
        values = {name: getattr(watch_list, name) for name in WatchListOut.model_fields if name != "coverage"}
        counts = CoverageOut(**{name: getattr(coverage, name) for name in CoverageOut.model_fields})
        return WatchListOut(**{**values, "terms": list(watch_list.terms), "aliases": list(watch_list.aliases), "coverage": counts})


class WatchListPage(Wire):
    """All watch-lists."""

    model_config = shown({"items": [{**WATCH_LIST_EXAMPLE, "coverage": COVERAGE_EXAMPLE}]})

    items: list[WatchListOut]
