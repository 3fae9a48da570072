"""Cleaning of collected text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.text.cleaning import clean_text, hashtags


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("好喝[笑哭R][害羞R]真的", "好喝真的"),
        ("[doge]买了[捂脸]", "买了"),
        ("【广告】合作[广告]试色", "【广告】合作[广告]试色"),
        ("打[手机]或加[微信号]", "打[手机]或加[微信号]"),
        ("#防晒[话题]# #夏天[话题]#", "#防晒 #夏天"),
        ("#防晒[话题]##夏天[话题]#", "#防晒 #夏天"),
        ("#周末去哪儿#公园真好", "#周末去哪儿 公园真好"),
        ("#戒指##珠宝#", "#戒指 #珠宝"),
        ("#戒指#珠宝#长沙", "#戒指 #珠宝 #长沙"),
        ("#戒指 #珠宝", "#戒指 #珠宝"),
        ("ＡＢＣ１２３，（好）", "ABC123，（好）"),
        ("零\u200b宽\ufeff字\u2060符", "零宽字符"),
        ("一家👨\u200d👩\u200d👧三口", "一家👨\u200d👩\u200d👧三口"),
        ("一\r\n\r\n\r\n\r\n二 \n 三", "一\n\n二\n三"),
        ("  前后　空格\t ", "前后 空格"),
        ("", ""),
    ],
)
def test_clean(published: str, expected: str) -> None:
    assert clean_text(published) == expected


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("#[]话题R 笑哭\n\u200b"))))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once


@given(st.text(alphabet="春眠不觉晓处闻啼鸟，。！abc123\n"))
def test_plain_text_keeps_every_character(text: str) -> None:
    assert clean_text(text).replace("\n", "") == text.replace("\n", "")


def test_hashtags_of_every_form_once_each() -> None:
    assert hashtags("#防晒[话题]# 正文 #夏天# #海边 #防晒[话题]#") == ("防晒", "夏天", "海边")
    assert hashtags("#戒指#珠宝#长沙") == ("戒指", "珠宝", "长沙")
    assert hashtags("没有话题 # 号") == ()
