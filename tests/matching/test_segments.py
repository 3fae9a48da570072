"""Segments and subscriptions from files, good and bad."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import recommender.library
from recommender.errors import InputError
from recommender.library.model import Channel, GroupType, Segment
from recommender.matching import load_segments, load_subscriptions, segment_text

SAMPLE = Path(recommender.library.__file__).with_name("sample")


def _file(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_toml_json_and_csv_say_the_same(tmp_path: Path) -> None:
    toml = _file(tmp_path, "a.toml", '[[segment]]\nid = "mum"\nname = "宝妈"\ntags = ["新手", "夜奶"]\nregion = "上海"\n')
    listed = _file(tmp_path, "a.json", json.dumps([{"id": "mum", "name": "宝妈", "tags": ["新手", "夜奶"], "region": "上海"}]))
    named = _file(tmp_path, "b.json", json.dumps({"segments": [{"id": "mum", "name": "宝妈", "tags": "新手，夜奶", "region": "上海"}]}))
    expected = [Segment("mum", "宝妈", tags=("新手", "夜奶"), region="上海")]
    assert load_segments(toml) == load_segments(listed) == load_segments(named) == expected
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert load_segments(_file(tmp_path, "a.csv", "编号,名称,标签,地区\r\nmum,宝妈,新手、夜奶,上海\r\n", encoding)) == expected


def test_a_missing_id_comes_from_the_name(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.csv", "name\n宝妈\n养猫人\n")
    first, second = load_segments(path)
    assert first.id.startswith("seg-")
    assert first.id != second.id
    assert load_segments(path)[0].id == first.id


@pytest.mark.parametrize(
    ("name", "text", "words", "line"),
    [
        ("a.toml", '[[segment]]\nname = "甲"\n\n[[segment]]\nname = "乙"\nage = 3\n', ("第 2 项", "第 4 行", "age"), 4),
        ("a.csv", "名称,年龄\n甲,3\n", ("第 2 行", "年龄"), 2),
        ("a.csv", "name\n甲,乙\n", ("第 2 行", "表头"), 2),
        ("a.csv", "name,region\n,上海\n", ("第 2 行", "名称"), 2),
        ("a.csv", "id,name\na,甲\na,乙\n", ("第 3 行", "a", "用过"), 3),
        ("a.csv", "id,name\n../x,甲\n", ("id",), 2),
        ("a.json", '[{"name": "甲"},\n{"name": }]', ("第 2 行",), 2),
        ("a.json", '[{"name": ["甲"]}]', ("第 1 项", "name", "文字"), None),
        ("a.json", '["甲"]', ("第 1 项", "字段"), None),
        ("a.json", '{"segment": 1}', ("列表",), None),
        ("a.toml", "[[segment]]\nname = \n", ("TOML",), None),
        ("a.toml", 'name = "甲"\n', ("name", "[[segment]]"), None),
        ("a.docx", "甲", ("格式不支持",), None),
        ("a.json", "[" * 100_000, ("嵌套",), None),
    ],
)
def test_trouble_is_one_sentence_with_the_place(tmp_path: Path, name: str, text: str, words: tuple[str, ...], line: int | None) -> None:
    with pytest.raises(InputError) as caught:
        load_segments(_file(tmp_path, name, text))
    for word in words:
        assert word in caught.value.message
    assert caught.value.line == line


def test_a_missing_file_and_odd_bytes_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="读不到"):
        load_segments(tmp_path / "none.toml")
    broken = tmp_path / "a.csv"
    broken.write_bytes(b"name\n\xff\xff\xff\n")
    with pytest.raises(InputError, match="编码"):
        load_segments(broken)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.lists(
        st.tuples(st.text("甲乙丙丁 abc\"'，\n", min_size=1), st.text('上海北京,;\n"')),
        min_size=1,
        max_size=5,
        unique_by=lambda row: row[0].strip(),
    )
)
def test_what_a_spreadsheet_writes_is_read(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    rows = [(name, region) for name, region in rows if name.strip()]
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("name", "region"), *rows])
    assert [(segment.name, segment.region) for segment in load_segments(path)] == [(name.strip(), region.strip()) for name, region in rows]


def test_the_sample_segments_and_subscriptions_fit_together() -> None:
    segments = load_segments(SAMPLE / "segments.toml")
    subscriptions = load_subscriptions(SAMPLE / "subscriptions.toml")
    assert 6 <= len(segments) <= 8
    assert all(name.startswith("sample-") for name in [*(one.id for one in segments), *(one.id for one in subscriptions)])
    assert {one.segment_id for one in subscriptions if one.segment_id} <= {segment.id for segment in segments}
    assert subscriptions[0].channel is Channel.GROUP
    assert subscriptions[0].group_type is GroupType.CATEGORY


@pytest.mark.parametrize(
    ("field", "value"), [("channel", '"radio"'), ("hour", "24"), ("limit", "0"), ("enabled", '"maybe"'), ("filters", "3")]
)
def test_a_subscription_with_an_odd_value_is_refused(tmp_path: Path, field: str, value: str) -> None:
    with pytest.raises(InputError) as caught:
        load_subscriptions(_file(tmp_path, "a.toml", f'[[subscription]]\nname = "早报"\n{field} = {value}\n'))
    assert caught.value.field == field
    assert field in caught.value.message


def test_segment_text_holds_all_words_once() -> None:
    segment = Segment("s", "宝妈", "", ("辅食",), region="上海", life_stage="产后", interests=("绘本",))
    assert segment_text(segment, "答疑") == "宝妈 辅食 绘本 产后 答疑"
