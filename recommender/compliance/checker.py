"""Check a text against the rules, with places in the original text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from recommender.compliance import disclosure
from recommender.compliance.context import is_innocent
from recommender.compliance.rules import Pattern, Rule, RuleBook, rule_book
from recommender.compliance.spelling import Reading, read, spoken_variants
from recommender.library.model import ComplianceLevel, Finding
from recommender.text.terms import TermMatcher

_ORDER = [ComplianceLevel.OK, ComplianceLevel.INFO, ComplianceLevel.WARN, ComplianceLevel.BLOCK]
MAX_CHARACTERS = 20_000  # of a text that is checked; no channel takes more
_AROUND = 12  # characters either side of a finding in which an exception is looked for
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN_BESIDE = re.compile(r"[\u4e00-\u9fff][a-z]{2,6}|[a-z]{2,6}[\u4e00-\u9fff]")


class Checker:
    """The rules of a book, filed so that a text only meets those whose words stand in it."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book
        self._terms: dict[str, list[Rule]] = {}
        self._needs: dict[str, list[tuple[Rule, Pattern]]] = {}
        for rule in book.rules:
            for term in rule.terms:
                self._terms.setdefault(term, []).append(rule)
            for pattern in rule.patterns:
                for word in pattern.needs:
                    self._needs.setdefault(word, []).append((rule, pattern))
        self._topics: dict[str, list[str]] = {}
        for topic, words in book.about.items():
            for word in words:
                self._topics.setdefault(word, []).append(topic)
        self._matcher = TermMatcher([*self._terms, *self._needs, *self._topics])
        self._sounds: Mapping[str, str] | None = None

    def check(self, text: str, *, category: str | None = None, has_purchase_link: bool = False) -> list[Finding]:
        """Findings in order of place; their offsets are those of `text`, of which the first 20,000 characters are read."""
        text = text[:MAX_CHARACTERS]
        reading = read(text)
        topics = set(self._book.categories.get(category or "", ()))
        found = self._look(text, reading, topics)
        if _LATIN_BESIDE.search(reading.text):
            for variant in spoken_variants(reading, self._pinyin()):
                found += [finding for finding in self._look(text, variant, topics) if _LATIN_LETTER.search(finding.term)]
        found += _disclose(text, reading, topics, has_purchase_link)
        return _merged(found)

    def _look(self, text: str, reading: Reading, topics: set[str]) -> list[Finding]:
        here = self._matcher.find(reading.text)
        if not here:
            return []
        about = topics | {topic for word in here for topic in self._topics.get(word, ())}
        found: list[Finding] = []
        tried: set[int] = set()
        concerned: dict[str, bool] = {}  # by rule, asked once a text
        for word in here:
            for rule in self._terms.get(word, ()):
                if _asked(concerned, rule, about, reading.text):
                    start = reading.text.find(word)
                    while start >= 0:
                        self._add(found, rule, text, reading, start, start + len(word))
                        start = reading.text.find(word, start + len(word))
            for rule, pattern in self._needs.get(word, ()):
                if id(pattern) in tried or not _asked(concerned, rule, about, reading.text):
                    continue
                tried.add(id(pattern))
                for hit in pattern.expression.finditer(reading.text):
                    self._add(found, rule, text, reading, hit.start(), hit.end())
        return found

    @staticmethod
    def _add(found: list[Finding], rule: Rule, text: str, reading: Reading, start: int, end: int) -> None:
        if start == end:
            return
        low = max(0, start - _AROUND)
        around = reading.text[low : end + _AROUND]
        for exception in rule.exceptions:
            if any(hit.start() + low < end and hit.end() + low > start for hit in exception.finditer(around)):
                return
        if not rule.plain and is_innocent(reading.text, start, end):
            return
        first, last = reading.span(start, end)
        found.append(Finding(rule.id, rule.level, first, last, text[first:last], rule.law, rule.reason, rule.suggestion))

    def _pinyin(self) -> Mapping[str, str]:
        """Pinyin to the characters of the rules' terms that sound so; made when first needed."""
        if self._sounds is None:
            from pypinyin import lazy_pinyin

            sounds: dict[str, dict[str, None]] = {}
            for character in dict.fromkeys("".join(self._terms)):
                if _HAN.match(character):
                    sounds.setdefault(lazy_pinyin(character)[0], {})[character] = None
            self._sounds = {sound: "".join(characters) for sound, characters in sounds.items() if len(sound) > 1}
        return self._sounds


