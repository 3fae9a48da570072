from hypothesis import given
from hypothesis import strategies as st

from recommender.understanding.traits import MAX_CHARACTERS, feature_names, measure, prepare
from recommender.understanding.understander import known_words


def test_hashtags_leave_the_body_and_join_the_tags() -> None:
    post = prepare("标题 #一", "正文 #二 #三 #四", ("五",), known_words())
    assert post.body == "正文"
    assert set(post.tags) == {"一", "二", "三", "四", "五"}


def test_traits_name_the_words_seen() -> None:
    _, seen = measure(prepare("護膚教程", "第一步，先洁面", (), known_words()))
    assert "教程" in seen["howto"]
    assert "第一步" in seen["steps"]


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_text_becomes_as_many_finite_numbers(title: str, text: str) -> None:
    values, _ = measure(prepare(title, text, (), known_words()))
    assert len(values) == len(feature_names())
    assert max(map(abs, values)) < 1000


def test_a_very_long_text_is_looked_at_in_part() -> None:
    assert len(prepare("", "长" * 100_000, (), known_words()).body) == MAX_CHARACTERS
