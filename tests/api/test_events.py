from __future__ import annotations

import pytest

from tests.api.building import House, fields_of

CLICK = {"key": "k1", "kind": "click", "content_id": "xhs-a1", "occurred_at": "2026-07-01T20:00:00+08:00"}


def test_an_event_counts_once(house: House) -> None:
    assert house.client.post("/v1/events", json=CLICK).json() == {"accepted": 1, "repeated": 0, "unknown_contents": []}
    assert house.client.post("/v1/events", json=CLICK).json()["repeated"] == 1
    assert len(house.library.events.recent()) == 1


def test_another_event_under_the_same_key_is_a_conflict(house: House) -> None:
    house.client.post("/v1/events", json=CLICK)
    answer = house.client.post("/v1/events", json={**CLICK, "kind": "order"})
    assert (answer.status_code, fields_of(answer)) == (409, ["key"])


def test_an_event_without_a_time_can_be_sent_again(house: House) -> None:
    event = {name: CLICK[name] for name in ("key", "kind", "content_id")}
    answers = [house.client.post("/v1/events", json=event).json() for _ in range(2)]
    assert [answer["accepted"] for answer in answers] == [1, 0]


def test_the_header_is_the_key_of_events_without_one(house: House) -> None:
    event = {name: CLICK[name] for name in ("kind", "content_id", "occurred_at")}
    header = {"Idempotency-Key": "batch-1"}
    assert house.client.post("/v1/events", json={"events": [event, event]}, headers=header).json()["accepted"] == 2
    assert {stored.key for stored in house.library.events.recent()} == {"batch-1:0", "batch-1:1"}
    assert fields_of(house.client.post("/v1/events", json=event)) == ["key"]


def test_a_batch_is_stored_whole_or_not_at_all(house: House) -> None:
    house.client.post("/v1/events", json=CLICK)
    answer = house.client.post("/v1/events", json={"events": [{**CLICK, "key": "k2"}, {**CLICK, "kind": "order"}]})
    assert answer.status_code == 409
    assert [event.key for event in house.library.events.recent()] == ["k1"]


def test_an_unknown_content_is_named_and_the_event_kept(house: House) -> None:
    answer = house.client.post("/v1/events", json={**CLICK, "content_id": "xhs-gone"})
    assert answer.json() == {"accepted": 1, "repeated": 0, "unknown_contents": ["xhs-gone"]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "bought"}, "kind"),
        ({"content_id": ""}, "content_id"),
        ({"value": float("inf")}, "value"),
        ({"value": -1}, "value"),
        ({"occurred_at": 5}, "occurred_at"),
        ({"key": "x" * 161}, "key"),
        ({"amount": 3}, "amount"),
    ],
)
def test_a_wrong_event_is_named_alone_and_in_a_batch(still: House, change: dict[str, object], field: str) -> None:
    import json

    def post(body: object) -> object:
        return still.client.post("/v1/events", content=json.dumps(body), headers={"Content-Type": "application/json"})

    assert fields_of(post({**CLICK, **change})) == [field]
    assert fields_of(post({"events": [{**CLICK, **change}]})) == [f"events[0].{field}"]


@pytest.mark.parametrize("events", [[], [CLICK] * 1001, "x", None])
def test_a_wrong_batch(still: House, events: object) -> None:
    answer = still.client.post("/v1/events", json={"events": events})
    assert (answer.status_code, fields_of(answer)) == (422, ["events"])
