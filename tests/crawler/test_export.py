"""Our own spreadsheet goes out and comes back, and only what an editor changed counts."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.export import COLUMNS, export_rows
from crawler.importers import import_paths
from crawler.importers.own_sheet import CUT, EXCERPT, defused, read
from crawler.intake import take_in
from recommender.errors import InputError
from recommender.library import Library, open_library
from recommender.library.model import ContentFilter, ContentType, Platform, Rights, Understanding
from tests.crawler.builders import note, note_id, stored

LONG = "很长的正文，每一句都不一样。" * 30
CATEGORIES = ("美妆护肤", "家居家电")
VARIANTS: dict[str, dict[str, Any]] = {
    "csv": {"form": "csv"},
    "plain": {"form": "csv", "bom": False},
    "gb18030": {"form": "csv", "encoding": "gb18030"},
    "xlsx": {"form": "xlsx"},
    "jsonl": {"form": "jsonl"},
}
Rows = list[dict[str, Any]]


def fill(library: Library) -> None:
    notes = [
        note(identity=note_id(1), text=LONG, tags=("早餐", "low carb"), liked=5, rights=Rights.OWNED, published_at="2025-11-03 08:00:01"),
        note(identity=note_id(2), title="=SUM(A1)", text=LONG, rights=Rights.REFERENCE),
        note(identity=note_id(3), title="-50% 起", text="+86 那些事\n@某人", rights=Rights.UNKNOWN, creator_name=""),
        note(
            platform=Platform.WEB, identity="", url="https://blog.example/1", title="'=引号", text="文" * 40_000, rights=Rights.AUTHORISED
        ),
    ]
    take_in(library, notes)
    ids = [item.id for item in stored(library)]
    understood = Understanding(ContentType.SEEDING, 0.9, "词", "美妆护肤", 0.8, ("珀莱雅", "A&B"), quality=61.25, version="1")
    library.contents.save_understanding([(found, understood) for found in ids[:3]])


def sheet(library: Library) -> Rows:
    return list(csv.DictReader(io.StringIO(export_rows(library, form="csv").decode("utf-8-sig"))))


def write_sheet(path: Path, rows: Rows) -> Path:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), "utf-8-sig", newline="")
    return path


def row_of(rows: Rows, number: int) -> dict[str, Any]:
    return next(row for row in rows if row["内容ID"] == f"xhs-{note_id(number)}")


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_unchanged_sheet_changes_nothing(library: Library, tmp_path: Path, variant: str) -> None:
    fill(library)
    before = stored(library)
    path = tmp_path / f"内容.{VARIANTS[variant]['form']}"
    path.write_bytes(export_rows(library, **VARIANTS[variant]))
    report = import_paths(library, [path], categories=CATEGORIES)
    assert (report.read, report.unchanged, report.changed, report.new, report.corrections) == (4, 4, 0, 0, 0)
    assert stored(library) == before and library.contents.corrections() == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_sheet_fills_an_empty_library(library: Library, tmp_path: Path, variant: str) -> None:
    fill(library)
    path = tmp_path / f"内容.{VARIANTS[variant]['form']}"
    path.write_bytes(export_rows(library, **VARIANTS[variant]))
    other = open_library("sqlite://")
    report = import_paths(other, [path], categories=CATEGORIES)
    assert (report.new, report.refused, report.corrections) == (4, 0, 9)
    for item, copy in zip(stored(library), stored(other), strict=True):
        same = ("id", "title", "tags", "creator_name", "published_at", "counts", "url", "rights")
        assert [getattr(copy, name) for name in same] == [getattr(item, name) for name in same]
        assert copy.understanding.brands == item.understanding.brands and copy.understanding.category == item.understanding.category
        assert copy.text == item.text or (copy.text.endswith("……") and item.text.startswith(copy.text[:EXCERPT]))
    other.close()


def test_only_what_may_be_rendered_stands_in_full(library: Library) -> None:
    fill(library)
    rows = sheet(library)
    assert list(rows[0]) == list(COLUMNS)
    assert row_of(rows, 1)["正文"] == LONG
    assert row_of(rows, 2)["正文"] == LONG[:EXCERPT] + CUT
    assert [row_of(rows, 1)[column] for column in ("平台", "内容类型", "品类", "品牌", "质量分", "合规状态", "版权状态")] == [
        *("小红书", "种草型", "美妆护肤", "珀莱雅、A&B", "61.2", "通过", "自有")
    ]


def test_no_cell_is_a_formula(library: Library) -> None:
    fill(library)
    starts = {row[column][:1] for row in sheet(library) for column in COLUMNS if row[column]}
    assert not starts & set("=+-@\t\r")
    book = openpyxl.load_workbook(io.BytesIO(export_rows(library, form="xlsx")))
    assert all(cell.data_type != "f" for row in book.worksheets[0].iter_rows() for cell in row)
    book.close()


@given(st.text(st.sampled_from("'=+-@\ta1")))
def test_the_apostrophe_comes_off_again(text: str) -> None:
    assert read({"标题": defused(text)}, "").cells["标题"] == text
    assert not str(defused(text)).startswith(("=", "+", "-", "@", "\t"))


def test_an_editors_words_become_corrections(library: Library, tmp_path: Path) -> None:
    fill(library)
    rows = sheet(library)
    row_of(rows, 1).update({"内容类型": "服务型", "品类": "家居家电", "品牌": "", "版权状态": "已授权", "质量分": "99", "合规状态": "禁止"})
    path = write_sheet(tmp_path / "a.csv", rows)
    dry = import_paths(library, [path], categories=CATEGORIES, dry_run=True)
    assert (dry.corrections, dry.unchanged) == (4, 4) and library.contents.corrections() == []
    assert [line.reason for line in dry.examples if line.state == "corrected"][1:3] == [
        "版权状态：owned → authorised",
        "品类：美妆护肤 → 家居家电",
    ]
    report = import_paths(library, [path], categories=CATEGORIES)
    item = library.contents.get(f"xhs-{note_id(1)}")
    assert (report.corrections, item.understanding.content_type, item.rights) == (4, ContentType.SERVICE, Rights.AUTHORISED)
    assert (item.understanding.category, item.understanding.brands, item.understanding.quality) == ("家居家电", (), 61.25)
    assert {found.editor for found in library.contents.corrections()} == {"表格"}
    assert import_paths(library, [path], categories=CATEGORIES).corrections == 0


def test_edited_text_goes_in_and_an_excerpt_takes_none_away(library: Library, tmp_path: Path) -> None:
    fill(library)
    rows = sheet(library)
    row_of(rows, 1).update({"正文": "改写过的短文", "标题": "新标题", "点赞": "3"})
    row_of(rows, 2).update({"正文": "改过的摘要" + CUT, "标签": "早餐、面包", "点赞": "8"})
    report = import_paths(library, [write_sheet(tmp_path / "a.csv", rows)])
    assert (report.changed, report.unchanged, report.corrections) == (2, 2, 0)
    first, second = (library.contents.get(f"xhs-{note_id(number)}") for number in (1, 2))
    assert (first.title, first.text, first.counts.liked, first.creator_name) == ("新标题", "改写过的短文", 5, "阿满")
    assert (second.text, second.counts.liked) == (LONG, 8)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"内容类型": "广告型"}, "内容类型“广告型”不认识，应为人设型、种草型、服务型之一"),
        ({"版权状态": "已下架"}, "版权状态“已下架”不认识，应为自有、已授权、仅供参考、未知之一"),
        ({"品类": "不存在"}, "品类“不存在”不认识，应为美妆护肤、家居家电之一"),
        ({"平台": "微博"}, "平台是小红书，不能改成“微博”"),
        ({"品牌": "长" * 81}, "品牌名最多 80 个字"),
    ],
)
def test_unknown_words_are_refused_with_the_allowed_ones(library: Library, tmp_path: Path, changes: dict[str, str], words: str) -> None:
    fill(library)
    rows = sheet(library)
    row_of(rows, 1).update(changes)
    report = import_paths(library, [write_sheet(tmp_path / "a.csv", rows)], categories=CATEGORIES)
    assert (report.refused, report.unchanged, report.corrections) == (1, 3, 0)
    assert report.refusals[0].startswith("a.csv 第 ") and words in report.refusals[0]


def test_rows_that_come_twice_new_rows_and_what_was_taken_down(library: Library, tmp_path: Path) -> None:
    fill(library)
    rows = sheet(library)
    gone = f"xhs-{note_id(2)}"
    library.contents.take_down(gone, "侵权")
    assert gone not in export_rows(library, form="csv").decode()
    new = dict.fromkeys(COLUMNS, "") | {
        "平台": "公众号",
        "标题": "自己写的",
        "正文": "今天的早餐",
        "内容类型": "人设型",
        "版权状态": "自有",
    }
    twice = dict(row_of(rows, 1), 标题="另一个")
    report = import_paths(library, [write_sheet(tmp_path / "a.csv", [*rows, twice, new])], categories=CATEGORIES)
    assert (report.new, report.unchanged, report.refused, report.corrections) == (1, 3, 2, 1)
    assert "重复，只看前一行" in report.refusals[0] and "已经下架" in report.refusals[1]
    (own,) = (item for item in stored(library) if item.title == "自己写的")
    assert (own.platform, own.rights, own.understanding.content_type) == (Platform.WECHAT, Rights.OWNED, ContentType.PERSONA)


def test_a_filter_and_wrong_forms(library: Library) -> None:
    fill(library)
    wanted = ContentFilter(categories=("美妆护肤",), platforms=(Platform.XHS,))
    assert export_rows(library, wanted, form="jsonl").count(b"\n") == library.contents.count(wanted) > 0
    with pytest.raises(InputError):
        export_rows(library, form="pdf")
    with pytest.raises(InputError):
        export_rows(library, form="csv", encoding="big5")


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=20, deadline=None)
@given(title=WORDS, text=WORDS, tags=st.lists(WORDS, max_size=3), brand=WORDS, rights=st.sampled_from([Rights.OWNED, Rights.UNKNOWN]))
def test_whatever_the_texts_hold_a_round_trip_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, title: str, text: str, tags: list[str], brand: str, rights: Rights
) -> None:
    library = open_library("sqlite://")
    take_in(library, [note(title=f"标题{title}", text=text, tags=tuple(tags), rights=rights)])
    if brand:
        library.contents.correct(stored(library)[0].id, "brands", [brand], "编辑")
    before, said = stored(library), len(library.contents.corrections())
    folder = tmp_path_factory.mktemp("trip")
    for variant, options in VARIANTS.items():
        path = folder / f"{variant}.{options['form']}"
        path.write_bytes(export_rows(library, **options))
        report = import_paths(library, [path])
        assert (report.unchanged, report.read, report.corrections) == (1, 1, 0), variant
    assert stored(library) == before and len(library.contents.corrections()) == said
    library.close()


def test_json_lines_hold_what_the_sheet_holds(library: Library) -> None:
    fill(library)
    lines: list[dict[str, Any]] = [orjson.loads(line) for line in export_rows(library, form="jsonl").splitlines()]
    for line, row in zip(lines, sheet(library), strict=True):
        assert [str(line[column]) for column in ("内容ID", "品类", "点赞", "来源链接")] == [
            row[column] for column in ("内容ID", "品类", "点赞", "来源链接")
        ]
