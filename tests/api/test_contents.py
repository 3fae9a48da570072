from __future__ import annotations

from dataclasses import replace

import pytest

from recommender.library.model import Counts, IncomingComment, Platform
from recommender.library.vocabulary import Rights
from tests.api.building import House, fields_of, incoming

ONE = "/v1/contents/xhs-a1"


def test_a_page_has_items_total_facets_and_the_place_of_the_next(still: House) -> None:
    first = still.client.get("/v1/contents", params={"limit": 2}).json()
    assert [item["id"] for item in first["items"]] == ["xhs-a3", "xhs-a2"]
    assert first["total"] == 3
    assert first["facets"]["platform"] == {"xhs": 3}
    second = still.client.get("/v1/contents", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [item["id"] for item in second["items"]] == ["xhs-a1"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("category=美妆护肤,母婴亲子", 3),
        ("category=母婴亲子&category=美妆护肤", 3),
        ("category=母婴亲子", 0),
        ("brand=青屿", 3),
        ("brand=无此品牌", 0),
        ("creator=柚子", 3),
        ("creator=xhs-c1", 3),
        ("platform=weibo", 0),
        ("content_type=seeding，service", 3),
        ("content_type=persona", 0),
        ("min_quality=70", 3),
        ("min_quality=70.5", 0),
        ("published_from=2026-07-01&published_to=2026-07-01", 3),
        ("published_from=2026-07-01T20:00:00%2B08:00", 3),
        ("published_from=2026-07-01T20:00:00+08:00", 3),
        ("published_from=2026-07-01T20:00:01%2B08:00", 0),
        ("published_to=2026-06-30", 0),
    ],
)
def test_filters(still: House, query: str, found: int) -> None:
    assert still.client.get(f"/v1/contents?{query}").json()["total"] == found


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("limit=" + "1" + "0" * 30, "limit", "应不大于 100"),
        ("limit=0", "limit", "应不小于 1"),
        ("limit=many", "limit", "应为整数"),
        ("limit=" + "9" * 5000, "limit", "数字太大"),
        ("min_quality=nan", "min_quality", "应为有限的数字"),
        ("min_quality=101", "min_quality", "应不大于 100"),
        ("platform=myspace", "platform[0]", "应为"),
        ("content_type=x", "content_type[0]", "persona、seeding、service"),
        ("order=random", "order", "newest、quality、heat"),
        ("published_from=yesterday", "published_from", "ISO 8601"),
        ("published_to=0001-01-01", "published_to", "年份"),
        ("cursor=zzz", "cursor", "next_cursor"),
        ("categry=美妆护肤", "categry", "不认识的字段"),
        ("brand=" + ",".join(map(str, range(60))), "brand", "最多 50 个值"),
        ("brand=%00", "brand[0]", "NUL"),
    ],
)
def test_a_wrong_parameter_is_named_in_one_chinese_sentence(still: House, query: str, field: str, words: str) -> None:
    answer = still.client.get(f"/v1/contents?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert fields_of(answer) == [field]
    assert words in answer.json()["detail"]


def test_one_content_says_what_it_is_and_why(still: House) -> None:
    found = still.client.get(ONE).json()
    assert (found["content_type"], found["content_type_reason"]) == ("seeding", "写了推荐")
    assert found["published_at"] == "2026-07-01T20:00:00+08:00"
    assert found["creator"] == {"id": "xhs-c1", "name": "柚子", "fans": 23000, "tier": "ordinary"}
    assert found["exportable"] is True
    assert found["links"]["self"] == ONE
    assert found["picture"] == "/pictures/xhs-a1"


def test_one_content_shows_what_was_published(house: House) -> None:
    stored = house.client.post("/v1/contents", json={"title": "面霜✨[笑哭R]", "text": "好用[笑哭R]，电话 13812345678 #面霜[话题]#"}).json()
    found = house.client.get(stored["links"]["self"]).json()
    assert found["original_title"] == "面霜✨[笑哭R]"
    assert "[笑哭R]" in found["original_text"]
    assert "[笑哭R]" not in found["text"]
    assert "13812345678" not in found["original_text"]


def test_how_the_counts_of_one_content_grew(house: House) -> None:
    note = incoming("a1", "敏感肌换季面霜", "面霜厚一点，防晒别停。", Rights.OWNED)
    for liked in (10, 25):
        house.library.contents.upsert([replace(note, counts=Counts(liked, None, 1, None))])
    points = house.client.get(f"{ONE}/history").json()["items"]
    assert [point["liked"] for point in points] == [None, 10, 25]
    assert points == sorted(points, key=lambda point: point["at"])


def test_comments_on_one_content_have_no_author(house: House) -> None:
    for number, liked in (("1", 2), ("2", 9), ("3", None)):
        house.library.comments.upsert([IncomingComment(Platform.XHS, "a1", number, f"评论{number}", liked)])
    found = house.client.get(f"{ONE}/comments?limit=2").json()["items"]
    assert [(each["text"], each["liked"]) for each in found] == [("评论2", 9), ("评论1", 2)]
    assert set(found[0]) == {"id", "text", "liked", "published_at"}


def test_near_duplicates_name_their_leader(house: House) -> None:
    house.library.contents.set_clusters([("xhs-a1", "xhs-a1", 2), ("xhs-a2", "xhs-a1", 2)])
    found = house.client.get("/v1/contents/xhs-a2/copies").json()
    assert (found["leader"], {item["id"] for item in found["items"]}) == ("xhs-a1", {"xhs-a1", "xhs-a2"})
    assert len(house.client.get("/v1/contents/xhs-a3/copies").json()["items"]) == 1


@pytest.mark.parametrize("part", ["history", "comments", "copies"])
def test_nothing_more_is_known_of_no_content(still: House, part: str) -> None:
    assert still.client.get(f"/v1/contents/none/{part}").status_code == 404


def test_one_that_may_not_go_out_says_why(still: House) -> None:
    found = still.client.get("/v1/contents/xhs-a2").json()
    assert found["exportable"] is False
    assert "仅供参考" in found["why_not"]


@pytest.mark.parametrize("place", ["none", "%00", "%ff%fe", "..%2f..", "x" * 96])
def test_no_such_content(still: House, place: str) -> None:
    assert still.client.get(f"/v1/contents/{place}").status_code in (404, 422)


def test_a_pasted_note_is_stored_understood_and_findable_once(house: House) -> None:
    note = {"title": "豆浆机测评", "text": "打得很细，推荐。", "creator": "阿豆", "tags": ["测评"], "rights": "owned"}
    first = house.client.post("/v1/contents", json=note)
    assert first.status_code == 201
    stored = first.json()
    assert first.headers["location"] == stored["links"]["self"]
    assert (stored["title"], stored["content_type"], stored["rights"], stored["tags"]) == ("豆浆机测评", "seeding", "owned", ["测评"])
    assert stored["creator"]["name"] == "阿豆"
    second = house.client.post("/v1/contents", json=note)
    assert second.status_code == 200
    assert second.json()["id"] == stored["id"]
    assert house.client.get("/v1/search?q=豆浆机").json()["hits"][0]["content"]["id"] == stored["id"]


def test_a_pasted_link_is_the_same_content_as_the_crawled_one(house: House) -> None:
    note = {"title": "敏感肌换季面霜", "text": "面霜厚一点，防晒别停。", "url": "https://www.xiaohongshu.com/explore/a1?xsec_token=1"}
    known = house.client.post("/v1/contents", json={**note, "url": "https://example.com/post/1?utm_source=x"})
    again = house.client.post("/v1/contents", json={**note, "url": "https://EXAMPLE.com/post/1"})
    assert (known.status_code, again.status_code) == (201, 200)
    assert known.json()["url"] == "https://example.com/post/1"
    assert known.json()["id"] == again.json()["id"]


def test_personal_data_in_a_pasted_note_is_masked(house: House) -> None:
    stored = house.client.post("/v1/contents", json={"text": "详情加我 13812345678 谢谢"}).json()
    assert "13812345678" not in stored["text"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "x" * 50_001}, "text"),
        ({"text": "好", "author": "我"}, "author"),
        ({"text": "好", "url": "javascript:alert(1)"}, "url"),
        ({"text": "好", "url": "http://u:p@example.com/"}, "url"),
        ({"text": "好", "url": "http://[::1"}, "url"),
        ({"text": "好", "rights": "taken_down"}, "rights"),
        ({"text": "好", "published_at": "9999-12-31T23:59:59-12:00"}, "published_at"),
        ({"text": "好", "tags": ["x"] * 51}, "tags"),
        ({"text": 5}, "text"),
        ([], ""),
    ],
)
def test_a_wrong_note(still: House, body: object, field: str) -> None:
    answer = still.client.post("/v1/contents", json=body)
    assert answer.status_code == 422
    assert fields_of(answer) == [field]


