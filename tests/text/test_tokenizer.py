"""The token contract: exactly what jieba cuts for search without HMM, with the same user words."""

import gzip
import json
import logging
import random
import warnings
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recommender.text.tokenizer import Tokenizer
from tests.data import DATA, needs_data

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import jieba

jieba.setLogLevel(logging.ERROR)

# Names as brands and creators write them: with blanks, Latin, digits, marks, Traditional, rare characters, repeated, known, unknown.
NAMES = """兰蔻 小黑瓶 兰蔻小黑瓶 SK-II spf50+ La-Mer iPhone15 3CE A.P.C. 百分百 乾隆 蘭蔻 花 花 的 珀莱雅 创作者001 𠮷野家 々木 〇一 100%
龥龦 鿖鿗 é朵 P6-P7 P6 太太 太太太 口感 北京大学生 n-Su ## ... _x_ ab-cd village lla vil B超"""
USER_WORDS = (*NAMES.split(), "La Mer", "小 红书", " 前后 ", "a\nb", "兰蔻，小黑瓶", "\ue000")


@cache
def reference(words: tuple[str, ...]) -> Any:
    tokenizer = jieba.Tokenizer()
    for word in words:
        tokenizer.add_word(word)
    return tokenizer


@cache
def ours(words: tuple[str, ...]) -> Tokenizer:
    return Tokenizer(words)


TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from([*USER_WORDS, "的", "防晒", "太", "太太太太", "研究生命起源", "-", ".", " ", "，", "A", "9", "\ufffd", "㐀"]),
        max_size=15,
    ).map("".join),
    st.text(alphabet="太的花兰蔻小黑瓶SKI-.+#&_% \n\r\x1c\u3000北京大学生前来应聘abP67", max_size=40),
)


@pytest.mark.parametrize("words", [(), USER_WORDS], ids=["plain", "names"])
@settings(max_examples=400, deadline=None)
@given(text=TEXTS)
@example("太太太㐀兮")
def test_any_text_is_cut_as_jieba_cuts_it(words: tuple[str, ...], text: str) -> None:
    assert ours(tuple(words)).search_tokens(text) == reference(tuple(words)).lcut_for_search(text, HMM=False)
    assert ours(tuple(words)).words(text) == reference(tuple(words)).lcut(text, HMM=False)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=20).map(lambda text: text + "\ud800花\ufffd\udfff"))
def test_lone_surrogates_are_tokens_of_their_own(text: str) -> None:
    assert ours(()).search_tokens(text) == reference(()).lcut_for_search(text, HMM=False)


def test_the_fallback_cuts_the_same() -> None:
    fallback = Tokenizer(USER_WORDS[:20], rust=False)
    for text in ("兰蔻小黑瓶SK-II好用到哭", "我爱北京天安门", "a.b-c", ""):
        assert fallback.search_tokens(text) == Tokenizer(USER_WORDS[:20]).search_tokens(text)


def test_a_name_is_kept_whole() -> None:
    text = "今天试了云朵小屋的面霜"
    assert "云朵小屋" not in Tokenizer().search_tokens(text)
    assert "云朵小屋" in Tokenizer(["云朵小屋"]).search_tokens(text)


def test_joined_leaves_out_blanks() -> None:
    assert Tokenizer().joined(["我爱 北京\n天安门", ""]) == ["我 爱 北京 天安 天安门", ""]


@needs_data
@pytest.mark.parametrize("seed", [0, 1])
def test_real_notes_are_cut_as_jieba_cuts_them(seed: int) -> None:
    with gzip.open(DATA / "retrieval/hashtag/docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        notes = [json.loads(line) for line in lines]
    drawn = random.Random(seed)
    texts = [f"{note['title']}\n{note['text']}" for note in drawn.sample(notes, 1500)]
    # Any piece of the texts as a user word: the hardest case, since it cuts into what the dictionary knows.
    words: list[str] = []
    for text in drawn.sample(texts, 800 * seed):
        start = drawn.randrange(max(1, len(text) - 6))
        words.append(text[start : start + drawn.randint(1, 6)])
    tokenizer, expected = Tokenizer(words), reference(tuple(words))
    assert [text for text in texts if tokenizer.search_tokens(text) != expected.lcut_for_search(text, HMM=False)] == []
