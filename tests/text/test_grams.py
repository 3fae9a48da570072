"""Character pairs and units."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from recommender.text.grams import char_grams, char_units


def test_pairs_stay_inside_runs() -> None:
    assert char_grams("安装，简单") == ["安装", "安", "装", "简单", "简", "单"]


def test_letters_have_words_of_their_own() -> None:
    assert char_grams("spf50 ok") == []
    assert char_grams("a醇好") == ["a醇", "醇好", "醇", "好"]


def test_units_split_letters_digits_and_characters() -> None:
    assert char_units("iphone15的spf50+，花") == ["iphone", "15", "的", "spf", "50", "花"]


@given(st.text(alphabet="安装简单的ab1 ，。_-\n", max_size=40))
def test_every_neighbouring_pair_of_characters_is_found(text: str) -> None:
    grams = set(char_grams(text))
    for first, second in pairwise(text):
        if first in "安装简单的" and second in "安装简单的":
            assert first + second in grams
    assert "".join(char_units(text)) == "".join(character for character in text if character not in " ，。_-\n")
