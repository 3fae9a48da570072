from __future__ import annotations

import base64
import logging
import re
from pathlib import Path
from typing import Any

import pytest

from api.keys import ASKING_PATHS, is_loopback
from recommender.library.access import SCOPES
from tests.api.building import House, open_house, replace_rooms, settings_in

OPEN = {"/healthz"}


def operations(house: House) -> list[tuple[str, str, list[str] | None]]:
    """(method, path with something in every place, scopes) of every route in the OpenAPI document."""
    found = []
    for path, methods in house.client.get("/openapi.json", headers=house.key("read")).json()["paths"].items():
        for method, operation in methods.items():
            security = operation.get("security")
            filled = path.replace("{job_id}", "1")
            found.append((method.upper(), re.sub(r"{\w+}", "some", filled), security[0]["ApiKey"] if security else None))
    return found


def test_every_route_by_every_key(locked: House) -> None:
    keys: dict[str, Any] = {scope: locked.key(scope) for scope in SCOPES}
    revoked, secret = locked.library.keys.create("gone", ("admin",))
    locked.library.keys.revoke(revoked.id)
    wrong: dict[str, Any] = {"none": {}, "wrong": {"Authorization": "Bearer zc_wrong"}, "revoked": {"Authorization": f"Bearer {secret}"}}
    table = operations(locked)
    assert len(table) >= 30
    for method, path, scopes in table:
        if path in OPEN:
            assert scopes is None
            assert locked.client.request(method, path).status_code == 200
            continue
        assert scopes is not None, f"{method} {path} is open"
        needed = SCOPES.index(scopes[0])
        assert needed >= (0 if method == "GET" or path in ASKING_PATHS else 1)
        for name, headers in wrong.items():
            answer = locked.client.request(method, path, headers=headers)
            assert answer.status_code == 401, f"{method} {path} with {name}"
            assert answer.headers["www-authenticate"].startswith("Bearer" if path.startswith("/v1/") else "Basic")
        for rank, scope in enumerate(SCOPES):
            status = locked.client.request(method, path, headers=keys[scope]).status_code
            assert (status == 403) == (rank < needed), f"{method} {path} with {scope}: {status}"
            assert status != 401


@pytest.mark.parametrize("path", ["/", "/openapi.json", "/readyz", "/v1/nothing", "/nothing", "/static/zhongcao.css", "/sources"])
def test_nothing_but_the_pulse_is_open(locked: House, path: str) -> None:
    assert locked.client.get(path).status_code == 401
    assert locked.client.get(path, headers=locked.key("read")).status_code != 401
    assert locked.client.post(path, headers=locked.key("read")).status_code == 403


def test_keys_are_needed_wherever_others_can_reach_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_rooms(monkeypatch)
    house = open_house(settings_in(tmp_path, host="0.0.0.0"))
    assert house.client.get("/v1/contents").status_code == 401
    assert house.client.get("/healthz", headers={"Host": "any.example"}).status_code == 200
    assert house.client.get("/v1/contents", headers=house.key("read")).status_code == 200
    house.client.__exit__(None, None, None)


def test_on_loopback_no_key_is_needed_but_a_wrong_one_is_refused(house: House) -> None:
    assert house.client.delete("/v1/sample").status_code == 200
    assert house.client.get("/v1/contents", headers={"Authorization": "Bearer zc_wrong"}).status_code == 401
    assert house.client.delete("/v1/sample", headers=house.key("write")).status_code == 403


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic",
        "Basic !!!",
        "Basic /w==",
        "Digest x",
        "Bearer " + "x" * 10_000,
        b"Bearer \xff\xfe",
        "Basic " + "A" * 9_999,
    ],
)
def test_a_header_that_is_no_key(locked: House, header: Any) -> None:
    assert locked.client.get("/v1/contents", headers={"Authorization": header}).status_code == 401


def test_a_key_is_a_password_for_a_browser(locked: House) -> None:
    secret = locked.key("read")["Authorization"].removeprefix("Bearer ")
    basic = base64.b64encode(f"anyone:{secret}".encode()).decode()
    assert locked.client.get("/v1/contents", headers={"Authorization": f"Basic {basic}"}).status_code == 200


def test_the_key_comes_before_the_body_is_judged(locked: House) -> None:
    answer = locked.client.post("/v1/segments", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 401


def test_a_secret_is_never_logged(locked: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    header = locked.key("write")
    monkeypatch.setattr(type(locked.library.segments), "all", lambda *_: 1 / 0)
    with caplog.at_level(logging.DEBUG):
        assert locked.client.get("/v1/segments", headers=header).status_code == 500
        locked.client.get("/v1/segments", headers={"Authorization": "Bearer zc_wrong"})
    assert "ZeroDivisionError" in caplog.text
    assert header["Authorization"][7:] not in caplog.text
    assert "zc_wrong" not in caplog.text


def test_an_editor_without_a_name_is_the_key(locked: House) -> None:
    locked.client.patch("/v1/contents/xhs-a1", json={"content_type": "service"}, headers=locked.key("write"))
    assert locked.library.contents.corrections()[0].editor == "test"


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("x", False),
    ],
)
def test_loopback(host: str, local: bool) -> None:
    assert is_loopback(host) is local
