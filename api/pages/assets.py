"""The pages' own style sheets, scripts and drawings: read once, served with a version in the address and kept by browsers for a year."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Response

from recommender.errors import NotFound

FOLDER = Path(__file__).with_name("static")
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml; charset=utf-8"}

router = APIRouter()


@cache
def _assets() -> dict[str, tuple[bytes, str]]:
    """Body and version of each file by name."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in TYPES:
            body = path.read_bytes()
            found[path.name] = (body, hashlib.sha256(body).hexdigest()[:12])
    return found


def asset_address(name: str) -> str:
    """The address of a static file with its version; raises KeyError for a file that is not there."""
    return f"/static/{name}?v={_assets()[name][1]}"


@router.get("/static/{name}")
def asset(name: str, v: str = "") -> Response:
    """One static file. Only an address with the right version may be kept for ever."""
    if name not in _assets():
        raise NotFound("没有这个文件。")
    body, version = _assets()[name]
    kept = "public, max-age=31536000, immutable" if v == version else "no-cache"
    headers = {"Cache-Control": kept, "ETag": f'"{version}"', "X-Content-Type-Options": "nosniff"}
    if name.endswith(".svg"):
        headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return Response(body, media_type=TYPES[Path(name).suffix], headers=headers)
