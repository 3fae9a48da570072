"""Reads the days that a person names in a query: 2025-11, 2025-11-03..2025-12-01, >2025-10, 近30天, 上月. Pure."""

from __future__ import annotations

import re
from datetime import MAXYEAR, datetime, timedelta

from recommender.library.tables import SHANGHAI

_DAY = timedelta(days=1)
_INSTANT = timedelta(milliseconds=1)  # what the index tells apart
_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?")
_LAST = re.compile(r"(?:最?近|过去)?(\d{1,4})(天|日|周|星期|个?月|年|d)")
_UNIT_DAYS = {"天": 1, "日": 1, "d": 1, "周": 7, "星期": 7, "月": 30, "个月": 30, "年": 365}
_COMPARED = re.compile(r"(>=|<=|>|<|≥|≤)(.+)")
Period = tuple[datetime | None, datetime | None]


def read_period(text: str, now: datetime) -> Period | None:
    """The first and last moment of the period that a folded text names, None for an open end; None where it names none.

    Days are those of Asia/Shanghai. A reversed range is turned round.
    """
    try:
        return _period(text.strip(), now.astimezone(SHANGHAI))
    except (ValueError, OverflowError):
        return None


def _period(text: str, now: datetime) -> Period | None:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if named := _named(text, today):
        return named[0], named[1] - _INSTANT
    if last := _LAST.fullmatch(text):
        return today - _DAY * (int(last[1]) * _UNIT_DAYS[last[2]] - 1), None
    if compared := _COMPARED.fullmatch(text):
        start, end = _dated(compared[2])
        bounds: dict[str, Period] = {">": (end, None), ">=": (start, None), "<": (None, start - _INSTANT), "<=": (None, end - _INSTANT)}
        return bounds[compared[1].replace("≥", ">=").replace("≤", "<=")]
    first, dots, last_named = (part.strip() for part in text.replace("~", "..").replace("至", "..").partition(".."))
    if not dots:
        start, end = _dated(first)
        return start, end - _INSTANT
    if not first and not last_named:
        return None
    begin = _dated(first) if first else None
    finish = _dated(last_named) if last_named else None
    if begin and finish and begin[0] > finish[0]:
        begin, finish = finish, begin
    return begin[0] if begin else None, finish[1] - _INSTANT if finish else None


def _named(text: str, today: datetime) -> tuple[datetime, datetime] | None:
    month = today.replace(day=1)
    before = (month - _DAY).replace(day=1)
    year = month.replace(month=1)
    week = today - _DAY * today.weekday()
    return {
        "今天": (today, today + _DAY),
        "昨天": (today - _DAY, today),
        "本周": (week, week + 7 * _DAY),
        "上周": (week - 7 * _DAY, week),
        "本月": (month, _following_month(month)),
        "上月": (before, month),
        "上个月": (before, month),
        "今年": (year, year.replace(year=year.year + 1)),
        "去年": (year.replace(year=year.year - 1), year),
    }.get(text)


def _dated(text: str) -> tuple[datetime, datetime]:
    """The start of a year, month or day, and of the one after it. Raises ValueError."""
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError
    year, month, day = (int(part) if part else 0 for part in found.groups())
    if not 1 < year < MAXYEAR - 1:
        raise ValueError
    start = datetime(year, month or 1, day or 1, tzinfo=SHANGHAI)
    if day:
        return start, start + _DAY
    return start, _following_month(start) if month else start.replace(year=year + 1)


def _following_month(start: datetime) -> datetime:
    return (start + 31 * _DAY).replace(day=1)
