import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.library.model import ComplianceLevel
from recommender.understanding import load_understander, understand
from recommender.understanding.taxonomy import CATEGORIES
from recommender.understanding.training import read_sample
from tests.understanding.builders import content


def test_everything_is_filled_for_a_content() -> None:
    (made,) = understand([content("蒂芙尼对戒试戴", "铂金素圈，日常百搭，喜欢的快来试戴。全网最低价！", ("对戒",))])
    assert made.category == "珠宝配饰"
    assert made.brands == ("Tiffany",)
    assert made.keywords
    assert made.quality > 0
    assert made.compliance is ComplianceLevel.BLOCK
    assert made.version == load_understander().version


def test_findings_point_into_title_and_original_text() -> None:
    item = content("标题", "清", original_title="标 题", original_text="这是国 家 级配方")
    (made,) = understand([item])
    (finding,) = made.findings
    assert f"{item.original_title}\n{item.original_text}"[finding.start : finding.end] == finding.term == "国 家 级"


def test_a_batch_says_what_single_contents_say() -> None:
    items = [content(note.title, note.text, note.tags) for note in read_sample()[:40]]
    assert understand(items) == [made for item in items for made in understand([item])]
    assert understand([]) == []


@pytest.mark.parametrize(
    "text",
    ["", "😀😀😀", "x" * 100_000, "最" * 100_000, "#a#b#c #d", "plain English text about nothing", "今日食咗餐好嘢，你哋食咗未", "\ud800"],
)
def test_odd_texts_are_understood_without_an_error(text: str) -> None:
    (made,) = understand([content("", text)])
    assert made.category is None or made.category in CATEGORIES


@settings(max_examples=50)
@given(st.text(max_size=60), st.text(max_size=200))
def test_any_text_is_understood_alike_twice(title: str, text: str) -> None:
    assert understand([content(title, text)]) == understand([content(title, text)])


def test_the_pass_is_fast() -> None:
    items = [content(note.title, note.text, note.tags) for note in read_sample()[:200]]
    understand(items)
    begun = time.perf_counter()
    understand(items)
    assert len(items) / (time.perf_counter() - begun) > 200, "a tenth of what it should be on a busy machine"