_LATIN_LETTER = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]")


def _concerns(rule: Rule, about: set[str], text: str) -> bool:
    if (rule.about and not rule.about & about) or (rule.unless and rule.unless.search(text)):
        return False
    return rule.only_if is None or bool(rule.only_if.search(text))


def _asked(known: dict[str, bool], rule: Rule, about: set[str], text: str) -> bool:
    if rule.id not in known:
        known[rule.id] = _concerns(rule, about, text)
    return known[rule.id]


def _disclose(text: str, reading: Reading, topics: set[str], has_purchase_link: bool) -> list[Finding]:
    """The finding that a post with a purchase link, told or seen in the text, lacks its mark or has only a weak one."""
    offer = disclosure.find_offer(text)
    if not has_purchase_link and not offer:
        return []
    link = disclosure.LINK.search(text) or offer
    start, end = link.span() if link else (max(0, len(text.rstrip()) - 1), len(text.rstrip()))
    if start >= end:
        return []
    marked = bool(disclosure.MARK.search(text))
    health = ("health" in topics or "device" in topics or disclosure.HEALTH_GOODS.search(text)) and disclosure.HEALTH_TALK.search(text)
    if health and not (marked and "审" in text):
        return [
            Finding(
                "health-link",
                ComplianceLevel.BLOCK,
                start,
                end,
                text[start:end],
                disclosure.HEALTH_LAW,
                "健康知识内容附带药品、医疗器械或保健食品的购买链接",
                "删去购买链接，只留健康知识",
            )
        ]
    if marked or not disclosure.EXPERIENCE.search(text):
        return []
    if weak := disclosure.WEAK_MARK.search(text):
        place, level, reason = weak.span(), ComplianceLevel.WARN, f"「{weak.group().strip()}」不是「广告」字样"
    else:
        place, level, reason = (start, end), ComplianceLevel.BLOCK, "体验、测评类内容附购买链接，没有标明「广告」"
    return [Finding("disclosure", level, *place, text[slice(*place)], disclosure.LAW, reason, "在开头显著标明「广告」")]


def _merged(found: Iterable[Finding]) -> list[Finding]:
    """Findings by place; one inside another of at least its level is dropped, and so is a repetition."""
    ordered = sorted(found, key=lambda finding: (finding.start, -finding.end, -_ORDER.index(finding.level)))
    kept: list[Finding] = []
    for finding in ordered:
        covered = any(
            other.start <= finding.start and finding.end <= other.end and _ORDER.index(other.level) >= _ORDER.index(finding.level)
            for other in kept
        )
        if not covered:
            kept.append(finding)
    return kept


@cache
def shipped_checker() -> Checker:
    """The checker over the shipped rules."""
    return Checker(rule_book())


def check_text(text: str, *, category: str | None = None, has_purchase_link: bool = False) -> list[Finding]:
    """What the rules find in a text, by place. `category` is one of ours or a regulator's word (化妆品, 保健食品 …); unknown is any.

    `has_purchase_link` tells of a link outside the text; one that the text itself shows is found without it.
    """
    return shipped_checker().check(text, category=category, has_purchase_link=has_purchase_link)


def worst(findings: Iterable[Finding]) -> ComplianceLevel:
    """The gravest level among findings; OK when there are none."""
    return max((finding.level for finding in findings), key=_ORDER.index, default=ComplianceLevel.OK)
