"""Days named in a query, in Asia/Shanghai."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.search.periods import read_period

NOW = datetime(2026, 3, 9, 20, 0, tzinfo=UTC)  # Tuesday the 10th in Shanghai


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025-11", "2025-11-01T00:00", "2025-11-30T23:59"),
        ("2025年11月", "2025-11-01T00:00", "2025-11-30T23:59"),
        ("2025-11-03", "2025-11-03T00:00", "2025-11-03T23:59"),
        ("2025/12", "2025-12-01T00:00", "2025-12-31T23:59"),
        ("2024", "2024-01-01T00:00", "2024-12-31T23:59"),
        ("2025-11-03..2025-12-01", "2025-11-03T00:00", "2025-12-01T23:59"),
        ("2025-12-01..2025-11-03", "2025-11-03T00:00", "2025-12-01T23:59"),
        ("2025-11..", "2025-11-01T00:00", ""),
        ("..2025-11", "", "2025-11-30T23:59"),
        (">2025-10", "2025-11-01T00:00", ""),
        (">=2025-10", "2025-10-01T00:00", ""),
        ("<2025-10", "", "2025-09-30T23:59"),
        ("≤2025-10", "", "2025-10-31T23:59"),
        ("近30天", "2026-02-09T00:00", ""),
        ("最近1周", "2026-03-04T00:00", ""),
        ("今天", "2026-03-10T00:00", "2026-03-10T23:59"),
        ("本周", "2026-03-09T00:00", "2026-03-15T23:59"),
        ("上月", "2026-02-01T00:00", "2026-02-28T23:59"),
        ("去年", "2025-01-01T00:00", "2025-12-31T23:59"),
    ],
)
def test_forms_of_a_date(text: str, first: str, last: str) -> None:
    period = read_period(text, NOW)
    assert period is not None
    assert [moment.strftime("%Y-%m-%dT%H:%M") if moment else "" for moment in period] == [first, last]


@pytest.mark.parametrize("text", ["", "..", "去年春天", "2025-13", "2025-02-30", "0000", "9999", "近9999年", "2025-11..x", ">", "昨天前天"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_period(text, NOW) is None


@given(st.text(alphabet="0123456789-./<>=≥~至年月日天近最周今去上本d", max_size=24))
def test_any_text_is_a_period_in_order_or_none(text: str) -> None:
    period = read_period(text, NOW)
    if period and period[0] and period[1]:
        assert period[0] <= period[1]
