"""The sample library: notes written for this project, so that every feature shows something on the first screen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable

from crawler.intake import take_in
from crawler.items import ParsedNote, Refusal
from recommender.library import Library
from recommender.library.model import CrawlReport, MediaKind, Platform, Rights
from recommender.library.tables import SHANGHAI

FIRST_LOAD = "sample_first_load"  # the fact that keeps "three days ago" where it was at the first load


def load_sample(library: Library, now: datetime) -> CrawlReport:
    """Load the sample notes, dated back from `now` at the first load; loading again changes nothing."""
    day = library.versions.get(FIRST_LOAD)
    if day is None:
        day = now.astimezone(SHANGHAI).date().isoformat()
        library.versions.put(FIRST_LOAD, day)
    return take_in(library, sample_notes(datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)), now=now)


def sample_notes(today: datetime) -> Iterator[ParsedNote | Refusal]:
    """All sample notes, file by file, dated back from the day `today`."""
    folder = files("recommender.library").joinpath("sample")
    for file in sorted((entry for entry in folder.iterdir() if entry.name.endswith(".jsonl")), key=lambda entry: entry.name):
        yield from _file_notes(file, today)


def _file_notes(file: Traversable, today: datetime) -> Iterator[ParsedNote | Refusal]:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        row = json.loads(line)
        hour, minute = (int(part) for part in row["time"].split(":"))
        published = today.replace(hour=hour, minute=minute) - timedelta(days=row["days_ago"] + 1)
        yield ParsedNote(
            platform=Platform(row["platform"]),
            identity=f"sample-{row['id']}",
            kind=MediaKind(row["kind"]),
            title=row["title"],
            text=row["text"],
            tags=tuple(row["tags"]),
            creator_id=f"sample:{row['creator']}",
            creator_name=row["creator"],
            creator_fans=row["creator_fans"],
            published_at=published,
            liked=row["liked"],
            collected=row["collected"],
            commented=row["commented"],
            shared=row["shared"],
            rights=_rights(row["content_type"], row["creator"]),
            is_sample=True,
            where=f"{file.name} 第 {number} 行",
        )


def _rights(content_type: str, creator: str) -> Rights:
    """What shops and advisers write is the team's own; of the reviews of others half are authorised, so that both sides show."""
    if content_type != "seeding":
        return Rights.OWNED
    return Rights.AUTHORISED if hashlib.sha256(creator.encode()).digest()[0] % 2 else Rights.REFERENCE
