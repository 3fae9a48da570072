from __future__ import annotations

import logging
from pathlib import Path

import pytest

from api.gate import MOST_BODY_BYTES
from tests.api.building import House, open_house, replace_rooms, settings_in

SEGMENT = {"name": "妈妈"}


@pytest.mark.parametrize("path", ["/v1/contents", "/healthz", "/v1/nothing", "/openapi.json", "/v1/contents/none"])
def test_every_answer_carries_the_security_headers(still: House, path: str) -> None:
    headers = still.client.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:9", "[::1]:8000", "LOCALHOST.", "testserver"])
def test_a_local_host_name_is_served(still: House, host: str) -> None:
    assert still.client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", "", "[::1", "192.168.0.7"])
def test_another_host_name_is_refused_on_loopback(still: House, host: str) -> None:
    answer = still.client.get("/v1/contents", headers={"Host": host})
    assert answer.status_code == 400
    assert "public_url" in answer.json()["detail"]


def test_the_public_host_name_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_rooms(monkeypatch)
    house = open_house(settings_in(tmp_path, public_url="https://zc.example.com/"))
    assert house.client.get("/healthz", headers={"Host": "zc.example.com"}).status_code == 200
    headers = {"Host": "127.0.0.1:8000", "Origin": "https://zc.example.com"}
    assert house.client.post("/v1/segments", json=SEGMENT, headers=headers).status_code == 201
    house.client.__exit__(None, None, None)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://testserver:8001"},
        {"Origin": "null"},
        {"Origin": ""},
    ],
)
def test_another_site_cannot_make_a_browser_write(still: House, headers: dict[str, str]) -> None:
    assert still.client.post("/v1/segments", json=SEGMENT, headers=headers).status_code == 403
    assert still.client.delete("/v1/sample", headers=headers).status_code == 403
    assert still.client.get("/v1/segments", headers=headers).json() == {"items": []}


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": "http://testserver"}, {}])
def test_our_own_pages_and_tools_can_write(house: House, headers: dict[str, str]) -> None:
    assert house.client.post("/v1/segments", json=SEGMENT, headers=headers).status_code == 201


def test_a_body_over_the_limit_is_refused_by_its_length_and_by_its_bytes(still: House) -> None:
    json_header = {"Content-Type": "application/json"}
    large = b'{"name": "' + b"x" * MOST_BODY_BYTES + b'"}'
    assert still.client.post("/v1/segments", content=large, headers=json_header).status_code == 413
    pieces = (large[start : start + 100_000] for start in range(0, len(large), 100_000))
    answer = still.client.post("/v1/segments", content=pieces, headers=json_header)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("length", ["9" * 30, "2000001"])
def test_a_length_that_lies_is_refused_unread(still: House, length: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": length}
    assert still.client.post("/v1/segments", content=b"{}", headers=headers).status_code == 413


@pytest.mark.parametrize(
    "kind", ["text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data", "\x7f/;;", "application/json5"]
)
def test_a_body_that_is_not_json_by_its_type(still: House, kind: str) -> None:
    answer = still.client.post("/v1/segments", content=b'{"name": "x"}', headers={"Content-Type": kind})
    assert answer.status_code == 415
    assert still.library.segments.all() == []


@pytest.mark.parametrize("path", ["/v1/imports", "/v1/sources/opml"])
def test_a_file_is_uploaded_as_a_form_and_as_nothing_else(still: House, path: str) -> None:
    answer = still.client.post(path, content=b"{}", headers={"Content-Type": "application/json"})
    assert (answer.status_code, "multipart/form-data" in answer.json()["detail"]) == (415, True)
    assert still.client.post(path, files={"file": ("a", b"")}, headers={"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "application/merge-patch+json", "APPLICATION/JSON"]
)
def test_a_body_that_is_json_by_its_type(house: House, kind: str) -> None:
    answer = house.client.post("/v1/segments", content=b'{"name": "x"}', headers={"Content-Type": kind})
    assert answer.status_code == 201


def test_an_unexpected_error_is_a_problem_and_is_logged(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(type(house.library.segments), "all", broken)
    with caplog.at_level(logging.ERROR):
        answer = house.client.get("/v1/segments")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret reason" not in answer.text
    assert "the secret reason" in caplog.text
    assert answer.headers["x-content-type-options"] == "nosniff"
