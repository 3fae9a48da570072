from __future__ import annotations

import pytest

from recommender.library.model import Counts, Creator, IncomingContent, MediaKind, Platform
from recommender.library.vocabulary import CreatorTier
from tests.api.building import House, fields_of


@pytest.fixture
def people(house: House) -> House:
    """The house with a second account on another platform."""
    note = IncomingContent(
        platform=Platform.WEIBO,
        identity="w1",
        url="https://m.weibo.cn/detail/1",
        kind=MediaKind.TEXT,
        title="",
        text="面霜测评",
        original_title="",
        original_text="面霜测评",
        creator=Creator("weibo-c2", Platform.WEIBO, "柚子本柚", 600_000, CreatorTier.HEAD),
        counts=Counts(10, None, 2, 3),
    )
    house.library.contents.upsert([note])
    return house


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["xhs-c1", "weibo-c2"]),
        ("order=fans", ["weibo-c2", "xhs-c1"]),
        ("order=engagement&limit=1", ["weibo-c2"]),
        ("q=本柚", ["weibo-c2"]),
        ("q=%25", []),
        ("platform=xhs", ["xhs-c1"]),
        ("tier=head", ["weibo-c2"]),
        ("offset=1", ["weibo-c2"]),
        ("offset=2", []),
    ],
)
def test_creators_are_found(people: House, query: str, found: list[str]) -> None:
    assert [item["creator"]["id"] for item in people.client.get(f"/v1/creators?{query}").json()["items"]] == found


def test_the_next_page_is_named_while_there_is_one(people: House) -> None:
    assert people.client.get("/v1/creators?limit=1").json()["next_offset"] == 1
    assert people.client.get("/v1/creators?limit=1&offset=1").json()["next_offset"] is None


def test_a_profile_counts_what_an_account_publishes(people: House) -> None:
    found = people.client.get("/v1/creators/xhs-c1").json()
    assert (found["posts"], found["creator"]["fans"], found["median_engagement"]) == (3, 23_000, None)
    assert found["months"] == [{"month": "2026-07", "posts": 3, "median_engagement": None}]
    assert found["brands"] == [{"name": "青屿", "posts": 3}]
    other = people.client.get("/v1/creators/weibo-c2").json()
    assert (other["median_engagement"], other["tier_median"], other["relative"]) == (15.0, 15.0, 1.0)


def test_accounts_are_linked_and_unlinked(people: House) -> None:
    linked = people.client.post("/v1/creators/link", json={"ids": ["xhs-c1", "weibo-c2"]}).json()
    assert {account["id"] for account in linked["accounts"]} == {"xhs-c1", "weibo-c2"}
    assert {account["person"] for account in linked["accounts"]} == {linked["person"]}
    assert [each["id"] for each in people.client.get("/v1/creators/xhs-c1").json()["linked"]] == ["weibo-c2"]
    assert people.client.delete("/v1/creators/weibo-c2/link").status_code == 204
    assert people.client.get("/v1/creators/xhs-c1").json()["linked"] == []


@pytest.mark.parametrize(
    ("ids", "status"), [(["xhs-c1"], 422), (["xhs-c1", "xhs-c1"], 422), (["xhs-c1", "none"], 404), (["\x00", "x"], 422)]
)
def test_a_wrong_link(still: House, ids: list[str], status: int) -> None:
    answer = still.client.post("/v1/creators/link", json={"ids": ids})
    assert answer.status_code == status
    assert status != 422 or fields_of(answer)[0].startswith("ids")


@pytest.mark.parametrize("path", ["/v1/creators/none", "/v1/creators/none/link"])
def test_no_such_creator(still: House, path: str) -> None:
    assert still.client.request("DELETE" if path.endswith("link") else "GET", path).status_code == 404
