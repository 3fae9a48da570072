"""Reading queries: every string is one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.search.query import ParsedQuery, parse_query
from recommender.text.tokenizer import Tokenizer

TOKENIZER = Tokenizer()
ALIASES = {"兰蔻": "兰蔻", "lancome": "兰蔻", "lan come": "兰蔻", "小棕瓶": "雅诗兰黛", "雅诗兰黛": "雅诗兰黛"}


def parsed(query: str, characters: int = 200) -> ParsedQuery:
    return parse_query(query, TOKENIZER, characters=characters, aliases=ALIASES)


def words(query: str) -> list[str]:
    return [word.spellings[0] for word in parsed(query).words]


def test_words_phrases_and_exclusions() -> None:
    query = parsed('防晒 "敏感肌 面霜" -喷雾 －"油腻 厚重"')
    assert [word.spellings for word in query.words] == [("防晒",)]
    assert query.phrases == ("敏感肌 面霜",)
    assert query.excluded == ("喷雾", "油腻 厚重")
    assert query.understood == '防晒 "敏感肌 面霜" -喷雾 -油腻 厚重'
    assert query.notes == ()


@pytest.mark.parametrize("query", ["“小红书”", "＂小红书＂", '"小红书"'])
def test_any_kind_of_quotes(query: str) -> None:
    assert parsed(query).phrases == ("小红书",)


def test_corner_brackets_are_punctuation() -> None:
    assert parsed("「國際論壇」").phrases == ()


def test_a_minus_inside_a_word_excludes_nothing() -> None:
    assert parsed("SK-II 2026-11").excluded == ()


def test_function_words_are_not_required_where_there_are_others() -> None:
    assert words("怎么选择防晒的") == ["选择", "防晒"]
    assert words("的") == ["的"]


@pytest.mark.parametrize("query", ["宝宝辅食 怎么做", "宝宝辅食 推荐", "宝宝辅食怎么办", "宝宝辅食有哪些"])
def test_how_a_question_is_asked_is_not_what_it_is_about(query: str) -> None:
    assert words(query) == ["宝宝", "辅食"]
    assert words("怎么做") != []


def test_unknown_words_are_kept_by_pairs() -> None:
    assert words("珀莱雅") == ["珀莱", "莱雅"]


def test_a_brand_stands_for_all_its_names() -> None:
    assert parsed("Lan Come 面霜").words[0].spellings == ("lan come", "兰蔻", "lancome")
    assert words("Lan Come 面霜") == ["lan come", "面霜"]


def test_long_queries_are_shortened_and_said_so() -> None:
    query = parsed("防晒霜 " * 1250)
    assert query.notes == ("查询太长，只看了前 200 个字。",)
    assert len(query.text) <= 200


def test_nothing_to_search_for_is_said() -> None:
    assert parsed("！？🔥").notes == ("查询里没有可以搜索的字词。",)
    assert parsed(" \u200b ").notes == ()


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(alphabet=st.characters(), max_size=80), st.text(alphabet='"“”-－ 防晒ab\x00\ud800*()[]{}:^~+\\/&|!?', max_size=60))
)
def test_any_string_is_a_query(query: str) -> None:
    understood = parsed(query, characters=40)
    assert all(spelling for word in understood.words for spelling in word.spellings)
    assert bool(understood.notes) >= (len(query) > 40)
