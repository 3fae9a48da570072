"""Which format of a digest a caller wants, and what the OpenAPI document says of each."""

from __future__ import annotations

from typing import Any, Literal

from starlette.exceptions import HTTPException

from api.wire.subscriptions import DigestOut

Format = Literal["json", "html", "markdown", "atom", "feed"]
MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "atom": "application/atom+xml",
    "feed": "application/feed+json",
}
_ACCEPTED: dict[str, Format] = {media.partition(";")[0]: name for name, media in MEDIA_TYPES.items()}
_EXAMPLES = {
    "html": "<!doctype html><title>护肤早报 · 7月1日</title>",
    "markdown": "# 护肤早报 · 7月1日\n",
    "atom": '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>护肤早报 · 7月1日</title></feed>',
    "feed": {"version": "https://jsonfeed.org/version/1.1", "title": "护肤早报 · 7月1日", "items": []},
}
DIGEST_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "日报",
        "model": DigestOut,
        "content": {
            media: {"schema": {"type": "object" if name == "feed" else "string"}, "example": _EXAMPLES[name]}
            for media, name in _ACCEPTED.items()
            if name != "json"
        },
    }
}


def wanted_format(accept: str) -> Format:
    """The format that an Accept header likes best; JSON where it does not say. Raises 406 where it only names others."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.split(",")[:50]):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                weight = float(parameter[2:]) if parameter[2:].replace(".", "", 1).isdecimal() else 0.0
        if media and weight > 0:
            wishes.append((-weight, place, media))
    for _, _, media in sorted(wishes):
        if media in _ACCEPTED:
            return _ACCEPTED[media]
        if media in ("*/*", "application/*"):
            return "json"
        if media == "text/*":
            return "html"
    if wishes:
        raise HTTPException(406)
    return "json"
