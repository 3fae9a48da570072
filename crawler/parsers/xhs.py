"""Saved 小红书 note pages: the note in `__INITIAL_STATE__`. Pure; a wall or a page without note is recognised."""

from __future__ import annotations

import re
from typing import Any

import orjson

from crawler.addresses import identity_of, platform_of
from crawler.items import ParsedNote, Refusal
from recommender.library.model import MediaKind, Platform

_STATE = re.compile(r"window\.__INITIAL_STATE__\s*=\s*(\{.*?\})\s*;?\s*</script>", re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\bundefined\b|\bNaN\b|\bnew Set\(\[?\]?\)')
_WALLS = ("website-login/captcha", "请完成验证", "安全验证", "扫码登录", "手机号登录", "登录后查看", "/login?redirectPath")
_WALL_ADVICE = "小红书要求登录或验证，这里不绕过；请用导出文件、订阅源或粘贴的方式收录"


def is_xhs_page(html: str) -> bool:
    """Whether the page is one of 小红书, by what it holds."""
    return "__INITIAL_STATE__" in html and any(sign in html for sign in ("xiaohongshu", "xhscdn", "noteDetailMap"))


def parse_xhs(html: str, url: str) -> ParsedNote | Refusal:
    """The note of a note page, or why there is none."""
    found = _STATE.search(html)
    if not found:
        wall = any(sign in html for sign in _WALLS)
        return Refusal(f"{url}：{_WALL_ADVICE if wall else '页面里没有笔记数据'}，没有存。")
    try:
        state = orjson.loads(_TOKEN.sub(lambda token: token[0] if token[0][0] == '"' else "null", found[1]))
    except orjson.JSONDecodeError:
        return Refusal(f"{url}：页面里的笔记数据不完整，没有存。")
    note = _note(state, identity_of(url))
    if not note:
        wall = any(sign in html for sign in _WALLS[:3])
        return Refusal(f"{url}：{_WALL_ADVICE if wall else '页面里没有笔记（可能是发现页，或笔记已经不可见）'}，没有存。")
    identity = _word(note.get("noteId")) or identity_of(url)
    user, counts = _part(note, "user"), _part(note, "interactInfo")
    pictures = tuple(filter(None, map(_picture, _parts(note, "imageList"))))
    video = _video(_part(note, "video"))
    return ParsedNote(
        platform=Platform.XHS,
        identity=identity,
        url=url if platform_of(url) is Platform.XHS else f"https://www.xiaohongshu.com/explore/{identity}",
        kind=MediaKind.VIDEO if note.get("type") == "video" else MediaKind.IMAGE,
        title=_word(note.get("title")),
        text=_word(note.get("desc")),
        tags=tuple(_word(tag.get("name")) for tag in _parts(note, "tagList")),
        creator_id=_word(user.get("userId")),
        creator_name=_word(user.get("nickname")) or _word(user.get("nickName")),
        published_at=note.get("time"),
        updated_at=note.get("lastUpdateTime"),
        liked=_word(counts.get("likedCount")),
        collected=_word(counts.get("collectedCount")),
        commented=_word(counts.get("commentCount")),
        shared=_word(counts.get("shareCount")),
        images=pictures,
        video_url=video,
        where=url,
    )


def _note(state: Any, identity: str) -> dict[str, Any]:
    """The note in any of the places where pages keep it: by id (desktop), alone (older pages), under `noteData` (shared pages)."""
    part = _part(state, "note")
    details = _part(part, "noteDetailMap")
    entries = ([details[identity]] if identity in details else []) + list(details.values())
    notes = [_part(entry, "note") for entry in entries] + [_part(part, "note"), _part(_part(_part(state, "noteData"), "data"), "noteData")]
    return next((note for note in notes if note.get("noteId") or note.get("title") or note.get("desc")), {})


def _picture(image: dict[str, Any]) -> str:
    sizes = [_word(size.get("url")) for size in _parts(image, "infoList")]
    return _word(image.get("urlDefault")) or _word(image.get("url")) or (sizes[-1] if sizes else "")


def _video(video: dict[str, Any]) -> str:
    streams = _part(_part(video, "media"), "stream")
    for name in ("h264", "h265", "av1"):
        for stream in _parts(streams, name):
            if address := _word(stream.get("masterUrl")):
                return address
    return ""


def _part(value: Any, name: str) -> dict[str, Any]:
    part = value.get(name) if isinstance(value, dict) else None
    return part if isinstance(part, dict) else {}


def _parts(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    parts = value.get(name)
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _word(value: Any) -> str:
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
