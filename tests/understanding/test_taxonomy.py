import pytest

from recommender.errors import InputError
from recommender.understanding.taxonomy import CATEGORIES, SECOND_LEVEL, lexicon, parse_lexicon

SPEC = (
    "美妆护肤, 服饰穿搭, 珠宝配饰, 母婴亲子, 食品美食, 保健养生, 家居家电, 数码科技, "
    "运动户外, 旅行出行, 宠物, 文化娱乐, 职场教育, 汽车, 情感生活"
)


def test_the_first_level_is_the_closed_list() -> None:
    assert ", ".join(CATEGORIES) == SPEC


def test_every_category_has_words_and_a_second_level() -> None:
    spoken_for = {word.category for word in lexicon()}
    assert spoken_for == set(CATEGORIES)
    assert all(SECOND_LEVEL[name] for name in CATEGORIES)
    assert all(word.second in SECOND_LEVEL[word.category] for word in lexicon())


def test_no_word_is_given_twice_in_one_category() -> None:
    seen: set[tuple[str, str, str]] = set()
    for word in lexicon():
        assert (word.category, word.second, word.word) not in seen, word
        seen.add((word.category, word.second, word.word))


def test_strength_and_spaces_are_read() -> None:
    words = parse_lexicon("宠物\n== 猫\n猫粮! 主子? 猫窝 cat_food", "x.txt")
    assert [(word.word, word.weight) for word in words] == [("猫粮", 3), ("主子", 1), ("猫窝", 2), ("cat food", 2)]


@pytest.mark.parametrize(("text", "line"), [("没有的品类\n", 1), ("宠物\n== 猫\n猫\n== 恐龙\n", 4), ("", 1)])
def test_an_unknown_heading_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        parse_lexicon(text, "x.txt")
    assert caught.value.line == line
