from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import openpyxl
import pytest

from tests.api.building import House, fields_of

ROWS = "作品名,文字,去处,点赞数\n面霜测评,涂了一周，不油。,https://example.com/1,1.2万\n鸡翅,腌半小时。,https://example.com/2,-\n"
MAPPING = {"title": "作品名", "text": "文字", "url": "去处", "liked": "点赞数"}
NOTE = {"note_id": "64f1c0de0000000012000001", "title": "面霜", "desc": "涂了一周。", "time": 1_782_900_000_000, "liked_count": "12"}


def upload(house: House, name: str, data: bytes | str) -> Any:
    return house.client.post("/v1/imports", files={"file": (name, data if isinstance(data, bytes) else data.encode())})


def test_a_file_is_looked_at_tried_and_imported_once(house: House) -> None:
    shown = upload(house, "笔记.csv", ROWS)
    assert shown.status_code == 201, shown.text
    found = shown.json()
    assert found["columns"] == ["作品名", "文字", "去处", "点赞数"]
    assert found["rows"][0][:2] == ["面霜测评", "涂了一周，不油。"]
    assert (found["mapping"]["liked"], found["how"]["liked"], "text" in found["mapping"]) == ("点赞数", "列名", False)
    assert house.client.put("/v1/mappings/老表", json={"columns": MAPPING}).status_code == 201
    run = f"/v1/imports/{found['upload']}/run"
    tried = house.client.post(run, json={"mapping_name": "老表", "dry_run": True}).json()
    assert (tried["dry_run"], tried["new"], house.library.contents.count()) == (True, 2, 3)
    assert [(line["state"], line["title"]) for line in tried["examples"]] == [("new", "面霜测评"), ("new", "鸡翅")]
    done = house.client.post(run, json={"mapping": MAPPING, "rights": "owned"}).json()
    assert (done["read"], done["new"], done["refused"]) == (2, 2, 0)
    stored = house.client.get("/v1/search?q=不油").json()["hits"][0]["content"]
    assert (stored["counts"]["liked"], stored["rights"], stored["url"]) == (12_000, "owned", "https://example.com/1")
    again = house.client.post(run, json={"mapping": MAPPING, "rights": "owned"}).json()
    assert (again["new"], again["unchanged"]) == (0, 2)


def test_the_first_rows_of_a_file_and_what_its_columns_seem_to_mean(still: House) -> None:
    lines = "".join(f"第{number}条,{'长' * 300},https://example.com/{number},1.2万\n" for number in range(9))
    found = upload(still, "笔记.csv", f"标题,正文,链接,点赞数\n{lines}").json()
    assert (found["form"].lower(), found["columns"], found["missing"]) == ("csv", ["标题", "正文", "链接", "点赞数"], [])
    assert [row[0] for row in found["rows"]] == [f"第{number}条" for number in range(5)]
    assert (len(found["rows"][0][1]), found["rows"][0][3]) == (200, "1.2万")
    assert (found["mapping"]["text"], found["how"]["text"]) == ("正文", "列名")


def test_a_known_export_needs_no_mapping(house: House) -> None:
    found = upload(house, "search_contents.json", json.dumps([NOTE])).json()
    done = house.client.post(f"/v1/imports/{found['upload']}/run", json={}).json()
    assert (done["new"], house.client.get("/v1/contents/xhs-64f1c0de0000000012000001").status_code) == (1, 200)


def bomb() -> bytes:
    """A whole spreadsheet whose sheet is 30 MB unpacked."""
    plain, found = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(plain)
    with zipfile.ZipFile(plain) as good, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in good.namelist():
            with archive.open(name, "w") as part:
                part.write(good.read(name))
                for _ in range(30 if name.endswith("sheet1.xml") else 0):
                    part.write(b" " * 1_000_000)
    return found.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b"\xff\xfe\x00"),
        ("a.csv", b"hello"),
        ("a.json", b"[" * 100_000),
        ("a.json", b'{"a": 1e999}'),
        ("a.xlsx", b"PK\x03\x04" + b"\x00" * 500),
        ("a.db", b"SQLite format 3\x00" + b"\xff" * 4_000),
        ("a.exe", b"MZ" + bytes(range(256)) * 20),
        ("a.txt", "没有链接的一段话".encode()),
        ("\ud800/../x".encode("utf-8", "surrogatepass").decode("latin-1"), b"\x00" * 1_000),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_sentence(still: House, name: str, data: bytes) -> None:
    answer = upload(still, name, data)
    assert answer.status_code in (201, 422)
    if answer.status_code == 201:  # looked at as far as it goes; then nothing of it may go in
        answer = still.client.post(f"/v1/imports/{answer.json()['upload']}/run", json={"dry_run": True})
        assert answer.status_code == 422 or answer.json()["new"] == 0, answer.text
    assert still.library.contents.count() == 3


