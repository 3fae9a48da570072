"""What bridges (RSSHub, WeWe RSS, we-mp-rss) make of 小红书, 微博, 公众号 and others: whose feed it is, texts and counts. Pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crawler.addresses import platform_of, status_id
from crawler.items import Count, ParsedNote
from crawler.parsers.markup import html_images, html_text
from crawler.parsers.weibo import weibo_text
from recommender.library.model import MediaKind, Platform

SOCIAL = frozenset(
    {Platform.XHS, Platform.WEIBO, Platform.DOUYIN, Platform.KUAISHOU, Platform.BILIBILI}
)  # short posts, complete as they are

_SIGNS = (
    ("RSSHub", re.compile(r"\bRSSHub\b", re.IGNORECASE)),
    ("WeWe RSS", re.compile(r"\bwewe-?rss\b", re.IGNORECASE)),
    ("we-mp-rss", re.compile(r"\b(?:mp-we-rss|we-mp-rss|werss)\b", re.IGNORECASE)),
)
_ROUTES = {  # where on any host RSSHub has them: the platform, and how its account page's address begins
    "xiaohongshu": "https://www.xiaohongshu.com/user/profile/",
    "weibo": "https://weibo.com/u/",
    "bilibili": "https://space.bilibili.com/",
    "zhihu": "https://www.zhihu.com/people/",
    "douyin": "https://www.douyin.com/user/",
    "kuaishou": "https://www.kuaishou.com/profile/",
}
_ROUTE = re.compile(
    r"/(xiaohongshu|weibo|bilibili|zhihu|douyin|kuaishou)/(?:user|people|profile|posts|activities)/(?:(?:dynamic|video|people|org|article)/)?([\w-]{3,90})"
)
_ACCOUNTS = {
    Platform.XHS: re.compile(r"/user/profile/([0-9a-zA-Z]{6,40})(?:/|$)"),
    Platform.WEIBO: re.compile(r"/(?:u/|profile/)?(\d{5,12})(?:/|$)"),
    Platform.BILIBILI: re.compile(r"/(\d{1,20})(?:/|$)"),
    Platform.ZHIHU: re.compile(r"/(?:people|org)/([\w-]{1,80})(?:/|$)"),
    Platform.DOUYIN: re.compile(r"/user/([\w-]{5,120})(?:/|$)"),
    Platform.KUAISHOU: re.compile(r"/profile/([\w-]{3,60})(?:/|$)"),
}
_MP_ARTICLE = re.compile(r"/rss/feed/(\d{5,15})-(\d{5,12})_(\d{1,2})/?")  # as we-mp-rss serves the article itself
_MP_FEED = re.compile(r"\bMP_WXS_(\d{5,15})\b", re.IGNORECASE)
_NOT_A_NAME = re.compile(r"(?:rsshub|wewe-?rss|werss(?:订阅)?|mp-we-rss|we-mp-rss|contact@rsshub\.app.*)", re.IGNORECASE)
_CHANNEL = re.compile(
    r"\s*(?:-\s*(?:笔记|收藏|专辑)\s*[•·].*|\s的\s*(?:bilibili|哔哩哔哩|B\s?站)\s*\S+|的(?:微博|抖音|快手|知乎\S{0,4})|[-|·•]\s*(?:小红书|微博|抖音|快手|知乎|公众号).*)$",
    re.IGNORECASE,
)
_MIXED_TITLE = re.compile(r"-\s*(?:收藏|专辑)\s*[•·]|知乎动态")  # feeds of an account whose entries are by others
_MIXED_ROUTE = re.compile(r"/(?:collect|collection|board|keyword|search|followings|friends|timeline|activities|hot)\b")
_QUOTED = re.compile(r"^-?[^\S\n]*转发[^\S\n]+@?([^\s:：]{1,40})[:：][^\S\n]*", re.MULTILINE)
_CONCEALED = re.compile(r"(?:visibility\s*:\s*hidden|opacity\s*:\s*0)\s*;?", re.IGNORECASE)
_VIDEO = re.compile(r"<(?:video|source)\b[^>]{0,600}?\bsrc=[\"']?(https?://[^\"'\s>]{1,1500})", re.IGNORECASE)
# The names under which bridges and blogs give counts, as feedparser or a JSON feed's extension has them.
_LIKED = ("rsshub_upvotes", "upvotes", "attitudes_count", "likes", "liked_count", "like_count")
_COLLECTED = ("collected_count", "favorites", "collect_count")
_COMMENTED = ("rsshub_comments", "comments_count", "comment_count", "slash_comments", "thr_total")
_SHARED = ("reposts_count", "shares", "share_count", "shared_count")


@dataclass(frozen=True, slots=True)
class Channel:
    """Whose feed it is. `bridge` is "" for a site's own feed; `mixed` where its entries are by many (a collection, a search)."""

    bridge: str = ""
    platform: Platform = Platform.WEB
    account_id: str = ""
    account_name: str = ""
    mixed: bool = False


