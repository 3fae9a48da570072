from hypothesis import given
from hypothesis import strategies as st

from recommender.text.terms import TermMatcher, longest

LETTERS = st.text(alphabet="最好的天一", max_size=12)


@given(st.lists(st.text(alphabet="最好的天一", min_size=1, max_size=4), max_size=6), LETTERS)
def test_found_is_what_stands_in_the_text(terms: list[str], text: str) -> None:
    assert TermMatcher(terms).find(text) == {term: text.count(term) for term in set(terms) if term in text}


def test_latin_terms_need_word_borders() -> None:
    assert TermMatcher(["heb"]).find("the hebrew heb超市 heb") == {"heb": 2}


def test_terms_of_several_words_and_beyond_the_basic_plane_are_found() -> None:
    terms = ["trader joe's", "t恤", "a", "🎁", "🎁礼盒", "𠮷野家", "5g"]
    assert TermMatcher(terms).find("trader joe's 的白t恤，🎁礼盒，𠮷野家，15g") == {
        "trader joe's": 1,
        "t恤": 1,
        "🎁": 1,
        "🎁礼盒": 1,
        "𠮷野家": 1,
    }
    assert TermMatcher(terms).find("at恤 5g a") == {"5g": 1, "a": 1}


def test_spans_prefer_the_longest_and_never_overlap() -> None:
    assert longest("小米粥和小米", ["小米", "小米粥", "粥"]) == [(0, 3, "小米粥"), (4, 6, "小米")]
