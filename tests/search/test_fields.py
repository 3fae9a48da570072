"""Fields, OR and chips of queries; what is not understood is searched for as words and said."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.library.model import ContentFilter, ContentType, Platform
from recommender.search.query import ParsedQuery, parse_query
from recommender.text.tokenizer import Tokenizer

TOKENIZER = Tokenizer()
NOW = datetime(2026, 3, 9, 20, 0, tzinfo=UTC)
CHINA = timezone(timedelta(hours=8))


def parsed(query: str) -> ParsedQuery:
    return parse_query(query, TOKENIZER, characters=200, now=NOW)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("品类:美妆护肤", ContentFilter(categories=("美妆护肤",))),
        ("品类：美妆", ContentFilter(categories=("美妆护肤",))),
        ("category:美妆,母婴", ContentFilter(categories=("美妆护肤", "母婴亲子"))),
        ("品类:美妆 品类:母婴", ContentFilter(categories=("美妆护肤", "母婴亲子"))),
        ('品牌:"Estee Lauder"，兰蔻', ContentFilter(brands=("Estee Lauder", "兰蔻"))),
        ("Brand:兰蔻、雅诗兰黛", ContentFilter(brands=("兰蔻", "雅诗兰黛"))),
        ("达人: 肖宗平", ContentFilter(creators=("肖宗平",))),
        ("平台:小红书,B站,wechat", ContentFilter(platforms=(Platform.XHS, Platform.BILIBILI, Platform.WECHAT))),
        ("类型:种草", ContentFilter(content_types=(ContentType.SEEDING,))),
        ("ｔｙｐｅ：persona,服务型", ContentFilter(content_types=(ContentType.PERSONA, ContentType.SERVICE))),
        ("质量:>=70", ContentFilter(min_quality=70.0)),
        ("quality:80", ContentFilter(min_quality=80.0)),
        ("质量:60 质量:≥70", ContentFilter(min_quality=70.0)),
        ("标签:#防晒", ContentFilter(tags=("#防晒",))),
        ("清单:新品", ContentFilter(watch_lists=("新品",))),
        ("日期:>2025-10", ContentFilter(published_from=datetime(2025, 11, 1, tzinfo=CHINA))),
        ("日期:近30天", ContentFilter(published_from=datetime(2026, 2, 9, tzinfo=CHINA))),
    ],
)
def test_fields_are_filters(query: str, expected: ContentFilter) -> None:
    found = parsed(query)
    assert found.filter == expected
    assert not found.has_words and found.notes == ()
    assert parsed(f"面霜 {query}").words == parsed("面霜").words


def test_an_excluded_field_refuses() -> None:
    found = parsed("咖啡 -品类:食品 －平台:微博")
    assert found.refused == ContentFilter(categories=("食品美食",), platforms=(Platform.WEIBO,))
    assert found.filter == ContentFilter() and found.excluded == ()
    assert [(chip.kind, chip.label) for chip in found.chips[1:]] == [("excluded", "品类不是 食品美食"), ("excluded", "平台不是 微博")]


@pytest.mark.parametrize(
    ("query", "words", "note"),
    [
        ("品类:汽水", "汽水", "没有叫「汽水」的品类，已当作普通词查找。可选：美妆护肤"),
        ("类型:广告", "广告", "没有叫「广告」的类型，已当作普通词查找。可选：人设、种草、服务。"),
        ("日期:去年春天", "去年 春天", "日期「去年春天」看不懂，已当作普通词查找。可以写 2025-11"),
        ("质量:很好", "很 好", "质量「很好」看不懂"),
        ("颜色:红色", "颜色 红色", "没有「颜色」这个字段，已当作普通词查找。可用的字段：品类、品牌"),
    ],
)
def test_what_is_not_understood_is_searched_for_and_said(query: str, words: str, note: str) -> None:
    found = parsed(query)
    assert found.filter == ContentFilter()
    assert found.notes[0].startswith(note)
    assert {word.spellings[0] for word in found.words} <= set(words.split()) and found.words


def test_of_several_values_the_known_ones_count() -> None:
    found = parsed("品类:美妆,汽水 面霜")
    assert found.filter == ContentFilter(categories=("美妆护肤",))
    assert found.notes[0].startswith("没有叫「汽水」的品类，已略过。")


@pytest.mark.parametrize("query", ["12:30", "https://a.cn/x", "1:2", "品类", "品类:", "a:", ":"])
def test_a_colon_alone_makes_no_field(query: str) -> None:
    found = parsed(query)
    assert found.filter == ContentFilter()
    assert not any("字段" in note for note in found.notes)


@pytest.mark.parametrize("query", ["防晒 OR 面霜", "防晒 | 面霜", "防晒|面霜", "防晒 或者 面霜", "防晒 ＯＲ 面霜"])
def test_alternatives(query: str) -> None:
    found = parsed(query)
    assert [[[word.spellings[0] for word in option] for option in choice] for choice in found.choices] == [[["防晒"], ["面霜"]]]
    assert found.words == () and found.understood == "防晒 OR 面霜"
    assert [(chip.kind, chip.label, chip.rest) for chip in found.chips] == [("choice", "防晒 或 面霜", "")]


def test_alternatives_bind_their_neighbours_only() -> None:
    found = parsed('推车 防晒 OR "物理 防晒" OR 面霜 -喷雾')
    assert [word.spellings[0] for word in found.words] == ["推车"]
    assert [[option[0].exact for option in choice] for choice in found.choices] == [[False, True, False]]
    assert found.excluded == ("喷雾",)


@pytest.mark.parametrize("query", ["防晒 or 面霜", "OR 防晒 面霜", "防晒 面霜 OR", "防晒 | -面霜", "我或者你"])
def test_what_joins_nothing_is_no_choice(query: str) -> None:
    assert parsed(query).choices == ()


def test_chips_say_what_was_typed_and_what_is_left_without_it() -> None:
    query = "面霜 品类：美妆，母婴 “敏感肌” -喷雾"
    chips = parsed(query).chips
    assert [(chip.kind, chip.text) for chip in chips] == [
        ("word", "面霜"),
        ("category", "品类：美妆，母婴"),
        ("phrase", "“敏感肌”"),
        ("excluded", "-喷雾"),
    ]
    assert chips[1].label == "品类 美妆护肤、母婴亲子"
    assert chips[1].rest == "面霜 “敏感肌” -喷雾"
    assert chips[3].rest == "面霜 品类：美妆，母婴 “敏感肌”"


def test_wanting_and_refusing_the_same_word_is_said() -> None:
    assert parsed("防晒 -防晒").notes == ("「防晒」既要又不要，所以不会有结果。",)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "品类:",
                "日期：",
                "质量:",
                "达人:",
                "-",
                "－",
                "OR",
                "|",
                '"',
                " ",
                "  ",
                ",",
                "、",
                "美妆",
                "2025-11",
                "..",
                ">",
                "70",
                "面霜",
                "\x00",
            ]
        ),
        max_size=14,
    ).map("".join)
)
def test_any_mix_of_signs_is_read_and_its_chips_lead_on(query: str) -> None:
    found = parsed(query)
    for chip in found.chips:
        assert chip.text in query and chip.label
        assert len(chip.rest) < len(query)
        parsed(chip.rest)
