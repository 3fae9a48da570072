"""Export files of every form, whole and damaged."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest

from crawler.importers import ImportReport, import_paths
from crawler.importers.texts import decode, form_of
from recommender.errors import NotAnExport
from recommender.library import Library, open_library
from recommender.library.model import MediaKind
from tests.crawler.builders import new_schema, note_id, stored, write_json, write_lines, xhs_row
from tests.data import DATA, needs_data


def counts(report: ImportReport) -> tuple[int, int, int, int, int, int]:
    assert report.read == report.new + report.changed + report.unchanged + report.duplicates + report.refused
    return report.read, report.new, report.changed, report.unchanged, report.duplicates, report.refused


def csv_text(rows: list[dict[str, Any]], separator: str = ",") -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0].keys(), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_sheet(path: Path, rows: list[dict[str, Any]], title: str = "Contents", before: int = 0) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for _ in range(before):
        sheet.append(["一份导出"])
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append([None if value == "" else value for value in row.values()])
    book.save(path)
    book.close()
    return path


def write_database(path: Path, rows: list[dict[str, Any]]) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        columns = ", ".join(f'"{name}"' for name in rows[0])
        connection.execute(f"CREATE TABLE xhs_note (id INTEGER PRIMARY KEY, {columns})")
        connection.execute("CREATE TABLE other (a, b)")
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"INSERT INTO xhs_note ({columns}) VALUES ({marks})", [tuple(row.values()) for row in rows])
        connection.commit()
    return path


def test_every_form_of_the_same_notes_is_the_same_import(library: Library, tmp_path: Path) -> None:
    rows = [xhs_row(number, desc=f'第一行 {number}\n第二行，带"引号"和,逗号') for number in range(1, 6)]
    assert counts(import_paths(library, [write_json(tmp_path / "a.json", rows)])) == (5, 5, 0, 0, 0, 0)
    others = [
        write_lines(tmp_path / "b.jsonl", rows),
        write_lines(tmp_path / "v2.jsonl", [new_schema(row) for row in rows]),
        write_sheet(tmp_path / "c.xlsx", rows, before=2),
        write_database(tmp_path / "d.db", rows),
    ]
    for name, encoding in (("e.csv", "utf-8-sig"), ("f.csv", "gb18030"), ("g.csv", "utf-16"), ("h.csv", "utf-8")):
        (tmp_path / name).write_bytes(csv_text(rows, "\t" if name == "h.csv" else ",").encode(encoding))
        others.append(tmp_path / name)
    for path in others:
        assert counts(import_paths(library, [path])) == (5, 0, 0, 5, 0, 0), path.name
    item = stored(library)[0]
    assert item.creator_name == "阿满"
    assert item.text == '第一行 1\n第二行，带"引号"和,逗号'
    assert (item.counts.liked, item.counts.collected, item.counts.commented, item.counts.shared) == (12_000, 10, 3_456, None)
    assert len(item.images) == 2
    assert counts(import_paths(library, [tmp_path])) == (45, 0, 0, 5, 40, 0)


def test_doubles_in_one_run_give_the_same_library_in_any_order(tmp_path: Path) -> None:
    old = xhs_row(1, liked_count="5", last_modify_ts=1741740000000)
    new = xhs_row(1, liked_count="8", last_modify_ts=1741749999000)
    found = []
    for name, rows in (("forward", [old, new]), ("backward", [new, old])):
        library = open_library(f"sqlite:///{tmp_path / name}.db")
        assert counts(import_paths(library, [write_json(tmp_path / f"{name}.json", rows)])) == (2, 1, 0, 0, 1, 0)
        found.append([(item.id, item.counts, item.text) for item in stored(library)])
        later = import_paths(library, [write_json(tmp_path / "old.json", [old])])
        assert counts(later) == (1, 0, 0, 1, 0, 0)
        assert stored(library)[0].counts.liked == 8
        library.close()
    assert found[0] == found[1]


def test_a_broken_line_among_ten_thousand_is_named_and_the_rest_goes_in(library: Library, tmp_path: Path) -> None:
    lines = [
        orjson.dumps({"note_id": note_id(number), "title": "好", "desc": str(number), "time": 1741739525000}) for number in range(10_000)
    ]
    lines[4_999] = lines[4_999][:-9]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    report = import_paths(library, [tmp_path / "a.jsonl"])
    assert counts(report) == (10_000, 9_999, 0, 0, 0, 1)
    assert report.refusals == ("a.jsonl 第 5000 行：不是完整的 JSON 对象，这一行没有导入。",)


@pytest.mark.parametrize("damage", ['"title": "断了', '"title": }', '"title": "a" "b"'])
def test_a_json_array_is_read_around_a_broken_object(library: Library, tmp_path: Path, damage: str) -> None:
    objects = [orjson.dumps(xhs_row(number)).decode() for number in range(1, 6)]
    objects[2] = f'{{"note_id": "{note_id(3)}", {damage}'
    (tmp_path / "a.json").write_text("[\n" + ",\n".join(objects) + "\n]", "utf-8")
    report = import_paths(library, [tmp_path / "a.json"])
    assert [item.identity for item in stored(library)] == [note_id(number) for number in (1, 2, 4, 5)]
    assert (report.new, report.refused) == (4, 1)
    assert report.refusals[0].startswith("a.json 第 4 行：")


def test_a_json_array_cut_off_gives_what_is_whole(library: Library, tmp_path: Path) -> None:
    data = orjson.dumps([xhs_row(number) for number in range(1, 6)])
    (tmp_path / "a.json").write_bytes(data[: -len(data) // 10])
    report = import_paths(library, [tmp_path / "a.json"])
    assert (report.new, report.refused) == (4, 1)


def test_a_table_is_read_around_broken_rows(library: Library, tmp_path: Path) -> None:
    lines = csv_text([xhs_row(number, desc="一行") for number in range(1, 8)]).splitlines(keepends=True)
    lines[2] = lines[2].replace("一行", '"没有关上的引号')
    lines[4] = "只有,三,列\r\n"
    (tmp_path / "a.csv").write_bytes("".join(lines).encode("utf-8-sig"))
    report = import_paths(library, [tmp_path / "a.csv"])
    assert [item.identity for item in stored(library)] == [note_id(number) for number in (1, 3, 5, 6, 7)]
    assert [sentence.split("：")[0] for sentence in report.refusals] == ["a.csv 第 3 行", "a.csv 第 5 行"]


def test_a_broken_row_of_many_lines_is_one_refusal(library: Library, tmp_path: Path) -> None:
    rows = [xhs_row(number, desc="第一行\n第二行\n第三行\n第四行") for number in range(1, 6)]
    text = csv_text(rows)
    head, cell, tail = text.partition(csv_text([rows[2]]).splitlines(keepends=True)[1])
    (tmp_path / "a.csv").write_text(head + cell.replace('"', "", 1)[:-3] + '"断\n' + tail, "utf-8", newline="")
    report = import_paths(library, [tmp_path / "a.csv"])
    assert [item.identity for item in stored(library)] == [note_id(number) for number in (1, 2, 4, 5)]
    assert (report.read, report.refused) == (5, 1)
    assert re.fullmatch(r"a\.csv 第 10–13 行：.*这一条没有导入。", report.refusals[0])


def test_a_last_row_cut_off_in_its_text_is_one_refusal(library: Library, tmp_path: Path) -> None:
    text = csv_text([xhs_row(number, desc="第一行\n第二行\n第三行") for number in range(1, 4)])
    (tmp_path / "a.csv").write_text(text[: text.rindex("第三行")], "utf-8", newline="")
    report = import_paths(library, [tmp_path / "a.csv"])
    assert (report.read, report.new, report.refused) == (3, 2, 1)


def test_rows_without_content_are_refused_with_their_place(library: Library, tmp_path: Path) -> None:
    rows = [xhs_row(1), xhs_row(2, title="", desc="", image_list=""), xhs_row(3, note_id="", note_url="", title="", desc="")]
    report = import_paths(library, [write_json(tmp_path / "a.json", [*rows, "不是对象"])])
    assert counts(report) == (4, 1, 0, 0, 0, 3)
    assert {sentence.split("：")[0] for sentence in report.refusals} == {f"a.json 第 {number} 条" for number in (2, 3, 4)}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b'{"hello": "world"}'),
        ("b.csv", "姓名,电话\n甲,1\n".encode()),
        ("c.txt", "随便一段文字".encode()),
        ("d.xlsx", b"PK\x03\x04 not a zip"),
        ("e.db", b"SQLite format 3\x00" + b"\x01" * 100),
        ("f.json", b"   "),
        ("g.bin", bytes(range(256)) * 10),
        ("h.json", b"[" * 100_000),
    ],
)
def test_what_is_no_export_is_named_and_never_stops_the_rest(library: Library, tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(NotAnExport, match=name):
        import_paths(library, [tmp_path / name])
    report = import_paths(library, [tmp_path / name, write_json(tmp_path / "good.json", [xhs_row()]), tmp_path / "不存在.json"])
    assert report.new == 1
    assert len(report.problems) == 2
    assert any(name in problem for problem in report.problems)
    assert any("找不到" in problem for problem in report.problems)


def test_comments_and_creators_come_with_the_contents(library: Library, tmp_path: Path) -> None:
    comment = {"comment_id": "1", "note_id": note_id(1), "content": "好看，电话13812345678", "create_time": 1741739525, "like_count": "3"}
    creator = {"user_id": "u1", "nickname": "店主", "fans": "1.5万", "interaction": "9", "last_modify_ts": 1}
    write_json(tmp_path / "search_comments_2025-03-22.json", [comment, comment, {**comment, "comment_id": ""}])
    write_json(tmp_path / "creator_creators_2025-03-22.json", [creator])
    write_json(tmp_path / "search_contents_2025-03-22.json", [xhs_row(1, user_id="u1", nickname="店主")])
    report = import_paths(library, [tmp_path])
    assert (report.read, report.new, report.refused, report.creators, report.comments) == (2, 1, 1, 1, 2)
    assert report.refusals[0].startswith("search_comments_2025-03-22.json 第 3 条：没有评论编号")
    assert report.problems == ("library.db：是种草自己的内容库，没有读。",)
    item = stored(library)[0]
    assert item.creator_fans == 15_000
    found = library.comments.of(item.id)
    assert [(each.text, each.liked) for each in found] == [("好看，电话[手机]", 3)]


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ({"note_id": "4383747416000001", "create_date_time": "2019-06-15 11:44:46", "comment_like_count": "2"}, "weibo-4383747416000001"),
        ({"aweme_id": "7300000000000000001", "create_time": 1560570286, "like_count": 2}, "douyin-7300000000000000001"),
        ({"video_id": "3xabc", "create_time": 1560570286000, "sub_comment_count": "0"}, "kuaishou-3xabc"),
        ({"video_id": "170001", "create_time": 1560570286, "like_count": 2, "parent_comment_id": "0"}, "bilibili-170001"),
        ({"content_id": "99887766", "publish_time": "1560570286", "like_count": 2, "parent_comment_id": ""}, "zhihu-99887766"),
    ],
)
def test_comments_of_every_platform(library: Library, tmp_path: Path, row: dict[str, Any], note: str) -> None:
    rows = [{"comment_id": "77", "content": "收藏了", "nickname": "网***友", "creator_hash": "ab", **row}]
    assert import_paths(library, [write_lines(tmp_path / "search_comments_2026-08-01.jsonl", rows)]).comments == 1
    (found,) = library.comments.of(note)
    assert found.published_at is not None and found.published_at.isoformat() == "2019-06-15T11:44:46+08:00"


@pytest.mark.parametrize(
    ("folder", "columns", "creator"),
    [
        ("xhs", {"nickname": "甲", "fans": 9, "interaction": 1, "tag_list": ""}, "xhs"),
        ("ks", {"nickname": "甲", "fans": 9, "interaction": 1}, "kuaishou"),
        ("dy", {"nickname": "甲", "fans": 9, "interaction": 1, "videos_count": 3}, "douyin"),
        ("wb", {"nickname": "甲", "fans": 9, "follows": 1, "tag_list": ""}, "weibo"),
        ("bili", {"nickname": "甲", "total_fans": 9, "total_liked": 1}, "bilibili"),
        ("zhihu", {"user_nickname": "甲", "fans": 9, "url_token": "x"}, "zhihu"),
    ],
)
def test_creators_of_every_platform(library: Library, tmp_path: Path, folder: str, columns: dict[str, Any], creator: str) -> None:
    (tmp_path / folder).mkdir()
    assert import_paths(library, [write_json(tmp_path / folder / "creator_creators_x.json", [{"user_id": "u1", **columns}])]).creators == 1
    (found,) = library.creators.named("甲")
    assert (found.platform.value, found.fans) == (creator, 9)


def test_chinese_headers(library: Library, tmp_path: Path) -> None:
    row = {
        "平台": "小红书",
        "标题": "-",
        "作品正文": "今天上新 #戒指#珠宝#长沙",
        "作品原链接": f"https://www.xiaohongshu.com/discovery/item/{note_id(5)}",
        "笔记类型": "视频",
        "发布时间": "2025-12-03 13:27:30",
        "昵称": "顾问小宋",
        "账号主页链接": "https://www.xiaohongshu.com/user/profile/98182ae2c0892b9b319d0439",
        "获赞数": 4,
        "收藏数": "-",
    }
    import_paths(library, [write_sheet(tmp_path / "a.xlsx", [row], "作品数据")])
    item = stored(library)[0]
    assert (item.id, item.title, item.kind) == (f"xhs-{note_id(5)}", "", MediaKind.VIDEO)
    assert item.tags == ("戒指", "珠宝", "长沙")
    assert (item.counts.liked, item.counts.collected) == (4, None)


def test_progress_goes_up_to_the_whole(library: Library, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    paths = [write_lines(tmp_path / f"{name}.jsonl", [xhs_row(number) for number in range(600)]) for name in "ab"]
    import_paths(library, paths, progress=lambda done, total: seen.append((done, total)))
    total = sum(path.stat().st_size for path in paths)
    assert seen[-1] == (total, total)
    assert seen == sorted(seen)
    assert len(seen) > 4


def test_text_forms() -> None:
    assert decode("标题,正文".encode("gb18030")) == "标题,正文"
    assert decode("标题".encode("utf-8-sig")) == "标题"
    almost = ("很长的正文。" * 500).encode() + b"\xff"
    assert decode(almost).startswith("很长的正文。")
    assert [form_of(text) for text in ('[{"a":1}]', '{"a":1}\n{"a":2}', '{\n"a": 1}', "a,b\n1,2", "一段话")] == [
        "json",
        "jsonl",
        "json",
        "table",
        "",
    ]


@needs_data
def test_the_real_export_goes_in_once_in_every_form(library: Library) -> None:
    xhs = DATA / "xhs"
    assert counts(import_paths(library, [xhs / "json"])) == (12_857, 12_563, 0, 0, 294, 0)
    assert counts(import_paths(library, [xhs / "json"])) == (12_857, 0, 0, 12_563, 294, 0)
    names = {item.creator_id: item.creator_name for item in stored(library)}
    for form in ("csv", "jsonl", "jsonl_v2", "xlsx"):
        assert counts(import_paths(library, [xhs / form])) == (373, 0, 0, 338, 35, 0), form
    assert counts(import_paths(library, [xhs / "sqlite"])) == (338, 0, 0, 338, 0, 0)
    assert {item.creator_id: item.creator_name for item in stored(library)} == names
    assert import_paths(library, [xhs / "advisers" / "notes.json"]).new == 736
    assert counts(import_paths(library, [xhs / "advisers" / "notes.xlsx"])) == (736, 0, 0, 736, 0, 0)
