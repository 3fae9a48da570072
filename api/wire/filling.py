"""What a person hands in on the wire: a link, a page as a browser shows it; and what is taken down for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from api.wire.fields import Address, ContentId, Plain, When, Wire, refuse, shown
from recommender.library.model import Tombstone


class NewLink(Wire):
    """A link whose page is fetched now."""

    model_config = shown({"url": "https://mp.weixin.qq.com/s/Yj8m2pQ1example"})

    url: Address


class NewClip(Wire):
    """A page as somebody sees it: its address and its whole HTML."""

    model_config = shown(
        {
            "url": "https://example.com/posts/air-fryer",
            "html": "<html><head><title>空气炸锅鸡翅</title></head><body><article><h1>空气炸锅鸡翅</h1>"
            "<p>鸡翅划两刀，料酒、生抽、蜂蜜腌半小时，180 度每面七分钟。出锅前撒一把白芝麻。</p></article></body></html>",
        }
    )

    url: Address
    html: Annotated[str, StringConstraints(min_length=1)]


class NewTakedown(Wire):
    """What is to be taken down: one content, one address, or everything of a creator; and why."""

    model_config = shown(
        {"content_id": "xhs-64f1c0de0000000012000001", "reason": "作者要求删除"},
        {"url": "https://example.com/posts/1", "reason": "收到侵权投诉"},
        {"creator_id": "xhs-1f2e3d4c5b6a7988", "reason": "创作者要求不再收录"},
    )

    content_id: ContentId | None = None
    url: Address | None = None
    creator_id: ContentId | None = None
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), Plain]

    @model_validator(mode="after")
    def _one_subject(self) -> NewTakedown:
        if sum(given is not None for given in (self.content_id, self.url, self.creator_id)) != 1:
            raise refuse("content_id、url、creator_id 要给其中一个，且只给一个")
        return self


class TakedownOut(Wire):
    """Something that was taken down and does not come back."""

    subject: Annotated[str, Field(description="内容编号，或 url:…、creator:…")]
    url: str
    reason: str
    at: When


class TakedownList(Wire):
    """What was taken down, newest first."""

    model_config = shown(
        {
            "items": [
                {
                    "subject": "xhs-64f1c0de0000000012000001",
                    "url": "https://www.xiaohongshu.com/explore/64f1c0de0000000012000001",
                    "reason": "作者要求删除",
                    "at": "2026-07-03T10:00:00+08:00",
                }
            ]
        }
    )

    items: list[TakedownOut]

    @staticmethod
    def of(tombstones: Sequence[Tombstone]) -> TakedownList:
        items = [TakedownOut(subject=found.subject, url=found.url, reason=found.reason, at=found.at) for found in tombstones]
        return TakedownList(items=items)
