"""Tables with other headers, Chinese or English: vendor exports and our own spreadsheet, by a table of column names. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crawler.importers.mediacrawler import Reader, text_of
from crawler.items import ParsedNote
from recommender.library.model import MediaKind, Platform, Rights

# field → the headers that mean it, the likeliest first
HEADERS: dict[str, tuple[str, ...]] = {
    "identity": ("note_id", "笔记ID", "笔记id", "作品ID", "内容ID"),
    "platform": ("平台", "platform", "来源平台"),
    "title": ("标题", "title", "笔记标题", "作品标题", "文章标题"),
    "text": ("作品正文", "正文", "content", "笔记内容", "笔记正文", "内容", "文案", "文章内容"),
    "url": ("作品原链接", "postUrl", "来源链接", "笔记链接", "作品链接", "文章链接", "原文链接", "链接"),
    "images": ("封面图链接", "coverUrl", "封面", "图片", "图片链接"),
    "kind": ("笔记类型", "noteType", "作品类型", "内容形式"),
    "published_at": ("发布时间", "publishTime", "发布日期"),
    "creator_name": ("昵称", "nickname", "达人", "达人昵称", "博主", "博主昵称", "作者", "账号", "公众号"),
    "profile": ("账号主页链接", "profileUrl", "主页链接", "达人主页"),
    "fans": ("粉丝数", "粉丝", "fans"),
    "liked": ("获赞数", "likes", "点赞", "点赞数", "点赞量"),
    "collected": ("收藏数", "favorites", "收藏", "收藏量"),
    "commented": ("评论数", "comments", "评论", "评论量"),
    "shared": ("分享数", "shares", "分享", "分享量", "转发", "转发数"),
    "tags": ("标签", "话题", "tags"),
    "rights": ("版权状态",),
}
_PLATFORMS = {
    "小红书": Platform.XHS,
    "微博": Platform.WEIBO,
    "公众号": Platform.WECHAT,
    "微信公众号": Platform.WECHAT,
    "微信": Platform.WECHAT,
    "抖音": Platform.DOUYIN,
    "快手": Platform.KUAISHOU,
    "B站": Platform.BILIBILI,
    "哔哩哔哩": Platform.BILIBILI,
    "知乎": Platform.ZHIHU,
} | {platform.value: platform for platform in Platform}
_RIGHTS = {"自有": Rights.OWNED, "已授权": Rights.AUTHORISED, "仅供参考": Rights.REFERENCE, "未知": Rights.UNKNOWN}
_PROFILE = re.compile(r"/user/profile/([0-9a-zA-Z]{8,40})")
_OUR_ID = re.compile(r"(?:xhs|weibo|wechat|douyin|kuaishou|bilibili|zhihu|web)-(?=[0-9A-Za-z_-])")
_SEPARATORS = re.compile(r"[,，、;；#\s]+")


def reader_of(columns: frozenset[str]) -> Reader | None:
    """What reads rows with these headers; None where no text and address, or text and title, are among them."""
    names = {field: found for field, headers in HEADERS.items() if (found := next((header for header in headers if header in columns), ""))}
    if "text" not in names or not ({"url", "title"} & names.keys()):
        return None

    def read(row: Mapping[str, Any], where: str) -> ParsedNote:
        def cell(field: str) -> str:
            text = text_of(row.get(names.get(field, ""))).strip()
            return "" if text in ("-", "--", "null") else text

        profile = _PROFILE.search(cell("profile"))
        kind = cell("kind")
        return ParsedNote(
            platform=_PLATFORMS.get(cell("platform"), Platform.WEB),
            identity=_OUR_ID.sub("", cell("identity"), count=1),
            url=cell("url"),
            kind=MediaKind.VIDEO if "视频" in kind or kind == "video" else MediaKind.IMAGE if "图" in kind else None,
            title=cell("title"),
            text=cell("text"),
            tags=tuple(filter(None, _SEPARATORS.split(cell("tags")))),
            creator_id=profile[1] if profile else "",
            creator_name=cell("creator_name"),
            creator_fans=cell("fans"),
            published_at=row.get(names.get("published_at", "")),
            liked=cell("liked"),
            collected=cell("collected"),
            commented=cell("commented"),
            shared=cell("shared"),
            images=tuple(filter(None, re.split(r"[,\s]+", cell("images")))),
            rights=_RIGHTS.get(cell("rights")),
            where=where,
        )

    return read
