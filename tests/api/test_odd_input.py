"""Whatever a client sends, the answer is no 5xx: odd values at every parameter and every body field of every route."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.building import House, open_house, replace_rooms, settings_in

QUERIES = (
    "", "%00", "%ff%fe", "%ed%a0%80", "%F0%9F%92%84", "%", "%zz", "-1", "1" + "0" * 30, "9" * 5_000, str(2**63), "1e999", "nan", "inf",
    "null", "[]", "{}", "'%22%3E%3Cscript%3E", "a" * 6_000, ",,,", "0x10", "１２", "%2e%2e%2f", "true", "2026-02-30", "9999-12-31",
    "9999-12-31T23:59:59-14:00", "0001-01-01", "%0d%0aX:%20y", "WyJuZXdlc3QiLDE4NDQ2NzQ0MDczNzA5NTUxNjE1LCJ4Il0",
)  # fmt: skip
VALUES = (
    "null", "true", '""', '"\\ud800"', '"\\u0000"', '"\\udc00\\ud800"', "NaN", "-Infinity", "1e400", "1" + "0" * 30, str(2**63), "-1",
    "1.5", "[]", "{}", "[null]", '[["x"]]', "[" * 60 + "]" * 60, '{"\\ud800": {"\\u0000": NaN}}', '"' + "长" * 60_000 + '"',
    '"9999-12-31T23:59:59-14:00"', '"0000-00-00"', '"../../etc"', '"http://[::1"', '"http://127.0.0.1:99999/"',
    '"https://\\u0000.example/"', "[" + '"x",' * 2_000 + '"x"]',
)  # fmt: skip
JSON = {"Content-Type": "application/json"}


def no_such_host(*_: Any, **__: Any) -> Any:
    raise OSError("no such host")


@pytest.fixture(scope="module")
def open_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        replace_rooms(patch)
        patch.setattr("socket.getaddrinfo", no_such_host)  # links and discovery go out to look, and find nothing
        house = open_house(settings_in(tmp_path_factory.mktemp("odd")))
        house.client.post("/v1/subscriptions", json={"id": "some", "name": "早报", "query": "面霜"})
        yield house
        house.client.__exit__(None, None, None)


@pytest.fixture(scope="module")
def document(open_door: House) -> Any:
    return open_door.client.get("/openapi.json").json()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def fine(answer: Any, what: str) -> None:
    assert answer.status_code < 500, f"{what}: {answer.text[:300]}"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", what
        assert re.search("[一-鿿]", answer.json()["detail"]), what
        assert "值不对" not in answer.text, f"no Chinese message: {what} {answer.text[:300]}"


def test_every_query_and_path_parameter(open_door: House, document: Any) -> None:
    tried = 0
    for method, path, operation in operations(document):
        for parameter in operation.get("parameters", []):
            for value in QUERIES:
                place, query = path, "q=x&subscription=some&reason=x" if "contents" not in path else "reason=x"
                if parameter["in"] == "query":
                    query = f"{parameter['name']}={value}"
                elif parameter["in"] == "path":
                    place = path.replace("{" + parameter["name"] + "}", value.replace("%2f", ""))
                else:
                    continue
                place = re.sub(r"{\w+}", "some", place)
                fine(open_door.client.request(method, f"{place}?{query}"), f"{method} {place[:80]}?{query[:80]}")
                tried += 1
    assert tried > 500


def spots(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside an example body."""
    yield place
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield from spots(part, (*place, name))


def planted(value: Any, place: tuple[Any, ...], raw: str) -> str:
    """The example as JSON with `raw` at one place."""
    if not place:
        return raw
    name, *rest = place
    if isinstance(value, dict):
        parts = [
            f"{json.dumps(key)}: {planted(part, tuple(rest), raw) if key == name else json.dumps(part)}" for key, part in value.items()
        ]
        return "{" + ", ".join(parts) + "}"
    return "[" + ", ".join(planted(part, tuple(rest), raw) if key == name else json.dumps(part) for key, part in enumerate(value)) + "]"


def test_every_body_field(open_door: House, document: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.services.refresh_library", lambda *_, **__: None)
    monkeypatch.setattr(
        "api.routes.segments.match", lambda *_, **__: pytest.importorskip("recommender.matching").MatchResult(items=[], notes=())
    )
    tried = 0
    for method, path, operation in operations(document):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            examples = [media["example"]] if "example" in media else [each["value"] for each in media["examples"].values()]
            for example in examples:
                for number, place in enumerate(spots(example)):
                    for value in VALUES[number % 2 :: 2] if place else VALUES:
                        body = planted(example, place, value)
                        answer = open_door.client.request(method, re.sub(r"{\w+}", "some", path), content=body, headers=JSON)
                        fine(answer, f"{method} {path} {place} {value[:60]}")
                        tried += 1
    assert tried > 1_000


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


TAKES_JSON = (
    "/v1/segments", "/v1/events", "/v1/subscriptions", "/v1/sources", "/v1/match", "/v1/contents", "/v1/compliance/check",
    "/v1/watch-lists", "/v1/contents/link", "/v1/contents/clip", "/v1/takedowns", "/v1/creators/link", "/v1/sources/discover",
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=ANY_JSON, key=st.text(max_size=8))
def test_any_json_and_any_header_anywhere(open_door: House, body: Any, key: str) -> None:
    for path in TAKES_JSON:
        headers = JSON | ({"Idempotency-Key": key} if key.isascii() and key.isprintable() else {})
        answer = open_door.client.post(path, content=json.dumps(body), headers=headers)
        assert answer.status_code in (400, 422)
    for path in ("/v1/imports", "/v1/sources/opml"):
        assert open_door.client.post(path, content=json.dumps(body), headers=JSON).status_code == 415


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=60))
def test_any_bytes_as_a_body(open_door: House, raw: bytes) -> None:
    answer = open_door.client.post("/v1/segments", content=raw, headers=JSON)
    fine(answer, repr(raw))
    assert answer.status_code in (400, 422)
