"""Counts and times as printed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.repair import MOST, count, moment
from recommender.library.tables import SHANGHAI

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("1.2万", 12_000),
        ("10+", 10),
        ("1万+", 10_000),
        ("3,456", 3_456),
        ("1，234，567", 1_234_567),
        ("1亿", 100_000_000),
        ("2.5w", 25_000),
        ("3k", 3_000),
        ("1千", 1_000),
        ("１２", 12),
        (" 7 ", 7),
        ("0", 0),
        (0, 0),
        (12, 12),
        (3.0, 3),
        ("赞", None),
        ("", None),
        ("-", None),
        (None, None),
        ("null", None),
        (-1, None),
        ("-5", None),
        (True, None),
        (float("nan"), None),
        (10**30, None),
        ("9" * 40, None),
        ("1.2.3", None),
        ("12,34", None),
    ],
)
def test_counts(printed: object, expected: int | None) -> None:
    assert count(printed) == expected


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans()))
def test_any_value_gives_a_storable_count_or_none(raw: object) -> None:
    value = count(raw)
    assert value is None or 0 <= value <= MOST


@given(st.integers(min_value=0, max_value=MOST))
def test_a_plain_number_is_itself(number: int) -> None:
    assert count(str(number)) == count(number) == count(f"{number:,}") == number


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (1741739525, "2025-03-12T08:32:05+08:00"),
        (1741739525000, "2025-03-12T08:32:05+08:00"),
        ("1741739525000", "2025-03-12T08:32:05+08:00"),
        ("2025-12-02 18:16:03", "2025-12-02T18:16:03+08:00"),
        ("2025-12-02T18:16:03Z", "2025-12-02T18:16:03+00:00"),
        ("2025-12-02", "2025-12-02T00:00:00+08:00"),
        ("2025/12/2 8:05", "2025-12-02T08:05:00+08:00"),
        ("2025年12月2日 18:16", "2025-12-02T18:16:00+08:00"),
        ("Sat Jun 15 11:44:46 +0800 2019", "2019-06-15T11:44:46+08:00"),
        ("Sat, 15 Jun 2019 11:44:46 +0000", "2019-06-15T11:44:46+00:00"),
        ("刚刚", "2026-11-03T12:00:00+08:00"),
        ("5分钟前", "2026-11-03T11:55:00+08:00"),
        ("3小时前", "2026-11-03T09:00:00+08:00"),
        ("2天前", "2026-11-01T12:00:00+08:00"),
        ("昨天 08:30", "2026-11-02T08:30:00+08:00"),
        ("06-14", "2026-06-14T00:00:00+08:00"),
        ("12-31", "2025-12-31T00:00:00+08:00"),
    ],
)
def test_times(printed: object, expected: str) -> None:
    value = moment(printed, NOW)
    assert value is not None
    assert value.isoformat() == expected


@pytest.mark.parametrize(
    "printed", [None, "", "-", "很久以前", 0, -5, "0", True, float("inf"), 10**30, "2025-13-40", "99:99", "1234-56-78 99:99:99"]
)
def test_no_time(printed: object) -> None:
    assert moment(printed, NOW) is None


@given(st.one_of(st.text(), st.integers(), st.floats(), st.datetimes(), st.none()))
def test_any_value_gives_an_aware_time_or_none(raw: Any) -> None:
    value = moment(raw, NOW)
    assert value is None or value.utcoffset() is not None


@given(st.datetimes(datetime(1995, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_epochs_and_iso_give_the_same_moment(when: datetime) -> None:
    when = when.replace(microsecond=0)
    seconds = int(when.timestamp())
    assert moment(seconds * 1000) == moment(when.isoformat()) == when
    assert moment(when.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")) == when
    if when > datetime(2001, 10, 1, tzinfo=UTC):
        assert moment(str(seconds)) == when


def test_a_day_without_a_year_is_never_far_ahead() -> None:
    for month in range(1, 13):
        value = moment(f"{month:02}-15", NOW)
        assert value is not None
        assert value <= NOW + timedelta(days=1)
