"""Which parser reads a page: by its address, and for saved pages by what they hold. Pure."""

from __future__ import annotations

from crawler.addresses import platform_of
from crawler.items import ParsedNote, Refusal
from crawler.parsers.articles import parse_article
from crawler.parsers.charset import decode_page, is_binary
from crawler.parsers.wechat import is_wechat_page, parse_wechat
from crawler.parsers.xhs import is_xhs_page, parse_xhs
from recommender.library.model import Platform


def page_text(body: bytes, declared: str) -> str:
    """The page's text, whatever the bytes are labelled (see `decode_page`)."""
    return decode_page(body, declared)[0]


def parse_page(html: str, url: str, *, saved: bool = False) -> ParsedNote | Refusal:
    """The note of one public page. `saved` says that the page is a copy on a host of our own, so it may name its origin itself."""
    if is_binary(html):
        return Refusal(f"{url[:200]}：不是网页（可能是图片、视频或文件），没有存。")
    platform = platform_of(url)
    if platform is Platform.WECHAT or (saved and is_wechat_page(html)):
        return parse_wechat(html, url)
    if platform is Platform.XHS or (saved and is_xhs_page(html)):
        return parse_xhs(html, url)
    return parse_article(html, url)
