"""The limits are complete and name their source."""

from __future__ import annotations

import re

import pytest

from recommender.delivery.limits import UNITS, all_limits, limit


def test_each_limit_has_a_unit_a_source_and_a_date() -> None:
    for found in all_limits().values():
        assert found.value > 0
        assert found.unit in UNITS
        assert found.source
        assert re.fullmatch(r"20\d\d-\d\d", found.date)


@pytest.mark.parametrize(
    ("channel", "name", "value"),
    [
        ("wecom_moments", "text_characters", 2000),
        ("wecom_moments", "text", 4000),
        ("wecom_moments", "link_title", 64),
        ("wecom_group_message", "text", 4000),
        ("wecom_group_message", "link_title", 128),
        ("wecom_robot", "markdown", 4096),
        ("wecom_robot", "messages_per_minute", 20),
        ("sms", "first_segment", 70),
    ],
)
def test_the_published_figures(channel: str, name: str, value: int) -> None:
    assert limit(channel, name) == value
