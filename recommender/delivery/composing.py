"""Composing a post from a note: hashtags, masked contacts and length handled, line breaks and emoji kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from recommender.delivery.characters import cut_to_characters
from recommender.library.model import ContentItem

EXCERPT_CHARACTERS = 80
TITLE_CHARACTERS = 60

_WORD = r"[^\s#，。！？、；：,.!?;:「」“”《》()（）]"
_TAG = rf"#(?:[0-9A-Za-z]+(?: [0-9A-Za-z]+){{1,4}}#|{_WORD}{{1,40}})"  # #study with me# or #词
_FREE = r"(?<![0-9A-Za-z/&])"  # not a fragment of an address, an entity or C#
_ANY_TAG = re.compile(_FREE + _TAG)
_TAIL = re.compile(rf"{_FREE}{_TAG}\s*(?:(?:{_TAG}|#)\s*)*$")
_BROKEN = re.compile(r"\s*\[(?:话题|超话)\]#?")  # markup that was torn apart before we got it
_STRAY = re.compile(r"(?<![0-9A-Za-z])\s*#+\s*$")
_MENTIONS = re.compile(r"(?:@[^\s@#]{1,30}\s*)+")
_MASK = re.compile(r"\[(?:手机|电话|微信号?|邮箱|身份证|地址)\]")
_SENTENCE = re.compile(r"[^。！？!?…\n]*(?:[。！？!?…]+[」』”’）)]*|\n+|$)")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
_WORDLESS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """`text` with line ends as \\n and without control characters and lone surrogates, which no channel takes."""
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def without_hashtags(text: str) -> str:
    """`text` as WeChat readers expect it: piles of hashtags, one that ends the text, and lines of mentions of other accounts go.

    Hashtags inside a sentence become plain words. Expects cleaned text, in which a hashtag is `#词` (`recommender.text.cleaning`).
    """
    lines = text.rstrip().split("\n")
    kept = [_line_without_hashtags(line, last=number == len(lines)) for number, line in enumerate(lines, 1)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in kept if line is not None)).strip()


def _line_without_hashtags(line: str, *, last: bool) -> str | None:
    """None for a line of nothing else. One hashtag after words may be their object (「推荐 #面霜」), so it stays as a word."""
    if not line.strip():
        return line
    line = _BROKEN.sub("", line)
    if found := _TAIL.search(line):
        before = line[: found.start()]
        if len(_ANY_TAG.findall(found[0].replace("#", " #"))) > 1 or not before.strip() or (last and before[-1].isspace()):
            line = before
    line = _STRAY.sub("", _ANY_TAG.sub(lambda tag: tag[0].strip("#"), line)).rstrip()
    return None if not line.strip() or _MENTIONS.fullmatch(line.strip()) else line


def sentences(text: str) -> list[str]:
    """The sentences of `text`, each with its punctuation and line ends; joined they are `text` again."""
    return [found[0] for found in _SENTENCE.finditer(text) if found[0]]


def without_masked(text: str) -> str:
    """`text` without the sentences that held a contact, which intake replaced by a placeholder: they lead readers elsewhere."""
    return "".join("\n" if part.endswith("\n") and _MASK.search(part) else part for part in sentences(text) if _keeps(part)).strip()


def _keeps(sentence: str) -> bool:
    return sentence.endswith("\n") or not _MASK.search(sentence)


def has_masked(text: str) -> bool:
    """Whether `text` holds a placeholder of masked personal data."""
    return bool(_MASK.search(text))


def joined(title: str, text: str) -> str:
    """Title, blank line, text; the title is left out where the text begins with it."""
    bare_title, bare_text = _WORDLESS.sub("", title), _WORDLESS.sub("", text[: 2 * len(title) + 40])
    if not bare_title or bare_text.startswith(bare_title):
        return text or title
    return f"{title}\n\n{text}" if text else title


def select(text: str, fits: Callable[[str], bool]) -> str:
    """As many of the first sentences of `text` as `fits` accepts; empty if not even the first one does."""
    if fits(text):
        return text
    parts = sentences(text)
    low, high = 0, len(parts)
    while low < high:  # what fits is a prefix, so halve
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits("".join(parts[:middle]).rstrip()) else (low, middle - 1)
    return "".join(parts[:low]).rstrip()


def excerpt(content: ContentItem, characters: int = EXCERPT_CHARACTERS) -> str:
    """The beginning of the text on one line, without hashtags and contacts, for lists that staff read."""
    text = without_masked(without_hashtags(plain(content.text)))
    if content.title and text.startswith(content.title):
        text = text[len(content.title) :].lstrip("，。！？!? \n")
    return cut_to_characters(" ".join(text.split()), characters)


def headline(content: ContentItem, characters: int = TITLE_CHARACTERS) -> str:
    """The title on one line; for a note without one, the beginning of its text."""
    title = without_hashtags(plain(content.title)) or plain(content.title)
    return cut_to_characters(" ".join(title.split()), characters) or excerpt(content, 30) or "（无标题）"


def web_link(url: str) -> str:
    """`url` if a browser may safely follow it (http or https with a host), else empty."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
    except ValueError:
        return ""
    return plain(url.strip()).replace(" ", "%20") if parts.scheme in {"http", "https"} and host else ""
