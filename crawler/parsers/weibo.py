"""微博's JSON (mobile and desktop answers): statuses to parsed notes, walls and deleted ones to refusals. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from crawler.addresses import status_id
from crawler.items import ParsedNote, Refusal
from crawler.parsers.markup import html_text, resolve
from recommender.library.model import MediaKind, Platform

DEEPEST = 8  # lists inside cards inside lists; an answer is never deeper
_LONGEST_HTML = 200_000  # characters
_ICON = re.compile(r"<img\b[^>]{0,300}?\balt=[\"']?(\[[^\]\[<>\"']{1,20}\])[\"']?[^>]{0,300}>", re.IGNORECASE)
_LINK = re.compile(r"<a\b([^>]{0,2000})>(.{0,1000}?)</a>", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"\b(data-url|href)=[\"']([^\"'>]{1,1500})[\"']", re.IGNORECASE)
_TAGS = re.compile(r"<[^>]{0,2000}>")
_TOPIC = re.compile(r"#([^#<>\n\[\]]{1,60})#")
_CUT = re.compile(r"\s*(?:\.\.\.|…)+\s*全文\s*$")
_MARKS = ("reposts_count", "attitudes_count", "isLongText", "mblogid")  # what comments, which look alike, do not have
_GONE = re.compile(r"^(?:抱歉，)?(?:此|该)微博(?:已被|已经被|被)|^抱歉，作者已设置|^该账号因|没有查看这条微博")
_LOGIN = re.compile(r"login|signin|passport|visitor", re.IGNORECASE)
_VIDEOS = ("mp4_720p_mp4", "mp4_hd_mp4", "mp4_hd_url", "stream_url_hd", "mp4_ld_mp4", "mp4_sd_url", "stream_url")


def parse_weibo(json_text: str, url: str) -> list[ParsedNote | Refusal]:
    """Every status of an answer: a user's cards, one status, a long text (its id is in the address). Never raises.

    A repost is the account's own words and, marked by `//@name：`, what they quote. Comments, account data, "not found" and
    "log in first" are refusals with one sentence.
    """
    try:
        answer = orjson.loads(json_text)
    except orjson.JSONDecodeError:
        return [Refusal(f"{url}：微博的回应不是完整的 JSON，没有存。")]
    if not isinstance(answer, dict):
        return [Refusal(f"{url}：微博的回应里没有微博，没有存。")]
    found = [_note(status, url) for status in _statuses(answer, 0)]
    return found or [_long_text(answer, url) or Refusal(f"{url}：{_why_none(answer)}，没有存。")]


def weibo_text(html: str) -> str:
    """Readable text of a status: emoji by their names, links by label or address, the cut mark `...全文` left out."""
    return _CUT.sub("", html_text(_LINK.sub(_link, _ICON.sub(r"\1", html[:_LONGEST_HTML]))))


def _link(found: re.Match[str]) -> str:
    label = _TAGS.sub("", found[2]).strip()
    addresses = dict(reversed(_ADDRESS.findall(found[1])))
    if "data-url" not in addresses and "sinaurl" not in addresses.get("href", ""):
        return label
    if label.endswith("视频"):
        return ""  # the label of the video itself
    if label not in ("网页链接", "查看链接", "查看图片", ""):
        return label
    query = parse_qs(urlsplit(addresses.get("href", "").replace("&amp;", "&")).query)
    return f" {addresses.get('data-url') or next(iter(query.get('u', [])), '')} "


def _statuses(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for part in value:
            yield from _statuses(part, depth + 1)
    elif isinstance(value, dict):
        if ("text" in value or "text_raw" in value) and any(mark in value for mark in _MARKS):
            yield value
            return
        for name in ("data", "cards", "card_group", "mblog", "list", "statuses", "status"):
            yield from _statuses(value.get(name), depth + 1)


def _note(status: dict[str, Any], url: str) -> ParsedNote | Refusal:
    identity = _word(status.get("mid")) or _word(status.get("idstr")) or _word(status.get("id")) or status_id(_word(status.get("bid")))
    where = f"https://m.weibo.cn/detail/{identity}" if identity else url
    html = _html(status)
    text = weibo_text(html)
    if status.get("deleted") in (1, "1", True) or _GONE.search(text):
        return Refusal(f"{where}：这条微博已被删除或不可见，没有存。")
    if _part(status, "visible").get("type") not in (None, 0, "0"):
        return Refusal(f"{where}：这条微博没有公开，没有存。")
    quoted = _part(status, "retweeted_status")
    if quoted:
        name = _word(_part(quoted, "user").get("screen_name")) or "原微博"
        text = f"{text}\n//@{name}：{weibo_text(_html(quoted))}"
    user, video = _part(status, "user"), _video(_part(status, "page_info"))
    pictures = _pictures(status)
    if not pictures and video:
        pictures = tuple(filter(None, [_media(_part(_part(status, "page_info"), "page_pic").get("url"))]))
    return ParsedNote(
        platform=Platform.WEIBO,
        identity=identity,
        url=where if identity else "",
        kind=MediaKind.VIDEO if video else None,
        text=text,
        tags=tuple(dict.fromkeys(_TOPIC.findall(_TAGS.sub("", html)))),
        creator_id=_word(user.get("id")) or _word(user.get("idstr")),
        creator_name=_word(user.get("screen_name")),
        creator_fans=_word(user.get("followers_count")),
        published_at=_word(status.get("created_at")),
        updated_at=_word(status.get("edit_at")) or None,
        liked=_word(status.get("attitudes_count")),
        commented=_word(status.get("comments_count")),
        shared=_word(status.get("reposts_count")),
        images=pictures,
        video_url=video,
        partial=_is_cut(status) or _is_cut(quoted),
        where=where,
    )


def _html(status: dict[str, Any]) -> str:
    long = _part(status, "longText")
    whole = _word(long.get("longTextContent")) or _word(long.get("content"))
    return whole or _word(status.get("text")) or _word(status.get("text_raw"))


def _is_cut(status: dict[str, Any]) -> bool:
    return status.get("isLongText") is True and not _part(status, "longText")


def _pictures(status: dict[str, Any]) -> tuple[str, ...]:
    pics = status.get("pics") or status.get("pic_infos")
    parts = list(pics.values()) if isinstance(pics, dict) else pics if isinstance(pics, list) else []
    found = (_media(_part(pic, "large").get("url")) or _media(pic.get("url")) for pic in parts if isinstance(pic, dict))
    return tuple(dict.fromkeys(filter(None, found)))


def _video(page: dict[str, Any]) -> str:
    if page.get("type") != "video" and page.get("object_type") != "video":
        return ""
    for name in _VIDEOS:
        for part in (_part(page, "urls"), _part(page, "media_info")):
            if address := _media(part.get(name)):
                return address
    return _media(page.get("page_url"))


def _long_text(answer: dict[str, Any], url: str) -> ParsedNote | Refusal | None:
    """The answer of `statuses/extend`: a text and counts, whose status only the address names."""
    data = _part(answer, "data")
    html = _word(data.get("longTextContent"))
    if not html:
        return None
    identity = status_id(next(iter(parse_qs(urlsplit(url).query).get("id", [])), ""))
    if not identity:
        return Refusal(f"{url}：这是一条微博的长文，但网址里没有微博编号（id=…），没有存。")
    return ParsedNote(
        platform=Platform.WEIBO,
        identity=identity,
        url=f"https://m.weibo.cn/detail/{identity}",
        text=weibo_text(html),
        tags=tuple(dict.fromkeys(_TOPIC.findall(_TAGS.sub("", html)))),
        liked=_word(data.get("attitudes_count")),
        commented=_word(data.get("comments_count")),
        shared=_word(data.get("reposts_count")),
        where=url,
    )


def _why_none(answer: dict[str, Any]) -> str:
    data, said = _part(answer, "data"), _word(answer.get("msg")) or _word(answer.get("message"))
    if answer.get("ok") in (-100, "-100") or _LOGIN.search(_word(answer.get("url"))) or "登录" in said:
        return "微博要求登录才能看，这里不绕过；请用导出文件、订阅源或粘贴的方式收录"
    if "userInfo" in data:
        return "这是账号资料，里面没有微博；请换成它的微博列表"
    if isinstance(data.get("data"), list) or isinstance(answer.get("data"), list):
        return "这是评论，不是微博"
    return f"微博的回应里没有微博（{said[:60]}）" if said else "微博的回应里没有微博"


def _part(value: Any, name: str) -> dict[str, Any]:
    part = value.get(name) if isinstance(value, dict) else None
    return part if isinstance(part, dict) else {}


def _word(value: Any) -> str:
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _media(value: Any) -> str:
    return resolve("https://m.weibo.cn/", _word(value))
