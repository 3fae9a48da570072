from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.api.building import House, fields_of

BEAUTY = {"id": "beauty", "kind": "category", "name": "美妆", "terms": ["面霜"], "aliases": ["cream"], "weekly_quota": 5, "quiet_days": 3}


def test_what_the_library_holds_joins_and_leaves_with_the_words(house: House) -> None:
    made = house.client.post("/v1/watch-lists", json=BEAUTY)
    assert (made.status_code, made.headers["location"]) == (201, "/v1/watch-lists/beauty")
    assert made.json()["coverage"] == {**made.json()["coverage"], "total": 1, "this_week": 1, "sources": 0, "full": False}
    assert house.client.get("/v1/contents/xhs-a1").json()["watch_lists"] == ["beauty"]
    found = house.client.get("/v1/contents", params={"watch_list": "beauty"}).json()
    assert [item["id"] for item in found["items"]] == ["xhs-a1"]
    changed = house.client.put("/v1/watch-lists/beauty", json={"kind": "category", "name": "露营", "terms": ["帐篷", "鸡翅"]})
    assert (changed.status_code, changed.json()["coverage"]["total"]) == (200, 2)
    assert house.client.get("/v1/contents/xhs-a1").json()["watch_lists"] == []
    assert house.client.get("/v1/watch-lists/beauty").json() == changed.json()
    assert house.client.get("/v1/watch-lists").json()["items"] == [changed.json()]


def test_deleting_one_leaves_its_contents_without_its_mark(house: House) -> None:
    assert house.client.put("/v1/watch-lists/beauty", json={**BEAUTY, "id": None}).status_code == 422
    fields = {name: value for name, value in BEAUTY.items() if name != "id"}
    assert house.client.put("/v1/watch-lists/beauty", json=fields).status_code == 201
    source = {"id": "weekly", "name": "周刊", "kind": "feed", "url": "https://example.com/feed.xml", "watch_lists": ["beauty"]}
    assert house.client.post("/v1/sources", json=source).status_code == 201
    assert house.client.get("/v1/watch-lists/beauty").json()["coverage"]["sources"] == 1
    assert house.client.delete("/v1/watch-lists/beauty").status_code == 204
    assert house.client.get("/v1/contents/xhs-a1").json()["watch_lists"] == []
    assert house.client.get("/v1/sources/weekly").json()["watch_lists"] == []
    assert house.client.delete("/v1/watch-lists/beauty").status_code == 404
    assert house.client.get("/v1/watch-lists/beauty").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "colour"}, "kind"),
        ({"name": ""}, "name"),
        ({"schedule_minutes": 1}, "schedule_minutes"),
        ({"weekly_quota": -1}, "weekly_quota"),
        ({"quiet_days": 2**63}, "quiet_days"),
        ({"aliases": ["\x00"]}, "aliases[0]"),
        ({"terms": ["x"] * 201}, "terms"),
        ({"id": "../x"}, "id"),
        ({"coverage": {}}, "coverage"),
    ],
)
def test_a_wrong_watch_list(still: House, change: dict[str, object], field: str) -> None:
    answer = still.client.post("/v1/watch-lists", json={**BEAUTY, **change})
    assert (answer.status_code, fields_of(answer)) == (422, [field])


def test_alerts_open_and_over(house: House) -> None:
    alerts, moment = house.library.alerts, datetime(2026, 7, 1, 8, tzinfo=UTC)
    alerts.raise_alert("source", "weekly", "周刊抓不到了。", moment)
    alerts.raise_alert("watch_list", "beauty", "美妆三天没有新内容了。", moment)
    alerts.clear("source", "weekly", moment)
    found = house.client.get("/v1/alerts").json()["items"]
    assert [(item["kind"], item["cleared_at"]) for item in found] == [("watch_list", None), ("source", "2026-07-01T16:00:00+08:00")]
    assert [item["subject_id"] for item in house.client.get("/v1/alerts?open=true").json()["items"]] == ["beauty"]
    assert len(house.client.get("/v1/alerts?limit=1").json()["items"]) == 1
