"""Ids for things that came without one."""

from __future__ import annotations

import secrets


def new_id(kind: str) -> str:
    """A new id such as `segment-1f2e3d4c`."""
    return f"{kind}-{secrets.token_hex(4)}"
