"""Any other public page: its article by trafilatura, or why there is none. Pure."""

from __future__ import annotations

import re
from typing import Any

import trafilatura

from crawler.addresses import canonical, platform_of
from crawler.items import ParsedNote, Refusal
from crawler.parsers.markup import Element, meta, parse_html, resolve

SHORTEST_TEXT = 40  # characters; less is a menu, a wall or an error page, not an article
_LOGIN = re.compile(r"登录|登陆|扫码|验证码|完成验证|sign in|log in|访客系统|visitor system", re.IGNORECASE)
_NOT_AN_AUTHOR = re.compile(r"版权|网友|授权|声明|来源|责任编辑|关注$")
_TIME_ON_PAGE = re.compile(r"(20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?\s+\d{1,2}:\d{2}(?::\d{2})?)")


def parse_article(html: str, url: str) -> ParsedNote | Refusal:
    """The article of a page. A page that asks for a login, or holds no text worth reading, is refused with the reason."""
    root = parse_html(html)
    if root is None:
        return Refusal(f"{url}：页面是空的。")
    found = _extracted(html, url)
    text = str(found.get("text") or "").strip()
    title = meta(root, "og:title") or str(found.get("title") or "").strip() or (root.findtext(".//title") or "").strip()
    if len(text) < SHORTEST_TEXT:
        if root.xpath("//input[@type='password']") or _LOGIN.search(title) or (_LOGIN.search(text) and len(text) < 2 * SHORTEST_TEXT):
            return Refusal(f"{url}：这个页面要登录或验证才能看，这里不绕过，没有存；请改用导出文件、订阅源或粘贴的方式。")
        return Refusal(f"{url}：页面里没有找到文章正文，没有存。")
    picture = resolve(url, meta(root, "og:image") or str(found.get("image") or ""))
    return ParsedNote(
        platform=platform_of(url),
        url=_own_address(root, url),
        title=title,
        text=text,
        tags=tuple(str(tag) for tag in found.get("tags") or ()),
        creator_name=_author(found) or meta(root, "og:site_name") or str(found.get("sitename") or ""),
        published_at=_time(root, found, html),
        images=(picture,) if picture else (),
        where=url,
    )


def _extracted(html: str, url: str) -> dict[str, Any]:
    try:
        found = trafilatura.bare_extraction(html, url=url, include_comments=False, include_tables=True, with_metadata=True)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return {} if found is None else found if isinstance(found, dict) else found.as_dict()


def _author(found: dict[str, Any]) -> str:
    name = str(found.get("author") or "").split(";")[0].strip()
    return "" if len(name) > 30 or _NOT_AN_AUTHOR.search(name) else name


def _time(root: Element, found: dict[str, Any], html: str) -> str:
    """The page's own time of publication; to the minute where it says so on the day that trafilatura found."""
    stated = meta(
        root, "article:published_time", "og:article:published_time", "datePublished", "publishdate", "pubdate", "weibo: article:create_at"
    )
    day = str(found.get("date") or "")
    if stated and (":" in stated or not day):
        return stated
    for printed in _TIME_ON_PAGE.findall(html):
        numbers = re.findall(r"\d+", printed)
        if day == f"{numbers[0]}-{int(numbers[1]):02}-{int(numbers[2]):02}":
            return str(printed)
    return day


def _own_address(root: Element, url: str) -> str:
    """The canonical address the page names, where that is on the same host; otherwise the one it was read at."""
    for link in root.xpath("//link[@rel='canonical']/@href"):
        own = canonical(resolve(url, str(link)))
        if own and own.split("/")[2].removeprefix("www.") == canonical(url).split("/")[2].removeprefix("www.") and own.count("/") > 3:
            return own
    return url
