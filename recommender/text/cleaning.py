"""Text as platforms export it, made readable: widths folded, markup of hashtags and emoji taken out. Pure."""

from __future__ import annotations

import re

from recommender.text.repairing import mended, restored

# Platform emoji that carry no marker of their own; other bracketed words, such as [广告], are the author's and stay.
_EMOJI_NAMES = (
    "doge|PK|SG|OK|666|Emm|Facepalm|Party|Drool|Tongue|微笑|撇嘴|色|发呆|得意|流泪|害羞|闭嘴|睡|大哭|尴尬|发怒|调皮|呲牙|惊讶|难过|囧|抓狂|吐|偷笑|愉快|"
    "白眼|傲慢|困|惊恐|憨笑|悠闲|咒骂|疑问|嘘|晕|衰|骷髅|敲打|再见|擦汗|抠鼻|鼓掌|坏笑|左哼哼|右哼哼|哈欠|鄙视|委屈|快哭了|阴险|亲亲|可怜|笑脸|生病|"
    "脸红|破涕为笑|恐惧|失望|无语|嘿哈|捂脸|奸笑|机智|皱眉|耶|吃瓜|加油|加油加油|汗|天啊|社会社会|旺柴|好的|打脸|哇|翻白眼|让我看看|叹气|苦涩|裂开|"
    "嘴唇|爱心|心碎|拥抱|强|弱|握手|胜利|抱拳|勾引|拳头|合十|啤酒|咖啡|蛋糕|玫瑰|凋谢|菜刀|炸弹|便便|月亮|太阳|庆祝|礼物|红包|發|福|烟花|爆竹|猪头|"
    "跳跳|发抖|转圈|笑cry|允悲|跪了|二哈|哈哈|嘻嘻|心|泪|good|作揖|赞|给力|威武|馋嘴|可爱|可爱多|挤眼|费解|喵喵|并不简单|打call|摊手|酸|赢牛奶|哆啦A梦.{0,3}|"
    "费解|挖鼻|互粉|偷乐|怒|拜拜|思考|黑线|感冒|伤心|太开心|鲜花|浮云|蜡烛|干杯|钟|围观|奋斗|捂眼|灵光一闪|绝望的凝视|比心|玫瑰花|泣不成声|送心|飞吻"
)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\U000e0000-\U000e007f]"
    "|(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d"  # joins the parts of one emoji; anywhere else it hides something
)
_WIDTHS: dict[int, str | int] = {
    ord("　"): " ",
    ord("\xa0"): " ",
    ord("\u2028"): "\n",
    ord("\u2029"): "\n",
    ord("\x85"): "\n",
    ord("\t"): " ",
}
_WIDTHS |= {wide: wide - 0xFEE0 for block in (range(0xFF10, 0xFF1A), range(0xFF21, 0xFF3B), range(0xFF41, 0xFF5B)) for wide in block}
_NEEDS_WIDTHS = re.compile("[　\xa0\u2028\u2029\x85\t０-９Ａ-Ｚａ-ｚ]")
_TOPIC = re.compile(r"#([^#\[\]\n]{1,60})\[(?:话题|超话)\]#? ?")
_PAIRED = re.compile(r"#([^#\s\[\]]{1,40})# ?")
_CHAIN = re.compile(r"(?<![^\s#])#[^#\s\[\]]{1,30}(?:#[^#\s\[\]]{1,30}){2,}(?=\s|$)")
_PLAIN_TAG = re.compile(r"#([^\s#\[\]，。！？、；：,!?;:（）()【】「」]{1,60})")
_EMOJI = re.compile(rf"\[(?:[^\[\]\s]{{1,8}}[RH]|{_EMOJI_NAMES})\]")
_SPACES = re.compile(r" {2,}")
_LINE_EDGES = re.compile(r" *\n *")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean_text(text: str) -> str:
    """The readable text: nothing invisible, plain letters and digits, `#词[话题]#` as `#词`, no `[笑哭R]`, at most one blank line.

    Entities are resolved, readings after characters taken out, text read in a wrong encoding repaired (`repairing`). Mentions
    stay, at the end too: they name brands. Cleaning twice changes nothing more. What was published is kept beside it, so that
    this may be firm.
    """
    cleaned = _tidied(restored(text))  # first of all, for control characters and no-break spaces are bytes of it
    while (sound := mended(cleaned)) != cleaned:  # what is taken out may join the halves of something else
        cleaned = _tidied(sound)
    return cleaned


def _tidied(text: str) -> str:
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if not text.replace("\n", " ").isprintable():
            text = _INVISIBLE.sub("", text)
    if _NEEDS_WIDTHS.search(text):
        text = text.translate(_WIDTHS)
    if "[" in text:
        text, taken = _EMOJI.subn("", _TOPIC.sub(r"#\1 ", text))
        while taken:  # taking one out may join the halves of another
            text, taken = _EMOJI.subn("", _TOPIC.sub(r"#\1 ", text))
    if text.count("#") > 1:
        text = _PAIRED.sub(r"#\1 ", _CHAIN.sub(lambda found: found[0].replace("#", " #").strip(), text))
    if "  " in text:
        text = _SPACES.sub(" ", text)
    if " \n" in text or "\n " in text:
        text = _LINE_EDGES.sub("\n", text)
    if "\n\n\n" in text:
        text = _BLANK_LINES.sub("\n\n", text)
    return text.strip()


def hashtags(text: str) -> tuple[str, ...]:
    """The words of the text's hashtags, once each, in order, from any of `#词[话题]#`, `#词#`, `#a#b#c` and `#词 `."""
    if "#" not in text:
        return ()
    words = (word.strip() for word in _PLAIN_TAG.findall(clean_text(text)))
    return tuple(dict.fromkeys(word for word in words if word))
