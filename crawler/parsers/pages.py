"""Which parser reads a page: by its address, and for saved pages by what they hold. Pure."""

from __future__ import annotations

from crawler.addresses import platform_of
from crawler.items import ParsedNote, Refusal
from crawler.parsers.articles import parse_article
from crawler.parsers.wechat import is_wechat_page, parse_wechat
from crawler.parsers.xhs import is_xhs_page, parse_xhs
from recommender.library.model import Platform

MOST_BROKEN = 0.001  # share of unreadable characters above which a label is not believed


def page_text(body: bytes, declared: str) -> str:
    """The page's text. Bytes that are valid UTF-8 are UTF-8 whatever they are labelled; the label holds for all others."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    name = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "utf-8": "utf-8", "utf8": "utf-8"}.get(declared.lower(), declared)
    try:
        text = body.decode(name, "replace")
    except LookupError:
        text = body.decode("utf-8", "replace")
    if text.count("\ufffd") <= MOST_BROKEN * len(text):
        return text
    return min(
        (text, *(body.decode(other, "replace") for other in ("utf-8", "gb18030", "big5hkscs"))), key=lambda option: option.count("\ufffd")
    )


def parse_page(html: str, url: str, *, saved: bool = False) -> ParsedNote | Refusal:
    """The note of one public page. `saved` says that the page is a copy on a host of our own, so it may name its origin itself."""
    platform = platform_of(url)
    if platform is Platform.WECHAT or (saved and is_wechat_page(html)):
        return parse_wechat(html, url)
    if platform is Platform.XHS or (saved and is_xhs_page(html)):
        return parse_xhs(html, url)
    return parse_article(html, url)
