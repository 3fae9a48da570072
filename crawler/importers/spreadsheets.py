"""Tables with headers of their own, Chinese or English: vendor exports and hand-made lists, read by a column mapping. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from crawler.importers.headers import is_nothing
from crawler.importers.rows import Link, Reader, text_of
from crawler.items import ParsedCreator, ParsedNote
from recommender.library.model import MediaKind, Platform, Rights

PLATFORMS = {
    "小红书": Platform.XHS,
    "微博": Platform.WEIBO,
    "公众号": Platform.WECHAT,
    "抖音": Platform.DOUYIN,
    "快手": Platform.KUAISHOU,
    "B站": Platform.BILIBILI,
    "知乎": Platform.ZHIHU,
    "网页": Platform.WEB,
}
RIGHTS = {"自有": Rights.OWNED, "已授权": Rights.AUTHORISED, "仅供参考": Rights.REFERENCE, "未知": Rights.UNKNOWN}
_OTHER_NAMES = {
    "微信公众号": Platform.WECHAT,
    "微信": Platform.WECHAT,
    "新浪微博": Platform.WEIBO,
    "红书": Platform.XHS,
    "redbook": Platform.XHS,
    "b站": Platform.BILIBILI,
    "哔哩哔哩": Platform.BILIBILI,
}
_BY_NAME = PLATFORMS | _OTHER_NAMES | {platform.value: platform for platform in Platform}
# a header that only one platform's exports have says which it is, where no column and no address does
_TELLING = {"小红书号": Platform.XHS, "小红书链接": Platform.XHS, "抖音号": Platform.DOUYIN, "快手号": Platform.KUAISHOU}
_PROFILE = re.compile(r"(?:/user/profile/|space\.bilibili\.com/|weibo\.c(?:om|n)/u/|douyin\.com/user/)([0-9a-zA-Z_-]{4,80})")
_PROFILE_HOSTS = {
    "xiaohongshu": Platform.XHS,
    "bilibili": Platform.BILIBILI,
    "weibo": Platform.WEIBO,
    "douyin": Platform.DOUYIN,
    "kuaishou": Platform.KUAISHOU,
}
_XHS_ID = re.compile(r"[0-9a-f]{24}")
_SEPARATORS = re.compile(r"[,，、;；#|\s]+")
_NO_TITLE = ("笔记暂未设置标题", "无标题", "暂无标题")
_BESIDE_LINKS = ("序号", "编号", "备注", "说明", "id", "no", "remark")  # columns that a list of links may have beside the links


def kind_of(fields: AbstractSet[str]) -> str:
    """What a table with these fields holds: `notes`, `creators`, `links`, or "" where it cannot be told."""
    if ("text" in fields and fields & {"url", "title", "identity"}) or ("title" in fields and fields & {"url", "identity"}):
        return "notes"
    if fields & {"creator_name", "creator_id"} and fields & {"profile", "creator_id", "fans"} and not fields & {"text", "title"}:
        return "creators"
    return "links" if "url" in fields and not fields & {"text", "title"} else ""


def missing_fields(fields: AbstractSet[str]) -> tuple[str, ...]:
    """What has to be named before rows with these fields can be read: empty where they can."""
    if kind_of(fields) in ("notes", "creators"):
        return ()
    return (
        ("标题或正文",)
        if "url" in fields
        else ("正文",)
        if "title" in fields
        else ("标题或链接",)
        if "text" in fields
        else ("标题", "正文", "链接")
    )


def reader_of(names: Mapping[str, str], columns: Collection[str], hint: Platform | None = None) -> Reader | None:
    """What reads rows by a mapping field → header; None where the mapping lacks what a note, a creator or a link needs."""
    hint = next((platform for header, platform in _TELLING.items() if header in columns), hint)
    kind = kind_of(names.keys())
    if kind == "notes":
        return _note_reader(names, hint)
    if kind == "creators":
        return _creator_reader(names, hint)
    if kind == "links" and all(column == names["url"] or column.lower() in _BESIDE_LINKS for column in columns):
        return lambda row, where: Link(text_of(row.get(names["url"])).strip())
    return None


def platform_named(name: str) -> Platform | None:
    """The platform that a cell names, None for a name that we do not know."""
    return _BY_NAME.get(name) or _BY_NAME.get(name.lower())


def words_of(cell: Any) -> tuple[str, ...]:
    """Tags of a cell, however they are separated; a JSON row may hold a list."""
    if isinstance(cell, list | tuple):
        return tuple(filter(None, (text_of(part).strip("# ") for part in cell)))
    return tuple(filter(None, _SEPARATORS.split(text_of(cell))))


def _cell(row: Mapping[str, Any], names: Mapping[str, str], field: str) -> str:
    if field not in names:
        return ""
    text = text_of(row.get(names[field])).strip()
    return "" if is_nothing(text) else text


def _note_reader(names: Mapping[str, str], hint: Platform | None) -> Reader:
    def read(row: Mapping[str, Any], where: str) -> ParsedNote:
        def cell(field: str) -> str:
            return _cell(row, names, field)

        profile, kind, title = _PROFILE.search(cell("profile")), cell("kind"), cell("title")
        platform = platform_named(cell("platform")) or Platform.WEB
        if platform is Platform.WEB and hint and not cell("url"):
            platform = hint
        return ParsedNote(
            platform=platform,
            identity=cell("identity"),
            url=cell("url"),
            kind=MediaKind.VIDEO if "视频" in kind or kind == "video" else MediaKind.IMAGE if "图" in kind else None,
            title="" if title in _NO_TITLE else title,
            text=cell("text"),
            tags=words_of(row.get(names.get("tags", ""))),
            creator_id=cell("creator_id") or (profile[1] if profile else ""),
            creator_name=cell("creator_name"),
            creator_fans=cell("fans"),
            published_at=row.get(names.get("published_at", "")),
            liked=cell("liked"),
            collected=cell("collected"),
            commented=cell("commented"),
            shared=cell("shared"),
            images=tuple(filter(None, re.split(r"[,\s]+", cell("images")))),
            video_url=cell("video_url"),
            rights=RIGHTS.get(cell("rights")),
            partial=not cell("text"),  # a list of titles and links: the text, if there is one, is elsewhere
            where=where,
        )

    return read


def _creator_reader(names: Mapping[str, str], hint: Platform | None) -> Reader:
    def read(row: Mapping[str, Any], where: str) -> ParsedCreator:
        profile = _cell(row, names, "profile")
        found = _PROFILE.search(profile)
        identity = _cell(row, names, "creator_id") or (found[1] if found else "")
        platform = platform_named(_cell(row, names, "platform")) or next(
            (each for host, each in _PROFILE_HOSTS.items() if host in profile), hint
        )
        if platform is None:
            platform = Platform.XHS if _XHS_ID.fullmatch(identity) else Platform.WEB
        return ParsedCreator(platform, identity, _cell(row, names, "creator_name"), _cell(row, names, "fans"), where)

    return read
