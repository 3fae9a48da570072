"""How many pages of our own making are decoded right, in six encodings under right, wrong and missing labels."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from w3lib.encoding import html_to_unicode

from crawler.evaluation.report import Evaluation
from crawler.parsers.charset import decode_page

ENCODINGS = ("utf-8", "gb18030", "gbk", "big5", "big5hkscs", "utf-16")
LABELS = ("right", "wrong", "missing")
PLACES = ("header", "meta", "both")
CUT = 0.15  # share of pages that break off in the middle, often inside a character
_NAMES = {"gbk": "gb2312", "utf-16": "utf-16", "big5hkscs": "big5-hkscs"}  # GBK pages mostly call themselves gb2312
_WRONG = {
    "utf-8": ("gb2312", "iso-8859-1", "big5"),
    "gb18030": ("utf-8", "iso-8859-1", "big5", "euc-jp"),
    "gbk": ("utf-8", "iso-8859-1", "big5", "windows-1252"),
    "big5": ("utf-8", "gb2312", "iso-8859-1", "gbk"),
    "big5hkscs": ("utf-8", "gb2312", "iso-8859-1", "gbk"),
    "utf-16": ("utf-8", "gb2312", "iso-8859-1"),
}
_SIMPLIFIED = (
    "这款{thing}我用了三个星期，最满意的是{good}，早晚各一次就够了。",
    "周末去{place}逛了一圈，排队的人不少，服务员说{good}的那几样卖得最快。",
    "很多人问我{thing}怎么选：先看成分，再看价格，最后看售后。",
    "今天的活动到晚上十点结束，门店里还有{number}份，先到先得。",
    "昨天下雨，路上堵了两个小时，到{place}的时候天已经黑了。",
    "妈妈说，{thing}放在阴凉的地方可以存半年，开封以后要尽快用完。",
    "记者从{place}了解到，今年前三季度的销量同比增长了百分之{number}。",
    "如果你也觉得{good}很重要，不妨试试这个办法，简单又省钱。",
)
_TRADITIONAL = (
    "這款{thing}我用了三個星期，最滿意的是{good}，早晚各一次就夠了。",
    "週末去{place}逛了一圈，排隊的人不少，店員說{good}的那幾樣賣得最快。",
    "很多人問我{thing}怎麼選：先看成分，再看價格，最後看售後服務。",
    "今天的活動到晚上十點結束，門市裡還有{number}份，先到先得。",
    "昨天下雨，路上塞了兩個小時，到{place}的時候天已經黑了。",
    "記者從{place}瞭解到，今年前三季的銷量比去年增加了百分之{number}。",
)
_HONG_KONG = ("今日去咗{place}食嘢，啲{thing}好正，同埋唔使等位。", "佢哋話{good}先係最緊要嘅，你哋覺得點呀？")
_WORDS: Mapping[bool, Mapping[str, tuple[str, ...]]] = {
    False: {
        "thing": ("面霜", "保温杯", "跑步鞋", "婴儿车", "茉莉花茶", "空气炸锅"),
        "good": ("不油腻", "味道清淡", "走路不累脚", "声音很小", "颜色好看"),
        "place": ("成都", "杭州西湖", "城南的菜市场", "新开的商场", "动物园"),
    },
    True: {
        "thing": ("面霜", "保溫杯", "跑步鞋", "嬰兒車", "茉莉花茶", "氣炸鍋"),
        "good": ("不油膩", "味道清淡", "走路不累腳", "聲音很小", "顏色好看"),
        "place": ("臺北", "淡水老街", "城南的菜市場", "新開的商場", "動物園"),
    },
}


@dataclass(frozen=True, slots=True)
class MadePage:
    """One page: its text, its bytes, and the label that its server sends ("" for none)."""

    text: str
    body: bytes
    header: str
    encoding: str
    label: str


def make_page(rng: random.Random, encoding: str, label: str) -> MadePage:
    """A page of a few sentences in an encoding, labelled rightly, wrongly or not at all, by server, markup or both."""
    traditional = encoding.startswith("big5") or (encoding != "gbk" and rng.random() < 0.25)
    templates = _TRADITIONAL if traditional else _SIMPLIFIED
    if encoding == "big5hkscs":
        templates = (*templates, *_HONG_KONG)
    words = _WORDS[traditional]
    sentences = [
        rng.choice(templates).format(number=rng.randint(2, 99), **{key: rng.choice(found) for key, found in words.items()})
        for _ in range(rng.choice((1, 2, 4, 12, 40)))
    ]
    if encoding in ("utf-8", "gb18030", "utf-16") and rng.random() < 0.3:
        sentences.append("🌸 只要 9.9 € ~ 㐂")
    named = {"right": _NAMES.get(encoding, encoding), "wrong": rng.choice(_WRONG[encoding]), "missing": ""}[label]
    place = rng.choice(PLACES)
    meta = f'<meta charset="{named}">' if named and place != "header" else ""
    paragraphs = "\n".join(f"<p>{sentence}</p>" for sentence in sentences)
    text = f'<!DOCTYPE html><html><head>{meta}<title>{sentences[0][:12]}</title></head><body class="post">\n{paragraphs}\n</body></html>'
    body = text.encode(encoding)
    if encoding == "utf-16" and rng.random() < 0.5:
        body = body[2:]  # without its byte order mark
    if rng.random() < CUT:
        body = body[: rng.randint(len(body) // 2, len(body) - 1)]
    return MadePage(text, body, named if place != "meta" else "", encoding, label)


def is_right(page: MadePage, text: str) -> bool:
    """Whether the text is the page's, up to the one character in which it may have been cut."""
    text = text.removeprefix("\ufeff")
    whole = len(page.text.encode(page.encoding)) - (2 if page.encoding == "utf-16" else 0)
    if len(page.body.removeprefix(b"\xff\xfe")) >= whole:
        return text == page.text
    text = text.rstrip("\ufffd")
    return page.text.startswith(text) and len(page.text[: len(text) + 1].encode(page.encoding)) >= len(page.body)


