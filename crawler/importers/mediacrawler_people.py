"""MediaCrawler's comments and creators, of both schemas and all its platforms. Pure, own reading of the files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crawler.importers.rows import Reader, text_of
from crawler.items import ParsedComment, ParsedCreator
from recommender.library.model import Platform

_NOTE_COLUMNS = {"aweme_id": Platform.DOUYIN, "content_id": Platform.ZHIHU, "video_id": Platform.BILIBILI, "note_id": Platform.XHS}
_WEIBO_ONLY = frozenset({"create_date_time", "comment_like_count"})
_BILIBILI_ONLY = frozenset({"like_count", "parent_comment_id"})


def is_comments(columns: frozenset[str]) -> bool:
    """Whether rows with these columns are comments."""
    return "comment_id" in columns and "content" in columns


def comment_reader(columns: frozenset[str], hint: Platform | None = None) -> Reader | None:
    """What reads rows of comments; None where they are of a platform that we do not take (贴吧)."""
    note = next((name for name in _NOTE_COLUMNS if name in columns), "")
    if not note or "tieba_id" in columns:
        return None
    platform = _NOTE_COLUMNS[note]
    if note == "note_id" and (columns & _WEIBO_ONLY or hint is Platform.WEIBO):
        platform = Platform.WEIBO
    if note == "video_id" and not columns & _BILIBILI_ONLY and hint is not Platform.BILIBILI:
        platform = Platform.KUAISHOU

    def read(row: Mapping[str, Any], where: str) -> ParsedComment:
        return ParsedComment(
            platform=platform,
            note_identity=text_of(row.get(note)),
            comment_id=text_of(row.get("comment_id")),
            text=text_of(row.get("content")),
            liked=row.get("like_count", row.get("comment_like_count")),
            # as with notes, 微博's create_time is late in older files while create_date_time is right; 知乎 has publish_time
            published_at=row.get("create_date_time") or row.get("create_time") or row.get("publish_time"),
            where=where,
        )

    return read


def creator_reader(columns: frozenset[str], hint: Platform | None = None) -> Reader | None:
    """What reads rows of creators, or None. 快手 and 小红书 may have the same columns: the file's folder (`hint`) tells them apart."""
    if "user_id" not in columns or not columns & {"nickname", "user_nickname"} or not columns & {"fans", "total_fans"}:
        return None
    if {"registration_duration", "user_name"} <= columns:
        return None  # 贴吧
    platform: Platform | None = None
    if "total_fans" in columns:
        platform = Platform.BILIBILI
    elif "user_nickname" in columns:
        platform = Platform.ZHIHU
    elif "videos_count" in columns:
        platform = Platform.DOUYIN
    elif "interaction" in columns:
        platform = Platform.KUAISHOU if hint is Platform.KUAISHOU else Platform.XHS
    elif columns & {"tweets_count", "profile_url", "tag_list"}:
        platform = Platform.WEIBO
    if platform is None:
        return None
    known = platform
    fans = "total_fans" if "total_fans" in columns else "fans"

    def read(row: Mapping[str, Any], where: str) -> ParsedCreator:
        name = text_of(row.get("nickname") or row.get("user_nickname"))
        return ParsedCreator(known, text_of(row.get("user_id")), name, row.get(fans), where)

    return read
