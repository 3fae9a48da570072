"""MediaCrawler's columns, of both schemas, for all its platforms: a row becomes a parsed note. Pure, own reading of the files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.importers.mediacrawler_people import comment_reader, creator_reader, is_comments
from crawler.importers.rows import Reader, text_of
from crawler.items import ParsedNote
from recommender.library.model import MediaKind, Platform

_TAG = re.compile(r"<[^<>]{1,400}>")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns hold what; of several the first with a value counts. `needs` are the columns that tell the layout."""

    platform: Platform
    needs: frozenset[str]
    identity: str
    url: str
    text: tuple[str, ...]
    published: tuple[str, ...]
    liked: str
    commented: str
    title: str = "title"
    collected: str = ""
    shared: str = ""
    images: str = ""
    video: str = ""
    kind: str = ""
    tags: str = ""


LAYOUTS = (
    Layout(
        Platform.XHS,
        frozenset({"note_id", "title", "desc", "time"}),
        identity="note_id",
        url="note_url",
        text=("desc",),
        published=("time",),
        liked="liked_count",
        collected="collected_count",
        commented="comment_count",
        shared="share_count",
        images="image_list",
        video="video_url",
        kind="type",
        tags="tag_list",
    ),
    Layout(
        Platform.WEIBO,
        frozenset({"note_id", "content", "comments_count"}),
        identity="note_id",
        url="note_url",
        text=("content",),
        # create_time is eight hours late in files from before 2026-07-30; create_date_time is right
        published=("create_date_time", "create_time"),
        liked="liked_count",
        commented="comments_count",
        shared="shared_count",
        images="image_list",
        video="video_url",
        title="",
    ),
    Layout(
        Platform.DOUYIN,
        frozenset({"aweme_id", "desc", "create_time"}),
        identity="aweme_id",
        url="aweme_url",
        text=("desc",),
        published=("create_time",),
        liked="liked_count",
        collected="collected_count",
        commented="comment_count",
        shared="share_count",
        images="cover_url",
        video="video_download_url",
        kind="aweme_type",
    ),
    Layout(
        Platform.KUAISHOU,
        frozenset({"video_id", "viewd_count"}),
        identity="video_id",
        url="video_url",
        text=("desc",),
        published=("create_time",),
        liked="liked_count",
        commented="comment_count",
        images="video_cover_url",
        video="video_play_url",
        kind="video_type",
    ),
    Layout(
        Platform.BILIBILI,
        frozenset({"video_id", "video_play_count", "video_comment"}),
        identity="video_id",
        url="video_url",
        text=("desc",),
        published=("create_time",),
        liked="liked_count",
        collected="video_favorite_count",
        commented="video_comment",
        shared="video_share_count",
        images="video_cover_url",
        kind="video_type",
    ),
    Layout(
        Platform.ZHIHU,
        frozenset({"content_id", "content_text", "voteup_count"}),
        identity="content_id",
        url="content_url",
        text=("content_text", "desc"),
        published=("created_time",),
        liked="voteup_count",
        commented="comment_count",
        kind="content_type",
    ),
)
_VIDEO_ALWAYS = frozenset({Platform.KUAISHOU, Platform.BILIBILI})

_FOLDERS = {
    "xhs": Platform.XHS,
    "wb": Platform.WEIBO,
    "weibo": Platform.WEIBO,
    "dy": Platform.DOUYIN,
    "douyin": Platform.DOUYIN,
    "ks": Platform.KUAISHOU,
    "kuaishou": Platform.KUAISHOU,
    "bili": Platform.BILIBILI,
    "bilibili": Platform.BILIBILI,
    "zhihu": Platform.ZHIHU,
}


def platform_of_path(path: Path) -> Platform | None:
    """The platform that MediaCrawler's folder (`data/ks/json/…`) or workbook (`ks_search_….xlsx`) is named after."""
    names = [path.name.split("_")[0], *(parent.name for parent in path.parents[:3])]
    return next((_FOLDERS[name.lower()] for name in names if name.lower() in _FOLDERS), None)


def reader_of(columns: frozenset[str], hint: Platform | None = None) -> Reader | None:
    """What reads rows with these columns, or None where they are of no MediaCrawler export."""
    if is_comments(columns):
        return comment_reader(columns, hint)
    for layout in LAYOUTS:
        if layout.needs <= columns:
            return _note_reader(layout)
    return creator_reader(columns, hint)


def _note_reader(layout: Layout) -> Reader:
    identity, platform = layout.identity, layout.platform

    def read(row: Mapping[str, Any], where: str) -> ParsedNote:
        text = next((found for name in layout.text if (found := text_of(row.get(name)))), "")
        if platform is Platform.WEIBO and "<" in text:
            text = _TAG.sub("", _BREAK.sub("\n", text))
        video = text_of(row.get(layout.video))
        title = text_of(row.get(layout.title))
        if platform is Platform.DOUYIN and title == text:
            title = ""  # the platform has no titles: the export repeats the text
        return ParsedNote(
            platform=platform,
            identity=text_of(row.get(identity)),
            url=text_of(row.get(layout.url)),
            kind=_kind(layout, row, video),
            title=title,
            text=text,
            tags=_list(row.get(layout.tags)),
            creator_id=text_of(row.get("user_id")),
            creator_hash=text_of(row.get("creator_hash")),
            creator_name=text_of(row.get("nickname") or row.get("user_nickname")),
            published_at=next((row[name] for name in layout.published if row.get(name)), None),
            updated_at=row.get("last_modify_ts"),
            liked=row.get(layout.liked),
            collected=row.get(layout.collected),
            commented=row.get(layout.commented),
            shared=row.get(layout.shared),
            images=_list(row.get(layout.images)),
            video_url=video,
            where=where,
        )

    return read


def _kind(layout: Layout, row: Mapping[str, Any], video: str) -> MediaKind | None:
    printed = text_of(row.get(layout.kind)).lower()
    if layout.platform in _VIDEO_ALWAYS or printed in ("video", "zvideo"):
        return MediaKind.VIDEO
    if layout.platform is Platform.DOUYIN:
        return MediaKind.IMAGE if printed == "68" else MediaKind.VIDEO  # 68 is a gallery, all others are videos
    if layout.platform is Platform.XHS and printed:
        return MediaKind.IMAGE
    return MediaKind.VIDEO if video else None


def _list(value: Any) -> tuple[str, ...]:
    """A comma-joined cell, or the list a JSON row may hold instead."""
    if isinstance(value, (list, tuple)):
        return tuple(text_of(part) for part in value)
    return tuple(text_of(value).split(",")) if value else ()
