"""Compliance checks, health and removal of the sample on the wire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.wire.contents import FINDING_EXAMPLE, FindingOut
from api.wire.fields import Plain, Wire, shown
from recommender.library.model import ComplianceLevel


class ComplianceIn(Wire):
    """A text to be checked before it is sent."""

    model_config = shown({"text": "这是最佳的面霜，三天见效", "category": "美妆护肤", "has_purchase_link": True})

    text: Annotated[str, StringConstraints(min_length=1, max_length=50_000), Plain]
    category: Annotated[str, StringConstraints(min_length=1, max_length=16), Plain] | None = None
    has_purchase_link: bool = False


class CheckedOut(Wire):
    """The worst level and every finding; offsets are characters of the given text."""

    model_config = shown({"level": "block", "findings": [FINDING_EXAMPLE]})

    level: ComplianceLevel
    findings: list[FindingOut]


class Alive(Wire):
    """The process answers."""

    model_config = shown({"status": "ok"})

    status: Literal["ok"] = "ok"


class Ready(Wire):
    """The library answers and the index is whole."""

    model_config = shown({"status": "ready", "contents": 312, "indexed": 312, "index_version": "20260701T080000-1a2b"})

    status: Literal["ready"] = "ready"
    contents: int
    indexed: int
    index_version: str


class Removed(Wire):
    """How many contents were removed."""

    model_config = shown({"removed": 300})

    removed: Annotated[int, Field(ge=0)]
