"""Counts and times as platforms print them, made into numbers and moments. Pure."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from recommender.library.tables import SHANGHAI

MOST = 10**15  # nothing public is counted higher; a larger number is an id that slipped into the column
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

_FACTORS = {
    "千": 1_000,
    "k": 1_000,
    "万": 10_000,
    "萬": 10_000,
    "w": 10_000,
    "百万": 1_000_000,
    "m": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
}
_COUNT = re.compile(r"[约近]?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(百万|千万|[千万萬亿kwm])?\+?", re.IGNORECASE)
_AGO = re.compile(r"(\d{1,4})\s*(秒钟?|分钟?|小时|天|日|周|个?月|年)之?前")
_DAY_WORD = re.compile(r"(今天|昨天|前天)\s*(?:(\d{1,2})[:：](\d{2}))?")
_DATE = re.compile(
    r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[\sT]*(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2}))?(?:\.\d+)?)?\s*[秒分]?"
)
_WEIBO = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2} \d{1,2} \d{2}:\d{2}:\d{2} [+-]\d{4} \d{4})")
_SECONDS = {"秒": 1, "分": 60, "小": 3600, "天": 86_400, "日": 86_400, "周": 604_800, "个": 2_592_000, "月": 2_592_000, "年": 31_536_000}
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


def count(raw: object) -> int | None:
    """A public count: `1.2万` is 12000, `10+` 10, `3,456` 3456; `赞`, `-`, nothing or nonsense is None (the platform did not say)."""
    if raw is None or isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return raw if 0 <= raw <= MOST else None
    if isinstance(raw, float):
        return round(raw) if math.isfinite(raw) and 0 <= raw <= MOST else None
    text = str(raw).strip()
    if text.isascii() and text.isdigit() and len(text) < 16:
        return int(text)
    found = _COUNT.fullmatch(text.replace(" ", "").replace("，", ","))
    if not found or len(text) > 32:
        return None
    whole, fraction, unit = found.groups()
    value = round(float(whole.replace(",", "") + (fraction or "")) * _FACTORS.get((unit or "").lower(), 1))
    return value if value <= MOST else None


def moment(raw: object, now: datetime | None = None) -> datetime | None:
    """A time in any form that platforms print; one without a zone is Asia/Shanghai. None where it says none.

    Knows epochs in seconds, milliseconds and microseconds, ISO 8601, `2025-12-02 18:16:03`, RFC 2822, Weibo's
    `Sat Jun 15 11:44:46 +0800 2019`, `刚刚`, `5分钟前`, `昨天 12:30` and `06-14`, which are read against `now`.
    """
    value = _moment(raw, now)
    if value is None:
        return None
    if value.tzinfo is None:
        value = value.replace(tzinfo=SHANGHAI)
    return value if EARLIEST <= value <= LATEST else None


def _moment(raw: object, now: datetime | None) -> datetime | None:
    if raw is None or isinstance(raw, bool):
        return None
    if isinstance(raw, datetime):
        return raw
    if isinstance(raw, (int, float)):
        return _epoch(float(raw))
    text = str(raw).strip()
    if not text or len(text) > 64:
        return None
    if text.isascii() and text.replace(".", "", 1).isdigit() and len(text.split(".")[0]) >= 9:
        return _epoch(float(text))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if found := _WEIBO.fullmatch(text):
        month, day, clock, zone, year = found[1].split()
        return _iso(f"{year}-{_MONTHS.find(month) // 3 + 1:02}-{int(day):02}T{clock}{zone[:3]}:{zone[3:]}")
    return _relative(text, now) or _dated(text, now) or _mailed(text)


def _epoch(number: float) -> datetime | None:
    if not math.isfinite(number) or number <= 0:
        return None
    for factor in (1, 1_000, 1_000_000, 1_000_000_000):
        if number / factor < 5_000_000_000:
            return datetime.fromtimestamp(number / factor, SHANGHAI)
    return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _relative(text: str, now: datetime | None) -> datetime | None:
    now = (now or datetime.now(SHANGHAI)).astimezone(SHANGHAI)
    if text in ("刚刚", "刚才", "just now"):
        return now
    if found := _AGO.fullmatch(text):
        return now - timedelta(seconds=int(found[1]) * _SECONDS[found[2][0]])
    if found := _DAY_WORD.fullmatch(text):
        day = now - timedelta(days=("今天", "昨天", "前天").index(found[1]))
        hour, minute = int(found[2] or 0), int(found[3] or 0)
        return day.replace(hour=hour, minute=minute, second=0, microsecond=0) if hour < 24 and minute < 60 else None
    return None


def _dated(text: str, now: datetime | None) -> datetime | None:
    if not (found := _DATE.match(text)):
        return None
    year, month, day, hour, minute, second = (int(part) if part else None for part in found.groups())
    now = (now or datetime.now(SHANGHAI)).astimezone(SHANGHAI)
    try:
        value = datetime(year or now.year, month or 0, day or 0, hour or 0, minute or 0, second or 0, tzinfo=SHANGHAI)
        # a date without a year is the latest such day that has come
        return value.replace(year=now.year - 1) if year is None and value > now + timedelta(days=1) else value
    except ValueError:
        return None


def _mailed(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
