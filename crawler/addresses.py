"""One address per page: tracking dropped, the many forms of a note's address made one. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from recommender.library.model import Platform

_TRACKING = re.compile(
    r"utm_.*|spm|scm|xsec_token|xsec_source|share_.*|shareRedId|apptime|appuid|fbclid|gclid|yclid|msclkid|mc_[ce]id|igshid|_ga|_gl"
    r"|from_spmid|vd_source|spm_id_from|chksm|scene|sharer_.*|exportkey|pass_ticket|wx_header|nettype|ascene|devicetype",
    re.IGNORECASE,
)
_XHS_NOTE = re.compile(r"/(?:explore|discovery/item|user/profile/[0-9a-z]{1,40}|search_result|board/[0-9a-z]+)/([0-9a-zA-Z]{16,32})/?")
# a word of small letters behind an account's number is a section of its page (photos, followers), not a status
_WEIBO_NOTE = re.compile(r"/(?:detail|status|statuses/show|\d{5,12})/((?![a-z]+/?$)[0-9A-Za-z]{6,20})/?")
_DOUYIN_NOTE = re.compile(r"/(?:share/)?(?:video|note)/(\d{6,24})/?")
_KUAISHOU_NOTE = re.compile(r"/(?:short-video|fw/photo|f)/([0-9A-Za-z_-]{6,40})/?")
_BILIBILI_VIDEO = re.compile(r"/video/((?:BV[0-9A-Za-z]{10})|av\d+)/?", re.IGNORECASE)
_ZHIHU_NOTE = re.compile(r"/(?:question/\d+/answer|p|zvideo|pin|answer)/(\d+)/?")
_HOSTS = {
    "xiaohongshu.com": Platform.XHS,
    "xhslink.com": Platform.XHS,
    "weibo.com": Platform.WEIBO,
    "weibo.cn": Platform.WEIBO,
    "mp.weixin.qq.com": Platform.WECHAT,
    "douyin.com": Platform.DOUYIN,
    "iesdouyin.com": Platform.DOUYIN,
    "kuaishou.com": Platform.KUAISHOU,
    "bilibili.com": Platform.BILIBILI,
    "zhihu.com": Platform.ZHIHU,
}
_NOTES = {
    Platform.XHS: _XHS_NOTE,
    Platform.WEIBO: _WEIBO_NOTE,
    Platform.DOUYIN: _DOUYIN_NOTE,
    Platform.KUAISHOU: _KUAISHOU_NOTE,
    Platform.BILIBILI: _BILIBILI_VIDEO,
    Platform.ZHIHU: _ZHIHU_NOTE,
}


def platform_of(url: str) -> Platform:
    """The platform whose host this is; `Platform.WEB` for every other."""
    try:
        host = (urlsplit(url.strip()).hostname or "").lower()
    except ValueError:
        return Platform.WEB
    while host:
        if host in _HOSTS:
            return _HOSTS[host]
        host = host.partition(".")[2]
    return Platform.WEB


def identity_of(url: str) -> str:
    """The platform's own id of the note that the address names, or "" where the address has none.

    A long 公众号 address gives `biz_mid_idx`; its short form names the article by the address alone.
    """
    platform = platform_of(url)
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if platform is Platform.WECHAT:
        query = dict(parse_qsl(parts.query))
        names = [query.get(name, "") for name in ("__biz", "mid", "idx")]
        return "_".join(names) if all(names) else ""
    if platform in _NOTES and (found := _NOTES[platform].fullmatch(parts.path)):
        return status_id(found[1]) if platform is Platform.WEIBO else found[1]
    return ""


def status_id(name: str) -> str:
    """The number of a 微博 from either of its names: the number itself, or the base-62 form in desktop addresses."""
    if name.isdigit() or not re.fullmatch(r"[0-9A-Za-z]{6,10}", name):
        return name
    number = ""
    for end in range(len(name), 0, -4):
        value = 0
        for letter in name[max(0, end - 4) : end]:
            value = value * 62 + (ord(letter) - (48 if letter <= "9" else 29 if letter <= "Z" else 87))
        number = str(value).zfill(7) + number
    return number.lstrip("0")


def canonical(url: str) -> str:
    """The one form of an address that we keep: "" for anything but http and https, or without a host.

    Host in lower case, no default port, user or fragment, tracking and expiring tokens dropped, the rest of the query
    sorted; note addresses of the platforms in their plainest form.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not host or re.search(r"[\s\x00-\x1f\\]", host):
        return ""
    platform, identity = platform_of(url), identity_of(url)
    if special := _special(platform, identity, host, parts.path, parts.query):
        return special
    if ":" in host:
        host = f"[{host}]"
    if port and port != {"http": 80, "https": 443}[scheme]:
        host = f"{host}:{port}"
    path = quote(parts.path, safe="/:@!$&'()*+,;=-._~%", errors="replace")
    pairs = sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0]))
    query = urlencode(pairs, errors="replace")
    return f"{scheme}://{host}{path or '/'}{'?' + query if query else ''}"


def _special(platform: Platform, identity: str, host: str, path: str, query: str) -> str:
    if platform is Platform.XHS and identity:
        return f"https://www.xiaohongshu.com/explore/{identity}"
    if platform is Platform.WEIBO and identity and identity.isdigit():
        return f"https://m.weibo.cn/detail/{identity}"
    if platform is Platform.WECHAT:
        if path.startswith("/s/"):
            return f"https://mp.weixin.qq.com{path.rstrip('/')}"
        values = dict(parse_qsl(query))
        kept = "&".join(f"{name}={values[name]}" for name in ("__biz", "mid", "idx", "sn") if values.get(name))
        return f"https://mp.weixin.qq.com/s?{kept}" if path == "/s" and identity else ""
    if platform is Platform.DOUYIN and identity:
        return f"https://www.douyin.com{'/note/' if '/note/' in path else '/video/'}{identity}"
    if platform is Platform.BILIBILI and identity:
        return f"https://www.bilibili.com/video/{identity}"
    if platform in (Platform.ZHIHU, Platform.KUAISHOU) and identity:
        return f"https://{host}{path.rstrip('/')}"
    return f"https://{host}{path}" if host == "xhslink.com" else ""
