"""What the API's tests are built from: a library with a few notes, an index that only matches letters, and a client."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():  # importing the test client says that it would rather have another HTTP library
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

from api.app import create_app
from recommender.errors import InputError
from recommender.library import Library
from recommender.library.model import (
    ComplianceLevel,
    ContentFilter,
    ContentType,
    Creator,
    IncomingContent,
    MediaKind,
    Platform,
    Understanding,
)
from recommender.library.vocabulary import Rights
from recommender.search import Hit, IndexStatus, SearchResult
from recommender.settings import Settings

NO_FILTER = ContentFilter()
TEXTS = (
    ("a1", "敏感肌换季面霜", "面霜厚一点，防晒别停。", Rights.OWNED),
    ("a2", "空气炸锅鸡翅", "腌半小时，每面七分钟。", Rights.REFERENCE),
    ("a3", "带娃露营清单", "帐篷和驱蚊水都要带。", Rights.UNKNOWN),
)


@dataclass(slots=True)
class LetterIndex:
    """An index that finds a content where its text holds the query; what the API needs of one, and no more."""

    library: Library
    healthy: bool = True
    queries: list[str] = field(default_factory=list)

    def refresh(self) -> bool:
        return False

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
        self.queries.append(query)
        if cursor is not None:
            raise InputError("cursor 无效。", field="cursor")
        items, _ = self.library.contents.page(filter, limit=1000)
        found = [item for item in items if query in item.title + item.text]
        notes = ("查询太长，只看了前 200 个字",) if len(query) > 200 else ()
        hits = [Hit(id=item.id, score=1.0, parts={"words": 1.0}, matched=(query,)) for item in found[:limit]]
        return SearchResult(hits=hits, total=len(found), facets={}, next_cursor=None, understood=query[:200], notes=notes, took_ms=0.1)

    def status(self) -> IndexStatus:
        count = self.library.contents.count()
        message = "" if self.healthy else "索引坏了，正在重建"
        return IndexStatus(
            version="v1", revision=0, documents=count, built_at="2026-07-01T08:00:00+08:00", healthy=self.healthy, message=message
        )


def understand_all(library: Library, _settings: Settings, *, clusters: bool = True) -> None:
    """In place of the real refresh: every content is a seeding note of good quality."""
    found = Understanding(
        content_type=ContentType.SEEDING,
        type_confidence=0.9,
        type_reason="写了推荐",
        category="美妆护肤",
        category_confidence=0.8,
        brands=("青屿",),
        quality=70.0,
        compliance=ComplianceLevel.OK,
        version="test",
    )
    library.contents.save_understanding([(item.id, found) for item in library.contents.not_understood("test")])


def incoming(identity: str, title: str, text: str, rights: Rights) -> IncomingContent:
    """A note of one creator."""
    return IncomingContent(
        platform=Platform.XHS,
        identity=identity,
        url=f"https://www.xiaohongshu.com/explore/{identity}",
        kind=MediaKind.TEXT,
        title=title,
        text=text,
        original_title=title,
        original_text=text,
        creator=Creator("xhs-c1", Platform.XHS, "柚子", 23_000),
        published_at=datetime(2026, 7, 1, 12, tzinfo=UTC),
        rights=rights,
        is_sample=identity == "a3",
    )


@dataclass(slots=True)
class House:
    """A running application and what is behind it."""

    client: TestClient
    library: Library
    index: LetterIndex

    def key(self, *scopes: str) -> dict[str, str]:
        """The header of a new key with these scopes."""
        return {"Authorization": f"Bearer {self.library.keys.create('test', scopes)[1]}"}


def settings_in(home: Path, **changes: Any) -> Settings:
    """Settings whose whole state lies under `home`."""
    return Settings(home=home, **changes)


def replace_rooms(patch: pytest.MonkeyPatch) -> None:
    """Put the letter index and the quick understanding in place of the real ones."""
    patch.setattr("api.app.open_index", lambda _url, library, _settings: LetterIndex(library))
    patch.setattr("api.services.refresh_library", understand_all)


def open_house(settings: Settings, texts: Sequence[tuple[str, str, str, Rights]] = TEXTS, *, understood: bool = True) -> House:
    """A running house with these notes; whoever opens it leaves its client at the end."""
    app = create_app(settings)
    client = TestClient(app, raise_server_exceptions=False)
    client.__enter__()
    services = app.state.services
    services.library.contents.upsert([incoming(*text) for text in texts])
    if understood:
        understand_all(services.library, settings)
    return House(client, services.library, services.index)


def fields_of(answer: Any) -> list[str]:
    """The fields that a problem names."""
    return [error["field"] for error in answer.json()["errors"]]
