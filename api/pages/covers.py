"""Drawn covers: a colour and a sign for the category, a pattern for the content, and how its title begins. Pure and deterministic."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from html import escape
from pathlib import Path

SIZE = 400
LINE_CHARACTERS = 5
LINES = 2
_UNSHOWN = re.compile(r"[^\w]+|_+")
_ASCII = re.compile(r"[!-~]")


@cache
def _signs() -> dict[str, tuple[int, str]]:
    """Hue (degrees) and path (24 × 24, stroked) by category; "" for contents without one."""
    raw = json.loads(Path(__file__).with_name("covers.json").read_text("utf-8"))
    return {name: (int(hue), str(path)) for name, (hue, path) in raw.items()}


def _beginning(title: str) -> list[str]:
    """The first characters of the title in at most two lines; a Latin letter is half as wide as a Han character."""
    lines, width = [""], 0.0
    for character in _UNSHOWN.sub("", title[:80]):
        step = 0.58 if _ASCII.match(character) else 1.0
        if width + step > LINE_CHARACTERS:
            if len(lines) == LINES:
                break
            lines.append("")
            width = 0.0
        lines[-1] += character
        width += step
    return lines


def _pattern(seed: bytes, ink: str) -> str:
    """One of four quiet patterns, placed by the content's own bytes."""
    x, y, turn = SIZE * seed[1] // 255, SIZE * seed[2] // 340, seed[3] % 180
    if seed[0] % 4 == 0:
        shapes = "".join(f'<circle cx="{x}" cy="{y}" r="{radius}"/>' for radius in range(50, 330, 56))
    elif seed[0] % 4 == 1:
        shapes = "".join(f'<path d="M-300 {line}H700" transform="rotate({turn} 200 200)"/>' for line in range(-280, 700, 46))
    elif seed[0] % 4 == 2:
        waves = "q50 -44 100 0 t100 0 t100 0 t100 0 t100 0"
        shapes = "".join(f'<path d="M{-80 + (line * 7 + x) % 60} {line}{waves}"/>' for line in range(30, 440, 52))
    else:
        shapes = "".join(
            f'<circle cx="{column + (row // 50 % 2) * 25 + x % 25}" cy="{row + y % 25}" r="3"/>'
            for row in range(-20, 430, 50)
            for column in range(-20, 430, 50)
        )
    return f'<g fill="none" stroke="{ink}" stroke-width="7" stroke-opacity=".16">{shapes}</g>'


def draw_cover(content_id: str, title: str, category: str | None) -> str:
    """An SVG document of 400 × 400 without scripts, styles or links; the same content always has the same cover."""
    seed = hashlib.sha256(content_id.encode("utf-8", "replace")).digest()
    hue, path = _signs().get(category or "", _signs()[""])
    hue = (hue + seed[4] % 17 - 8) % 360
    grey = not category
    paper, deep, ink = (f"hsl({hue},{0.25 * part if grey else part:.0f}%,{light}%)" for part, light in ((52, 92), (46, 82), (44, 26)))
    lines = "".join(
        f'<text x="34" y="{310 + 70 * (number - len(_beginning(title)) + 1) + 30}">{escape(line)}</text>'
        for number, line in enumerate(_beginning(title))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}" role="img">'
        f'<defs><linearGradient id="paper" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="{paper}"/>'
        f'<stop offset="1" stop-color="{deep}"/></linearGradient></defs>'
        f'<rect width="{SIZE}" height="{SIZE}" fill="url(#paper)"/>{_pattern(seed, ink)}'
        f'<g transform="translate(34 40) scale(5)" fill="none" stroke="{ink}" stroke-width="1.5" stroke-linecap="round" '
        f'stroke-linejoin="round"><path d="{escape(path)}"/></g>'
        f'<g fill="{ink}" font-family="PingFang SC,Noto Sans CJK SC,sans-serif" font-size="62" font-weight="600">{lines}</g>'
        "</svg>"
    )