def decode_plainly(body: bytes, header: str) -> str:
    """What Scrapy makes of a page by itself: labels first, then UTF-8, then cp1252."""
    return html_to_unicode(f"text/html; charset={header}" if header else "text/html", body, default_encoding="utf-8")[1]


SYSTEMS: Mapping[str, Callable[[bytes, str], str]] = {
    "product": lambda body, header: decode_page(body, header)[0],
    "baseline": decode_plainly,
}


def evaluate_charset(pages: int = 5000, seed: int = 20251122) -> Evaluation:
    """The share of `pages` generated pages whose whole text is decoded right, per encoding and label, beside Scrapy's own way."""
    rng = random.Random(seed)
    right: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in SYSTEMS}
    made: Counter[tuple[str, str]] = Counter()
    for number in range(pages):
        page = make_page(rng, ENCODINGS[number % len(ENCODINGS)], LABELS[number // len(ENCODINGS) % len(LABELS)])
        kind = (page.encoding, page.label)
        made[kind] += 1
        for name, decode in SYSTEMS.items():
            right[name][kind] += is_right(page, decode(page.body, page.header))
    systems: dict[str, dict[str, float]] = {}
    for name in SYSTEMS:
        shares = {"decoded_right": right[name].total() / max(1, pages)}
        shares |= {f"{encoding}_{label}": right[name][encoding, label] / made[encoding, label] for encoding, label in sorted(made)}
        systems[name] = {metric: round(share, 4) for metric, share in shares.items()}
    lines = [f"{pages} 个自造页面，六种编码，标签正确、错误和缺失各三分之一（seed {seed}）"]
    lines.append(f"{'':22}{'product':>10}{'baseline':>10}{'pages':>8}")
    for metric in systems["product"]:
        size = made.total() if metric == "decoded_right" else made[tuple(metric.rsplit("_", 1))]  # type: ignore[index]
        lines.append(f"{metric:22}" + "".join(f"{systems[name][metric]:10.4f}" for name in SYSTEMS) + f"{size:8}")
    return Evaluation("eval charset", f"generated, seed {seed}", {"pages": pages}, systems, tuple(lines))
