"""Visible characters stay whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.delivery.characters import byte_length, clusters, cut_to_bytes, cut_to_characters

FAMILY = "👨‍👩‍👧"
WHOLE = [FAMILY, "👍🏽", "🇨🇳", "é", "1️⃣", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "好", "a"]


@pytest.mark.parametrize("one", WHOLE)
def test_a_sequence_is_one_character(one: str) -> None:
    assert list(clusters(f"好{one}好")) == ["好", one, "好"]


def test_flags_pair_from_the_left() -> None:
    assert list(clusters("🇨🇳🇨🇳🇨")) == ["🇨🇳", "🇨🇳", "🇨"]


@given(st.text())
def test_clusters_are_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text


@given(st.text(st.sampled_from(["好", "a", " ", *FAMILY, "️", "🇨"]), max_size=40), st.integers(0, 60))
def test_a_cut_fits_and_ends_between_characters(text: str, limit_bytes: int) -> None:
    cut = cut_to_bytes(text, limit_bytes)
    assert byte_length(cut) <= limit_bytes
    if cut != text:
        kept = cut.removesuffix("…")
        assert any("".join(list(clusters(text))[:count]).rstrip() == kept for count in range(len(text) + 1))


def test_a_family_is_not_torn_apart() -> None:
    assert cut_to_bytes("好" + FAMILY + "好", byte_length("好…") + 8) == "好…"
    assert cut_to_characters("好" + FAMILY + "好", 4) == "好…"
    assert cut_to_characters("刚刚好", 3) == "刚刚好"
