"""Builders for search tests: a library of small contents, published and opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from recommender.library import Library, open_library
from recommender.library.model import ContentType, Creator, IncomingContent, MediaKind, Platform, Understanding
from recommender.search import Index, open_index, publish
from recommender.settings import Settings

DAY = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


def note(identity: str, title: str, text: str = "", **changes: Any) -> IncomingContent:
    """A plain note."""
    made = IncomingContent(
        platform=Platform.XHS,
        identity=identity,
        url=f"https://www.xiaohongshu.com/explore/{identity}",
        kind=MediaKind.IMAGE,
        title=title,
        text=text,
        original_title=title,
        original_text=text,
        published_at=DAY,
    )
    return replace(made, **changes)


def creator(name: str) -> Creator:
    return Creator(id=f"xhs-{name}", platform=Platform.XHS, name=name)


def settings_in(home: Path) -> Settings:
    return Settings(home=home, vector_size=8)


def library_in(home: Path, notes: Iterable[IncomingContent] = ()) -> Library:
    library = open_library(settings_in(home).library_url)
    library.contents.upsert(list(notes))
    return library


def understood(library: Library, **by_id: Understanding) -> None:
    """Store understandings under identities (`n1` for `xhs-n1`)."""
    library.contents.save_understanding([(f"xhs-{identity}", understanding) for identity, understanding in by_id.items()])


def published(home: Path, notes: Iterable[IncomingContent]) -> Index:
    """An open index over a library of these notes."""
    library = library_in(home, notes)
    publish(settings_in(home).search_url, library, settings_in(home))
    return open_index(settings_in(home).search_url, library, settings_in(home))


def found(index: Index, query: str, **options: Any) -> set[str]:
    """The identities that a query finds, all pages together."""
    return {hit.id.removeprefix("xhs-") for hit in index.search(query, limit=1000, **options).hits}


CATEGORIES = ("美妆护肤", "母婴亲子", "家居家装")
BRANDS = ("云朵小屋", "山岚", "La Brume")
TYPES = tuple(ContentType)


def varied(count: int) -> tuple[list[IncomingContent], dict[str, Understanding]]:
    """Contents whose fields run through different cycles, with what they are taken to be."""
    notes, taken = [], {}
    for number in range(count):
        identity = f"n{number}"
        words = [word for step, word in ((2, "防晒"), (3, "面霜"), (5, "收纳"), (7, "辅食")) if number % step == 0] or ["随笔"]
        notes.append(
            note(
                identity,
                " ".join(words),
                f"第{number}篇，写写{words[-1]}",
                creator=creator(f"作者{number % 4}"),
                tags=(f"标签{number % 3}",),
                watch_lists=tuple(name for name, step in (("even", 2), ("rare", 13)) if number % step == 0),
                published_at=DAY + timedelta(hours=number % 10) if number % 11 else None,
            )
        )
        taken[identity] = Understanding(
            content_type=TYPES[number % 3] if number % 5 else None,
            category=CATEGORIES[number % 3] if number % 4 else None,
            brands=tuple(brand for step, brand in enumerate(BRANDS, 2) if number % step == 0),
            quality=float(number * 37 % 100),
            version="test",
        )
    return notes, taken
