"""What the library holds: plain frozen values, without behaviour of storage, wire or page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from recommender.library.sending_values import ApiKey, Digest, Event, Response, StoredAnswer, Subscription
from recommender.library.sourcing_values import (
    Alert,
    ColumnMapping,
    Coverage,
    CrawlJob,
    CrawlReport,
    FetchState,
    Source,
    SourceRun,
    WatchList,
)
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
    "Alert",
    "ApiKey",
    "Channel",
    "ColumnMapping",
    "Comment",
    "ComplianceLevel",
    "ContentFilter",
    "ContentItem",
    "ContentType",
    "Correction",
    "CountPoint",
    "Counts",
    "Coverage",
    "CrawlJob",
    "CrawlReport",
    "Creator",
    "CreatorProfile",
    "CreatorTier",
    "DeliveryState",
    "Digest",
    "Event",
    "EventKind",
    "FetchState",
    "Finding",
    "GroupType",
    "IncomingComment",
    "IncomingContent",
    "JobState",
    "MediaKind",
    "Platform",
    "Response",
    "Rights",
    "Segment",
    "Source",
    "SourceKind",
    "SourceRun",
    "StoredAnswer",
    "Subscription",
    "Tombstone",
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
    """One account on one platform. `id` is `{platform}-{account id or name fingerprint}`.

    Accounts with the same `person` belong together: an editor has said so.
    """

    id: str
    platform: Platform
    name: str
    fans: int | None = None
    tier: CreatorTier = CreatorTier.ORDINARY
    person: str = ""


@dataclass(frozen=True, slots=True)
class CreatorProfile:
    """What an account publishes. Engagement is liked + collected + commented + shared of a post, medians over its posts.

    `relative` is the account's median over the median of its platform and tier; months are YYYY-MM, oldest first.
    """

    creator: Creator
    linked: tuple[Creator, ...]
    posts: int
    first_at: datetime | None
    last_at: datetime | None
    categories: tuple[tuple[str, int], ...]
    brands: tuple[tuple[str, int], ...]
    tags: tuple[tuple[str, int], ...]
    content_types: tuple[tuple[str, int], ...]
    median_engagement: float | None
    tier_median: float | None
    relative: float | None
    months: tuple[tuple[str, int, float | None], ...]


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
    watch_lists: tuple[str, ...] = ()
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
    watch_lists: tuple[str, ...] = ()


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
    watch_lists: tuple[str, ...] = ()
    partial: bool = False  # a teaser, which never replaces a fuller text


@dataclass(frozen=True, slots=True)
class UpsertOutcome:
    """What became of one incoming content: new, changed, unchanged, duplicate or refused, with the reason if refused."""

    state: str
    id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CountPoint:
    """The public counts of a content as they stood at a moment."""

    at: datetime
    counts: Counts


@dataclass(frozen=True, slots=True)
class IncomingComment:
    """A reader's comment as it arrives: text masked, its writer left out."""

    platform: Platform
    note_identity: str
    comment_id: str
    text: str
    liked: int | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A reader's comment on a content; who wrote it is never stored."""

    id: str
    content_id: str
    text: str
    liked: int | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Something taken down for good: a content, an address, or all of a creator."""

    subject: str  # a content id, `url:…` or `creator:…`
    url: str
    reason: str
    at: datetime
