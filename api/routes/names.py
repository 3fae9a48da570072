"""Ids for things that came without one, and where a thing is."""

from __future__ import annotations

import secrets
from urllib.parse import quote


def new_id(kind: str) -> str:
    """A new id such as `segment-1f2e3d4c`."""
    return f"{kind}-{secrets.token_hex(4)}"


def place(collection: str, found_id: str) -> str:
    """The path of one thing, as a header and a link can hold it: ids may be Chinese."""
    return f"/v1/{collection}/{quote(found_id, safe='')}"
