"""Builders: export rows as MediaCrawler writes them, and notes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from crawler.items import ParsedNote
from recommender.library import Library
from recommender.library.model import ContentItem, Platform, Source, SourceKind

USER = "5f00000000000000000000aa"


def note_id(number: int) -> str:
    return f"{number:024x}"


def xhs_row(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A row of the schema up to June 2026."""
    row: dict[str, Any] = {
        "note_id": note_id(number),
        "type": "normal",
        "title": f"第{number}次去菜市场",
        "desc": "番茄三块五，买了两斤[笑哭R]\n#菜市场[话题]# #日常[话题]#",
        "video_url": "",
        "time": 1741739525000,
        "last_update_time": 1741739526000,
        "user_id": USER,
        "nickname": "阿满",
        "avatar": "",
        "liked_count": "1.2万",
        "collected_count": "10+",
        "comment_count": "3,456",
        "share_count": "",
        "ip_location": "",
        "image_list": f"https://media.example/{number}-0.jpg,https://media.example/{number}-1.jpg",
        "tag_list": "菜市场,日常",
        "last_modify_ts": 1741740908175,
        "note_url": f"https://www.xiaohongshu.com/explore/{note_id(number)}",
        "source_keyword": "",
        "xsec_token": "",
    }
    return row | changes


def new_schema(row: dict[str, Any]) -> dict[str, Any]:
    """The same row in the schema since July 2026."""
    kept = {name: value for name, value in row.items() if name not in ("user_id", "avatar", "ip_location")}
    masked = f"{row['nickname'][0]}***{row['nickname'][-1]}"
    url = f"{row['note_url']}?xsec_token=AB&xsec_source=pc_search"
    return kept | {"creator_hash": hashlib.sha256(row["user_id"].encode()).hexdigest()[:16], "nickname": masked, "note_url": url}


def write_json(path: Path, rows: Any) -> Path:
    path.write_bytes(orjson.dumps(rows))
    return path


def write_lines(path: Path, rows: list[Any]) -> Path:
    path.write_bytes(b"\n".join(orjson.dumps(row) for row in rows) + b"\n")
    return path


def note(**changes: Any) -> ParsedNote:
    """A plain parsed note."""
    made = ParsedNote(platform=Platform.XHS, identity=note_id(7), title="早餐", text="小米粥和南瓜", creator_id=USER, creator_name="阿满")
    return replace(made, **changes)


def source(**changes: Any) -> Source:
    """A feed that is due at once."""
    made = Source(id="blog", name="某博客", kind=SourceKind.FEED, url="https://blog.example.com/feed.xml")
    return replace(made, **changes)


def stored(library: Library) -> list[ContentItem]:
    """Everything in the library, by id."""
    return sorted((item for batch in library.contents.iterate() for item in batch), key=lambda item: item.id)