def test_a_packed_bomb_is_refused(still: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.importers.workbooks.MOST_UNPACKED_BYTES", 10_000_000)
    answer = upload(still, "a.xlsx", bomb())
    assert (answer.status_code, "解压后太大" in answer.json()["detail"]) == (422, True), answer.text


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"mapping": MAPPING, "mapping_name": "老表"}, 422, ""),
        ({"mapping": {"colour": "颜色"}}, 422, "mapping"),
        ({"mapping": {}}, 422, "mapping"),
        ({"mapping_name": "没有"}, 404, None),
        ({"rights": "taken_down"}, 422, "rights"),
        ({"dry_run": "maybe"}, 422, "dry_run"),
    ],
)
def test_a_wrong_run(still: House, body: dict[str, object], status: int, field: str | None) -> None:
    found = upload(still, "笔记.csv", ROWS).json()
    answer = still.client.post(f"/v1/imports/{found['upload']}/run", json=body)
    assert (answer.status_code, fields_of(answer)) == (status, [] if field is None else [field])


@pytest.mark.parametrize("place", ["none", "0" * 16, "..", "%2e%2e", "0" * 64])
def test_no_such_upload(still: House, place: str) -> None:
    assert still.client.post(f"/v1/imports/{place}/run", json={}).status_code == 404


def test_the_same_upload_under_the_same_key_is_one(still: House) -> None:
    header = {"Idempotency-Key": "upload-1"}
    first = still.client.post("/v1/imports", files={"file": ("a.csv", ROWS.encode())}, headers=header)
    second = still.client.post("/v1/imports", files={"file": ("a.csv", ROWS.encode())}, headers=header)
    assert (second.json(), second.headers["idempotent-replayed"]) == (first.json(), "true")
    assert still.client.post("/v1/imports", files={"file": ("a.csv", b"x,y\n1,2\n")}, headers=header).status_code == 409


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"{}", 400),
        ("multipart/form-data; boundary=x", b"garbage", 400),
        ("multipart/form-data; boundary=x", b"", 422),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--\r\n', 422),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n' + b"y" * 2_000_000, 400),
    ],
)
def test_a_form_that_is_broken(still: House, kind: str, body: bytes, status: int) -> None:
    answer = still.client.post("/v1/imports", content=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert "值不对" not in answer.text


def test_a_file_over_the_limit_is_refused(still: House) -> None:
    assert upload(still, "a.csv", b"x" * 50_000_001).status_code == 422
    answer = still.client.post("/v1/imports", content=b"", headers={"Content-Type": "multipart/form-data", "Content-Length": "60000000"})
    assert answer.status_code == 413


def test_mappings_are_written_by_name(house: House) -> None:
    assert house.client.get("/v1/mappings").json()["items"] == []
    assert house.client.put("/v1/mappings/新红 导出%2F周", json={"columns": {"title": "标题"}}).status_code == 201
    changed = house.client.put("/v1/mappings/新红 导出%2F周", json={"columns": MAPPING})
    assert (changed.status_code, changed.json()) == (200, {"name": "新红 导出/周", "columns": MAPPING})
    assert house.client.get("/v1/mappings/新红 导出%2F周").json() == changed.json()
    listed = house.client.get("/v1/mappings").json()
    assert listed["items"] == [changed.json()]
    assert set(MAPPING) <= set(listed["fields"])
    assert house.client.delete("/v1/mappings/新红 导出%2F周").status_code == 204
    assert house.client.get("/v1/mappings/新红 导出%2F周").status_code == 404
