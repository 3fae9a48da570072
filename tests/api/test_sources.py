from __future__ import annotations

from datetime import UTC, datetime

import pytest

from recommender.library.model import CrawlReport, JobState
from tests.api.building import House, fields_of
from tests.api.page_reading import read

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
        ({"max_requests": 0}, "max_requests"),
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
    house.library.jobs.finish(first.json()["id"], JobState.DONE, CrawlReport(found=7, new=2, left_out=5), "")
    assert house.client.get(first.headers["location"]).json()["report"]["left_out"] == 5
    cells = [cell.text for cell in read(house.client.get("/sources").text).all("td")]
    assert cells[cells.index("7") :][:5] == ["7", "2", "0", "0", "5"]
    assert house.client.post("/v1/sources/none/crawl").status_code == 404


@pytest.mark.parametrize(("place", "status"), [("999", 404), ("0", 422), (str(2**64), 422), ("x", 422)])
def test_no_such_job(still: House, place: str, status: int) -> None:
    assert still.client.get(f"/v1/jobs/{place}").status_code == status


def test_runs_and_baseline_of_a_source(house: House) -> None:
    house.client.post("/v1/sources", json={**FEED, "kind": "sitemap", "only_matching": True, "max_requests": 5})
    for number, state in enumerate(("ok", "ok", "low", "failed")):
        report = CrawlReport(found=0 if state == "failed" else 10 + number, new=number)
        house.library.sources.record_run("weekly", state, "说明", report, datetime(2026, 7, 1, number, tzinfo=UTC), seconds=1.5, requests=3)
    found = house.client.get("/v1/sources/weekly").json()
    assert (found["kind"], found["only_matching"], found["full_text"], found["max_requests"]) == ("sitemap", True, True, 5)
    assert (found["last_state"], found["failures"], found["baseline"]) == ("failed", 1, 11.0)
    runs = house.client.get("/v1/sources/weekly/runs?limit=2").json()["items"]
    assert [(run["state"], run["found"], run["seconds"], run["requests"]) for run in runs] == [("failed", 0, 1.5, 3), ("low", 12, 1.5, 3)]
    assert house.client.get("/v1/sources/none/runs").status_code == 404


def test_watch_lists_are_written_by_id_and_named_by_sources(house: House) -> None:
    for name in ("美妆", "美妆护肤"):
        answer = house.client.post("/v1/watch-lists", json={"id": "beauty", "kind": "category", "name": name, "terms": ["护肤"]})
        assert answer.status_code == 201
    assert house.client.get("/v1/watch-lists").json()["items"] == [answer.json()]
    assert house.client.post("/v1/sources", json={**FEED, "watch_lists": ["beauty"]}).status_code == 201
    assert fields_of(house.client.post("/v1/watch-lists", json={"kind": "colour", "name": "x"})) == ["kind"]


@pytest.mark.parametrize(
    ("collection", "body"),
    [
        ("sources", FEED),
        ("watch-lists", {"kind": "category", "name": "护肤"}),
        ("segments", {"name": "护肤"}),
        ("subscriptions", {"name": "护肤", "query": "面霜"}),
    ],
)
def test_an_id_may_be_chinese(house: House, collection: str, body: dict[str, object]) -> None:
    made = house.client.post(f"/v1/{collection}", json={**body, "id": "护肤-1"})
    assert made.status_code == 201
    assert house.client.get(made.headers["location"]).json()["id"] == "护肤-1"
    if collection == "sources":
        job = house.client.post("/v1/sources/护肤-1/crawl").json()
        assert house.client.get(job["links"]["source"]).json() == made.json()
