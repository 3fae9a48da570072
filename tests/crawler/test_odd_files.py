"""Files as they really come: nested answers, plain text, merged cells, locks, bombs and cuts."""

from __future__ import annotations

import gzip
import os
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.importers import import_paths, preview
from crawler.importers.texts import decode
from recommender.errors import NotAnExport
from recommender.library import Library, open_library
from tests.crawler.builders import note_id, stored, write_json, xhs_row
from tests.data import DATA, needs_data

ADDRESS = "https://www.xiaohongshu.com/explore/"


def one_row(number: int = 1) -> list[str]:
    return [f"标题{number}", f"正文{number}", ADDRESS + note_id(number)]


def write_book(path: Path, *rows: list[Any], merged: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(path)
    book.close()
    return path


def with_sheet(path: Path, source: Path, xml: bytes) -> Path:
    """The workbook `source` with another first sheet."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return path


def why(library: Library, path: Path) -> str:
    with pytest.raises(NotAnExport) as caught:
        import_paths(library, [path])
    return caught.value.message


def test_a_title_row_two_header_rows_and_merged_cells(library: Library, tmp_path: Path) -> None:
    path = write_book(
        tmp_path / "a.xlsx",
        ["2025 年 11 月达人笔记"],
        ["笔记信息", None, None, "达人", "互动数据", None, None],
        ["标题", "正文", "链接", None, "点赞", "收藏", "评论"],
        [*one_row(1), "阿满", "1.2万", "#N/A", "--"],
        [*one_row(2), None, 3, "12%", 5],
        [None] * 7,
        [*one_row(3), "小宋", None, None, None],
        merged=("A1:G1", "A2:C2", "D2:D3", "E2:G2", "D4:D5"),
    )
    assert import_paths(library, [path]).new == 3
    items = stored(library)
    assert [item.creator_name for item in items] == ["阿满", "阿满", "小宋"]
    assert [(item.counts.liked, item.counts.collected, item.counts.commented) for item in items[:2]] == [(12_000, None, None), (3, None, 5)]


def test_groups_above_names_that_stand_alone(library: Library, tmp_path: Path) -> None:
    path = write_book(
        tmp_path / "a.xlsx", ["标题", "正文", "链接", "互动", None], [None, None, None, "点赞数", "收藏数"], [*one_row(), 1, 2]
    )
    assert import_paths(library, [path]).new == 1
    assert (stored(library)[0].counts.liked, stored(library)[0].counts.collected) == (1, 2)


def test_a_sheet_of_a_million_rows_and_sixteen_thousand_columns_that_hold_nothing(library: Library, tmp_path: Path) -> None:
    def cells(row: int, values: list[str]) -> str:
        texts = (f'<c r="{column}{row}" t="inlineStr"><is><t>{value}</t></is></c>' for column, value in zip("ABC", values, strict=True))
        return f'<row r="{row}">{"".join(texts)}</row>'

    body = cells(1, ["标题", "正文", "链接"]) + cells(2, one_row(1)) + cells(1_048_576, one_row(2))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<worksheet xmlns="{space}"><dimension ref="A1:XFD1048576"/><sheetData>{body}</sheetData></worksheet>'
    report = import_paths(library, [with_sheet(tmp_path / "a.xlsx", write_book(tmp_path / "b.xlsx", ["x"]), xml.encode())])
    assert (report.new, report.problems) == (2, ())
    assert report.seconds < 30


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "另存为 .xlsx"),
        ("wide.csv", b"a," * 300_000, "300001 列"),
        ("cut.json.gz", gzip.compress(orjson.dumps([xhs_row()]))[:-20], "不完整"),
        ("tables.sql", b'-- x\nCREATE TABLE "Users" ("name" TEXT);', "建表语句"),
        ("customers.csv", "客户名称,所属企微号,备注\n甲,1,无".encode(), "客户名称、所属企微号、备注。请指明"),
        ("a.txt", "今天天气不错。".encode(), "不是认识的导出文件"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(library: Library, tmp_path: Path, name: str, data: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(data)
    sentence = why(library, tmp_path / name)
    assert sentence.startswith(f"{name}：") and words in sentence
    assert import_paths(library, [tmp_path / name, write_json(tmp_path / "good.json", [xhs_row()])]).new == 1


def test_bombs_are_cut_at_the_limit(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.importers.files.LARGEST_UNPACKED_BYTES", 2_000_000)
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(b"[" + b" " * 3_000_000 + b"]"))
    assert "解压后太大" in why(library, tmp_path / "a.json.gz")
    plain = write_book(tmp_path / "plain.xlsx", ["标题", "正文", "链接"], one_row())
    monkeypatch.setattr("crawler.importers.workbooks.MOST_UNPACKED_BYTES", 2_000_000)
    assert "解压后太大" in why(library, with_sheet(tmp_path / "b.xlsx", plain, b" " * 3_000_000))
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    xml = bomb + b"]><worksheet " + space + b'><sheetData><row r="1"><c t="inlineStr"><is><t>&j;</t></is></c></row></sheetData></worksheet>'
    assert "可能已损坏" in why(library, with_sheet(tmp_path / "c.xlsx", plain, xml))


def test_one_endless_line_and_zero_bytes_are_no_reason_to_stop(library: Library, tmp_path: Path) -> None:
    lines = ["标题,正文,链接", ",".join(one_row(1)), "1," * 3_000_000, ",".join(["甲", "乙\0丙", ADDRESS + note_id(2)])]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    report = import_paths(library, [tmp_path / "a.csv"])
    assert (report.new, report.refusals) == (2, ("a.csv 第 3 行：这一行超过 5 MB，没有导入。",))
    assert stored(library)[1].text == "乙丙"
    assert decode("标题,正文\n".encode("utf-16-le")) == decode("标题,正文\n".encode("utf-16-be")) == "标题,正文\n"


def test_a_database_is_read_as_far_as_it_goes(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    rows = [xhs_row(number, desc="很长的正文" * 100) for number in range(1, 200)]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE xhs_note ({', '.join(f'{chr(34)}{name}{chr(34)}' for name in rows[0])})")
        connection.executemany(f"INSERT INTO xhs_note VALUES ({','.join('?' * len(rows[0]))})", [tuple(row.values()) for row in rows])
        connection.commit()
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    path.write_bytes(data)
    report = import_paths(library, [path])
    assert 50 < report.new < 150 and report.refused == 1
    assert "之后读不了" in report.refusals[0]


def test_nested_answers(library: Library, tmp_path: Path) -> None:
    note: dict[str, Any] = {"id": note_id(1), "title": "抱枕", "desc": "很软", "type": "normal", "timestamp": 1758918674}
    note |= {
        "update_time": 1758942272000,
        "user": {"userid": "u1", "nickname": "甲"},
        "liked_count": 5,
        "images_list": [{"url": "https://media.example/a.jpg"}],
    }
    advertised = {"model_type": "ads", "ads": {"note": {**note, "id": note_id(2)}}}
    items = [{"model_type": "note", "note": note}, advertised, {"model_type": "hot_query", "hot_query": {"queries": []}}]
    comment = {"id": "c1", "note_id": note_id(1), "content": "想要", "like_count": 2, "time": 1758084499, "sub_comments": []}
    answers: dict[str, Any] = {
        "search.json": {"code": 200, "data": {"data": {"items": items}}},
        "detail.json": {"code": 0, "data": {"noteId": note_id(1), "title": "抱枕", "content": "很软，洗了也不变形", "likeNum": 6}},
        "comments.json": {"code": 200, "data": {"data": {"comments": [{**comment, "sub_comments": [{**comment, "id": "c2"}]}]}}},
        "account.json": {"ok": 1, "data": {"userInfo": {"id": 7, "screen_name": "微博用户", "followers_count": 60_000}}},
        "failed.json": {"code": 301, "data": None, "message": "FAILED, RETRY"},
        "error.json": {"error": "HTTP 400", "message": "{}"},
    }
    paths = [write_json(tmp_path / name, answer) for name, answer in answers.items()]
    report = import_paths(library, paths)
    assert (report.new, report.duplicates, report.refused, report.comments, report.creators) == (2, 1, 2, 2, 1)
    assert [sentence.partition("：")[0] for sentence in report.refusals] == ["failed.json 第 1 条", "error.json 第 1 条"]
    assert report.problems == ("search.json：跳过了 1 个 hot_query，不是笔记。",)
    first = stored(library)[0]
    assert first.text == "很软，洗了也不变形"  # the whole wins over the list's beginning, in any order


def test_feishu_records(library: Library, tmp_path: Path) -> None:
    fields: dict[str, Any] = {
        "笔记链接": [{"link": ADDRESS + note_id(1), "text": "看", "type": "url"}],
        "笔记内容": [{"text": "第一段"}, {"text": "，第二段"}],
    }
    fields |= {"发布时间": 1756651364000, "图片": [{"file_token": "x", "name": "a.webp"}], "点赞数": [{"text": "3"}]}
    answer: Any = {"code": 0, "data": {"items": [{"fields": {}, "record_id": "r0"}, {"fields": fields, "record_id": "r1"}], "total": 5}}
    report = import_paths(library, [write_json(tmp_path / "a.json", answer)])
    item = stored(library)[0]
    assert (report.new, item.text, item.counts.liked, item.images) == (1, "第一段，第二段", 3, ())
    assert report.problems == ("a.json：1 条记录是空的，没有导入。", "a.json：原表有 5 条，这个文件只有 2 条，其余要另外导出。")


def test_plain_text(library: Library, tmp_path: Path) -> None:
    blocks = f"序号: 1\n链接: {ADDRESS}{note_id(1)}\n标题: 一\n内容: 第一段\n标题: 也在正文里\n\n"
    blocks += f"序号: 2\n链接: {ADDRESS}{note_id(2)}\n标题: 二\n内容: \n"
    (tmp_path / "titles.txt").write_text(f"{ADDRESS}\n{note_id(1)}: 一\n{note_id(3)}: 三\n{note_id(4)}: 四\n写坏了\n", "utf-8")
    (tmp_path / "blocks.txt").write_text(blocks, "utf-8")
    report = import_paths(library, [tmp_path / "titles.txt", tmp_path / "blocks.txt"])
    assert (report.read, report.new, report.duplicates, report.refused) == (6, 4, 1, 1)
    assert [(item.title, item.text) for item in stored(library)] == [("一", "第一段\n标题: 也在正文里"), ("二", ""), ("三", ""), ("四", "")]
    assert report.problems == ("titles.txt：1 行只有网址，没有标题和正文，没有导入。",)
    assert import_paths(library, [tmp_path / "titles.txt"]).changed == 0  # a title alone takes no text away


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.json"])
def test_a_list_of_links_stores_nothing_and_names_what_is_missing(library: Library, tmp_path: Path, name: str) -> None:
    urls = [f"{ADDRESS}{note_id(1)}?xsec_token=A", "https://blog.example/1", "https://blog.example/1", "https://blog.example/2"]
    forms = {
        "a.txt": "\n".join(urls),
        "a.csv": "链接,备注\n" + "".join(f"{url},好\n" for url in urls),
        "a.json": orjson.dumps(urls).decode(),
    }
    (tmp_path / name).write_text(forms[name], "utf-8")
    import_paths(library, [write_json(tmp_path / "note.json", [xhs_row(1)])])
    report = import_paths(library, [tmp_path / name])
    assert report.new == 0
    assert report.links == ("https://blog.example/1", "https://blog.example/2")
    assert "是 3 个网址的清单，其中 1 个已在内容库" in report.problems[-1]


def test_times_without_a_year_are_of_the_file_s_own(library: Library, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        f"标题,正文,链接,发布时间\n一,二,{ADDRESS}{note_id(1)},06-14\n三,四,{ADDRESS}{note_id(2)},昨天 12:30\n", "utf-8"
    )
    saved = datetime(2019, 6, 15, 12, tzinfo=UTC).timestamp()
    os.utime(tmp_path / "a.csv", (saved, saved))
    import_paths(library, [tmp_path / "a.csv"])
    assert [f"{item.published_at:%Y-%m-%d %H:%M}" for item in stored(library)] == ["2019-06-14 00:00", "2019-06-14 12:30"]


def test_a_table_of_its_header_alone_is_no_fault(library: Library, tmp_path: Path) -> None:
    (tmp_path / "search_comments_2026-08-01.csv").write_text("comment_id,note_id,content,create_time\n", "utf-8-sig")
    report = import_paths(library, [tmp_path / "search_comments_2026-08-01.csv"])
    assert (report.files, report.unusable, report.read) == (1, 0, 0)
    assert report.problems == ("search_comments_2026-08-01.csv：里面没有数据。",)


def test_our_own_library_and_other_files_of_a_folder_are_left(library: Library, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"x")
    write_json(tmp_path / "a.json", [xhs_row()])
    report = import_paths(library, [tmp_path])
    assert report.problems == ("library.db：是种草自己的内容库，没有读。", "文件夹里另有 1 个文件不是表格或数据（.jpg），没有看。")


@needs_data
def test_every_real_file_comes_in_or_is_left_for_a_reason(library: Library) -> None:
    xhs = DATA / "xhs"
    report = import_paths(library, [xhs / "search_api", xhs / "plain_text", xhs / "feishu_bitable", DATA / "exports", DATA / "weibo"])
    assert (report.unusable, report.refused, report.comments, report.creators) == (0, 5, 23, 164)
    found = {file.name: (file.read, file.new + file.duplicates) for file in report.by_file}
    assert found["search_notes_page1.json.gz"] == (20, 20) and found["search_notes_v3.json.gz"] == (18, 18)
    assert found["notes.txt"] == (607, 607) and found["list_records.json"] == (19, 19) and found["cards1.json"] == (10, 10)
    assert sum(file.read for file in report.by_file) == report.read
    again = import_paths(library, [xhs / "search_api", xhs / "plain_text"])
    assert (again.new, again.changed) == (0, 0)


FORMS = (
    orjson.dumps([xhs_row(1), xhs_row(2)]),
    b"\n".join(orjson.dumps(xhs_row(number)) for number in (1, 2)),
    f"标题,正文,链接\n一,二,{ADDRESS}{note_id(1)}\n三,四,{ADDRESS}{note_id(2)}\n".encode(),
    f"序号: 1\n链接: {ADDRESS}{note_id(1)}\n标题: 一\n内容: 二\n".encode(),
    orjson.dumps({"code": 200, "data": {"items": [{"model_type": "note", "note": {"id": note_id(1), "title": "一", "user": {}}}]}}),
)


@settings(max_examples=40, deadline=None)
@given(form=st.sampled_from(FORMS), place=st.floats(0, 1), cut=st.integers(0, 40), put=st.binary(max_size=6))
def test_damaged_text_is_imported_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, form: bytes, place: float, cut: int, put: bytes
) -> None:
    at = int(place * len(form))
    path = tmp_path_factory.mktemp("odd") / "a.json"
    path.write_bytes(form[:at] + put + form[at + cut :])
    library = open_library("sqlite://")
    try:
        report = import_paths(library, [path], dry_run=True)
        assert report.read == report.new + report.changed + report.unchanged + report.duplicates + report.refused
    except NotAnExport as error:
        assert error.message.startswith("a.json") and len(error.message) < 1_500
    library.close()


@pytest.mark.parametrize("name", ["a.csv", "a.bin", "a", "a.xls", "a.json"])
def test_a_workbook_is_read_whatever_its_name(library: Library, tmp_path: Path, name: str) -> None:
    path = write_book(tmp_path / "a.xlsx", ["标题", "正文", "链接"], one_row()).rename(tmp_path / name)
    assert preview(path).rows == (tuple(one_row()),)
    assert import_paths(library, [path]).new == 1
