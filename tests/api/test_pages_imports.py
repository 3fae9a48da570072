"""The import page: a file with its columns, a dry run, and then the import; a link; a saved mapping."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.errors import InputError
from recommender.library.model import ColumnMapping, Rights, UpsertOutcome
from tests.api.building import House, LetterIndex, open_house, replace_rooms, settings_in
from tests.api.page_reading import Page, complaints, read

HEADERS = ("笔记标题", "随便的列", "博主昵称", "点赞量", "笔记链接", "<img src=x onerror=alert(1)>")
NOTE = "https://www.xiaohongshu.com/explore/64f1c0de00000000120000"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house with an index of letters."""
    replace_rooms(monkeypatch)
    monkeypatch.setattr(LetterIndex, "similar", lambda *_: [], raising=False)
    house = open_house(settings_in(tmp_path), ())
    yield house
    house.client.__exit__(None, None, None)


def sheet() -> bytes:
    """Three rows that can be stored, one of them twice, and one that is empty."""
    rows = [
        ("面霜测评", "换季脸红，面霜厚一点。", "柚子", "1.2万", f"{NOTE}01", "x"),
        ("<script>alert(1)</script>", "防晒别停，半小时补一次。", "张***三", "-", f"{NOTE}02", "x"),
        ("面霜测评", "换季脸红，面霜厚一点。", "柚子", "1.2万", f"{NOTE}01", "x"),
        ("", "", "", "", "", "x"),
        ("炸锅鸡翅", "每面七分钟，腌半小时。", "阿满", "88", f"{NOTE}03", "x"),
    ]
    file = io.StringIO()
    csv.writer(file).writerows([HEADERS, *rows])
    return file.getvalue().encode("gb18030")


def send(house: House, name: str = "周报<b>.csv", data: bytes | None = None) -> str:
    answer = house.client.post("/imports", files={"file": (name, sheet() if data is None else data)}, follow_redirects=False)
    assert answer.status_code == 303, answer.text[:2000]
    return str(answer.headers["location"])


def sound(answer: object, status: int = 200) -> Page:
    assert answer.status_code == status, answer.text[:2000]  # type: ignore[attr-defined]
    found = read(answer.text)  # type: ignore[attr-defined]
    assert complaints(found) == []
    return found


def chosen(found: Page) -> dict[str, str]:
    """What each field is taken from, as the selects of the page say."""
    fields: dict[str, str] = {}
    name = ""
    for element in found.elements:
        if element.tag == "select":
            name = element.attributes["name"]
        elif element.tag == "option" and "selected" in element.attributes and name.startswith("column."):
            fields[name.removeprefix("column.")] = element.attributes["value"]
    return fields


def test_columns_are_guessed_shown_and_can_be_changed(desk: House) -> None:
    address = send(desk)
    found = sound(desk.client.get(address))
    assert chosen(found) == {"title": "笔记标题", "creator_name": "博主昵称", "liked": "点赞量", "url": "笔记链接"} | (
        {"text": "随便的列"} if "text" in chosen(found) else {}
    )
    assert [cell.text for cell in found.all("th")] == list(HEADERS)
    assert "<script>alert(1)</script>" in [cell.text for cell in found.all("td")]
    form = {f"column.{field}": header for field, header in chosen(found).items()} | {"column.text": "随便的列", "column.title": "博主昵称"}
    again = sound(desk.client.post(address, data={**form, "do": "look"}))
    assert (chosen(again)["text"], chosen(again)["title"]) == ("随便的列", "博主昵称")
    assert desk.library.contents.count() == 0


def test_a_dry_run_says_what_would_come_and_writes_nothing(desk: House) -> None:
    address = send(desk)
    form = {
        "column.title": "笔记标题",
        "column.text": "随便的列",
        "column.url": "笔记链接",
        "column.creator_name": "博主昵称",
        "rights": "owned",
    }
    tried = sound(desk.client.post(address, data={**form, "do": "try"}))
    assert "试运行：还没有写入" in tried.words() and desk.library.contents.count() == 0
    assert tried.all("button", value="go", form="import-form")
    assert "第 5 行" in tried.words() and "没有" in tried.words()
    done = sound(desk.client.post(address, data={**form, "do": "go"}))
    assert "导入完成" in done.words() and desk.library.contents.count() == 3
    assert {item.rights for item in desk.library.contents.page()[0]} == {Rights.OWNED}
    again = sound(desk.client.post(address, data={**form, "do": "try"}))
    assert [element.text for element in again.all("li", class_="row-new")] and desk.library.contents.count() == 3
    assert sound(desk.client.get("/creators")).words().count("未具名账号") == 0  # 张***三 identifies nobody


