"""The doors over the real rooms: what is pasted is understood, found, matched, checked and in the digest."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.api.building import House, open_house, settings_in

NOTES = (
    ("敏感肌换季怎么护肤", "换季脸红刺痛，洁面少一步，面霜厚一点，防晒别停。附我的护肤步骤教程。"),
    ("空气炸锅蜂蜜鸡翅", "鸡翅划两刀，料酒、生抽、蜂蜜腌半小时，180 度每面七分钟，孩子很爱吃。"),
    ("带娃露营清单", "帐篷、睡袋、驱蚊水和小零食都要带，宝宝的防晒衣别忘了。"),
    ("新手妈妈辅食记录", "六个月加辅食，先从高铁米粉开始，一样一样加，观察宝宝三天。"),
    ("这款面霜真的最佳", "国家级配方，三天见效，全网最低价，赶紧下单。"),
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home: Path = tmp_path_factory.mktemp("whole")
    house = open_house(settings_in(home, vector_size=16), texts=(), understood=False)
    for title, text in NOTES:
        answer = house.client.post("/v1/contents", json={"title": title, "text": text, "rights": "owned"})
        assert answer.status_code == 201, answer.text
    yield house
    house.client.__exit__(None, None, None)


def test_a_pasted_note_is_found_at_once_with_its_reasons(filled: House) -> None:
    found = filled.client.get("/v1/search", params={"q": "辅食"}).json()
    assert found["hits"][0]["content"]["title"] == "新手妈妈辅食记录"
    assert found["hits"][0]["matched"]
    assert found["hits"][0]["content"]["category"] is not None
    assert filled.client.get("/readyz").json()["indexed"] == len(NOTES)


def test_the_cursor_of_a_search_leads_through_all_hits_once(filled: House) -> None:
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"q": "面霜 宝宝 鸡翅", "limit": 1, "order": "newest"} | ({"cursor": cursor} if cursor else {})
        page = filled.client.get("/v1/search", params=params).json()
        seen += [hit["content"]["id"] for hit in page["hits"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == page["total"]
    assert len(seen) >= 3


@pytest.mark.parametrize("query", ["", "   ", "！？。", "-面霜", '"', "a" * 5000, "( OR AND", "\x00", "💄", "brand:", "面" * 5000])
def test_odd_queries_are_answered(filled: House, query: str) -> None:
    answer = filled.client.get("/v1/search", params={"q": query})
    assert answer.status_code in (200, 422), answer.text
    if len(query) >= 5000:
        assert "200" in "".join(answer.json()["notes"])


def test_a_match_has_reasons_and_posts(filled: House) -> None:
    segment = {"name": "新手妈妈", "description": "宝宝一岁以内，关心辅食和睡眠", "tags": ["母婴"]}
    answer = filled.client.post("/v1/match", json={"segment": segment, "channel": "group", "group_type": "category", "limit": 3})
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert items
    assert items[0]["reasons"]
    assert all(item["rendered"]["bytes"] <= 4000 for item in items)


def test_forbidden_words_block_export_but_not_reading(filled: House) -> None:
    checked = filled.client.post("/v1/compliance/check", json={"text": NOTES[-1][1], "category": "美妆护肤"}).json()
    assert checked["level"] == "block"
    found = filled.client.get("/v1/search", params={"q": "国家级配方"}).json()["hits"][0]["content"]
    assert (found["compliance"]["level"], found["exportable"]) == ("block", False)
    assert "国家级" in found["why_not"]


def test_a_correction_reaches_the_index_at_once(filled: House) -> None:
    hit = filled.client.get("/v1/search", params={"q": "鸡翅"}).json()["hits"][0]["content"]
    filled.client.patch(hit["links"]["self"], json={"brands": ["炸锅牌"]})
    assert filled.client.get("/v1/search", params={"q": "鸡翅", "brand": "炸锅牌"}).json()["total"] == 1


def test_the_digest_of_a_subscription_holds_what_was_pasted(filled: House) -> None:
    filled.client.post("/v1/subscriptions", json={"id": "baby", "name": "宝宝早报", "query": "宝宝"})
    items = filled.client.get("/v1/digests?subscription=baby").json()["items"]
    assert {"带娃露营清单", "新手妈妈辅食记录"} & {item["title"] for item in items}


def test_a_takedown_leaves_the_search_at_once(filled: House) -> None:
    made = filled.client.post("/v1/contents", json={"text": "要下架的这条讲紫砂壶"}).json()
    assert filled.client.get("/v1/search?q=紫砂壶").json()["total"] == 1
    filled.client.delete(made["links"]["self"], params={"reason": "作者要求"})
    assert filled.client.get("/v1/search?q=紫砂壶").json()["hits"] == []


def test_notes_pasted_at_once_are_all_understood_and_found(filled: House) -> None:
    def paste(number: int) -> int:
        return int(filled.client.post("/v1/contents", json={"text": f"第{number}个摩卡壶的使用教程，编号{number}"}).status_code)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(paste, range(8))) == {201}
    found = filled.client.get("/v1/search", params={"q": "摩卡壶"}).json()
    assert found["total"] == 8
    assert all(hit["content"]["quality"]["score"] > 0 for hit in found["hits"])
