from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from tests.api.building import House, LetterIndex

KEY = {"Idempotency-Key": "k-1"}
SEGMENT = {"name": "妈妈"}


def test_a_repeated_write_is_done_once_and_answers_the_same(house: House) -> None:
    first = house.client.post("/v1/segments", json=SEGMENT, headers=KEY)
    second = house.client.post("/v1/segments", json=SEGMENT, headers=KEY)
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["content-type"] == "application/json"
    assert (first.headers.get("idempotent-replayed"), second.headers["idempotent-replayed"]) == (None, "true")
    assert len(house.library.segments.all()) == 1


def test_the_same_key_with_another_body_is_a_conflict(house: House) -> None:
    house.client.post("/v1/segments", json=SEGMENT, headers=KEY)
    assert house.client.post("/v1/segments", json={"name": "爸爸"}, headers=KEY).status_code == 409
    assert [segment.name for segment in house.library.segments.all()] == ["妈妈"]


def test_a_key_belongs_to_one_route(house: House) -> None:
    house.client.put("/v1/segments/a", json=SEGMENT, headers=KEY)
    assert house.client.put("/v1/segments/b", json=SEGMENT, headers=KEY).status_code == 201


def test_a_key_belongs_to_one_caller(locked: House) -> None:
    for caller in (locked.key("write"), locked.key("write")):
        assert "idempotent-replayed" not in locked.client.post("/v1/segments", json=SEGMENT, headers=KEY | caller).headers
    assert len(locked.library.segments.all()) == 2


def test_a_delete_without_an_answer_is_repeated_too(house: House) -> None:
    house.client.put("/v1/segments/a", json=SEGMENT)
    assert [house.client.delete("/v1/segments/a", headers=KEY).status_code for _ in range(2)] == [204, 204]


def test_a_refused_write_can_be_mended_under_its_key(house: House) -> None:
    assert house.client.post("/v1/segments", json={"nme": "妈妈"}, headers=KEY).status_code == 422
    assert house.client.post("/v1/segments", json=SEGMENT, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 161, "钥匙".encode(), "\x7f"])
def test_a_wrong_key(still: House, key: Any) -> None:
    answer = still.client.post("/v1/segments", json=SEGMENT, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_a_write_that_still_runs_is_not_done_twice(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    put = house.library.segments.put

    def slow(segment: Any) -> Any:
        begun.set()
        assert go_on.wait(10)
        return put(segment)

    monkeypatch.setattr(house.library.segments, "put", slow)
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(house.client.post("/v1/segments", json=SEGMENT, headers=KEY).status_code))
    thread.start()
    assert begun.wait(10)
    assert house.client.post("/v1/segments", json=SEGMENT, headers=KEY).status_code == 409
    go_on.set()
    thread.join()
    assert answers == [201]


def test_a_search_keeps_its_tag_whatever_time_it_took(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first = house.client.get("/v1/search", params={"q": "面霜"})
    found = replace(house.index.search("面霜"), took_ms=98.7)
    monkeypatch.setattr(LetterIndex, "search", lambda *_, **__: found)
    seen = {"If-None-Match": first.headers["etag"]}
    assert house.client.get("/v1/search", params={"q": "面霜"}).json()["took_ms"] == 98.7 != first.json()["took_ms"]
    assert house.client.get("/v1/search", params={"q": "面霜"}, headers=seen).status_code == 304
    monkeypatch.undo()
    assert house.client.get("/v1/search", params={"q": "帐篷"}, headers=seen).status_code == 200


@pytest.mark.parametrize("path", ["/v1/contents/xhs-a1", "/v1/contents", "/v1/segments"])
def test_a_read_is_answered_304_until_it_changes(house: House, path: str) -> None:
    tag = house.client.get(path).headers["etag"]
    for wanted in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = house.client.get(path, headers={"If-None-Match": wanted})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert house.client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    house.client.patch("/v1/contents/xhs-a1", json={"content_type": "service"})
    house.client.post("/v1/segments", json=SEGMENT)
    assert house.client.get(path, headers={"If-None-Match": tag}).status_code == 200
