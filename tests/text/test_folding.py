"""Folding: one spelling for what reads the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.text.folding import fold, fold_map


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("國際論壇", "国际论坛"),
        ("ＡＢＣ１２３－ｘ", "abc123-x"),
        ("iPhone", "iphone"),
        ("乾隆與乾燥", "乾隆与干燥"),
        ("100㎡", "100m2"),
        ("防\u200b晒", "防晒"),
        ("a\x00b", "a b"),
        ("\ud800花", "\ufffd花"),
        ("", ""),
        ("第一行\n第二行", "第一行\n第二行"),
    ],
)
def test_what_folds_to_what(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_folds_and_every_character_knows_where_it_came_from(text: str) -> None:
    folded, offsets = fold_map(text)
    assert folded == fold(text)
    assert len(offsets) == len(folded)
    assert offsets == sorted(offsets)
    assert all(0 <= offset < len(text) for offset in offsets)


@given(st.text(alphabet="繁體簡体臺灣發髮后後乾干裡里著面麵abcＡ１ ，。", max_size=40))
def test_common_text_keeps_its_length_and_folds_once(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_offsets_point_into_the_original() -> None:
    text = "我家100㎡的\u200b陽臺"
    folded, offsets = fold_map(text)
    start = folded.index("阳台")
    assert text[offsets[start] : offsets[start + 1] + 1] == "陽臺"