def test_a_correction_wins_and_is_recorded_with_its_editor(house: House) -> None:
    answer = house.client.patch(ONE, json={"content_type": "service", "category": "美妆护肤", "brands": ["新牌"], "editor": "小林"})
    found = answer.json()
    assert (found["content_type"], found["brands"], found["content_type_confidence"]) == ("service", ["新牌"], 1.0)
    assert found["corrected"] == ["brands", "category", "content_type"]
    assert {correction.editor for correction in house.library.contents.corrections()} == {"小林"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, ""),
        ({"editor": "小林"}, ""),
        ({"content_type": "advert"}, "content_type"),
        ({"category": "没有的品类"}, "category"),
        ({"rights": "taken_down"}, "rights"),
        ({"title": "新标题"}, "title"),
        ({"brands": [""]}, "brands[0]"),
    ],
)
def test_a_wrong_correction_changes_nothing(still: House, change: dict[str, object], field: str) -> None:
    answer = still.client.patch(ONE, json=change)
    assert answer.status_code == 422
    assert fields_of(answer) == [field]
    assert still.library.contents.corrections() == []


def test_a_takedown_leaves_nothing_and_comes_back_by_no_way(house: House) -> None:
    assert house.client.delete(ONE).status_code == 422
    assert house.client.delete(ONE, params={"reason": "作者要求"}).status_code == 204
    assert house.client.get(ONE).status_code == 404
    assert house.client.delete(ONE, params={"reason": "作者要求"}).status_code == 404


def test_a_taken_down_note_cannot_be_pasted_again(house: House) -> None:
    note = {"text": "面霜好用", "url": "https://example.com/gone"}
    stored = house.client.post("/v1/contents", json=note).json()
    house.client.delete(stored["links"]["self"], params={"reason": "作者要求"})
    answer = house.client.post("/v1/contents", json=note)
    assert answer.status_code == 409
    assert "下架" in answer.json()["detail"]


def test_the_sample_goes_with_one_call(house: House) -> None:
    assert house.client.delete("/v1/sample").json() == {"removed": 1}
    assert house.client.delete("/v1/sample").json() == {"removed": 0}
    assert house.client.get("/v1/contents").json()["total"] == 2


def test_a_change_is_kept_when_the_index_cannot_follow(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("api.services.refresh_library", broken)
    answer = house.client.post("/v1/contents", json={"text": "新到的笔记"})
    assert answer.status_code == 201
    assert house.client.get(answer.json()["links"]["self"]).status_code == 200
