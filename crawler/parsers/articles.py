"""Any other public page: its article, or why there is none. trafilatura reads it; for Chinese pages the page is pruned first. Pure."""

from __future__ import annotations

import re
from copy import deepcopy
from itertools import islice
from typing import Any

import trafilatura
from lxml.etree import Comment, ProcessingInstruction, strip_elements  # type: ignore[import-untyped]

from crawler.addresses import canonical, platform_of
from crawler.items import ParsedNote, Refusal
from crawler.parsers.headlines import author, headline, published
from crawler.parsers.markup import Element, element_text, meta, parse_html, resolve
from crawler.parsers.pruning import article_element, prose_size, prune
from crawler.parsers.trimming import is_furniture, trim

SHORTEST_TEXT = 40  # characters; less is a menu, a wall or an error page, not an article
MOST_ELEMENTS = 60_000  # a page of more is no article, and would take long to find one in
MOST_NESTED = 150  # elements in elements; trafilatura's time grows with the square of it, so deeper pages are read by our own walk
LEAST_CHINESE = 0.3  # share of Chinese characters from which on a text is read as Chinese
LEAST_KEPT = 0.7  # share of the body's prose that trafilatura has to agree with before its bounds are believed
LONG_PARAGRAPH = 60  # characters of a line that is never left out at the ends when a sentence stops in it
HEAD_SIZE = 600  # characters around the beginning of the body that say who wrote it and when
_LOGIN = re.compile(r"登录|登陆|扫码|验证码|完成验证|sign in|log in|访客系统|visitor system", re.IGNORECASE)
_CHINESE = re.compile("[\u3400-\u9fff]")
_SENTENCE_END = re.compile(r"[。！？；，：!?;…]|\.(?=\s|$)")


def parse_article(html: str, url: str) -> ParsedNote | Refusal:
    """The article of a page. A page that asks for a login, or holds no text worth reading, is refused with the reason."""
    root = parse_html(html)
    if root is None:
        return Refusal(f"{url}：页面是空的。")
    if sum(1 for _ in islice(root.iter(), MOST_ELEMENTS + 1)) > MOST_ELEMENTS:
        return Refusal(f"{url}：页面的标记太多（超过 {MOST_ELEMENTS} 个），不像文章，没有存。")
    found = _metadata(root, url)
    title = headline(root, str(found.get("title") or "").strip())
    text, head = article_text(root, title)
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
        creator_name=author(root, head, str(found.get("author") or ""), str(found.get("sitename") or "")),
        published_at=published(root, head, title, f"{url}\n{html}", str(found.get("date") or "")),
        images=(picture,) if picture else (),
        where=url,
    )


def article_text(root: Element, title: str) -> tuple[str, str]:
    """The text of the page's article, and the text around its beginning, where author and time stand. The root stays as it is.

    A Chinese page is pruned of what is not its article; trafilatura then says where in the remaining body the article begins
    and ends, and our own walk gives the lines between, because trafilatura drops short ones (headings, captions). Any other
    page is read by trafilatura alone.
    """
    pruned = deepcopy(root)
    prune(pruned)
    body = article_element(pruned)
    text = element_text(body)
    whole = element_text(pruned)
    at = max(0, whole.find(text[:30]))
    head = whole[max(0, at - HEAD_SIZE) : at + HEAD_SIZE]
    if len(_CHINESE.findall(text)) < LEAST_CHINESE * len(text) or len(text) < SHORTEST_TEXT:
        return _plain(root, text), head
    return trim(_bounded(text, _extracted(pruned)), title), head


def _plain(root: Element, ours: str) -> str:
    """What trafilatura finds by itself, where it holds sentences and not just the words of a menu."""
    page = deepcopy(root)
    strip_elements(page, Comment, ProcessingInstruction, with_tail=False)
    text = _extracted(page)
    said = sum(len(line) for line in text.split("\n") if _SENTENCE_END.search(line))
    return text if said >= max(SHORTEST_TEXT, 0.5 * len(text)) else ours if len(ours) >= SHORTEST_TEXT else ""


def _bounded(text: str, agreed: str) -> str:
    """The lines of `text` from the first to the last that also stand in `agreed`, or are a paragraph of whole sentences."""
    known = _squeezed(agreed)
    lines = text.split("\n")
    if not any(_agreed(line, known) for line in lines):
        return text
    both = [number for number, line in enumerate(lines) if _agreed(line, known) or (len(line) >= LONG_PARAGRAPH and "。" in line)]
    kept = lines[both[0] : both[-1] + 1]
    return "\n".join(kept) if prose_size(kept) >= LEAST_KEPT * prose_size(lines) else text


def _agreed(line: str, known: str) -> bool:
    return len(said := _squeezed(line)) > 3 and said in known and not is_furniture(line)


def _extracted(page: Element) -> str:
    if _deepest(page) > MOST_NESTED:
        return ""
    try:
        return str(trafilatura.extract(page, include_comments=False, include_tables=True) or "").strip()
    except (ValueError, TypeError, AttributeError, RecursionError):
        return ""


def _metadata(root: Element, url: str) -> dict[str, Any]:
    try:
        found = trafilatura.extract_metadata(deepcopy(root), default_url=url)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return {} if found is None else dict(found.as_dict())


def _deepest(root: Element) -> int:
    """How many elements are nested at most."""
    depth: dict[Element, int] = {}
    for element in root.iter():
        depth[element] = depth.get(element.getparent(), 0) + 1
    return max(depth.values())


def _own_address(root: Element, url: str) -> str:
    """The canonical address the page names, where that is on the same host; otherwise the one it was read at."""
    for link in root.xpath("//link[@rel='canonical']/@href"):
        own = canonical(resolve(url, str(link)))
        if own and own.split("/")[2].removeprefix("www.") == canonical(url).split("/")[2].removeprefix("www.") and own.count("/") > 3:
            return own
    return url


def _squeezed(text: str) -> str:
    return re.sub(r"[\s|-]+", "", text)
