"""What a measurement gives back: figures per system, and the table that people read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One run. `counts` says how much was measured, `systems` has metric → value per system, `lines` is the table."""

    command: str
    data: str
    counts: Mapping[str, int]
    systems: Mapping[str, Mapping[str, Any]]
    lines: tuple[str, ...]
    more: Mapping[str, Any] = field(default_factory=dict)

    def table(self) -> str:
        """The result as lines of text for people."""
        return "\n".join(self.lines)

    def as_json(self) -> dict[str, Any]:
        """The result as one JSON object: command, data, counts, systems, and what only this measurement has."""
        systems = {name: dict(metrics) for name, metrics in self.systems.items()}
        return {"command": self.command, "data": self.data, "counts": dict(self.counts), "systems": systems, **self.more}
