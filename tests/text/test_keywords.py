from recommender.text.keywords import keywords
from recommender.text.tokenizer import Tokenizer


def test_telling_words_come_first_and_common_ones_not_at_all() -> None:
    found = keywords(Tokenizer().search_tokens("今天我们觉得羊绒衫真的要手洗，羊绒衫不要挂，羊绒衫平铺"), 3)
    assert found[0].startswith("羊绒")
    assert "我们" not in found
    assert len(found) <= 3


def test_nothing_comes_of_nothing() -> None:
    assert keywords([]) == ()
    assert keywords(["，", "的", "!"]) == ()
