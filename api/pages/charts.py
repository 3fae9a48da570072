"""Small drawings from figures: inline SVG without scripts or styles, sized by its box. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

SPARK_HEIGHT, SPARK_STEP = 28, 8  # units of the drawing
BARS_HEIGHT, BARS_STEP = 96, 22
LINE_WIDTH, LINE_HEIGHT = 300, 72
MOST_LABELS = 8

_SVG = Markup('<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}" preserveAspectRatio="{}">{}</svg>')
_BAR = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="1.5"><title>{}</title></rect>')
_LABEL = Markup('<text x="{}" y="{}">{}</text>')


def spark(values: Sequence[tuple[int, str, str]], label: str) -> Markup:
    """One bar per run, oldest first: (amount, state, words); a run that brought nothing is a line at the foot."""
    top = max([value for value, _, _ in values], default=0) or 1
    bars = [
        _BAR.format(f"run-{state}", place * SPARK_STEP, SPARK_HEIGHT - height, SPARK_STEP - 2, height, words)
        for place, (value, state, words) in enumerate(values)
        for height in [max(2, round((SPARK_HEIGHT - 2) * value / top))]
    ]
    width = max(len(values), 1) * SPARK_STEP
    return _SVG.format("spark", width, SPARK_HEIGHT, label, "xMinYMax meet", Markup("").join(bars))


def month_bars(months: Sequence[tuple[str, int, str]], label: str) -> Markup:
    """One bar per month, oldest first: (YYYY-MM, amount, words), with some of the months named below."""
    top = max([amount for _, amount, _ in months], default=0) or 1
    every = -(-len(months) // MOST_LABELS) or 1
    parts = []
    for place, (month, amount, words) in enumerate(months):
        height = round((BARS_HEIGHT - 4) * amount / top)
        parts.append(_BAR.format("bar", place * BARS_STEP + 3, BARS_HEIGHT - height, BARS_STEP - 6, height, words))
        if place % every == 0:
            parts.append(_LABEL.format(place * BARS_STEP + 3, BARS_HEIGHT + 16, month[2:].replace("-", "/")))
    width = max(len(months), 12) * BARS_STEP + 40
    parts.append(_LABEL.format(len(months) * BARS_STEP + 4, 12, top))
    return _SVG.format("bars", width, BARS_HEIGHT + 22, label, "xMinYMid meet", Markup("").join(parts))


def growth_line(points: Sequence[tuple[datetime, int]], label: str) -> Markup:
    """How an amount grew, oldest first; places across are in proportion to time."""
    first, last = points[0][0], points[-1][0]
    span = (last - first).total_seconds() or 1.0
    low, high = min(value for _, value in points), max(value for _, value in points)
    places = [
        (
            round(4 + (LINE_WIDTH - 8) * (at - first).total_seconds() / span, 1),
            round(LINE_HEIGHT - 6 - (LINE_HEIGHT - 12) * (value - low) / ((high - low) or 1), 1),
        )
        for at, value in points
    ]
    line = Markup('<polyline points="{}"/>').format(" ".join(f"{x},{y}" for x, y in places))
    dots = Markup("").join(Markup('<circle cx="{}" cy="{}" r="3"/>').format(x, y) for x, y in places)
    return _SVG.format("growth", LINE_WIDTH, LINE_HEIGHT, label, "xMinYMid meet", line + dots)


def every_month(months: Sequence[tuple[str, int, float | None]], most: int) -> list[tuple[str, int, float | None]]:
    """The newest `most` months up to the last known one, oldest first, those without a post filled in."""
    if not months:
        return []
    known = {month: (amount, middle) for month, amount, middle in months}
    year, number = (int(part) for part in months[-1][0].split("-"))
    filled: list[tuple[str, int, float | None]] = []
    while len(filled) < most:
        month = f"{year:04d}-{number:02d}"
        filled.append((month, *known.get(month, (0, None))))
        if month <= months[0][0]:
            break
        year, number = (year, number - 1) if number > 1 else (year - 1, 12)
    return filled[::-1]
