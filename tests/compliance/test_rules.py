import pytest

from recommender.compliance.rules import parse_rules, rule_book
from recommender.errors import InputError
from recommender.understanding.taxonomy import CATEGORIES

RULE = '[[rule]]\nid = "x"\nlaw = "法"\nlevel = "block"\nreason = "因"\nsuggestion = "改"\n'


def test_the_shipped_rules_are_read() -> None:
    book = rule_book()
    assert len({rule.id for rule in book.rules}) == len(book.rules) > 40
    assert set(book.categories) & set(CATEGORIES)
    assert all(rule.terms or rule.patterns for rule in book.rules)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (RULE.replace('law = "法"\n', ""), "缺少 law"),
        (RULE.replace('"block"', '"fatal"'), "level"),
        (RULE + 'colour = "red"\n', "不认识的字段 colour"),
        (RULE + 'about = ["火箭"]\n', "火箭"),
        (RULE + 'patterns = ["没有箭头"]\n', "patterns"),
        (RULE + 'patterns = ["词 => (没有关"]\n', "写错了"),
        (RULE + 'patterns = ["词 => (啊+)+$"]\n', "跑不完"),
        (RULE + 'patterns = ["词 => (?:a*b)*c"]\n', "跑不完"),
        ("这不是 toml", "读不懂"),
    ],
)
def test_a_broken_rule_is_refused_in_words(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse_rules(text)


def test_the_line_of_a_broken_rule_is_named() -> None:
    with pytest.raises(InputError) as caught:
        parse_rules(RULE + "\n" + RULE.replace('"x"', '"y"') + 'patterns = ["词 => ("]\n')
    assert caught.value.line == 8
