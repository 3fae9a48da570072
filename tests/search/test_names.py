"""Names in pinyin, by initials, mistyped; and words that stay what they are."""

import tempfile
from pathlib import Path

import pytest

from recommender.search import Index
from recommender.search.names import Names
from tests.search.builders import creator, found, note, published

NAMES = Names(
    [
        ("creator", "肖宗平", 5, "xiao zong ping"),
        ("brand", "兰蔻", 9, "lan kou"),
        ("brand", "珀莱雅", 3, "po lai ya"),
        ("brand", "Lululemon", 4, ""),
        ("tag", "防晒霜", 7, "fang shai shuang"),
        ("tag", "防晒", 30, "fang shai"),
        ("tag", "乐高", 8, "le gao"),
    ],
    {"lancome": "兰蔻", "lululemon": "Lululemon"},
    {"lan": "兰蓝", "kou": "蔻寇", "fang": "防放", "shai": "晒", "po": "珀", "lai": "莱来", "ya": "雅鸭"},
)


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("xiaozongping", ("肖宗平",)),
        ("xzp", ("肖宗平",)),
        ("fangshai", ("防晒",)),
        ("fss", ("防晒霜",)),
        ("lk", ()),  # two letters are the initials of too much
        ("xiaozong", ()),
        ("防晒", ()),
    ],
)
def test_pinyin_and_initials(word: str, names: tuple[str, ...]) -> None:
    assert NAMES.spelt(word) == names


@pytest.mark.parametrize(
    ("word", "sure", "perhaps"),
    [
        ("蓝蔻", ("兰蔻",), ()),
        ("放晒", ("防晒",), ()),
        ("珀来雅", ("珀莱雅",), ()),
        ("珀莱丫头", (), ()),
        ("珀菜雅", ("珀莱雅",), ()),
        ("lululemin", ("Lululemon",), ()),
        ("luluelmon", ("Lululemon",), ()),
        ("lulemon", (), ()),
        ("lancom", ("兰蔻",), ()),
        ("防晒衣", (), ("防晒霜", "防晒")),  # another thing, so only a suggestion
        ("防衣", (), ()),
        ("乐糕", (), ()),
    ],
)
def test_one_wrong_character(word: str, sure: tuple[str, ...], perhaps: tuple[str, ...]) -> None:
    found_sure, found_perhaps = NAMES.mistyped(word)
    assert found_sure == sure
    assert set(found_perhaps) == set(perhaps)


def test_values_of_fields_are_found_as_stored() -> None:
    assert NAMES.stored("brand", "ＬＡＮＣＯＭＥ") == ("兰蔻",)
    assert NAMES.stored("brand", "lankou") == ("兰蔻",)
    assert NAMES.stored("creator", "xzp") == ("肖宗平",)
    assert NAMES.stored("creator", "兰蔻") == ()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    notes = [
        note("a", "出门前要涂防晒", "一年四季", creator=creator("肖宗平"), tags=("防晒",)),
        note("b", "海边一天", "记得防晒", creator=creator("林一"), tags=("防晒",)),
        note("c", "珀莱雅双抗精华", "用了一个月", creator=creator("林一")),
        note("d", "xzp 是谁家的缩写", "读书笔记", creator=creator("许知平")),
        note("e", "安静读书的一天", "无"),
    ]
    return published(tmp_path_factory.mktemp("names"), notes)


def test_an_open_index_finds_names_in_pinyin_and_mistyped(index: Index) -> None:
    assert found(index, "xiaozongping") == {"a"}
    assert found(index, "fangshai") == {"a", "b"}
    result = index.search("放晒")
    assert {hit.id for hit in result.hits} == {"xhs-a", "xhs-b"}
    assert result.notes[0] == "没有内容提到「放晒」，已按「防晒」查找。"
    assert result.suggestions == ("防晒",)
    assert [(chip.kind, chip.label) for chip in result.chips] == [("name", "放晒 → 防晒")]
    assert result.hits[0].matched == ("防晒",)


def test_a_word_that_the_index_holds_is_no_pinyin(index: Index) -> None:
    result = index.search("xzp")
    assert result.hits[0].id == "xhs-d"
    assert [chip.kind for chip in result.chips] == ["word"]


def test_pinyin_of_fields(index: Index) -> None:
    assert found(index, "达人:xiaozongping") == {"a"}
    assert found(index, "达人:xhs-肖宗平") == {"a"}
    assert found(index, "-达人:肖宗平 防晒") == {"b"}


def test_brand_aliases_find_each_other() -> None:
    with tempfile.TemporaryDirectory() as folder:
        notes = [note("zh", "雅诗兰黛粉底液", "持妆"), note("en", "Estee Lauder 粉底", "持妆"), note("no", "粉底刷", "好洗")]
        index = published(Path(folder), notes)
        assert {"zh", "en"} <= found(index, "雅诗兰黛")
        assert {"zh", "en"} <= found(index, "estee lauder")
        assert "no" not in found(index, "雅诗兰黛")
