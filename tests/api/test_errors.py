from __future__ import annotations

import re

import pytest

from api.errors import KeyNeeded, status_of
from recommender import errors
from tests.api.building import House


def test_statuses_are_those_of_the_tree_in_the_docstring() -> None:
    tree = dict(re.findall(r"(\w+) +(\d{3})", errors.__doc__ or ""))
    assert len(tree) == 10
    for name, status in tree.items():
        assert status_of(getattr(errors, name)("x")) == int(status), name
    assert status_of(KeyNeeded("x")) == 401


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/nothing", 404), ("PUT", "/v1/contents", 405), ("GET", "/v1/match", 405)]
)
def test_no_such_address_or_method(still: House, method: str, path: str, status: int) -> None:
    answer = still.client.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["instance"]) == (status, path)
    assert set(problem) == {"type", "title", "status", "detail", "instance", "errors"}
    assert (status == 405) == ("allow" in answer.headers)


def test_a_browser_at_no_address_gets_a_page(still: House) -> None:
    answer = still.client.get("/nothing", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"name": "a"', 400),
        (b"\xff\xfe\xff", 400),
        (b'{"name": "\xff"}', 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 50_000, 400),
        (b'{"name": ' + b"9" * 5_000 + b"}", 400),
        (b'{"name": "\\ud800"}', 422),
        (b'{"\\ud800": 1, "name": "x"}', 422),
        (b'{"name": "a\\u0000b"}', 422),
        (b'{"name": NaN}', 422),
        (b"null", 422),
        (b'"text"', 422),
        (b"", 422),
    ],
)
def test_a_body_that_cannot_be_read_or_used(still: House, body: bytes, status: int) -> None:
    answer = still.client.post("/v1/segments", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["status"] == status
    assert re.search("[一-鿿]", answer.json()["detail"])
    assert still.library.segments.all() == []


def test_what_was_given_is_not_repeated(still: House) -> None:
    answer = still.client.post("/v1/segments", json={"name": 5, "tags": ["hush-hush" * 100]})
    assert "hush-hush" not in answer.text
    assert len(answer.content) < 2_000


def test_json_that_breaks_off_names_the_place(still: House) -> None:
    answer = still.client.post("/v1/segments", content='{"name":"x"', headers={"Content-Type": "application/json"})
    assert answer.json()["detail"] == "第 12 个字符附近不是合法的 JSON。"
    assert answer.json()["errors"] == [{"field": "", "message": "第 12 个字符附近不是合法的 JSON"}]
