"""Values of sending: events, subscriptions, digests, and what keeps a write from counting twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from recommender.library.vocabulary import Channel, DeliveryState, EventKind, GroupType


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
class Response:
    """How often one actor did one thing to one content of a category on one day in one segment ("" where unknown)."""

    content_id: str
    segment_id: str
    day: date
    kind: EventKind
    actor: str
    category: str
    times: int


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
class StoredAnswer:
    """The answer once given to a write with an idempotency key."""

    body_fingerprint: str
    status: int
    body: str
