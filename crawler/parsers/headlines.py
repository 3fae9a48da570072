"""Title, author and time of publication as a page states them. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from crawler.parsers.markup import Element, meta

_SEPARATOR = re.compile(r"\s*(?:_+|\||｜|丨|»|--+|——|\s[-–—·]\s|[-–—](?=[^-–—]{1,24}$))\s*")
_SITE = re.compile(
    r"网|新闻|频道|资讯|在线|官方|日报|晚报|早报|时报|商报|周刊|博客|论坛|社区|公众号|头条|客户端|门户|首页|栏目|平台|知乎|百科|空间|\.(?:com|cn|net|org)|\bpaper\b|\bEDN\b",
    re.IGNORECASE,
)
_PRINTED = re.compile(r"(20\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?\s*T?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)")
_DAY = re.compile(r"(20\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
_NEW_YEAR = re.compile(r"(\d{4})-01-01")
_BYLINE = re.compile(
    r"(?:(?:作\s*者|撰文|记\s*者|文)\s*[:：/／|丨]\s*([^\s:：,，、。|/／<>（）()【】\d]{2,12})|(?:记者\s+|[（(][^（）()]{0,12}记者\s*)([\u4e00-\u9fff]{2,3}))(?=[\s:：,，、）)】|/／]|$)(?!\s*摄)"
)
_FROM = re.compile(r"(?:来\s*源(?:于)?|稿源|出处)\s*[:：]\s*([^\s:：,，。|<>（）()【】]{2,20})")
_NOT_A_NAME = re.compile(
    r"版权|网友|授权|声明|来源|责任编辑|关注$|登录|注册|发布|时间|编辑$|admin|管理员|网络整理|佚名|未知|匿名|本站|综合$|摄$|^\d+$|[@\[\]]",
    re.IGNORECASE,
)
TIMES = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datePublished",
    "publishdate",
    "PubDate",
    "pubdate",
    "og:release_date",
    "bytedance:published_time",
    "weibo: article:create_at",
)
LONGEST_TITLE, LONGEST_NAME = 120, 30
NEAR = 160  # characters after the title in which its time is printed


def headline(root: Element, fallback: str) -> str:
    """The article's title without the name of the site after it."""
    document = " ".join((root.findtext(".//title") or "").split())
    squeezed = _squeezed(document)
    heads = [" ".join(str(head.text_content()).split()) for head in root.xpath("//h1|//h2|//*[@itemprop='headline']")[:20]]
    inside = [head for head in heads if 4 <= len(head) <= LONGEST_TITLE and squeezed.startswith(_squeezed(head))]
    inside = inside or [head for head in heads if len(head) >= 8 and _squeezed(head) in squeezed and len(head) >= 0.5 * len(document)]
    if inside:
        return max(inside, key=len)
    stated = meta(root, "og:title", "twitter:title") or next(_linked_data(root, "headline"), "")
    if stated and not _cut_off(stated, document):
        return without_site(stated, meta(root, "og:site_name"))
    if document:
        return without_site(document, meta(root, "og:site_name"))
    return next((head for head in heads if 4 <= len(head) <= LONGEST_TITLE), "") or fallback


def without_site(title: str, site: str = "") -> str:
    """The title up to where the site, channel or section is named: `标题_频道_新浪网` is `标题`."""
    parts = _SEPARATOR.split(title)
    if len(parts) == 1:
        return title.strip()
    end = len(title)
    for found in reversed(list(_SEPARATOR.finditer(title))):
        last = title[found.end() : end].strip()
        underscore = "_" in found[0]
        if not (underscore or last == site or not last or (len(last) <= 24 and _SITE.search(last))):
            break
        if len(title[: found.start()].strip()) < 4:
            break
        end = found.start()
    return title[:end].strip()


def author(root: Element, head: str, stated: str, site: str) -> str:
    """Who wrote it; where the page does not say, whom it is from; `head` is the text above and at the beginning of the body."""
    byline, source = _BYLINE.search(head), _FROM.search(head)
    candidates = (
        stated.split(";", maxsplit=1)[0],
        *_linked_data(root, "author"),
        (byline[1] or byline[2]) if byline else "",
        source[1] if source else "",
        meta(root, "author", "article:author"),
        meta(root, "og:site_name"),
        site,
    )
    for candidate in candidates:
        name = " ".join(candidate.split())
        if 2 <= len(name) <= LONGEST_NAME and not _NOT_A_NAME.search(name) and not name.startswith("http"):
            return name
    return ""


def published(root: Element, head: str, title: str, html: str, day: str) -> str:
    """The page's own time of publication, to the minute where it says so anywhere; `day` is what was found otherwise;
    `html` is the page with its address before it.

    What a machine is told comes first, then the time printed right under the title in `head`, then one on the found day.
    """
    stated = meta(root, *TIMES) or next(_linked_data(root, "datePublished"), "") or "".join(root.xpath("//time/@datetime")[:1])
    if ":" in stated:
        return stated
    under = head[head.find(title) + len(title) :][:NEAR] if title and title in head else ""
    if not stated and (printed := _PRINTED.search(under)):
        return printed[1]
    day = stated or ("" if _only_a_year(day, html) else day)
    for printed_time in (*_PRINTED.findall(head), *_PRINTED.findall(html)):
        if not day or _same_day(printed_time, day):
            return str(printed_time)
    return day


def _only_a_year(day: str, html: str) -> bool:
    """Whether a found day is but a year that stands somewhere, in a word or a notice of rights, for which a first of January was put."""
    if not (year := _NEW_YEAR.fullmatch(day)):
        return False
    first, month = r"0?1(?:st)?,?", r"jan(?:uary)?[.,]?"
    printed = rf"{year[1]}\s*[-/.年]?\s*0?1\s*[-/.月]?\s*0?1(?!\d)|\b(?:{month}\s+{first}|{first}\s+{month})\s+{year[1]}"
    return re.search(printed, html, re.IGNORECASE) is None


def _same_day(printed: str, day: str) -> bool:
    first, second = _DAY.search(printed), _DAY.search(day)
    return bool(first and second and [int(part) for part in first.groups()] == [int(part) for part in second.groups()])


def _cut_off(stated: str, document: str) -> bool:
    """Whether the stated title ends inside the document's: a quotation mark in it has ended the attribute."""
    rest = _squeezed(document).removeprefix(_squeezed(stated))
    return len(rest) < len(_squeezed(document)) and rest[:1] in ('"', "'", "“", "”")


def _linked_data(root: Element, field: str) -> Iterator[str]:
    """The values of a field in the page's JSON-LD, of the objects that are articles; a person or organisation is its name."""
    for script in root.xpath("//script[@type='application/ld+json']")[:8]:
        try:
            found = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        for thing in _things(found, 0):
            value = thing.get(field)
            if not re.search(r"Article|Posting|Report|Page", str(thing.get("@type"))):
                continue
            for one in value if isinstance(value, list) else [value]:
                said = one.get("name") if isinstance(one, dict) else one
                if isinstance(said, str) and said.strip():
                    yield said.strip()


def _things(found: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > 3:
        return
    if isinstance(found, dict):
        yield found
        yield from _things(found.get("@graph"), depth + 1)
    elif isinstance(found, list):
        for one in found[:20]:
            yield from _things(one, depth + 1)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
