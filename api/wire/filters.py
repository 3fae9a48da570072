"""The filters, order and page of every listing and search, as query parameters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.wire.fields import Id, Instant, InstantEnd, Plain, Splitting, Wire, Word
from recommender.library.model import ContentFilter, ContentType, Platform

Words = Annotated[list[Word], Splitting]
MOST_ITEMS = 100


class Filters(Wire):
    """Values of one filter are alternatives (repeated or separated by commas); different filters add up."""

    category: Words = Field(default_factory=list, description="品类，可多个", examples=[["美妆护肤", "母婴亲子"]])
    brand: Words = Field(default_factory=list, description="品牌，可多个", examples=[["青屿"]])
    creator: Words = Field(default_factory=list, description="达人的名字或编号，可多个", examples=[["柚子的梳妆台"]])
    platform: Annotated[list[Platform], Splitting] = Field(default_factory=list, description="平台，可多个", examples=[["xhs"]])
    content_type: Annotated[list[ContentType], Splitting] = Field(
        default_factory=list, description="内容类型，可多个：persona 人设型、seeding 种草型、service 服务型", examples=[["seeding"]]
    )
    tag: Words = Field(default_factory=list, description="话题标签，可多个", examples=[["敏感肌"]])
    watch_list: Annotated[list[Id], Splitting] = Field(
        default_factory=list, description="关注清单的编号，可多个", examples=[["category-beauty"]]
    )
    min_quality: float | None = Field(default=None, ge=0, le=100, description="质量分下限，0 到 100", examples=[60])
    published_from: Instant | None = Field(default=None, description="发布时间从（含）", examples=["2026-07-01"])
    published_to: InstantEnd | None = Field(default=None, description="发布时间到（含；只写日期时到当天结束）", examples=["2026-07-31"])

    def to_filter(self) -> ContentFilter:
        """The same as the rooms inside understand it."""
        return ContentFilter(
            categories=tuple(self.category),
            brands=tuple(self.brand),
            creators=tuple(self.creator),
            platforms=tuple(self.platform),
            content_types=tuple(self.content_type),
            tags=tuple(self.tag),
            min_quality=self.min_quality,
            published_from=self.published_from,
            published_to=self.published_to,
            watch_lists=tuple(self.watch_list),
        )


Cursor = Annotated[str, StringConstraints(max_length=2_000), Plain]


class ListQuery(Filters):
    """Query parameters of a listing."""

    order: Literal["newest", "quality", "heat"] = Field(default="newest", description="排序：最新、质量、热度", examples=["quality"])
    cursor: Cursor | None = Field(default=None, description="上一页返回的 next_cursor", examples=["WyJuZXdlc3QiLDAsIiJd"])
    limit: int = Field(default=20, ge=1, le=MOST_ITEMS, description="每页条数", examples=[20])


class SearchQuery(Filters):
    """Query parameters of a search."""

    q: str = Field(description='要找什么：词、「"短语"」、-排除；太长会截短并说明', examples=["敏感肌 面霜"])
    order: Literal["relevance", "newest", "quality", "heat"] = Field(
        default="relevance", description="排序：相关、最新、质量、热度", examples=["relevance"]
    )
    cursor: Cursor | None = Field(default=None, description="上一页返回的 next_cursor", examples=["WyJuZXdlc3QiLDAsIiJd"])
    limit: int = Field(default=20, ge=1, le=MOST_ITEMS, description="每页条数", examples=[20])
