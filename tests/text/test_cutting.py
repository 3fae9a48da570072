"""Cutting many texts at once gives what the functions for one text give."""

from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.text.cutting import cut, pair_keys, pairs_of
from recommender.text.grams import char_grams, char_units
from recommender.text.tokenizer import Tokenizer

TOKENIZER = Tokenizer()
TEXTS = st.one_of(st.text(alphabet="安装简单的ab1２ ，。_-\n々カ・゠🔥é\U00020000", max_size=30), st.text(max_size=10))


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS.map(lambda text: text.encode("utf-8", "replace").decode()), max_size=6))
def test_every_text_is_cut_as_it_is_alone(texts: list[str]) -> None:
    cuts = cut(texts, TOKENIZER)
    keys = iter(cuts.pair_keys.tolist())
    for place, text in enumerate(texts):
        pairs = [gram for gram in char_grams(text) if len(gram) == 2]
        assert cuts.pairs[place] == "".join(f"{pair} " for pair in pairs)
        assert cuts.units[place] == "".join(f"{unit} " for unit in char_units(text))
        assert (cuts.pair_counts[place], cuts.unit_counts[place]) == (len(pairs), len(char_units(text)))
        assert [next(keys) for _ in pairs] == pair_keys("".join(pairs)).tolist()
        assert cuts.words[place] == [word for word in TOKENIZER.search_tokens(text) if any(each.isalnum() or each == "_" for each in word)]


def test_keys_are_in_the_order_of_the_pairs_and_lead_back() -> None:
    pairs = sorted(["安装", "装简", "a安", "々カ", "𠀀单"])
    keys = pair_keys("".join(pairs))
    assert keys.tolist() == sorted(keys.tolist())
    assert pairs_of(keys) == "".join(pairs)
