"""What each channel and group type wants, and what some segments forbid, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from recommender.library.model import Channel, ContentType, GroupType
from recommender.matching.lexicon import read_toml


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """The rules that hold for one list. `avoid` maps each unwelcome word to the rule it breaks."""

    name: str
    mix: Mapping[ContentType, float]  # shares that sum to 1
    avoid: Mapping[str, str]
    one_category: bool
    near: float
    deals: float


def _mix(raw: Mapping[str, float]) -> Mapping[ContentType, float]:
    return MappingProxyType({ContentType(name): float(share) for name, share in raw.items()})


def _avoid(raw: Mapping[str, Any]) -> dict[str, str]:
    return {word: str(raw["why"]) for word in str(raw.get("avoid", "")).split()}


def _rules(raw: Mapping[str, Any]) -> ChannelRules:
    return ChannelRules(
        name=raw["name"],
        mix=_mix(raw["mix"]),
        avoid=_avoid(raw),
        one_category=bool(raw.get("one_category", False)),
        near=float(raw.get("near", 1.0)),
        deals=float(raw.get("deals", 0.0)),
    )


@cache
def _table() -> dict[str, Any]:
    return read_toml("channels.toml")


def channel_rules(channel: Channel, group_type: GroupType | None, segment_text: str) -> ChannelRules:
    """The rules of a channel (a group without a type is a general one), with those that the segment's folded text calls for."""
    table = _table()
    rules = _rules(table["moments"] if channel is Channel.MOMENTS else table["group"][group_type or GroupType.GENERAL])
    rules = replace(rules, avoid={**_avoid(table["always"]), **rules.avoid})
    for raw in table["rule"].values():
        if any(said in segment_text for said in raw["said"].split()):
            rules = replace(rules, mix=_mix(raw["mix"]), avoid={**rules.avoid, **_avoid(raw)}, deals=0.0)
    return rules


def wanted_mix(rules: ChannelRules, preference: tuple[ContentType, ...]) -> Mapping[ContentType, float]:
    """The channel's mix, leaning to the asker's preference order; shares sum to 1."""
    if not preference:
        return rules.mix
    order = list(dict.fromkeys(preference))
    lean = {kind: (1.6, 1.1, 0.7)[order.index(kind)] if kind in order else 0.4 for kind in ContentType}
    total = sum(rules.mix[kind] * lean[kind] for kind in ContentType)
    return {kind: rules.mix[kind] * lean[kind] / total for kind in ContentType}
