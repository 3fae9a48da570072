"""Subscriptions and digests on the wire. The robot's address is a secret: it goes in and never comes out."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, WithJsonSchema, model_validator

from api.wire.fields import Address, Id, Line, Name, Wire, refuse, shown
from api.wire.filters import Filters
from recommender.digest.filters import NAMES as DIGEST_FILTERS
from recommender.library.model import Channel, ComplianceLevel, ContentType, DeliveryState, GroupType, Platform, Subscription

MASK = "****"
FILTER_NAMES = tuple(name for name in Filters.model_fields if name in DIGEST_FILTERS)


def _known_filters(value: dict[str, str]) -> dict[str, str]:
    for name, text in value.items():
        if name not in FILTER_NAMES:
            raise refuse(f"不认识的筛选 {name[:40]}，可选：{'、'.join(FILTER_NAMES)}")
        try:
            Filters.model_validate({name: text})
        except ValidationError as error:
            raise refuse(f"筛选 {name} 的值不能用，写法与列出内容时相同") from error
    return value


FilterMap = Annotated[
    dict[str, Annotated[str, StringConstraints(max_length=1_000)]],
    AfterValidator(_known_filters),
    WithJsonSchema({"type": "object", "properties": {name: {"type": "string"} for name in FILTER_NAMES}, "additionalProperties": False}),
]
SUBSCRIPTION_EXAMPLE: dict[str, Any] = {
    "id": "morning-skincare",
    "name": "护肤早报",
    "query": "敏感肌 护肤",
    "segment_id": None,
    "channel": "group",
    "group_type": "category",
    "filters": {"category": "美妆护肤", "min_quality": "60"},
    "hour": 8,
    "limit": 10,
    "enabled": True,
}
_IN_EXAMPLE: dict[str, Any] = {
    **SUBSCRIPTION_EXAMPLE,
    "robot_url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=00000000-0000-0000-0000-000000000000",
}
_OUT_EXAMPLE: dict[str, Any] = {**SUBSCRIPTION_EXAMPLE, "robot_url": f"https://qyapi.weixin.qq.com/{MASK}"}


DIGEST_EXAMPLE: dict[str, Any] = {
    "id": "morning-skincare:2026-07-01",
    "subscription": "morning-skincare",
    "day": "2026-07-01",
    "title": "护肤早报 · 7月1日",
    "created_at": "2026-07-01T08:00:00+08:00",
    "state": "sent",
    "message": "",
    "note": "",
    "items": [
        {
            "number": 1,
            "id": "xhs-64f1c0de0000000012000001",
            "title": "换季敏感肌，我只留下这三样",
            "excerpt": "先说结论：洁面少一步，面霜厚一点，防晒别停。",
            "reason": "命中「敏感肌」，质量分 78",
            "url": "http://127.0.0.1:8000/contents/xhs-64f1c0de0000000012000001",
            "source_url": "https://www.xiaohongshu.com/explore/64f1c0de0000000012000001",
            "platform": "xhs",
            "creator": "柚子的梳妆台",
            "published_at": "2026-06-30T20:15:00+08:00",
            "content_type": "seeding",
            "category": "美妆护肤",
            "brands": ["青屿"],
            "quality": 78.5,
            "compliance": "ok",
            "exportable": True,
            "why_not": "",
            "rendered": {
                "channel": "group",
                "text": "换季敏感肌，我只留下这三样",
                "bytes": 39,
                "images": [],
                "link": "",
                "notes": [],
            },
        }
    ],
}


class SubscriptionFields(Wire):
    """What a subscription is, apart from its id: a query or a segment, a channel and an hour."""

    model_config = shown({name: _IN_EXAMPLE[name] for name in _IN_EXAMPLE if name != "id"})

    name: Name
    query: Line = ""
    segment_id: Id | None = None
    channel: Channel = Channel.GROUP
    group_type: GroupType | None = None
    filters: FilterMap = Field(default_factory=dict)
    hour: int = Field(default=8, ge=0, le=23, description="每天几点（Asia/Shanghai）")
    limit: int = Field(default=10, ge=1, le=50)
    robot_url: Address | None = Field(default=None, description="企业微信群机器人地址；只写不读。PUT 时留空（null）则保留原来的")
    remove_robot: bool = Field(default=False, description="true 则去掉原来的机器人地址")
    enabled: bool = True

    @model_validator(mode="after")
    def _something_to_look_for(self) -> SubscriptionFields:
        if not self.query and self.segment_id is None and not self.filters:
            raise refuse("query、segment_id、filters 至少给一个，否则不知道推什么")
        if self.group_type is not None and self.channel is not Channel.GROUP:
            raise refuse("group_type 只用于 channel 为 group 的订阅")
        return self

    def to_subscription(self, subscription_id: str, kept_robot_url: str = "") -> Subscription:
        """The subscription with this id; a masked or missing robot address keeps the one that is stored."""
        given = self.robot_url if self.robot_url and MASK not in self.robot_url else None
        return Subscription(
            id=subscription_id,
            name=self.name,
            query=self.query,
            segment_id=self.segment_id,
            channel=self.channel,
            group_type=self.group_type,
            filters=self.filters,
            hour=self.hour,
            limit=self.limit,
            robot_url="" if self.remove_robot else given or kept_robot_url,
            enabled=self.enabled,
        )


class NewSubscription(SubscriptionFields):
    """A subscription to be made; without an id it is given one."""

    model_config = shown(_IN_EXAMPLE)

    id: Id | None = None


def masked(url: str) -> str:
    """Only the host of a secret address."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].partition('?')[0]}/{MASK}" if rest else ""


class SubscriptionOut(Wire):
    """A stored subscription."""

    model_config = shown(_OUT_EXAMPLE)

    id: str
    name: str
    query: str
    segment_id: str | None
    channel: Channel
    group_type: GroupType | None
    filters: dict[str, str]
    hour: int
    limit: int
    robot_url: str
    enabled: bool

    @staticmethod
    def of(subscription: Subscription) -> SubscriptionOut:
        values = {name: getattr(subscription, name) for name in SubscriptionOut.model_fields}
        return SubscriptionOut(**{**values, "robot_url": masked(subscription.robot_url)})


class SubscriptionList(Wire):
    """All subscriptions."""

    model_config = shown({"items": [_OUT_EXAMPLE]})

    items: list[SubscriptionOut]


class DigestPost(Wire):
    """A content as it would go out on the subscription's channel."""

    channel: Channel
    text: str
    bytes: int
    images: list[str]
    link: str
    notes: list[str]


class DigestItem(Wire):
    """One content of a digest and why it is in it; `number` is its place in the digest as it was made."""

    number: int
    id: str
    title: str
    excerpt: str
    reason: str
    url: str
    source_url: str
    platform: Platform
    creator: str
    published_at: str | None
    content_type: ContentType | None
    category: str | None
    brands: list[str]
    quality: float
    compliance: ComplianceLevel
    exportable: bool
    why_not: str
    rendered: DigestPost


class DigestOut(Wire):
    """One subscription's digest of one day, as JSON; only describes what `recommender.digest` writes."""

    model_config = shown(DIGEST_EXAMPLE)

    id: str
    subscription: str
    day: str
    title: str
    created_at: str
    state: DeliveryState
    message: str
    note: str
    items: list[DigestItem]
