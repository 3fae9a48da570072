from __future__ import annotations

import pytest

from tests.api.building import House, fields_of

FEED = {"id": "weekly", "name": "周刊", "kind": "feed", "url": "https://example.com/feed.xml"}


def test_make_replace_and_delete_a_source(house: House) -> None:
    made = house.client.post("/v1/sources", json=FEED)
    assert (made.status_code, made.json()["rights"]) == (201, "reference")
    assert house.client.post("/v1/sources", json={**FEED, "id": "other"}).status_code == 409
    changed = house.client.put("/v1/sources/weekly", json={"name": "月刊", "kind": "feed", "url": FEED["url"], "enabled": False})
    assert (changed.json()["name"], changed.json()["enabled"]) == ("月刊", False)
    assert house.client.get("/v1/sources").json()["items"] == [changed.json()]
    assert house.client.delete("/v1/sources/weekly").status_code == 204
    assert house.client.get("/v1/sources/weekly").status_code == 404
    assert house.client.put("/v1/sources/weekly", json={"name": "月刊", "kind": "feed", "url": FEED["url"]}).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "ftp"}, "kind"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "https:///x"}, "url"),
        ({"schedule_minutes": 0}, "schedule_minutes"),
        ({"max_items": 2**63}, "max_items"),
        ({"watch_lists": ["nothing"]}, "watch_lists"),
        ({"last_state": "ok"}, "last_state"),
    ],
)
def test_a_wrong_source(still: House, change: dict[str, object], field: str) -> None:
    answer = still.client.post("/v1/sources", json={**FEED, **change})
    assert (answer.status_code, fields_of(answer)) == (422, [field])


def test_a_crawl_is_queued_once_and_can_be_looked_at(house: House) -> None:
    house.client.post("/v1/sources", json=FEED)
    first = house.client.post("/v1/sources/weekly/crawl")
    assert (first.status_code, first.json()["state"]) == (202, "queued")
    assert house.client.post("/v1/sources/weekly/crawl").json()["id"] == first.json()["id"]
    assert house.client.get(first.headers["location"]).json() == first.json()
    assert house.client.post("/v1/sources/none/crawl").status_code == 404


@pytest.mark.parametrize(("place", "status"), [("999", 404), ("0", 422), (str(2**64), 422), ("x", 422)])
def test_no_such_job(still: House, place: str, status: int) -> None:
    assert still.client.get(f"/v1/jobs/{place}").status_code == status


def test_watch_lists_are_written_by_id_and_named_by_sources(house: House) -> None:
    for name in ("美妆", "美妆护肤"):
        answer = house.client.post("/v1/watch-lists", json={"id": "beauty", "kind": "category", "name": name, "terms": ["护肤"]})
        assert answer.status_code == 201
    assert house.client.get("/v1/watch-lists").json()["items"] == [answer.json()]
    assert house.client.post("/v1/sources", json={**FEED, "watch_lists": ["beauty"]}).status_code == 201
    assert fields_of(house.client.post("/v1/watch-lists", json={"kind": "colour", "name": "x"})) == ["kind"]