def recognise(feed_url: str, title: str, link: str, said: str) -> Channel:
    """The channel by its address, title and link and by what it says of itself (`said`: generator, description, publisher, own link)."""
    bridge = next((name for name, sign in _SIGNS if sign.search(said)), "")
    name = "" if _NOT_A_NAME.fullmatch(title.strip()) else _CHANNEL.sub("", title).strip()
    if found := _MP_FEED.search(f"{feed_url} {link} {said}"):
        return Channel(bridge or "WeWe RSS", Platform.WECHAT, _biz(found[1]), name)
    if bridge in ("WeWe RSS", "we-mp-rss"):
        return Channel(bridge, Platform.WECHAT, "", name, mixed=not name)
    platform, account = account_of(link)
    if not account and bridge == "RSSHub" and (route := _ROUTE.search(_path(feed_url))):
        platform, account = account_of(_ROUTES[route[1]] + route[2])
    unnamed = bridge == "RSSHub" and not account and platform is not Platform.WEB
    if unnamed or _MIXED_TITLE.search(title) or _MIXED_ROUTE.search(_path(feed_url)):
        return Channel(bridge, platform, mixed=True)
    return Channel(bridge, platform, account, name)


def account_of(url: str) -> tuple[Platform, str]:
    """The platform and account id that an account's page, or a note's address that names its account, speaks of; "" where none."""
    platform = platform_of(url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return Platform.WEB, ""
    if platform is Platform.WECHAT:
        return platform, dict(parse_qsl(parts.query)).get("__biz", "")
    if platform is Platform.BILIBILI and parts.hostname != "space.bilibili.com":
        return platform, ""
    found = _ACCOUNTS[platform].match(parts.path) if platform in _ACCOUNTS else None
    return platform, found[1] if found else ""


def body_text(html: str, platform: Platform) -> str:
    """The text of an entry's body, by the habits of the platform it comes from."""
    if platform is Platform.WEIBO:
        return _QUOTED.sub(r"//@\1：", weibo_text(html))
    if platform is Platform.WECHAT:
        html = _CONCEALED.sub("", html)  # articles are hidden until their own script shows them
    return html_text(html)


def body_images(html: str, base: str) -> tuple[str, ...]:
    """The pictures of an entry's body, without a platform's emoji."""
    return tuple(url for url in html_images(html, base) if "/emoticon/" not in url and "h5.sinaimg.cn" not in url)


def dress(note: ParsedNote, channel: Channel, html: str, profile: str, entry: Mapping[str, Any]) -> ParsedNote:
    """The note as its platform has it: account, identity, no repeated title, its video, the counts that `entry` states.

    `profile` is the address of the author's page, may be "".
    """
    same, own = channel.platform is note.platform, "" if channel.mixed else channel.account_name
    platform, account = account_of(profile)
    if platform is not note.platform or not account:
        collected = channel.mixed and note.platform is Platform.XHS  # there the address names who collected, not who wrote
        account = "" if collected else account_of(note.url)[1] or (channel.account_id if same and not channel.mixed else "")
    name = "" if _NOT_A_NAME.fullmatch(note.creator_name.strip()) else note.creator_name
    identity, title, text, url = note.identity, note.title, note.text, note.url
    if note.platform is Platform.WECHAT and (served := _MP_ARTICLE.fullmatch(_path(url))):
        account = _biz(served[1])
        identity, url = f"{account}_{served[2]}_{served[3]}", f"https://mp.weixin.qq.com/s?__biz={account}&mid={served[2]}&idx={served[3]}"
    if note.platform is Platform.WEIBO and identity:
        identity, title = status_id(identity), ""  # 微博 has no titles: bridges repeat the text
    elif text == title:
        text = ""
    video = note.video_url or (next(iter(_VIDEO.findall(html)), "") if note.platform in SOCIAL else "")
    is_video = bool(video) or (note.platform in (Platform.BILIBILI, Platform.DOUYIN) and "/video/" in note.url)
    return replace(
        note,
        identity=identity,
        url=url,
        title=title,
        text=text,
        creator_id=account,
        creator_name=name or own if same or not channel.bridge else name,
        kind=note.kind or (MediaKind.VIDEO if is_video else None),
        video_url=video,
        liked=_count(entry, _LIKED),
        collected=_count(entry, _COLLECTED),
        commented=_count(entry, _COMMENTED),
        shared=_count(entry, _SHARED),
    )


def platform_for(link: str, channel: Channel) -> Platform:
    """An entry's platform: of its address; of the channel where a bridge serves the article itself."""
    platform = platform_of(link)
    return channel.platform if platform is Platform.WEB and channel.bridge and channel.platform is Platform.WECHAT else platform


def _count(entry: Mapping[str, Any], names: tuple[str, ...]) -> Count:
    extra = entry.get("_extra")
    stated = (place.get(name) for name in names for place in ((entry, extra) if isinstance(extra, dict) else (entry,)))
    return next((value for value in stated if isinstance(value, (int, str)) and not isinstance(value, bool) and str(value).strip()), None)


def _biz(number: str) -> str:
    """The `__biz` of a 公众号 from the number that bridges know it by."""
    return base64.b64encode(number.encode()).decode()


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
