"""Cleaning of collected text."""

import gzip
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.text.cleaning import clean_text, hashtags
from tests.data import DATA, needs_data

GAPS = (0x81, 0x8D, 0x8F, 0x90, 0x9D)  # bytes that cp1252 does not have; programs leave them as they are


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
        ("种(zhǒng)草", "种草"),
        ("种ㄓㄨㄥˇ草", "种草"),
        ("种zhong草cao一下", "种草一下"),
        ("去重庆（chóng qìng）吃火锅", "去重庆吃火锅"),
        ("绿lǜ色的行李箱", "绿色的行李箱"),
        ("苹果(apple)真好，用app做vlog", "苹果(apple)真好，用app做vlog"),
        ("真的很ㄅ错，zhong草了", "真的很ㄅ错，zhong草了"),
        ("好(hao123)用", "好(hao123)用"),
        ("A&amp;B&nbsp;C&hellip;&#39;", "A&B C…'"),
        ("&amp;amp;amp;", "&"),
        ("AT&T; &copycat; a&b", "AT&T; &copycat; a&b"),
        ("&am[笑哭R]p;", "&"),
        ("和@某人 一起去 @某品牌", "和@某人 一起去 @某品牌"),
    ],
)
def test_clean(published: str, expected: str) -> None:
    assert clean_text(published) == expected


WRONG = "周末去公园野餐，带了气炸锅做的鸡翅。"


@pytest.mark.parametrize(
    "damaged",
    [WRONG.encode().decode("latin-1"), "".join(chr(byte) if byte in GAPS else bytes((byte,)).decode("cp1252") for byte in WRONG.encode())],
)
def test_utf8_read_as_latin_letters_is_read_again(damaged: str) -> None:
    assert clean_text(damaged) == WRONG
    assert clean_text(f"标题没坏\n{damaged}") == f"标题没坏\n{WRONG}"


def test_utf8_read_as_gbk_is_read_again() -> None:
    assert clean_text(WRONG.encode().decode("gb18030", "replace")) in (WRONG, WRONG[:-1])
    lost = WRONG.encode().decode("gbk", "replace")  # bytes that GBK does not have are gone: nothing to repair
    assert clean_text(lost) == lost


@pytest.mark.parametrize("sound", ["café déjà vu, naïve", "锛是什么字？", "Ã 和 Â 是字母", "5㎡ · 30℃ — 100％", "ä ö ü ß", "«Привет»"])
def test_sound_text_is_not_repaired(sound: str) -> None:
    assert clean_text(sound) == sound


def test_a_million_characters_take_no_time() -> None:
    started = time.process_time()
    for attack in (
        "汉(" + "a" * 500_000,
        "&" + "amp;" * 120_000,
        "汉a" * 120_000,
        "锛" * 250_000,
        "[x[话题]#R" * 40_000,
        "&&#97;mp;" * 40_000,
    ):
        clean_text(attack)
    assert time.process_time() - started < 10


@needs_data
def test_naughty_strings_pass() -> None:
    for row in json.loads(gzip.decompress((DATA / "security" / "naughty_strings.json.gz").read_bytes())):
        once = clean_text(row["text"])
        assert clean_text(once) == once
        hashtags(row["text"])


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("#[]话题R 笑哭\n\u200b&amp;();zhongㄓㄨㄥˇ种草ä½锛"))))
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
