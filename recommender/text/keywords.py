"""The words that a text is about, by how often it says them and how seldom others do (jieba's own frequencies)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib import resources

_WORD = re.compile(r"(?:[\u4e00-\u9fff]{2,}|[a-z][a-z0-9+&'-]+)$")
_SEEN_BY_ALL = """
我们 你们 他们 她们 自己 这个 那个 这些 那些 这样 那样 什么 怎么 可以 没有 就是 不是 还是 但是 因为 所以 如果 虽然 而且
然后 真的 非常 特别 比较 一个 一种 一下 一些 有点 时候 现在 已经 之前 之后 以后 大家 觉得 知道 感觉 出来 起来 下来 不会
不要 不能 需要 可能 其实 一直 一样 一定 这里 那里 这么 那么 东西 今天 昨天 明天 the and for you with this that are was
话题 小红书 姐妹 宝子
"""


@cache
def _seen_by_all() -> frozenset[str]:
    return frozenset(_SEEN_BY_ALL.split())


@cache
def _rarity() -> tuple[dict[str, float], float]:
    """jieba's inverse document frequencies, 0 for words that never tell, and their median for words it does not know."""
    lines = resources.files("jieba").joinpath("analyse/idf.txt").read_text("utf-8").splitlines()
    rarity = {word: float(value) for word, _, value in (line.partition(" ") for line in lines) if value}
    median = sorted(rarity.values())[len(rarity) // 2]
    return rarity | dict.fromkeys(_seen_by_all(), 0.0), median


def keywords(tokens: Sequence[str], top: int = 8) -> tuple[str, ...]:
    """The `top` words of a tokenized text that tell it from others, most telling first.

    Words of two Chinese characters or more and Latin words; a part of a longer word already chosen is left out.
    """
    rarity, median = _rarity()
    scored: dict[str, float] = {}
    for token, count in Counter(tokens).items():
        if len(token) < 2:
            continue
        word = token.lower() if token.isascii() else token
        telling = rarity.get(word)
        if telling is None:
            telling = median if _WORD.match(word) else 0.0
        if telling:
            scored[word] = scored.get(word, 0.0) + telling * (1 + math.log(count) if count > 1 else 1)
    best = sorted([(-score, word) for word, score in scored.items()])[: 4 * top]
    chosen: list[str] = []
    for _, word in best:
        for other in chosen:
            if word in other or other in word:
                break
        else:
            chosen.append(word)
            if len(chosen) == top:
                break
    return tuple(chosen)
