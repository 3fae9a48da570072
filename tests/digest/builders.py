"""A library with notes, an index that answers as told, and a robot that fails as told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx

from recommender.digest.filters import fits
from recommender.library import Library, open_library
from recommender.library.model import ContentFilter, IncomingContent, MediaKind, Platform, Rights, Subscription, Understanding
from recommender.search import Hit, Index, SearchResult
from recommender.settings import Settings

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = "2026-07-01"
NO_FILTER = ContentFilter()
ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="


@dataclass
class House:
    """Everything a digest needs."""

    library: Library
    settings: Settings
    index: Index
    relevance: dict[str, float] = field(default_factory=dict)  # score of each content in every search

    def add(
        self,
        number: int,
        *,
        age_days: float = 1,
        score: float = 1.0,
        quality: float = 70,
        cluster: str = "",
        understanding: Understanding | None = None,
        **changes: Any,
    ) -> str:
        """Store one understood note; returns its id."""
        note = IncomingContent(
            platform=Platform.XHS,
            identity=str(number),
            url=f"https://notes.example/{number}",
            kind=MediaKind.IMAGE,
            title=f"第 {number} 篇护肤笔记",
            text=f"第 {number} 篇的正文，说洗脸。",
            original_title="",
            original_text=f"第 {number} 篇的正文，说洗脸。",
            published_at=NOW - timedelta(days=age_days),
            rights=Rights.REFERENCE,
        )
        (outcome,) = self.library.contents.upsert([replace(note, **changes)])
        self.library.contents.save_understanding(
            [(outcome.id, understanding or Understanding(quality=quality, category="美妆护肤", version="test"))]
        )
        if cluster:
            self.library.contents.set_clusters([(outcome.id, cluster, 2)])
        self.relevance[outcome.id] = score
        return outcome.id

    def subscribe(self, subscription_id: str = "早报", **changes: Any) -> Subscription:
        """Store a subscription for 洗脸."""
        subscription = Subscription(id=subscription_id, name=f"{subscription_id}：洗脸", query="洗脸")
        return self.library.subscriptions.put(replace(subscription, **changes))


class ToldIndex:
    """Finds every content that passes the filter, by the scores of the house."""

    def __init__(self, library: Library, relevance: dict[str, float]) -> None:
        self._library = library
        self._relevance = relevance
        self.asked: list[tuple[str, ContentFilter, str]] = []

    def search(
        self,
        query: str,
        filter: ContentFilter = NO_FILTER,
        *,
        limit: int = 20,
        cursor: str | None = None,
        order: str = "relevance",
        facets: bool = True,
    ) -> SearchResult:
        """Hits by score, or by time for `newest`."""
        self.asked.append((query, filter, order))
        contents = self._library.contents.get_many(list(self._relevance))
        found = [content for content in contents.values() if fits(content, filter)]
        found.sort(key=lambda item: self._relevance[item.id] if order == "relevance" else item.published_at or NOW, reverse=True)
        hits = [Hit(item.id, self._relevance[item.id], {}, ("洗脸",) if query else ()) for item in found]
        start = int(cursor or 0)
        following = str(start + limit) if start + limit < len(hits) else None
        return SearchResult(hits[start : start + limit], len(found), {}, following, query)


def house(folder: Path) -> House:
    """An empty library with its index."""
    library = open_library(f"sqlite:///{folder / 'library.db'}")
    relevance: dict[str, float] = {}
    return House(library, Settings(home=folder), cast(Index, ToldIndex(library, relevance)), relevance)


class ToldRobot:
    """A group that keeps what it was posted. `plan` has one word per request: ok, refuse, error, hang (posted) or lost (not posted)."""

    def __init__(self, plan: Sequence[str] = ()) -> None:
        self.plan = list(plan)
        self.posted: list[str] = []
        self.client = httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        text = cast(dict[str, Any], json.loads(request.content))["markdown"]["content"]
        step = self.plan.pop(0) if self.plan else "ok"
        if step in ("ok", "hang", "crash"):
            self.posted.append(text)
        if step == "crash":
            raise SystemExit
        if step in ("hang", "lost"):
            raise httpx.ReadTimeout("no answer")
        if step == "error":
            return httpx.Response(500)
        return httpx.Response(200, json={"errcode": 93000 if step == "refuse" else 0})
