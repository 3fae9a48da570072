"""How numbers, times and matched words look on a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from recommender.library.model import ContentItem, Finding
from recommender.library.tables import SHANGHAI
from recommender.text.folding import fold, fold_map

EXCERPT_CHARACTERS = 96
SEEN_CHARACTERS = 44  # of an excerpt, at least, in the two lines of a card
LEAD_CHARACTERS = 14  # kept before the first matched word of an excerpt
LEAD_TITLE_CHARACTERS = 40
_SENTENCE_END = re.compile(r"[。！？!?\n]+")
_STEPS = {"zh": ((100_000_000, "亿"), (10_000, "万")), "en": ((1_000_000, "M"), (1_000, "k"))}


def short_number(value: int | None, language: str) -> str:
    """`12345` as `1.2万` or `12.3k`; a dash where the platform did not say."""
    if value is None:
        return "–"
    for size, unit in _STEPS[language]:
        if value >= size:
            return f"{value / size:.1f}".removesuffix(".0") + unit
    return f"{value:,}" if language == "en" else str(value)


def ago(moment: datetime | None, now: datetime, language: str) -> str:
    """How long ago, in words up to a week; the day in Shanghai from then on. Empty for an unknown time."""
    if moment is None:
        return ""
    passed = now - moment
    if not timedelta() <= passed < timedelta(days=7):
        return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d")
    minutes, hours, days = passed // timedelta(minutes=1), passed // timedelta(hours=1), passed.days
    if language == "zh":
        return "刚刚" if minutes < 1 else f"{minutes} 分钟前" if hours < 1 else f"{hours} 小时前" if days < 1 else f"{days} 天前"
    return "just now" if minutes < 1 else f"{minutes} min ago" if hours < 1 else f"{hours} h ago" if days < 1 else f"{days} d ago"


def local_time(moment: datetime | None) -> str:
    """`2026-07-03 20:15` in Shanghai, or nothing."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else ""


def web_address(url: str) -> str:
    """`url` where it is http or https with a host, otherwise nothing: the only addresses that become a link."""
    try:
        parts = urlsplit(url.strip())
        return url.strip() if parts.scheme.lower() in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


def _spans(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Where the folded words stand in `text`, joined where they overlap."""
    folded, places = fold_map(text)
    found: list[tuple[int, int]] = []
    for word in {fold(word) for word in words} - {""}:
        start = folded.find(word)
        while start >= 0:
            last = start + len(word) - 1
            found.append((places[start], places[last] + 1))
            start = folded.find(word, start + len(word))
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _marked(text: str, spans: Iterable[tuple[int, int]]) -> Markup:
    parts, done = [], 0
    for begin, end in spans:
        parts += [escape(text[done:begin]), Markup("<mark>{}</mark>").format(text[begin:end])]
        done = end
    return Markup("").join([*parts, escape(text[done:])])


def highlight(text: str, words: Iterable[str]) -> Markup:
    """`text`, escaped, with the matched words in <mark>; Traditional, width and case do not matter."""
    return _marked(text, _spans(text, words))


def excerpt(text: str, words: Iterable[str] = (), length: int = EXCERPT_CHARACTERS) -> Markup:
    """Some `length` characters of `text` around the first matched word, in one line, escaped, matched words in <mark>."""
    line = " ".join(text.split())
    spans = _spans(line, words)
    begin = 0
    if spans and spans[0][1] > SEEN_CHARACTERS:
        begin = max(0, min(spans[0][0] - LEAD_CHARACTERS, len(line) - SEEN_CHARACTERS))
    cut = line[begin : begin + length]
    shown = [(max(0, first - begin), min(last - begin, len(cut))) for first, last in spans if last > begin and first < begin + len(cut)]
    return Markup("{}{}{}").format("…" if begin else "", _marked(cut, shown), "…" if begin + length < len(line) else "")


def lead(item: ContentItem) -> tuple[str, str]:
    """What stands as the title, and the text after it: platforms without titles begin with a sentence instead."""
    if item.title:
        return item.title, item.text
    text = item.text.strip()
    ends = [found.end() for found in _SENTENCE_END.finditer(text, 4, LEAD_TITLE_CHARACTERS)]
    if ends:
        return text[: ends[0]].strip(), text[ends[0] :].strip()
    if len(text) <= LEAD_TITLE_CHARACTERS:
        return text, ""
    return text[:LEAD_TITLE_CHARACTERS].strip() + "…", "…" + text[LEAD_TITLE_CHARACTERS:].strip()


def with_findings(text: str, findings: Iterable[Finding]) -> Markup:
    """`text`, escaped, with the spans of compliance findings in <mark class="LEVEL">; a span that overlaps an earlier one is left out."""
    parts: list[Markup] = []
    done = 0
    for finding in sorted(findings, key=lambda found: (found.start, -found.end)):
        if not done <= finding.start < finding.end <= len(text):
            continue
        shown = text[finding.start : finding.end]
        mark = Markup('<mark class="{}" title="{}">{}</mark>').format(finding.level.value, finding.reason, shown)
        parts += [escape(text[done : finding.start]), mark]
        done = finding.end
    return Markup("").join([*parts, escape(text[done:])]).strip()
