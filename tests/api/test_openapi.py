from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.api.building import House
from tests.api.test_odd_input import no_such_host


@pytest.fixture
def document(still: House) -> Any:
    return still.client.get("/openapi.json").json()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def bodies(operation: Any) -> Iterator[tuple[str, Any]]:
    """(where, media type object) of the request and of every answer with a body."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        yield "request", media
    for status, answer in operation["responses"].items():
        for media in answer.get("content", {}).values():
            yield status, media


def examples(media: Any) -> list[Any]:
    return [media["example"]] if "example" in media else [each["value"] for each in media.get("examples", {}).values()]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "$ref" and isinstance(inner, str):
                yield inner
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_it_is_openapi_3_1_and_whole(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    assert {reference.removeprefix("#/components/schemas/") for reference in references(document)} <= set(schemas)
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names)) >= 30


def test_every_path_place_is_described(document: Any) -> None:
    for path, _, operation in operations(document):
        described = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}
        assert described == set(re.findall(r"{(\w+)}", path))


def test_every_request_and_answer_has_an_example_that_fits_its_schema(document: Any) -> None:
    registry: Registry[Any] = Registry().with_resource("urn:doc", DRAFT202012.create_resource(document))
    checked = 0
    for path, method, operation in operations(document):
        for where, media in bodies(operation):
            found = examples(media)
            assert found, f"{method} {path} {where} has no example"
            reference = media["schema"].get("$ref")
            schema = {"$ref": f"urn:doc{reference}"} if reference else media["schema"]
            if reference or "$ref" not in str(schema):
                for example in found:
                    Draft202012Validator(schema, registry=registry).validate(example)
                    checked += 1
    assert checked > 100


def test_every_route_says_what_it_is_in_chinese(document: Any) -> None:
    tags = {tag["name"] for tag in document["tags"]}
    for path, method, operation in operations(document):
        assert re.search("[一-鿿]", operation["summary"]), f"{method} {path}"
        assert set(operation["tags"]) <= tags
        assert operation["tags"]


def test_every_v1_route_names_its_scope_and_its_problems(document: Any) -> None:
    for path, method, operation in operations(document):
        if path.startswith("/v1/"):
            assert operation["security"][0]["ApiKey"] in (["read"], ["write"], ["admin"])
            assert {"401", "403"} <= set(operation["responses"])
            headers = {each["name"].lower() for each in operation.get("parameters", []) if each["in"] == "header"}
            assert headers == ({"if-none-match"} if method == "get" else {"idempotency-key"}), f"{method} {path}"


def test_request_examples_are_accepted(house: House, document: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples of the document are not only well formed: sent as they are, none of them is called malformed."""
    monkeypatch.setattr("socket.getaddrinfo", no_such_host)
    for path, method, operation in operations(document):
        for where, media in bodies(operation):
            if where == "request" and path != "/v1/match":
                for example in examples(media):
                    answer = house.client.request(method, re.sub(r"{\w+}", "some", path), json=example)
                    named = [error["field"] for error in answer.json()["errors"]] if answer.status_code == 422 else []
                    # References to things that this library does not hold may be refused, by name.
                    fetched = {"url"} if path in ("/v1/contents/link", "/v1/sources/discover") else set()  # there is no such host
                    assert set(named) <= {"watch_lists", "segment_id"} | fetched, f"{method} {path}: {answer.text}"
