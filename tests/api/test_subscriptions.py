from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from api.wire.subscriptions import DigestOut
from recommender.library.tables import SHANGHAI
from tests.api.building import House, fields_of

ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4"
MORNING = {"id": "morning", "name": "早报", "query": "面霜", "robot_url": ROBOT, "filters": {"category": "美妆护肤"}}


def today() -> str:
    return datetime.now(SHANGHAI).date().isoformat()


def test_the_robot_address_goes_in_and_never_comes_out(house: House) -> None:
    made = house.client.post("/v1/subscriptions", json=MORNING)
    assert made.status_code == 201
    answers = [made, house.client.get("/v1/subscriptions"), house.client.get("/v1/subscriptions/morning")]
    assert all("693a91f6" not in answer.text for answer in answers)
    assert made.json()["robot_url"] == "https://qyapi.weixin.qq.com/****"
    assert house.library.subscriptions.get("morning").robot_url == ROBOT


def test_a_replacement_keeps_the_robot_unless_told_otherwise(house: House) -> None:
    shown = house.client.post("/v1/subscriptions", json=MORNING).json()
    fields = {name: shown[name] for name in shown if name != "id"}
    assert house.client.put("/v1/subscriptions/morning", json={**fields, "hour": 9}).json()["hour"] == 9
    assert house.library.subscriptions.get("morning").robot_url == ROBOT
    house.client.put("/v1/subscriptions/morning", json={**fields, "robot_url": None})
    assert house.library.subscriptions.get("morning").robot_url == ROBOT
    house.client.put("/v1/subscriptions/morning", json={**fields, "remove_robot": True})
    assert house.library.subscriptions.get("morning").robot_url == ""


def test_make_replace_and_delete(house: House) -> None:
    assert house.client.put("/v1/subscriptions/evening", json={"name": "晚报", "query": "露营"}).status_code == 201
    assert house.client.post("/v1/subscriptions", json={"id": "evening", "name": "晚报", "query": "露营"}).status_code == 409
    assert house.client.delete("/v1/subscriptions/evening").status_code == 204
    assert house.client.get("/v1/subscriptions/evening").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"query": "", "filters": {}}, ""),
        ({"filters": {"colour": "red"}}, "filters"),
        ({"filters": {"min_quality": "high"}}, "filters"),
        ({"filters": {"category": 5}}, "filters.category"),
        ({"hour": 24}, "hour"),
        ({"limit": 0}, "limit"),
        ({"robot_url": "ftp://x"}, "robot_url"),
        ({"segment_id": "nobody"}, "segment_id"),
        ({"channel": "moments", "group_type": "vip"}, ""),
        ({"chanel": "group"}, "chanel"),
    ],
)
def test_a_wrong_subscription(still: House, change: dict[str, object], field: str) -> None:
    answer = still.client.post("/v1/subscriptions", json={**MORNING, **change})
    assert (answer.status_code, fields_of(answer)) == (422, [field])
    assert "693a91f6" not in answer.text


@pytest.mark.parametrize(
    ("format", "accept", "media"),
    [
        ("json", "*/*", "application/json"),
        ("html", "*/*", "text/html; charset=utf-8"),
        ("markdown", "*/*", "text/markdown; charset=utf-8"),
        ("atom", "*/*", "application/atom+xml"),
        ("feed", "text/html", "application/feed+json"),
        (None, "application/atom+xml", "application/atom+xml"),
        (None, "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        (None, "text/html;q=0.5, application/feed+json", "application/feed+json"),
        (None, "*/*", "application/json"),
    ],
)
def test_a_digest_in_every_format(house: House, format: str | None, accept: str, media: str) -> None:
    house.client.post("/v1/subscriptions", json=MORNING)
    params = {"subscription": "morning", "day": today()} | ({"format": format} if format else {})
    answer = house.client.get("/v1/digests", params=params, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, media)
    assert "敏感肌换季面霜" in json.dumps(answer.json(), ensure_ascii=False) if "json" in media else answer.text


def test_the_json_digest_is_as_described_and_never_changes(house: House) -> None:
    house.client.post("/v1/subscriptions", json=MORNING)
    first = house.client.get("/v1/digests?subscription=morning")
    digest = DigestOut.model_validate_json(first.text)
    assert [item.id for item in digest.items] == ["xhs-a1"]
    house.client.post("/v1/contents", json={"text": "又一款面霜"})
    assert house.client.get("/v1/digests", params={"subscription": "morning", "day": today()}).text == first.text


def test_the_html_digest_may_run_and_load_nothing_else(house: House) -> None:
    house.client.post("/v1/subscriptions", json=MORNING)
    answer = house.client.get("/v1/digests?subscription=morning&format=html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 422),
        ("subscription=nobody", 404),
        ("subscription=morning&day=2020-01-01", 404),
        (f"subscription=morning&day={(datetime.now(UTC) + timedelta(days=3)).date()}", 422),
        ("subscription=morning&day=tomorrow", 422),
        ("subscription=morning&format=pdf", 422),
        ("subscription=morning&day=99999-01-01", 422),
    ],
)
def test_no_such_digest(house: House, query: str, status: int) -> None:
    house.client.post("/v1/subscriptions", json=MORNING)
    assert house.client.get(f"/v1/digests?{query}").status_code == status


def test_a_format_that_we_do_not_have(house: House) -> None:
    house.client.post("/v1/subscriptions", json=MORNING)
    answer = house.client.get("/v1/digests?subscription=morning", headers={"Accept": "application/pdf"})
    assert answer.status_code == 406


def test_a_deleted_subscription_still_shows_its_digests(house: House) -> None:
    house.client.post("/v1/subscriptions", json=MORNING)
    made = house.client.get("/v1/digests?subscription=morning").json()
    house.client.delete("/v1/subscriptions/morning")
    assert house.client.get(f"/v1/digests?subscription=morning&day={made['day']}").json()["id"] == made["id"]
    assert house.client.get("/v1/digests?subscription=morning").status_code == 200