def test_a_mapping_is_saved_by_name_used_again_and_deleted(desk: House) -> None:
    address, name = send(desk), '新红"><b>周报'
    answer = desk.client.post(address, data={"column.title": "随便的列", "do": "save", "name": name}, follow_redirects=False)
    assert desk.library.mappings.get(name).columns == {"title": "随便的列"}
    used = sound(desk.client.get(answer.headers["location"]))
    assert chosen(used)["title"] == "随便的列"
    assert [option.text for option in used.all("option", selected="") if option.text == name]
    assert "起一个名字" in sound(desk.client.post(address, data={"column.title": "随便的列", "do": "save"}), 422).words()
    assert sound(desk.client.get(f"{address}?mapping=none"), 404)
    assert name in [element.text for element in sound(desk.client.get("/import")).elements]
    assert desk.client.post("/mappings/delete", data={"name": name}, follow_redirects=False).status_code == 303
    assert desk.library.mappings.all() == []


def test_a_known_export_needs_no_columns(desk: House) -> None:
    note = '[{"note_id": "64f1c0de0000000012000009", "type": "normal", "title": "面霜", "desc": "厚一点", "time": 1782000000000,'
    note += (
        ' "user_id": "u1", "nickname": "柚子", "liked_count": "3", "tag_list": "", "image_list": "", "note_url": "", "last_modify_ts": 1}]'
    )
    address = send(desk, "creator_contents_2026-07-01.json", note.encode())
    found = sound(desk.client.get(address))
    assert chosen(found) == {} and "这种文件认得" in found.words()
    assert "导入完成" in sound(desk.client.post(address, data={"do": "go", "rights": "reference"})).words()
    assert desk.library.contents.count() == 1


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02" * 50, b"PK\x03\x04broken", b"{", b"<html></html>"])
def test_what_is_no_export_is_refused_in_one_sentence(desk: House, data: bytes) -> None:
    answer = desk.client.post("/imports", files={"file": ("x.xlsx", data)})
    assert complaints(read(answer.text)) == []
    assert answer.status_code == 422 or "没有读到任何一行" in answer.text
    assert desk.client.post("/imports").status_code == 422
    assert desk.client.post("/imports", data={"file": "text"}).status_code == 422


def test_an_upload_that_is_gone_says_so(desk: House) -> None:
    for name in ("0" * 16, "%2e%2e%2f", "x"):
        assert desk.client.get(f"/import/{name}").status_code == 404
        assert desk.client.post(f"/import/{name}", data={"do": "go"}).status_code == 404
    address = send(desk)
    assert "版权状态" in sound(desk.client.post(address, data={"do": "go", "rights": "taken_down"}), 422).words()


def test_a_link_is_fetched_or_refused_on_the_same_page(desk: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(_services: object, url: str) -> UpsertOutcome:
        if "bad" in url:
            raise InputError("这个页面要登录，没有收。", field="url")
        return UpsertOutcome("unchanged", "xhs-a1")

    monkeypatch.setattr("api.filling.fetch_link", fetch)
    answer = desk.client.post("/import/link", data={"url": "https://example.com/a"}, follow_redirects=False)
    assert answer.headers["location"] == "/contents/xhs-a1?done=known"
    found = sound(desk.client.post("/import/link", data={"url": 'https://example.com/bad?"><b>'}), 422)
    assert "要登录" in found.words()
    assert found.all("input", id="l-url")[0].attributes["value"] == 'https://example.com/bad?"><b>'
    assert (
        sound(desk.client.get("/import?url=https://x.example/a")).all("input", id="l-url")[0].attributes["value"] == "https://x.example/a"
    )


def test_saved_mappings_stand_on_the_page(desk: House) -> None:
    desk.library.mappings.put(ColumnMapping("周报", {"title": "标题"}))
    assert "保存过的列对应表（1）" in sound(desk.client.get("/import")).words()
