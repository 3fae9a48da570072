"""A digest with its contents as they stand now, ready for any format."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from recommender.delivery.composing import excerpt, headline, web_link
from recommender.delivery.feeds import content_url
from recommender.delivery.gate import why_not
from recommender.delivery.rendering import Rendered, render
from recommender.errors import NotFound
from recommender.library import Library
from recommender.library.model import Channel, ContentItem, ContentType, Digest, Platform, Rights
from recommender.library.tables import SHANGHAI
from recommender.settings import Settings

NOTHING_NEW = "今天没有新内容：符合条件的内容都已经推送过了，或者内容库里还没有。"

_TYPES = {ContentType.PERSONA: "人设型", ContentType.SEEDING: "种草型", ContentType.SERVICE: "服务型"}
_PLATFORMS = {
    Platform.XHS: "小红书",
    Platform.WEIBO: "微博",
    Platform.WECHAT: "公众号",
    Platform.DOUYIN: "抖音",
    Platform.KUAISHOU: "快手",
    Platform.BILIBILI: "B站",
    Platform.ZHIHU: "知乎",
    Platform.WEB: "网页",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One content of a digest. `number` is its place in the digest as it was made and never changes."""

    number: int  # from 1
    content: ContentItem
    reason: str
    title: str
    excerpt: str
    url: str  # our page
    source_url: str  # where it was published, or empty
    facts: str  # platform · creator · type · category · day, what is known of them
    why_not: str  # empty if it may go to customers
    rendered: Rendered


@dataclass(frozen=True, slots=True)
class DigestView:
    """A digest and those of its contents that still exist."""

    digest: Digest
    items: tuple[Item, ...]
    home_url: str
    feed_url: str


def view_digest(library: Library, digest: Digest, settings: Settings) -> DigestView:
    """The digest with its contents; one that was taken down or removed since is left out, the numbers of the others stay."""
    contents = library.contents.get_many(list(digest.content_ids))
    try:
        channel = library.subscriptions.get(digest.subscription_id).channel
    except NotFound:  # the subscription was deleted, its digests stay readable
        channel = Channel.GROUP
    items = tuple(
        _item(number, contents[content_id], reason, channel, settings.base_url)
        for number, (content_id, reason) in enumerate(zip(digest.content_ids, digest.reasons, strict=True), 1)
        if content_id in contents and contents[content_id].rights is not Rights.TAKEN_DOWN
    )
    address = f"{settings.base_url}/v1/digests?subscription={quote(digest.subscription_id, safe='')}"
    return DigestView(digest, items, f"{address}&day={digest.day}&format=html", address)


def _item(number: int, content: ContentItem, reason: str, channel: Channel, base_url: str) -> Item:
    understood = content.understanding
    day = content.published_at.astimezone(SHANGHAI).date().isoformat() if content.published_at else ""
    kind = _TYPES.get(understood.content_type, "") if understood.content_type else ""
    return Item(
        number=number,
        content=content,
        reason=reason,
        title=headline(content),
        excerpt=excerpt(content),
        url=content_url(base_url, content.id),
        source_url=web_link(content.url),
        facts=" · ".join(filter(None, (_PLATFORMS[content.platform], content.creator_name, kind, understood.category, day))),
        why_not=why_not(content),
        rendered=render(content, channel),
    )
