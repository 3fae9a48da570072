"""Bytes of a page to text, whatever they are labelled: by what is valid, then by what reads as Chinese. Pure."""

from __future__ import annotations

import codecs
import re
from collections import Counter

from recommender.text.common_characters import COMMON

SAMPLE = 8_000  # bytes from the first that is not ASCII on, by which encodings are compared
LABEL_BONUS = 0.06  # what a label is worth against plausibility; wrong labels are common
LEAST_PLAUSIBLE = 0.35  # share of common characters under which the text is not held to be Chinese, and its label is believed
PLAINLY_CHINESE = 0.75

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "cp950": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16-le",
    "utf16": "utf-16-le",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
}
_CHINESE = ("utf-8", "gb18030", "big5hkscs")
_META = re.compile(rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,30})", re.IGNORECASE)
_HEAD = 4_096  # bytes in which a page names its encoding
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")  # no text has these; every encoding leaves them as they are
MOST_CONTROL = 0.02  # share of them from which on it is no text: packed data has some 0.12
_ORDINARY = re.compile("[\u3000-\u3011\u3014-\u301f\uff01-\uff5e\u2010-\u2026\u00b7\uffe5\u00a0-\u00ff\U0001f300-\U0001faff]")
_ODD = re.compile("[\ufffd\ue000-\uf8ff\x80-\x9f\u0530-\u1fff\u2500-\u259f\ua000-\uabff\uff61-\uffdc\ufff0-\uffff]")


def decode_page(body: bytes, declared: str) -> tuple[str, str]:
    """The page's text and the name of the encoding it was read in; `declared` is the server's label, "" where it gave none.

    A byte order mark is believed; bytes that are valid UTF-8 are UTF-8 whatever they are labelled. Of the others, the encoding
    wins whose text has the fewest unreadable and the most common characters, the labels of server and page counting a little. A
    character cut off at the end is left out. Never raises.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], name), name
    if (wide := _two_bytes(body)) is not None:
        return _decoded(body, wide), wide
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start >= len(body) - 4:
            return body[: error.start].decode("utf-8"), "utf-8"
    name = _best(body, [label for label in (_codec(declared), _codec(_named_inside(body))) if label])
    return _decoded(body, name), name


def is_binary(text: str) -> bool:
    """Whether this was no text before it was decoded, but a picture, a packed file or the like."""
    sample = text[:SAMPLE]
    return len(_CONTROL.findall(sample)) > max(8, MOST_CONTROL * len(sample))


def _two_bytes(body: bytes) -> str | None:
    """UTF-16 without a mark: the letters of the markup then have a zero in every second byte."""
    head = body[:_HEAD]
    if b"\0" not in head:
        return None
    scores = {name: _plausible(_decoded(head, name)) for name in ("utf-16-le", "utf-16-be")}
    best = max(scores, key=scores.__getitem__)
    if scores[best] > LEAST_PLAUSIBLE:
        return best
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even + odd > 0.1 * len(head) and max(even, odd) > 4 * min(even, odd):
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def _best(body: bytes, labels: list[str]) -> str:
    start = next((place for place, byte in enumerate(body) if byte > 0x7F), 0)
    sample = body[start : start + SAMPLE]
    scores = {name: _plausible(_decoded(sample, name)) for name in _CHINESE}
    for label in labels:
        if label in scores:
            scores[label] += LABEL_BONUS
    best = max(_CHINESE, key=scores.__getitem__)
    other = next((label for label in labels if label not in _CHINESE and not label.startswith("utf-16")), "")
    # cp1252 is what servers say who do not know; any other label is only doubted where the text is plainly Chinese
    if other and scores[best] < (LEAST_PLAUSIBLE if other == "cp1252" else PLAINLY_CHINESE):
        clean = _decoded(sample, other)
        if not _ODD.search(clean.replace("\ufffd", "")) and clean.count("\ufffd") <= 0.01 * len(clean):
            return other
    return best


def _plausible(text: str) -> float:
    """−3 to 1: the share of common Chinese characters among those that are not ASCII, less thrice that of odd ones."""
    counts = Counter(character for character in text if character > "\x7f")
    size = counts.total()
    if not size:
        return 0.0
    good = sum(number for character, number in counts.items() if character in COMMON or _ORDINARY.match(character))
    odd = sum(number for character, number in counts.items() if _ODD.match(character))
    return (good - 3 * odd) / size


def _named_inside(body: bytes) -> str:
    found = _META.search(body[:_HEAD])
    return found[1].decode("ascii", "replace") if found else ""


def _codec(label: str) -> str:
    """The codec of a label, the wider one where a family is always labelled as its oldest member; "" where there is none."""
    name = label.strip().lower().replace("_", "-") if label else ""
    name = _WIDER.get(name, _WIDER.get(name.replace("-", "_"), name))
    try:
        if name and codecs.lookup(name)._is_text_encoding:
            _decoded(b"\x80", name)  # some codecs of names, not of texts, know no replacement
            return name
    except (LookupError, ValueError):
        pass
    return ""


def _decoded(body: bytes, name: str) -> str:
    """The text, unreadable bytes replaced, and without a character that is cut off at the end."""
    return codecs.getincrementaldecoder(name)("replace").decode(body, final=False)
