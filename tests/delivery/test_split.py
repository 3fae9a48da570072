"""Parts fit, keep their blocks and lose nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.delivery.characters import byte_length
from recommender.delivery.split import SEPARATOR, partition, split_markdown

BLOCKS = st.lists(st.lists(st.sampled_from(["好", "物", "a", "\n", "👨‍👩‍👧", "🇨🇳", "…"]), max_size=80).map("".join), max_size=20)
LIMITS = st.integers(64, 400)


@given(BLOCKS, LIMITS)
def test_pieces_are_the_whole(blocks: list[str], limit_bytes: int) -> None:
    assert "".join(piece.text for piece in partition(blocks, limit_bytes)) == SEPARATOR.join(blocks)


@given(BLOCKS, LIMITS)
def test_each_part_fits_and_is_numbered(blocks: list[str], limit_bytes: int) -> None:
    parts = split_markdown(blocks, limit_bytes)
    assert all(byte_length(part) <= limit_bytes for part in parts)
    if len(parts) > 1:
        assert [re.match(r"\((\d+)/(\d+)\)\n", part)[0] for part in parts] == [  # type: ignore[index]
            f"({number}/{len(parts)})\n" for number in range(1, len(parts) + 1)
        ]


@given(st.lists(st.text(st.sampled_from(["好", "物", "a"]), min_size=1, max_size=60), max_size=30), LIMITS)
def test_without_heads_and_marks_the_parts_are_the_whole(blocks: list[str], limit_bytes: int) -> None:
    parts = split_markdown(blocks, limit_bytes)
    bare = "".join(re.sub(r"^\(\d+/\d+\)\n", "", part).removesuffix("…") for part in parts)
    assert bare.replace(SEPARATOR, "") == "".join(blocks)


def test_a_block_that_fits_stays_whole() -> None:
    blocks = ["甲" * 20, "乙" * 20, "丙" * 20]
    assert split_markdown(blocks, 130) == ["(1/2)\n" + "甲" * 20 + SEPARATOR + "乙" * 20, "(2/2)\n" + "丙" * 20]
    assert split_markdown(blocks, 90) == ["(1/3)\n" + "甲" * 20, "(2/3)\n" + "乙" * 20, "(3/3)\n" + "丙" * 20]


def test_a_block_too_long_alone_goes_on_in_the_next_part() -> None:
    first, second = split_markdown(["好" * 30], 70)
    assert first.startswith("(1/2)\n好") and first.endswith("好…")
    assert first.count("好") + second.count("好") == 30


def test_one_part_has_no_head_and_none_is_none() -> None:
    assert split_markdown(["好物", "推荐"], 4096) == ["好物\n\n推荐"]
    assert split_markdown([], 4096) == []


def test_numbers_go_on_after_parts_sent_before() -> None:
    assert split_markdown(["剩下的"], 4096, sent_before=2) == ["(3/3)\n剩下的"]


def test_a_limit_too_small_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="64"):
        split_markdown(["好"], 10)
