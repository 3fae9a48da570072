"""What the library holds: plain frozen values, without behaviour of storage, wire or page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from recommender.library.vocabulary import (
    Channel,
    ComplianceLevel,
    ContentType,
    CreatorTier,
    DeliveryState,
    EventKind,
    GroupType,
    JobState,
    MediaKind,
    Platform,
    Rights,
    SourceKind,
    WatchKind,
)

__all__ = [
    "ApiKey",
    "Channel",
    "ComplianceLevel",
    "ContentFilter",
    "ContentItem",
    "ContentType",
    "Correction",
    "Counts",
    "CrawlJob",
    "CrawlReport",
    "Creator",
    "CreatorTier",
    "DeliveryState",
    "Digest",
    "Event",
    "EventKind",
    "FetchState",
    "Finding",
    "GroupType",
    "IncomingContent",
    "JobState",
    "MediaKind",
    "Platform",
    "Rights",
    "Segment",
    "Source",
    "SourceKind",
    "StoredAnswer",
    "Subscription",
    "Understanding",
    "UpsertOutcome",
    "WatchKind",
    "WatchList",
]


@dataclass(frozen=True, slots=True)
class Counts:
    """Public engagement; None means the platform did not say."""

    liked: int | None = None
    collected: int | None = None
    commented: int | None = None
    shared: int | None = None


@dataclass(frozen=True, slots=True)
class Creator:
    """One account on one platform. `id` is `{platform}-{account id or name fingerprint}`."""

    id: str
    platform: Platform
    name: str
    fans: int | None = None
    tier: CreatorTier = CreatorTier.ORDINARY


@dataclass(frozen=True, slots=True)
class Finding:
    """One compliance finding; start and end are character offsets into `ContentItem.original_text`, or into title + newline + text."""

    rule: str
    level: ComplianceLevel
    start: int
    end: int
    term: str
    law: str
    reason: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Understanding:
    """What we take a content to be. `version` names the rules and models that said so."""

    content_type: ContentType | None = None
    type_confidence: float = 0.0
    type_reason: str = ""
    category: str | None = None
    category_confidence: float = 0.0
    brands: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    quality: float = 0.0  # 0 to 100
    quality_parts: dict[str, float] = field(default_factory=dict)
    compliance: ComplianceLevel = ComplianceLevel.OK
    findings: tuple[Finding, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True)
class ContentItem:
    """One stored content.

    `id` is `{platform}-{identity}` and never changes. `text` is cleaned; `original_title` and `original_text` are what
    was published, with personal data masked. `revision` grows with every stored change of any content, so that an index
    can ask for what changed since. `understanding` already has editors' corrections laid over it; `corrected` names the
    corrected fields.
    """

    id: str
    platform: Platform
    identity: str
    url: str
    kind: MediaKind
    title: str
    text: str
    original_title: str
    original_text: str
    tags: tuple[str, ...]
    creator_id: str | None
    creator_name: str
    published_at: datetime | None
    counts: Counts
    images: tuple[str, ...]
    video_url: str
    source_id: str | None
    is_sample: bool
    rights: Rights
    diversion: tuple[str, ...]  # kinds of personal data masked in the text: 手机, 微信号 …
    cluster: str  # id of the leading near-duplicate, own id if alone
    heat: int  # size of the cluster
    fingerprint: str
    revision: int
    first_seen_at: datetime
    updated_at: datetime
    understanding: Understanding
    corrected: tuple[str, ...] = ()
    creator_fans: int | None = None
    creator_tier: CreatorTier | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """An editor's word on one field of one content; it wins for ever."""

    content_id: str
    field: str  # content_type, category, brands, rights
    value: str  # as JSON
    previous: str  # as JSON
    editor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Segment:
    """A customer segment, described in words."""

    id: str
    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    region: str = ""
    source: str = ""
    tier: str = ""
    life_stage: str = ""
    interests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchList:
    """What the team follows: a category, a brand or a creator, with the terms that name it."""

    id: str
    kind: WatchKind
    name: str
    terms: tuple[str, ...] = ()


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
    last_run_at: datetime | None = None
    last_success_at: datetime | None = None
    last_state: str = ""  # "", ok, empty, failed
    last_message: str = ""
    last_found: int = 0
    last_new: int = 0


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """What a crawl or an import did; read = new + changed + unchanged + duplicates + refused."""

    found: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    refused: int = 0
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
class Event:
    """Something that happened to a content. `key` makes it count once."""

    key: str
    kind: EventKind
    content_id: str
    occurred_at: datetime
    segment_id: str | None = None
    channel: Channel | None = None
    actor: str = ""
    value: float = 0.0  # order value in yuan


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who gets a digest of what, where and when."""

    id: str
    name: str
    query: str = ""
    segment_id: str | None = None
    channel: Channel = Channel.GROUP
    group_type: GroupType | None = None
    filters: dict[str, str] = field(default_factory=dict)
    hour: int = 8  # Asia/Shanghai, 0 to 23
    limit: int = 10
    robot_url: str = ""  # WeCom group robot; a secret
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Digest:
    """One subscription's digest of one day: which contents, in order, and why. Frozen once made."""

    id: str  # {subscription}:{YYYY-MM-DD}
    subscription_id: str
    day: str
    title: str
    content_ids: tuple[str, ...]
    reasons: tuple[str, ...]  # one sentence per content
    created_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    message: str = ""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key's public part: the secret itself is only stored as a hash."""

    id: str
    name: str
    scopes: tuple[str, ...]  # read, write, admin
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContentFilter:
    """The filters every listing, search and match understands. Values inside one field are alternatives, fields add up."""

    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    creators: tuple[str, ...] = ()  # creator ids or names
    platforms: tuple[Platform, ...] = ()
    content_types: tuple[ContentType, ...] = ()
    tags: tuple[str, ...] = ()
    min_quality: float | None = None
    published_from: datetime | None = None
    published_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncomingContent:
    """What intake hands to the library: repaired, cleaned and masked, but not understood.

    `identity` is the platform's own note id where there is one; otherwise the library uses the canonical URL.
    """

    platform: Platform
    identity: str
    url: str
    kind: MediaKind
    title: str
    text: str
    original_title: str
    original_text: str
    tags: tuple[str, ...] = ()
    creator: Creator | None = None
    published_at: datetime | None = None
    source_updated_at: datetime | None = None
    counts: Counts = field(default_factory=Counts)
    images: tuple[str, ...] = ()
    video_url: str = ""
    is_sample: bool = False
    rights: Rights = Rights.UNKNOWN
    diversion: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UpsertOutcome:
    """What became of one incoming content: new, changed, unchanged, duplicate or refused, with the reason if refused."""

    state: str
    id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FetchState:
    """What a conditional request needs to know of the last fetch of an address."""

    etag: str = ""
    last_modified: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer once given to a write with an idempotency key."""

    body_fingerprint: str
    status: int
    body: str
