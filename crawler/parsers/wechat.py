"""公众号 article pages of every type, and the pages that stand where an article was. Pure."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Sequence

from crawler.addresses import canonical, identity_of, platform_of
from crawler.items import ParsedNote, Refusal
from crawler.parsers.markup import Element, element_images, element_text, meta, parse_html
from crawler.parsers.trimming import trim
from recommender.library.model import Platform

# What stands on a page without article → the page's type, and what a person is told
_GONE = (
    ("已被发布者删除", "deleted_by_author", "文章已被作者删除"),
    ("已被作者删除", "deleted_by_author", "文章已被作者删除"),
    ("因违规无法查看", "removed_for_violation", "文章因违规被平台屏蔽"),
    ("违反相关法律法规", "removed_for_violation", "文章因违规被平台屏蔽"),
    ("违反《", "removed_for_violation", "文章因违规被平台屏蔽"),
    ("被投诉", "removed_for_violation", "文章被投诉后无法查看"),
    ("已停止访问该网页", "removed_for_violation", "平台停止了对该网页的访问"),
    ("已迁移", "unavailable", "公众号已经迁移，请用新地址"),
    ("帐号已被屏蔽", "unavailable", "公众号已被屏蔽"),
    ("账号已被屏蔽", "unavailable", "公众号已被屏蔽"),
    ("注销", "unavailable", "公众号已经注销"),
    ("内容不可用", "unavailable", "文章已经不可用"),
    ("无法查看", "unavailable", "文章已经无法查看"),
    ("不存在", "unavailable", "文章不存在"),
    ("参数错误", "unavailable", "网址不完整，平台说参数错误"),
    ("链接已过期", "unavailable", "链接已过期，请换成文章的固定链接"),
    ("环境异常", "unavailable", "平台要求先完成验证，这里不绕过验证；请稍后再试，或在浏览器里打开后粘贴内容"),
    ("完成验证", "unavailable", "平台要求先完成验证，这里不绕过验证；请稍后再试，或在浏览器里打开后粘贴内容"),
)
_MESSAGE = re.compile(r"class=[\"'][^\"']*weui-msg__title[^\"']*[\"']>([^<]{1,200})")


def _word(name: str, rest: str) -> re.Pattern[str]:
    """A whole word and what follows it. The page is megabytes of script: a pattern that begins with letters is found 50 times faster."""
    return re.compile(rf"{name}(?<!\w{name}){rest}")


_VALUE = r"\s*[:=]\s*(?:JsDecode\()?(?:['\"]['\"]\s*\|\|\s*)?['\"]"
# The page's own kind stands in one of these forms; the same word with other prefixes is about other pages
_TYPES = (
    re.compile(r"window\.item_show_type\s*=\s*['\"](\d+)['\"]"),
    _word("item_show_type", r"\s*:\s*['\"](\d+)['\"]\s*\*\s*1"),
    _word("item_show_type", r"\s*[:=]\s*['\"](\d+)['\"]"),
)
_SHARED = (_word("source_biz", r"\s*[:=]\s*['\"](\d+)['\"]"), _word("reprint_type", r"\s*=\s*['\"]([1-9])"))
_PROFILE = re.compile(r"<title>\s*关于(?:公众号|服务号|订阅号|帐号|账号)\s*</title>")
_TIMES = (
    _word("ct", r"\s*=\s*[\"'](\d{9,11})[\"']"),
    _word("ori_create_time", r"\s*:\s*[\"'](\d{9,11})[\"']"),
    _word("oriCreateTime", r"\s*:\s*[\"'](\d{9,11})[\"']"),
)
_ACCOUNT = (
    re.compile(r"var nickname\s*=\s*htmlDecode\(\"((?:[^\"\\]|\\.){1,200})\"\)"),
    re.compile(r"nick_name\s*:\s*(?:JsDecode\()?'((?:[^'\\]|\\.){1,200})'"),
)
_BIZ = (_word("biz", rf"(?:uin)?{_VALUE}([A-Za-z0-9+/]{{8,20}}={{0,2}})['\"]"),)
_MID = (_word("mid", rf"{_VALUE}(\d{{6,12}})['\"]"), _word("appmsgid", rf"{_VALUE}(\d{{6,12}})['\"]"))
_IDX = (_word("idx", rf"{_VALUE}(\d{{1,2}})['\"]"), _word("itemidx", rf"{_VALUE}(\d{{1,2}})['\"]"))
_SCRIPT_TEXT = _word("content_noencode", r"\s*:\s*(?:JsDecode\()?'((?:[^'\\]|\\.)*)'")
_SCRIPT_TITLE = _word("msg_title", r"\s*=\s*'((?:[^'\\]|\\.)*)'")
_PICTURE = _word("cdn_url", r"\s*:\s*(?:JsDecode\()?'((?:[^'\\]|\\.){10,600})'")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "", "t": " "}
_MARKUP = re.compile(r"<(?:section|p|div|span|br|img)[\s>/]", re.IGNORECASE)
_LINK = re.compile(r"</?(?:a|wx-[a-z-]+|mp-[a-z-]+)\b[^>]{0,2000}>", re.IGNORECASE)
_ADVERTISER = "微信广告"
_HEAD = 5000  # characters in which a page says what it is
PICTURE_SHARE, TEXT_SHARE = "8", "10"
_KINDS = {"5": "video_share", "6": "audio_share", "7": "audio_share", PICTURE_SHARE: "image_share", TEXT_SHARE: "text_share"}
MOST_PICTURES = 20


def is_wechat_page(html: str) -> bool:
    """Whether the page is one of 公众号, by what it holds (a saved page has another address)."""
    if 'name="wechat-enable-text-zoom-em"' in html[:_HEAD]:
        return True
    return "res.wx.qq.com" in html and any(sign in html for sign in ("rich_media", "weui-msg", "window.__allowLoadResFromMp"))


def page_type(html: str) -> str:
    """What kind of 公众号 page it is.

    One of article, article_share (another account's article), text_share, image_share, video_share, audio_share;
    deleted_by_author, removed_for_violation, account_profile and unavailable hold no article.
    """
    root = parse_html(html)
    gone = _gone(html, root)[0] if root is not None else "unavailable"
    return gone or _KINDS.get(_kind(html), "article_share" if _first(_SHARED, html) else "article")


def parse_wechat(html: str, url: str) -> ParsedNote | Refusal:
    """The article of a page, or why there is none. The address of a saved page is the one it names itself."""
    root = parse_html(html)
    if root is None:
        return Refusal(f"{url}：页面是空的。")
    own = meta(root, "og:url")
    address = canonical(own) if platform_of(own) is Platform.WECHAT and platform_of(url) is not Platform.WECHAT else canonical(url)
    if gone := _gone(html, root)[1]:
        return Refusal(f"{url}：{gone}，没有存。")
    kind = _kind(html)
    body = root.xpath("//*[@id='js_content']")
    title = _decoded(meta(root, "og:title") or next(iter(_SCRIPT_TITLE.findall(html)), ""))
    text = element_text(body[0]) if body and kind not in (PICTURE_SHARE, TEXT_SHARE) else ""
    text = trim(text or _script_text(html))
    pictures = element_images(body[0], address) if body else ()
    if kind == PICTURE_SHARE or not pictures:
        pictures = tuple(dict.fromkeys(found for raw in _PICTURE.findall(html) if (found := _decoded(raw)).startswith("http")))[
            :MOST_PICTURES
        ]
    if kind == TEXT_SHARE:
        # has no title: the page repeats its text as one, or puts the first line of the text there
        text = text if _squeezed(title)[:30] in _squeezed(text) else f"{title}\n\n{text}"
        title, pictures = "", ()
    if not text and not pictures:
        return Refusal(f"{url}：页面里没有文章正文（可能需要在微信里打开），没有存。")
    return ParsedNote(
        platform=Platform.WECHAT,
        identity=identity_of(address) or _identity(html),
        url=address,
        title=title,
        text=text,
        creator_id=_first(_BIZ, html),
        creator_name=_account(html, root),
        published_at=_first(_TIMES, html) or None,
        images=pictures,
        where=url,
    )


def _first(patterns: Sequence[re.Pattern[str]], html: str) -> str:
    return next((found[1] for pattern in patterns if (found := pattern.search(html))), "")


def _kind(html: str) -> str:
    return _first(_TYPES, html) or "0"


def _gone(html: str, root: Element) -> tuple[str, str]:
    """The type of a page without article, and what a person is told; two empty strings where there is one."""
    if _PROFILE.search(html):
        return "account_profile", "这是公众号的资料页，不是文章"
    message = "".join(_MESSAGE.findall(html))
    if ("js_content" not in html and "content_noencode" not in html) or message:
        said = message or element_text(root)[:2_000]
        for sign, kind, sentence in _GONE:
            if sign in said:
                return kind, sentence
        if message:
            return "unavailable", f"平台提示「{message.strip()[:60]}」"
    return "", ""


def _script_text(html: str) -> str:
    text = _LINK.sub("", max((_decoded(raw) for raw in _SCRIPT_TEXT.findall(html)), key=len, default=""))
    if _MARKUP.search(text):
        root = parse_html(text.replace("\n", "<br>"))
        return element_text(root) if root is not None else ""
    return text.strip()


def _identity(html: str) -> str:
    """What the long form of the address would say, so that both forms are one article."""
    parts = [_first(patterns, html) for patterns in (_BIZ, _MID, _IDX)]
    return "_".join(parts) if all(parts) else ""


def _account(html: str, root: Element) -> str:
    for pattern in _ACCOUNT:
        for raw in pattern.findall(html):
            name = _decoded(raw).strip()
            if name and name != _ADVERTISER:
                return name
    named = root.xpath("string(//*[@id='js_name'])")
    return str(named).strip()


def _decoded(text: str) -> str:
    """A JavaScript string's text, with the HTML entities that the page's `JsDecode` leaves."""

    def letter(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else _LETTERS.get(found[3], found[3])

    return entities.unescape(_ESCAPE.sub(letter, text)).strip()


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
