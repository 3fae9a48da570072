"""Text that was damaged on its way: entities left over, readings written after characters, bytes read in a wrong encoding. Pure."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from html.entities import html5

from recommender.text.common_characters import COMMON

_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_AMPERSAND = re.compile(r"&(?:(?:amp|#38|#x26);)+")  # an entity of an entity of …
_BOPOMOFO = "\u3105-\u312f\u31a0-\u31bf"
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
# 种(zhǒng)草, 重庆（chóng qìng）, 种[ㄓㄨㄥˇ]
_BRACKETED = re.compile(rf"([\u3400-\u9fff]{{1,8}})\s?[（(\[【]\s*([a-zü{_TONED}{_BOPOMOFO}ˊˇˋ˙1-5\s'’·-]{{1,60}})[)）\]】]")
# 种ㄓㄨㄥˇ草; a single ㄅ or ㄋ is slang and stays
_SPELLED = re.compile(rf"(?<=[\u3400-\u9fff])[{_BOPOMOFO}]{{1,3}}[ˊˇˋ˙]?")
# 种zhǒng草cǎo: a mark of tone, or two characters in a row that carry their own reading
_TONED_AFTER = re.compile(rf"([\u3400-\u9fff])([a-z]{{0,3}}[{_TONED}][a-z]{{0,3}})(?![a-z{_TONED}])")
_ROW = re.compile(r"(?:[\u3400-\u9fff] ?[a-z]{1,6} ?){2,}")
_PAIR = re.compile(r"([\u3400-\u9fff])( ?)([a-z]{1,6})( ?)")
# A byte from 80 to BF, read as Latin-1 or cp1252
_TAIL = "[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
_LATIN_RUN = re.compile(rf"(?:[\u00c2-\u00df]{_TAIL}|[\u00e0-\u00ef]{_TAIL}{{2}}|[\u00f0-\u00f4]{_TAIL}{{3}})+")
_NUMBER = re.compile(r"\d\d")
_HAN = re.compile("[\u3400-\u9fff]")
# Each is one scan over the text, for this runs on every note: characters, brackets and letters by which there may be something to do
_DAMAGED = re.compile("[ãäåæçèïð锛銆紝鐨殑鈥]")  # what the commonest Chinese characters and marks become, as Latin letters and as GBK
_RARE = re.compile(rf"[{_TONED}{_BOPOMOFO}]")
_BRACKET = re.compile(rf"[（(\[【]\s*[a-zü{_TONED}{_BOPOMOFO}]{{1,24}}[1-5\s'’·)）\]】-]")
_LATIN_ROW = re.compile(r"[a-z] ?[\u3400-\u9fff] ?[a-z]")
LEAST_BETTER = 0.5  # by how much the share of common characters has to grow for a repair to be believed
LEAST_REPAIRED = 2  # characters that are not Latin in a repair; fewer may be chance


def without_entities(text: str) -> str:
    """`&amp;` as &, `&nbsp;` as a space; what is no entity stays. Entities of entities are resolved too."""
    while (plain := _ENTITY.sub(_resolved, _AMPERSAND.sub("&", text))) != text:
        text = plain
    return text


def _resolved(found: re.Match[str]) -> str:
    entity = found[0]
    return html.unescape(entity) if entity[1] == "#" else html5.get(entity[1:], entity)


def restored(text: str) -> str:
    """The text without entities, and with what was read in a wrong encoding read again."""
    if "&" in text and ";" in text:
        text = without_entities(text)
    return repaired(text)


def mended(text: str) -> str:
    """`restored`, and without readings after characters; mostly it is the text as it was."""
    text = restored(text)
    if _RARE.search(text):
        text = _without_toned(text)
    if _BRACKET.search(text):
        text = _BRACKETED.sub(_unbracketed, text)
    if _LATIN_ROW.search(text):
        text = _ROW.sub(_unspelled, text)
    return text


def _without_toned(text: str) -> str:
    text = _SPELLED.sub(lambda found: "" if len(found[0]) > 1 and _reads(found.string[found.start() - 1], found[0]) else found[0], text)
    return _TONED_AFTER.sub(lambda found: found[1] if _reads(found[1], found[2]) else found[0], text)


def _unbracketed(found: re.Match[str]) -> str:
    return found[1] if not _NUMBER.search(found[2]) and _reads_all(found[1], found[2]) else found[0]


def _unspelled(found: re.Match[str]) -> str:
    """A row of characters with a reading each; all of them have to be right."""
    pairs = _PAIR.findall(found[0])
    return (
        "".join(pair[0] for pair in pairs) + (pairs[-1][3] if pairs else "")
        if all(_reads(pair[0], pair[2]) for pair in pairs)
        else found[0]
    )


def _reads(character: str, written: str) -> bool:
    """Whether `written` is a reading of the character, tones aside where none is written."""
    return _bare(written) in _readings(character)


def _reads_all(characters: str, written: str) -> bool:
    """Whether `written` is the readings of the last characters, however they are set apart: 重庆(chóng qìng), 重庆(chongqing)."""
    wanted, ends = _bare(re.sub(r"[\s'’·-]+", "", written)), {""}
    for character in reversed(characters):
        ends = {reading + end for reading in _readings(character) for end in ends if wanted.endswith(reading + end)}
        if wanted in ends:
            return True
    return False


@lru_cache(maxsize=4096)
def _readings(character: str) -> frozenset[str]:
    from pypinyin import Style, pinyin

    latin = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
    return frozenset(_bare(reading) for reading in (*latin, *pinyin(character, style=Style.BOPOMOFO, heteronym=True)[0]))


def _bare(reading: str) -> str:
    """The reading without tone."""
    plain = unicodedata.normalize("NFD", reading.replace("ü", "v").replace("ǖ", "v").replace("ǘ", "v").replace("ǚ", "v").replace("ǜ", "v"))
    return "".join(letter for letter in plain if letter not in "ˊˇˋ˙12345" and not unicodedata.combining(letter))


def repaired(text: str) -> str:
    """The text with UTF-8 that was read as GBK or as Latin letters read again, where that makes plain Chinese of it."""
    if not _DAMAGED.search(text):
        return text
    return "\n".join(map(_from_gbk, _LATIN_RUN.sub(_from_latin, text).split("\n")))


def _from_latin(found: re.Match[str]) -> str:
    """One round trip through cp1252, whose gaps are the bytes themselves."""
    try:
        data = b"".join(letter.encode("cp1252") if letter > "\xff" else bytes((ord(letter),)) for letter in found[0])
        again = data.decode("utf-8")
    except UnicodeError:
        return found[0]
    return again if sum(letter > "\u2e7f" for letter in again) >= min(LEAST_REPAIRED, len(again)) else found[0]


def _from_gbk(line: str) -> str:
    """One round trip; a character that was cut at the end of the line is lost."""
    try:
        again = line.replace("\ufffd", "").encode("gb18030").decode("utf-8", "replace")
    except UnicodeError:
        return line
    if again.count("\ufffd") > max(1, 0.05 * len(again)):
        return line
    again = again.rstrip("\ufffd")
    return again if _common(again) - _common(line) > LEAST_BETTER and len(_HAN.findall(again)) >= LEAST_REPAIRED else line


def _common(text: str) -> float:
    """The share of common characters among the Chinese ones."""
    characters = _HAN.findall(text)
    return sum(character in COMMON for character in characters) / len(characters) if characters else 0.0
