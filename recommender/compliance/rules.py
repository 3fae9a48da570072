"""The rules of `rules.toml`, read, checked and compiled once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from recommender.errors import InputError
from recommender.library.model import ComplianceLevel
from recommender.text.folding import fold

RULES = Path(__file__).with_name("rules.toml")
_FIELDS = {"id", "law", "level", "reason", "suggestion", "terms", "patterns", "except", "about", "plain", "only_if"}
_NEEDED = {"id", "law", "level", "reason", "suggestion"}
# A repeated group that repeats inside ((a+)+ and its kind) can take exponential time on a text made for it.
_RUNAWAY = re.compile(r"[+*}]\)(?:[+*]|\{\d*,)|\([^()]*[+*][^()]*\)(?:[+*]|\{\d*,)")


@dataclass(frozen=True, slots=True)
class Pattern:
    """An expression over folded text that is only tried where one of the needed words stands."""

    needs: tuple[str, ...]
    expression: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `about` empty: any text; `plain`: the innocent contexts of a sentence do not excuse it."""

    id: str
    law: str
    level: ComplianceLevel
    reason: str
    suggestion: str
    terms: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    exceptions: tuple[re.Pattern[str], ...]
    about: frozenset[str]
    plain: bool
    only_if: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules, what each category is about, and the words that tell what a text is about."""

    rules: tuple[Rule, ...]
    categories: Mapping[str, frozenset[str]]
    about: Mapping[str, tuple[str, ...]]


# Texts are folded before they are matched, which makes these marks half width.
_FOLDED_MARKS = str.maketrans("，！？：；", ",!?:;")


def _compile(source: str, rule: str, line: int) -> re.Pattern[str]:
    source = source.translate(_FOLDED_MARKS)
    if _RUNAWAY.search(source):
        raise InputError(f"合规规则 {rule}（第 {line} 行）的表达式嵌套重复，可能跑不完：{source}", field=rule, line=line)
    try:
        return re.compile(source)
    except re.error as error:
        raise InputError(f"合规规则 {rule}（第 {line} 行）的表达式写错了：{error}", field=rule, line=line) from None


def _read_rule(raw: Mapping[str, Any], line: int, topics: frozenset[str], lists: Mapping[str, str]) -> Rule:
    name = str(raw.get("id", "?"))
    if missing := sorted(_NEEDED - raw.keys()):
        raise InputError(f"合规规则 {name}（第 {line} 行）缺少 {'、'.join(missing)}。", field=missing[0], line=line)
    if unknown := sorted(raw.keys() - _FIELDS):
        raise InputError(f"合规规则 {name}（第 {line} 行）有不认识的字段 {'、'.join(unknown)}。", field=unknown[0], line=line)
    if raw["level"] not in {"block", "warn", "info"}:
        raise InputError(f"合规规则 {name}（第 {line} 行）的 level 应为 block、warn 或 info。", field="level", line=line)
    if strangers := sorted(set(raw.get("about", ())) - topics):
        raise InputError(f"合规规则 {name}（第 {line} 行）的 about 里 {'、'.join(strangers)} 没有定义。", field="about", line=line)
    patterns: list[Pattern] = []
    for written in raw.get("patterns", ()):
        needs, arrow, source = written.partition(" => ")
        if not arrow:
            raise InputError(f"合规规则 {name}（第 {line} 行）的 patterns 应写成「词|词 => 表达式」。", field="patterns", line=line)
        for key, words in lists.items():
            needs, source = needs.replace(f"<{key}>", words), source.replace(f"<{key}>", f"(?:{words})")
        patterns.append(Pattern(tuple(fold(word) for word in needs.split("|")), _compile(source, name, line)))
    return Rule(
        name,
        raw["law"],
        ComplianceLevel(raw["level"]),
        raw["reason"],
        raw["suggestion"],
        tuple(dict.fromkeys(fold(term) for term in raw.get("terms", ()))),
        tuple(patterns),
        tuple(_compile(source, name, line) for source in raw.get("except", ())),
        frozenset(raw.get("about", ())),
        bool(raw.get("plain", False)),
        _compile(raw["only_if"], name, line) if "only_if" in raw else None,
    )


def parse_rules(text: str) -> RuleBook:
    """Read a rule file. Raises `InputError` naming the rule and its line for a missing field, a broken or a runaway expression."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"合规规则文件读不懂：{error}") from None
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if line.strip() == "[[rule]]"]
    about = {name: tuple(fold(word) for word in words.split()) for name, words in raw.get("about", {}).items()}
    lists = {name: "|".join(words.split()) for name, words in raw.get("lists", {}).items()}
    rules = tuple(_read_rule(rule, line, frozenset(about), lists) for rule, line in zip(raw.get("rule", ()), lines, strict=True))
    categories = {name: frozenset(topics) for name, topics in raw.get("categories", {}).items()}
    return RuleBook(rules, categories, about)


@cache
def rule_book() -> RuleBook:
    """The shipped rules."""
    return parse_rules(RULES.read_text("utf-8"))
