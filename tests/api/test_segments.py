from __future__ import annotations

import pytest

from recommender.library import Library
from recommender.matching import MatchedItem, MatchRequest, MatchResult
from tests.api.building import House, fields_of

MOTHERS = {"id": "mothers", "name": "新手妈妈", "tags": ["母婴"], "interests": ["绘本"]}


def test_make_read_replace_and_delete_a_segment(house: House) -> None:
    made = house.client.post("/v1/segments", json=MOTHERS)
    assert (made.status_code, made.headers["location"]) == (201, "/v1/segments/mothers")
    assert house.client.post("/v1/segments", json=MOTHERS).status_code == 409
    assert house.client.get("/v1/segments/mothers").json() == made.json()
    assert house.client.put("/v1/segments/mothers", json={"name": "妈妈"}).status_code == 200
    assert house.client.get("/v1/segments").json()["items"][0]["tags"] == []
    assert house.client.put("/v1/segments/学生", json={"name": "学生"}).status_code == 201
    assert house.client.delete("/v1/segments/mothers").status_code == 204
    assert house.client.delete("/v1/segments/mothers").status_code == 404


def test_a_segment_without_an_id_is_given_one(house: House) -> None:
    found = house.client.post("/v1/segments", json={"name": "学生"}).json()
    assert house.client.get(f"/v1/segments/{found['id']}").json() == found


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**MOTHERS, "nme": "x"}, "nme"),
        ({"id": "a"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x", "id": "a/b"}, "id"),
        ({"name": "x", "id": "x" * 65}, "id"),
        ({"name": "x", "tags": "母婴"}, "tags"),
        ({"name": "x", "description": "x" * 4001}, "description"),
    ],
)
def test_a_wrong_segment_is_refused_by_field(still: House, body: dict[str, object], field: str) -> None:
    answer = still.client.post("/v1/segments", json=body)
    assert (answer.status_code, fields_of(answer)) == (422, [field])
    assert still.library.segments.all() == []


def _match(seen: list[MatchRequest]) -> object:
    def match(library: Library, _index: object, request: MatchRequest, _now: object, *, cooldown_days: int) -> MatchResult:
        seen.append(request)
        items = library.contents.get_many(["xhs-a1", "xhs-a2"]).values()
        reasons = ("提到了「绘本」",)
        found = [MatchedItem(content=item, score=0.5, parts={"words": 0.5}, reasons=reasons) for item in items]
        return MatchResult(items=found, notes=("服务型不够",))

    return match


def test_a_match_gives_reasons_compliance_and_the_rendered_post(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[MatchRequest] = []
    monkeypatch.setattr("api.routes.segments.match", _match(seen))
    body = {"segment": {"name": "新手妈妈"}, "channel": "group", "group_type": "vip", "goal": "预热", "content_types": ["service"]}
    answer = house.client.post("/v1/match", json={**body, "date": "2026-07-04", "limit": 2, "exclude": ["xhs-a3"]}).json()
    assert answer["notes"] == ["服务型不够"]
    owned, reference = answer["items"]
    assert owned["reasons"] == ["提到了「绘本」"]
    assert owned["compliance"]["level"] == "ok"
    assert owned["rendered"]["exportable"] is True
    assert owned["rendered"]["bytes"] == len(owned["rendered"]["text"].encode())
    assert reference["rendered"]["exportable"] is False
    assert "仅供参考" in reference["rendered"]["why_not"]
    assert (seen[0].segment.name, seen[0].limit, seen[0].exclude) == ("新手妈妈", 2, frozenset({"xhs-a3"}))


def test_a_match_for_a_stored_segment(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[MatchRequest] = []
    monkeypatch.setattr("api.routes.segments.match", _match(seen))
    house.client.post("/v1/segments", json=MOTHERS)
    assert house.client.post("/v1/match", json={"segment_id": "mothers", "channel": "moments"}).status_code == 200
    assert seen[0].segment.tags == ("母婴",)
    assert house.client.post("/v1/match", json={"segment_id": "fathers", "channel": "moments"}).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"segment": None}, ""),
        ({"segment_id": "a"}, ""),
        ({"segment": {"name": "x", "hobby": "y"}}, "segment.hobby"),
        ({"channel": "sms"}, "channel"),
        ({"channel": None}, "channel"),
        ({"group_type": "vip"}, ""),
        ({"limit": 10**30}, "limit"),
        ({"date": "soon"}, "date"),
        ({"content_types": ["advert"]}, "content_types[0]"),
    ],
)
def test_a_wrong_match_request(still: House, change: dict[str, object], field: str) -> None:
    body = {"segment": {"name": "妈妈"}, "channel": "moments", **change}
    answer = still.client.post("/v1/match", json=body)
    assert (answer.status_code, fields_of(answer)) == (422, [field])
