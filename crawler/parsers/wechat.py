"""公众号 article pages of every type, and the pages that stand where an article was. Pure."""

from __future__ import annotations

import html as entities
import re

from crawler.addresses import canonical, identity_of, platform_of
from crawler.items import ParsedNote, Refusal
from crawler.parsers.markup import Element, element_images, element_text, meta, parse_html
from recommender.library.model import Platform

# What stands on a page without article → what a person is told
_GONE = (
    ("已被发布者删除", "文章已被作者删除"),
    ("因违规无法查看", "文章因违规被平台屏蔽"),
    ("涉嫌违反相关法律法规", "文章因违规被平台屏蔽"),
    ("被投诉", "文章被投诉后无法查看"),
    ("已停止访问该网页", "平台停止了对该网页的访问"),
    ("已迁移", "公众号已经迁移，请用新地址"),
    ("帐号已被屏蔽", "公众号已被屏蔽"),
    ("账号已被屏蔽", "公众号已被屏蔽"),
    ("内容不可用", "文章已经不可用"),
    ("参数错误", "网址不完整，平台说参数错误"),
    ("链接已过期", "链接已过期，请换成文章的固定链接"),
)
_MESSAGE = re.compile(r"class=[\"'][^\"']*weui-msg__title[^\"']*[\"']>([^<]{1,200})")
_TYPE = re.compile(r"item_show_type\s*[:=]\s*['\"](\d+)['\"]")
_TIME = re.compile(r"(?:\bct\s*=\s*|(?:ori_create_time|oriCreateTime)\s*:\s*)[\"'](\d{9,11})[\"']")
_ACCOUNT = (
    re.compile(r"var nickname\s*=\s*htmlDecode\(\"((?:[^\"\\]|\\.){1,200})\"\)"),
    re.compile(r"nick_name\s*:\s*(?:JsDecode\()?'((?:[^'\\]|\\.){1,200})'"),
)
_BIZ = re.compile(r"\b(?:biz|bizuin)\s*[:=]\s*(?:JsDecode\()?(?:['\"]['\"]\s*\|\|\s*)?['\"]([A-Za-z0-9+/]{8,20}={0,2})['\"]")
_MID = re.compile(r"\b(?:appmsgid|mid)\s*[:=]\s*(?:JsDecode\()?(?:['\"]['\"]\s*\|\|\s*)?['\"](\d{6,12})['\"]")
_IDX = re.compile(r"\b(?:itemidx|idx)\s*[:=]\s*(?:JsDecode\()?(?:['\"]['\"]\s*\|\|\s*)?['\"](\d{1,2})['\"]")
_SCRIPT_TEXT = re.compile(r"\bcontent_noencode\s*:\s*(?:JsDecode\()?'((?:[^'\\]|\\.)*)'")
_SCRIPT_TITLE = re.compile(r"\bmsg_title\s*=\s*'((?:[^'\\]|\\.)*)'")
_PICTURE = re.compile(r"\bcdn_url\s*:\s*(?:JsDecode\()?'((?:[^'\\]|\\.){10,600})'")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "", "t": " "}
_MARKUP = re.compile(r"<(?:section|p|div|span|br|img)[\s>/]", re.IGNORECASE)
_ADVERTISER = "微信广告"
_HEAD = 5000  # characters in which a page says what it is
PICTURE_SHARE, TEXT_SHARE = "8", "10"


def is_wechat_page(html: str) -> bool:
    """Whether the page is one of 公众号, by what it holds (a saved page has another address)."""
    if 'name="wechat-enable-text-zoom-em"' in html[:_HEAD]:
        return True
    return "res.wx.qq.com" in html and any(sign in html for sign in ("rich_media", "weui-msg", "window.__allowLoadResFromMp"))


def parse_wechat(html: str, url: str) -> ParsedNote | Refusal:
    """The article of a page, or why there is none. The address of a saved page is the one it names itself."""
    root = parse_html(html)
    if root is None:
        return Refusal(f"{url}：页面是空的。")
    own = meta(root, "og:url")
    address = canonical(own) if platform_of(own) is Platform.WECHAT and platform_of(url) is not Platform.WECHAT else canonical(url)
    if gone := _gone(html, root):
        return Refusal(f"{url}：{gone}，没有存。")
    kind = next(iter(_TYPE.findall(html)), "0")
    body = root.xpath("//*[@id='js_content']")
    text = element_text(body[0]) if body and kind not in (PICTURE_SHARE, TEXT_SHARE) else ""
    text = text or _script_text(html)
    title = _decoded(meta(root, "og:title") or next(iter(_SCRIPT_TITLE.findall(html)), ""))
    pictures = element_images(body[0], address) if body else ()
    if kind == PICTURE_SHARE or not pictures:
        pictures = tuple(dict.fromkeys(found for raw in _PICTURE.findall(html) if (found := _decoded(raw)).startswith("http")))[:20]
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
        creator_id=next(iter(_BIZ.findall(html)), ""),
        creator_name=_account(html, root),
        published_at=next(iter(_TIME.findall(html)), None),
        images=pictures,
        where=url,
    )


def _gone(html: str, root: Element) -> str:
    message = "".join(_MESSAGE.findall(html))
    if ("js_content" not in html and "content_noencode" not in html) or message:
        said = message or element_text(root)[:2_000]
        for sign, sentence in _GONE:
            if sign in said:
                return sentence
        if "环境异常" in said or "完成验证" in said:
            return "平台要求先完成验证，这里不绕过验证；请稍后再试，或在浏览器里打开后粘贴内容"
        if "关于公众号" in (root.findtext(".//title") or ""):
            return "这是公众号的资料页，不是文章"
        if message:
            return f"平台提示「{message.strip()[:60]}」"
    return ""


def _script_text(html: str) -> str:
    text = max((_decoded(raw) for raw in _SCRIPT_TEXT.findall(html)), key=len, default="")
    if _MARKUP.search(text):
        root = parse_html(text)
        return element_text(root) if root is not None else ""
    return text.strip()


def _identity(html: str) -> str:
    """What the long form of the address would say, so that both forms are one article."""
    parts = [next(iter(pattern.findall(html)), "") for pattern in (_BIZ, _MID, _IDX)]
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
