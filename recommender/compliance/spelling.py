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
    return Reading(_LOOKALIKE.sub(lambda found: _LOOKALIKES[found.group()], plain), text)


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
