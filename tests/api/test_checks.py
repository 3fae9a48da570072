from __future__ import annotations

import pytest

from recommender.library.model import ComplianceLevel, Finding
from tests.api.building import House, fields_of


def test_a_text_is_checked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def check_text(text: str, *, category: str | None, has_purchase_link: bool) -> list[Finding]:
        seen.append((text, category, has_purchase_link))
        return [Finding("r", ComplianceLevel.BLOCK, 0, 2, "最佳", "广告法第九条", "绝对化用语", "改成事实")]

    monkeypatch.setattr("api.routes.checks.check_text", check_text)
    monkeypatch.setattr("api.routes.checks.worst", lambda findings: findings[0].level)
    answer = house.client.post("/v1/compliance/check", json={"text": "最佳面霜", "category": "美妆护肤", "has_purchase_link": True})
    assert answer.json()["level"] == "block"
    assert answer.json()["findings"][0]["term"] == "最佳"
    assert seen == [("最佳面霜", "美妆护肤", True)]


@pytest.mark.parametrize(("body", "field"), [({}, "text"), ({"text": "x", "has_purchase_link": "perhaps"}, "has_purchase_link")])
def test_a_wrong_check(still: House, body: dict[str, object], field: str) -> None:
    assert fields_of(still.client.post("/v1/compliance/check", json=body)) == [field]


def test_alive_and_ready(still: House) -> None:
    assert still.client.get("/healthz").json() == {"status": "ok"}
    assert still.client.get("/readyz").json() == {"status": "ready", "contents": 3, "indexed": 3, "index_version": "v1"}


def test_not_ready_says_why(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.index.healthy = False
    answer = house.client.get("/readyz")
    assert (answer.status_code, fields_of(answer)) == (503, ["index"])
    assert "索引坏了" in answer.json()["detail"]

    def broken(*_: object) -> int:
        raise OSError("gone")

    monkeypatch.setattr(type(house.library.contents), "count", broken)
    assert fields_of(house.client.get("/readyz")) == ["library", "index"]
    assert house.client.get("/healthz").status_code == 200
