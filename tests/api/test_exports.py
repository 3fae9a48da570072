from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest

from tests.api.building import House, fields_of

OPML = """<?xml version="1.0"?><opml version="2.0"><body><outline text="美妆">
<outline type="rss" text="周刊" xmlUrl="https://example.com/feed.xml"/><outline type="rss" text="坏的" xmlUrl="javascript:alert(1)"/>
</outline></body></opml>"""


def test_the_filtered_contents_as_a_spreadsheet(still: House) -> None:
    answer = still.client.get("/v1/contents.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="zhongcao.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["标题"] for row in rows} == {"敏感肌换季面霜", "空气炸锅鸡翅", "带娃露营清单"}
    assert not still.client.get("/v1/contents.csv?bom=false").content.startswith(b"\xef\xbb\xbf")
    again = still.client.get("/v1/contents.csv", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(("query", "found"), [("", 3), ("?platform=weibo", 0), ("?category=美妆护肤", 3), ("?watch_list=none", 0)])
def test_exports_are_filtered_like_lists(still: House, query: str, found: int) -> None:
    lines = still.client.get(f"/v1/contents.jsonl{query}").text.splitlines()
    assert len([json.loads(line) for line in lines]) == found
    sheet = openpyxl.load_workbook(io.BytesIO(still.client.get(f"/v1/contents.xlsx{query}").content)).worksheets[0]
    assert sheet.max_row == found + 1


@pytest.mark.parametrize(("place", "field"), [("contents.pdf", "form"), ("contents.csv?limit=1", "limit"), ("contents.csv?bom=x", "bom")])
def test_a_wrong_export(still: House, place: str, field: str) -> None:
    answer = still.client.get(f"/v1/{place}")
    assert (answer.status_code, fields_of(answer)) == (422, [field])


def test_sources_come_in_and_go_out_as_opml(house: House) -> None:
    first = house.client.post("/v1/sources/opml", files={"file": ("feeds.opml", OPML.encode())})
    assert first.status_code == 200, first.text
    assert (first.json()["added"], first.json()["known"], len(first.json()["problems"])) == (1, 0, 1)
    again = house.client.post("/v1/sources/opml", files={"file": ("feeds.opml", OPML.encode())}).json()
    assert (again["added"], again["known"]) == (0, 1)
    written = house.client.get("/v1/sources.opml")
    assert (written.status_code, written.headers["content-type"]) == (200, "text/x-opml; charset=utf-8")
    assert "https://example.com/feed.xml" in written.text
    assert "美妆" in written.text
    for source in house.client.get("/v1/sources").json()["items"]:
        house.client.delete(f"/v1/sources/{source['id']}")
    assert house.client.post("/v1/sources/opml", files={"file": ("x.opml", written.content)}).json()["added"] == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff",
        b"hello",
        b"<opml>",
        b"<html></html>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><opml><body>&a;</body></opml>',
        b"<opml>" + b"<outline>" * 50_000,
    ],
)
def test_a_file_that_is_no_opml(still: House, data: bytes) -> None:
    answer = still.client.post("/v1/sources/opml", files={"file": ("x.opml", data)})
    assert answer.status_code in (200, 422), answer.text
    assert still.library.sources.all() == []
