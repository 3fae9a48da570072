import pytest

from recommender.errors import InputError
from recommender.text.folding import fold
from recommender.text.terms import TermMatcher
from recommender.text.tokenizer import Tokenizer
from recommender.understanding.brands import aliases, brand_finder, brand_names, fold_name, parse_brands


def find_brands(text: str) -> list[str]:
    folded = fold_name(text)
    words = TermMatcher(brand_finder().names).find(folded)
    return [hit.brand for hit in brand_finder().find(text, folded, words, ())]


@pytest.mark.parametrize(
    ("text", "brands"),
    [
        ("在蒂芙尼试戴了一枚戒指", ["Tiffany"]),
        ("TIFFANY&CO. 和卡地亚怎么选", ["Tiffany", "卡地亚"]),
        ("周末去缺德舅買了堅果", ["Trader Joe's"]),
        ("trader joe‘s 的冷冻饺子", ["Trader Joe's"]),
        ("Ｃｏｓｔｃｏ的牛排", ["Costco"]),
        ("小米粥配咸菜", []),
        ("新买的小米手机续航不错", ["小米"]),
        ("今天吃了一个苹果", []),
        ("苹果手机充电越来越慢", ["苹果"]),
        ("富士山下看樱花", []),
        ("my target is 50 kg", []),
        ("去 Target 逛超市", ["Target"]),
        ("hebrew lesson", []),
        ("三明治好吃", []),
        ("真舍不得宝宝长大", []),
    ],
)
def test_names_are_found_and_false_friends_are_not(text: str, brands: list[str]) -> None:
    assert find_brands(text) == brands


def test_a_brand_is_given_once_in_order_of_appearance() -> None:
    assert find_brands("卡地亚、蒂芙尼、Tiffany、Cartier") == ["卡地亚", "Tiffany"]


def test_aliases_are_folded_and_lead_to_canonical_names() -> None:
    table = aliases()
    assert all(name == fold(name) for name in table)
    assert table["蒂芙尼"] == table["tiffany"] == "Tiffany"
    assert len(table) > 900


def test_names_serve_as_user_words() -> None:
    names = brand_names()
    assert names == sorted(set(names))
    assert "霸王茶姬" in Tokenizer(names).search_tokens("点了霸王茶姬")


def test_an_unknown_heading_is_refused_with_its_line() -> None:
    with pytest.raises(InputError) as caught:
        parse_brands("# 说明\n== 火箭\n某牌", "x.txt")
    assert caught.value.line == 2
