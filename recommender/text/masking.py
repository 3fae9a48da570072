"""Personal data in collected text, replaced by typed placeholders before anything is stored. Pure."""

from __future__ import annotations

import re

KINDS = ("手机", "微信号", "邮箱", "身份证", "地址")

# Digits may be full-width, and writers who divert put spaces, dashes, dots or invisible characters between them.
_D = "[0-9０-９]"
_GAP = r"[ \-\u2013\u2014.·_~*—\u3000\u200b-\u200f\u2060\ufeff]{0,2}"
_ID_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z０-９])[1-9１-９]{_D}{{5}}(?:19|20|１９|２０){_D}{{2}}[01０１]{_D}[0-3０-３]{_D}{_D}{{3}}[0-9０-９XxＸ](?![0-9A-Za-z０-９])"
)
_PHONE = re.compile(rf"(?<![0-9A-Za-z０-９.])(?:[+＋]?(?:86|８６){_GAP})?[1１]{_GAP}[3-9３-９](?:{_GAP}{_D}){{9}}(?![0-9０-９A-Za-z])")
_MAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}"
    r"(?:@|＠| ?\[at\] ?|\(at\))[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){0,4}\.[A-Za-z]{2,12}(?![A-Za-z])"
)
_ACCOUNT = r"([A-Za-z][A-Za-z0-9_\-]{4,19}|[1-9][0-9]{5,11})(?![A-Za-z0-9_\-])"
_SIGNAL = (
    r"(?:微信号?|微\s?信|薇信|威信|維信|卫星号?|微❤️?|wechat|weixin|(?<![A-Za-z])wx(?:id)?|(?<![A-Za-z])vx|[➕+]\s?[vV](?:[xX信])?|[加jJ➕+]\s?(?:我)?\s?[vV薇微❤](?:[xX信])?"
    r"|(?<![A-Za-z0-9])[vVＶ](?=\s?[:：])|QQ(?:号|群)?|(?<![A-Za-z])qq|扣扣)"
)
_WECHAT = re.compile(
    rf"({_SIGNAL}(?:账号|号码|id|ID|号)?\s{{0,2}}(?:[:：是为➡️👉→=\-]|加|搜)?\s{{0,2}}[:：]?\s{{0,2}}){_ACCOUNT}", re.IGNORECASE
)
_ADDRESS = re.compile(r"((?:收货|收件|寄件|家庭|快递|回寄|我家)(?:地址|住址)\s*[:：是为]\s*)(?!\[)([^\n，。；;,!！?？\[]{6,60})")
_PLACEHOLDER = re.compile(r"\[(电话|手机|微信号|微信|邮箱|身份证|地址)\]")
_PLACEHOLDER_KIND = {
    "电话": "手机",
    "手机": "手机",
    "微信号": "微信号",
    "微信": "微信号",
    "邮箱": "邮箱",
    "身份证": "身份证",
    "地址": "地址",
}
_DIGIT_RUN = re.compile(rf"{_D}(?:{_GAP}{_D}){{10}}")
_SIGNAL_HINT = re.compile(r"[vVＶ❤薇]|微|威信|維信|卫星|weixin|wechat|wx|qq|扣扣", re.IGNORECASE)


def mask_personal(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with phone numbers, WeChat ids, e-mail addresses, ID numbers and delivery addresses replaced, and the kinds found.

    Placeholders are `[手机]`, `[微信号]`, `[邮箱]`, `[身份证]` and `[地址]`; one that stands already (also `[电话]`) stays and
    counts as found, so that masking twice gives the same text and kinds. A shop's public address stays: it is content.
    """
    if "@" in text or "＠" in text or "at" in text:
        text = _MAIL.sub("[邮箱]", text)
    if _DIGIT_RUN.search(text):
        text = _PHONE.sub("[手机]", _ID_NUMBER.sub("[身份证]", text))
    if _SIGNAL_HINT.search(text):
        text = _WECHAT.sub(r"\1[微信号]", text)
    if "址" in text:
        text = _ADDRESS.sub(r"\1[地址]", text)
    if "[" not in text:
        return text, ()
    found = {_PLACEHOLDER_KIND[name] for name in _PLACEHOLDER.findall(text)}
    return text, tuple(kind for kind in KINDS if kind in found)
