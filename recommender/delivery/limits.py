"""Every channel limit, read from `limits.json`, where each has its unit, source and date."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

UNITS = ("bytes", "characters", "pieces", "seconds", "hours", "days")


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: how much of which unit, and who says so. Bytes are UTF-8 bytes."""

    value: int
    unit: str  # one of UNITS
    source: str
    date: str  # YYYY-MM, when the source was read


@cache
def all_limits() -> dict[tuple[str, str], Limit]:
    """All limits by (channel, name)."""
    table = json.loads(Path(__file__).with_name("limits.json").read_text("utf-8"))
    return {
        (channel, name): Limit(value, unit, entry["source"], entry["date"])
        for channel, entry in table.items()
        for name, (value, unit) in entry["limits"].items()
    }


def limit(channel: str, name: str) -> int:
    """The value of one limit in its own unit; raises KeyError for a limit that is not in the file."""
    return all_limits()[channel, name].value
