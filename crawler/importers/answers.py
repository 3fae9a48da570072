"""Saved answers of interfaces, nested as they came: 小红书 search and note interfaces, 蒲公英, m.weibo.cn. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from crawler.importers.rows import Found, Remark, text_of
from crawler.items import ParsedComment, ParsedCreator, ParsedNote, Refusal
from crawler.parsers.weibo import parse_weibo
from recommender.library.model import MediaKind, Platform

DEEPEST = 10  # maps inside lists inside maps; an answer is never deeper
MOST_FOUND = 10_000

_ID = re.compile(r"[0-9a-f]{24}")
_FINE = frozenset({0, 200, "0", "200", None})


def parse_answer(values: Mapping[str, Any], where: str) -> list[Found | Remark] | None:
    """What an answer holds; a refusal for one that failed; None where this is no answer that we know."""
    if "ok" in values and ("data" in values or "msg" in values):
        return _weibo(values, where)
    if failure := _failure(values):
        return [Refusal(f"{where}：这是一个失败的接口回答（{failure}），里面没有内容，没有导入。")]
    if not any(isinstance(value, dict | list) for value in values.values()):
        return None
    skipped: dict[str, int] = {}
    found: list[Found | Remark] = []
    for part in _walk(values, 0, where, skipped):
        found.append(part)
        if len(found) >= MOST_FOUND:
            break
    if not found:
        return None
    found += [Remark(f"{where.partition(' 第')[0]}：跳过了 {number} 个 {name}，不是笔记。") for name, number in skipped.items()]
    return found


def _failure(values: Mapping[str, Any]) -> str:
    """Why an interface gave nothing, in its own words; "" where it gave something or this is no such answer."""
    said = text_of(values.get("message") or values.get("msg"))[:60]
    if "code" in values and values.get("code") not in _FINE and not values.get("data"):
        return f"code {text_of(values['code'])}{'：' + said if said else ''}"
    error = text_of(values.get("error"))
    return error[:60] if error and set(values) <= {"error", "message", "msg", "code", "status", "detail"} else ""


def _walk(value: Any, depth: int, where: str, skipped: dict[str, int]) -> Iterator[Found]:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for number, part in enumerate(value, 1):
            yield from _walk(part, depth + 1, f"{where.partition(' 第')[0]} 第 {number} 条" if len(value) > 1 else where, skipped)
    elif isinstance(value, dict):
        kind = text_of(value.get("model_type"))
        if kind and kind != "note" and not (advertised := _part(_part(value, kind), "note")):
            skipped[kind] = skipped.get(kind, 0) + 1
        elif kind and kind != "note":
            yield from _walk(advertised, depth + 1, where, skipped)  # an advertisement that is a note
        elif is_comment(value):
            yield _comment(value, where)
            yield from _walk(value.get("sub_comments"), depth + 1, where, skipped)
        elif note := _note(value, where):
            yield note
        else:
            if creator := _creator(value, where):
                yield creator
            for part in value.values():
                if isinstance(part, dict | list):
                    yield from _walk(part, depth + 1, where, skipped)


def is_comment(value: Mapping[str, Any]) -> bool:
    """Whether a map is a comment: words on a note that has another id than itself."""
    return "content" in value and "note_id" in value and "id" in value and ("like_count" in value or "sub_comments" in value)


def _comment(value: Mapping[str, Any], where: str) -> ParsedComment:
    return ParsedComment(
        platform=Platform.XHS,
        note_identity=text_of(value.get("note_id")),
        comment_id=text_of(value.get("id")),
        text=text_of(value.get("content")),
        liked=value.get("like_count"),
        published_at=value.get("time") or value.get("create_time"),
        where=where,
    )


def _note(value: Mapping[str, Any], where: str) -> ParsedNote | None:
    identity = text_of(value.get("noteId") or value.get("note_id") or value.get("id"))
    title = text_of(value.get("title") or value.get("display_title"))
    text = text_of(value.get("desc") or value.get("content"))
    if not _ID.fullmatch(identity) or not (title or text):
        return None
    user, times = _part(value, "user") or _part(value, "userInfo"), _part(value, "time")
    pictures = [_part_url(picture) for picture in _parts(value, "images_list") or _parts(value, "imagesList")]
    video = _part(value, "videoInfo")
    kind = text_of(value.get("type"))

    def first(*names: str) -> Any:
        return next((value[name] for name in names if value.get(name) is not None), None)

    return ParsedNote(
        platform=Platform.XHS,
        identity=identity,
        kind=MediaKind.VIDEO if kind == "video" or video else MediaKind.IMAGE if kind else None,
        title=title,
        text=text,
        creator_id=text_of(user.get("userid") or user.get("userId") or value.get("userId")),
        creator_name=text_of(user.get("nickname") or user.get("nickName") or value.get("name")),
        creator_fans=user.get("fansNum"),
        # seconds in `timestamp` and `create_time`, milliseconds elsewhere; `moment` tells them apart
        published_at=times.get("createTime") or first("timestamp", "create_time", "createTime", "publishTime"),
        updated_at=times.get("updateTime") or first("update_time"),
        liked=first("liked_count", "likeNum", "likes"),
        collected=first("collected_count", "favNum", "collectNum"),
        commented=first("comments_count", "cmtNum"),
        shared=first("shared_count", "share_count", "shareNum"),
        images=tuple(filter(None, pictures)) or tuple(filter(None, [text_of(value.get("imgUrl"))])),
        video_url=text_of(video.get("videoUrl")),
        partial="noteId" not in value or not text,  # lists cut the text at 60 or 100 characters; only a note's own answer is whole
        where=where,
    )


def _creator(value: Mapping[str, Any], where: str) -> ParsedCreator | None:
    identity, name = text_of(value.get("userId")), text_of(value.get("name") or value.get("nickName"))
    fans = value.get("fansCount", value.get("fansNum"))
    return ParsedCreator(Platform.XHS, identity, name, fans, where) if identity and name and fans is not None else None


def _weibo(values: Mapping[str, Any], where: str) -> list[Found | Remark]:
    data = values.get("data")
    account = _part(data, "userInfo") if isinstance(data, dict) else {}
    if account:
        fans, name = account.get("followers_count"), text_of(account.get("screen_name"))
        return [ParsedCreator(Platform.WEIBO, text_of(account.get("id")), name, fans, where)]
    try:
        text = orjson.dumps(values).decode()
    except (TypeError, ValueError):
        return [Refusal(f"{where}：微博的回答里有读不了的字符，没有导入。")]
    return [replace(part, where=where) if isinstance(part, ParsedNote) else part for part in parse_weibo(text, where)]


def _part(value: Any, name: str) -> dict[str, Any]:
    part = value.get(name) if isinstance(value, dict) else None
    return part if isinstance(part, dict) else {}


def _parts(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    parts = value.get(name)
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _part_url(picture: Mapping[str, Any]) -> str:
    return text_of(picture.get("url_size_large") or picture.get("url") or picture.get("original"))
