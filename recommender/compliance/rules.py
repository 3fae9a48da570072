"""The rules of the folder `laws`, read, checked and compiled once."""

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

RULES = Path(__file__).with_name("laws")
_FIELDS = {"id", "law", "level", "reason", "suggestion", "terms", "patterns", "except", "about", "plain", "only_if", "unless"}
_NEEDED = {"id", "law", "level", "reason", "suggestion"}
# A repeated group that repeats inside ((a+)+ and its kind) can take exponential time on a text made for it.
_RUNAWAY = re.compile(r"[+*}]\)(?:[+*]|\{\d*,)|\([^()]*[+*][^()]*\)(?:[+*]|\{\d*,)")
_NO_WORD = re.compile(r"[<>()?*+{}\\]")  # not in the words before an arrow, which are looked for as they stand


@dataclass(frozen=True, slots=True)
class Pattern:
    """An expression over folded text that is only tried where one of the needed words stands."""

    needs: tuple[str, ...]
    expression: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `about` empty: any text; `plain`: the innocent contexts of a sentence do not excuse it.

    `only_if`, `unless`: what must, what must not stand anywhere in the text.
    """

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
    unless: re.Pattern[str] | None


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


def _spell(source: str, lists: Mapping[str, str], form: str = "(?:{})") -> str:
    """`source` with each `<list>` written out."""
    for key, words in lists.items():
        source = source.replace(f"<{key}>", form.format(words))
    return source


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
        needed = tuple(dict.fromkeys(fold(word) for word in _spell(needs, lists, "{}").split("|")))
        if any(_NO_WORD.search(word) for word in needed) or not all(needed):
            raise InputError(f"合规规则 {name}（第 {line} 行）的 patterns 箭头前只能写词：{needs}", field="patterns", line=line)
        patterns.append(Pattern(needed, _compile(_spell(source, lists), name, line)))
    return Rule(
        name,
        raw["law"],
        ComplianceLevel(raw["level"]),
        raw["reason"],
        raw["suggestion"],
        tuple(dict.fromkeys(fold(term) for term in raw.get("terms", ()))),
        tuple(patterns),
        tuple(_compile(_spell(source, lists), name, line) for source in raw.get("except", ())),
        frozenset(raw.get("about", ())),
        bool(raw.get("plain", False)),
        *(_compile(_spell(raw[field], lists), name, line) if field in raw else None for field in ("only_if", "unless")),
    )


def parse_rules(*texts: str) -> RuleBook:
    """Read the texts of rule files, which share their lists, categories and topics.

    Raises `InputError` naming the rule and its line in its own text for a missing field, a broken or a runaway expression.
    """
    try:
        files = [(tomllib.loads(text), text) for text in texts]
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"合规规则文件读不懂：{error}") from None
    about = {name: tuple(fold(word) for word in words.split()) for raw, _ in files for name, words in raw.get("about", {}).items()}
    lists: dict[str, str] = {}
    for raw, _ in files:
        for name, words in raw.get("lists", {}).items():
            lists[name] = _spell("|".join(words.split()), lists)
    rules: list[Rule] = []
    for raw, text in files:
        lines = [number for number, line in enumerate(text.splitlines(), start=1) if line.strip() == "[[rule]]"]
        rules += [_read_rule(rule, line, frozenset(about), lists) for rule, line in zip(raw.get("rule", ()), lines, strict=True)]
    categories = {name: frozenset(topics) for raw, _ in files for name, topics in raw.get("categories", {}).items()}
    return RuleBook(tuple(rules), categories, about)


@cache
def rule_book() -> RuleBook:
    """The shipped rules: `base.toml` with the shared lists, then a file for each law."""
    base = RULES / "base.toml"
    return parse_rules(*(path.read_text("utf-8") for path in (base, *sorted(set(RULES.glob("*.toml")) - {base}))))
