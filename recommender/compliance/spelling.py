"""Undo evasive spellings: one plain reading of a text, with the way back to the characters it came from."""

from __future__ import annotations

import re
from collections.abc import Mapping

from recommender.text.folding import fold, fold_map

# Put between the characters of a word to hide it. Marks that end a clause, quotes and brackets are none of them.
_INSERTED = re.compile(
    r"(?<=[\u4e00-\u9fffa-z0-9])[*/\\|·•_~^+=\-.'` \u3000\U0001F000-\U0001FAFF\u2600-\u27BF\u2190-\u21FF\u20E3]{1,3}(?=[\u4e00-\u9fff])"
    r"|(?<=[\u4e00-\u9fff])[*/\\|·•_~^+=\-.'` \u3000\U0001F000-\U0001FAFF\u2600-\u27BF\u2190-\u21FF\u20E3]{1,3}(?=[a-z0-9])"
)
_LOOKALIKES = {"蕞": "最", "嘬": "最", "醉好": "最好", "弟一": "第一", "彳艮": "很", "徽信": "微信", "薇信": "微信", "葳信": "微信"}
_LOOKALIKE = re.compile("|".join(map(re.escape, _LOOKALIKES)))
# Words that carry a charge, each character with those that sound so and stand for it in evasive spellings.
_HOMOPHONES = {
    "保本": "保葆堡褓鸨寳 本苯夲畚",
    "保息": "保葆堡褓鸨宝 息熄蒠",
    "保本保息": "保葆堡褓鸨宝煲抱 本苯夲畚 保葆堡褓鸨宝煲抱 息熄席西惜夕吸",
    "保过": "保葆堡褓鸨 过锅果",
    "包过": "包苞胞煲枹 过锅果",
    "保分": "保葆堡褓鸨 分芬汾",
    "包拿证": "包苞胞煲枹 拿哪 证政症",
    "稳赚": "稳吻紊 赚转撰篆",
    "躺赚": "躺淌倘 赚转撰篆",
    "根治": "根跟哏 治制智芷",
    "治疗": "治制芷 疗寮聊辽",
    "治愈": "治芷 愈俞癒",
    "祖传秘方": "祖租组 传船 秘密蜜 方芳坊",
    "降压": "降酱绛 压丫鸭",
    "降糖": "降酱绛 糖塘溏",
    "抗癌": "抗亢炕 癌唉矮",
    "消炎": "消肖销硝 炎颜妍焱",
    "减肥": "减咸碱笕 肥淝",
    "特供": "特忑 供贡恭",
    "国家级": "国囯 家佳嘉傢 级极籍",
    "最高级": "最蕞嘴嶵 高糕 级极",
    "全网最低": "全荃 网罔 最蕞嘴嶵 低底氐",
    "翻倍": "翻番潘 倍贝蓓",
    "内部消息": "内 部布步 消肖销 息西熄",
}


def _homophone_pattern() -> re.Pattern[str]:
    words = ("".join(f"[{characters}]" for characters in sounds.split()) for sounds in _HOMOPHONES.values())
    firsts = "".join(dict.fromkeys("".join(sounds.split()[0] for sounds in _HOMOPHONES.values())))
    named = "|".join(f"({word})" for word in sorted(words, key=len, reverse=True))
    return re.compile(f"(?=[{firsts}])(?:{named})")


_SOUNDED = _homophone_pattern()
_PLAIN = sorted(_HOMOPHONES, key=lambda word: len("".join(f"[{part}]" for part in _HOMOPHONES[word].split())), reverse=True)
# What is written with such a character and means itself.
_MEANT = frozenset(
    {"稳转", "翻番", "根制", "保果", "消颜", "内布消息", "番倍", "哏治", "跟治", "销颜", "翻贝", "跟制", "减淝", "包果", "包锅"}
)
_LETTERS = re.compile(r"(?<![a-z])[a-z]{2,6}(?![a-z])")
_HAN = re.compile(r"[\u4e00-\u9fff]")


class Reading:
    """A folded text without inserted symbols. `offsets[i]` is where its character i stands in the original."""

    def __init__(self, text: str, original: str, offsets: tuple[int, ...] | None = None, long: Mapping[int, int] | None = None) -> None:
        self.text = text
        self.original = original
        self._offsets = offsets
        self._long = long or {}  # characters that stand for several of the original: their place to the end of those

    @property
    def offsets(self) -> tuple[int, ...]:
        """Made when a finding first asks: most texts have none."""
        if self._offsets is None:
            folded, offsets = fold_map(self.original)
            kept: list[int] = []
            at = 0
            for hidden in _INSERTED.finditer(folded):
                kept.extend(offsets[at : hidden.start()])
                at = hidden.end()
            self._offsets = (*kept, *offsets[at:])
        return self._offsets

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of characters start to end (exclusive) of the reading."""
        return self.offsets[start], self._long.get(end - 1, self.offsets[end - 1] + 1)


def read(text: str) -> Reading:
    """Fold `text` (width, case, Traditional) and take out symbols inserted between characters."""
    plain = _INSERTED.sub("", fold(text))
    plain = _LOOKALIKE.sub(lambda found: _LOOKALIKES[found.group()], plain)
    return Reading(_SOUNDED.sub(_sounded, plain), text)


def _sounded(found: re.Match[str]) -> str:
    return found.group() if found.group() in _MEANT else _PLAIN[(found.lastindex or 1) - 1]


def spoken_variants(reading: Reading, characters: Mapping[str, str]) -> list[Reading]:
    """Readings in which pinyin beside Chinese characters is replaced by characters that sound so (`characters`: pinyin to them).

    All places are replaced at once by their first, second, … candidate, so that there are few readings.
    """
    places = [
        found
        for found in _LETTERS.finditer(reading.text)
        if found.group() in characters
        and (_HAN.match(reading.text[found.end() : found.end() + 1]) or (found.start() and _HAN.match(reading.text[found.start() - 1])))
    ]
    most = max((len(characters[place.group()]) for place in places), default=0)
    variants: list[Reading] = []
    for choice in range(min(most, 24)):
        pieces: list[str] = []
        offsets: list[int] = []
        long: dict[int, int] = {}
        at = 0
        for place in places:
            candidates = characters[place.group()]
            pieces += [reading.text[at : place.start()], candidates[choice % len(candidates)]]
            offsets.extend(reading.offsets[at : place.start()])
            long[len(offsets)] = reading.offsets[place.end() - 1] + 1
            offsets.append(reading.offsets[place.start()])
            at = place.end()
        pieces.append(reading.text[at:])
        offsets.extend(reading.offsets[at:])
        variants.append(Reading("".join(pieces), reading.original, tuple(offsets), long))
    return variants
