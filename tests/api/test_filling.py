"""Ways in by hand and the way out: pasted links, clipped pages, discovery, takedowns, kept uploads."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api import filling
from api.pages import pictures
from api.services import MOST_OUTSIDE, Services
from recommender.errors import InputError, NotFound, ZhongcaoError
from recommender.library.vocabulary import Rights
from tests.api.building import House, fields_of, incoming, open_house, replace_rooms, settings_in
from tests.crawler.site import Page, Site, serve
from tests.data import DATA, needs_data

TEXT = "鸡翅划两刀，料酒、生抽、蜂蜜腌半小时，180 度每面七分钟。出锅前撒一把白芝麻，孩子一个人能吃完一盘，第二天还想吃。"
ARTICLE = f"<html><head><title>空气炸锅鸡翅</title></head><body><article><h1>空气炸锅鸡翅</h1><p>{TEXT}</p></article></body></html>"
FEED = "<rss version='2.0'><channel><title>周刊</title><item><title>一</title><link>http://{host}/a</link></item></channel></rss>"
PAGES: dict[str, Page] = {
    "/a": Page(ARTICLE.encode()),
    "/moved": Page(status=302, location="/a"),
    "/away": Page(status=302, location="http://127.0.0.2:9/"),
    "/gone": Page(b"gone", status=404),
    "/secret": Page(ARTICLE.encode()),
    "/login": Page("<html><title>登录</title><body><form><input type='password'></form></body></html>".encode()),
    "/empty": Page(b"<html><body></body></html>"),
    "/picture": Page(b"\x89PNG\r\n\x1a\n" + bytes(99), "image/png"),
    "/status.json": Page(b'{"ok": -100, "url": "https://passport.weibo.com/"}', "application/json"),
    "/large": Page(b"<p>" + b"x" * 300_000),
    "/robots.txt": Page(b"User-agent: *\nDisallow: /secret\n", "text/plain"),
}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve(dict(PAGES)) as found:
        found.pages["/"] = Page(b"<html><head><link rel='alternate' type='application/rss+xml' href='/feed.xml'></head></html>")
        found.pages["/feed.xml"] = Page(FEED.format(host=found.host).encode(), "application/rss+xml")
        yield found


@pytest.fixture
def near(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house that may reach the site."""
    replace_rooms(monkeypatch)
    house = open_house(settings_in(tmp_path, allow_private=(site.host,), crawl_delay_seconds=0.0, max_page_bytes=200_000))
    yield house
    house.client.__exit__(None, None, None)


def rooms(house: House) -> Services:
    found: Services = house.client.app.state.services  # type: ignore[attr-defined]
    return found


def test_a_link_is_fetched_stored_understood_and_known_the_second_time(near: House, site: Site) -> None:
    first = near.client.post("/v1/contents/link", json={"url": site.url("/moved")})
    assert first.status_code == 201, first.text
    stored = first.json()
    assert (stored["title"], stored["url"], stored["content_type"]) == ("空气炸锅鸡翅", site.url("/a"), "seeding")
    assert "白芝麻" in stored["text"]
    assert first.headers["location"] == stored["links"]["self"]
    second = near.client.post("/v1/contents/link", json={"url": site.url("/a")})
    assert (second.status_code, second.json()["id"]) == (200, stored["id"])


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/gone", 422, "404"),
        ("/secret", 403, "robots.txt"),
        ("/login", 422, "登录"),
        ("/empty", 422, "没有"),
        ("/large", 422, "太大"),
        ("/away", 422, "ZHONGCAO_ALLOW_PRIVATE"),
        ("/feed.xml", 422, "加为来源"),
        ("/picture", 422, "不是网页"),
        ("/status.json", 422, "微博"),
    ],
)
def test_a_link_that_holds_nothing_for_us(near: House, site: Site, path: str, status: int, words: str) -> None:
    answer = near.client.post("/v1/contents/link", json={"url": site.url(path)})
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.text
    assert near.library.contents.count() == 3


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://[::1]/", "http://169.254.169.254/latest/", "http://localhost/"])
def test_a_link_into_the_house_is_refused(still: House, url: str) -> None:
    for path in ("/v1/contents/link", "/v1/sources/discover"):
        answer = still.client.post(path, json={"url": url})
        assert (answer.status_code, "出于安全" in answer.json()["detail"]) == (422, True)


def test_a_clipped_page_is_saved_as_it_was_seen(house: House) -> None:
    answer = house.client.post("/v1/contents/clip", json={"url": "https://Example.com/wings?utm_source=x", "html": ARTICLE})
    assert answer.status_code == 201, answer.text
    assert (answer.json()["url"], answer.json()["title"]) == ("https://example.com/wings", "空气炸锅鸡翅")
    longer = ARTICLE.replace("第二天还想吃", "第二天还想吃，第三天也想吃")
    again = house.client.post("/v1/contents/clip", json={"url": "https://example.com/wings", "html": longer})
    assert (again.status_code, "第三天" in again.json()["text"]) == (200, True)


@pytest.mark.parametrize("html", ["", "x", "<html></html>", "\x00", "\ud800" * 50, "<p>" * 5_000, "<html><title>登录</title>"])
def test_a_page_without_note_is_refused(still: House, html: str) -> None:
    text = json.dumps({"url": "https://example.com/x", "html": html})
    answer = still.client.post("/v1/contents/clip", content=text, headers={"Content-Type": "application/json"})
    assert (answer.status_code, fields_of(answer)) == (422, ["html"]), answer.text


def test_a_page_may_be_larger_than_other_bodies_but_not_without_end(near: House) -> None:
    padded = ARTICLE.replace("</body>", "<!-- " + "x" * 150_000 + " --></body>")
    assert near.client.post("/v1/contents/clip", json={"url": "https://example.com/a", "html": padded}).status_code == 201
    over = near.client.post("/v1/contents/clip", json={"url": "https://example.com/b", "html": "<p>" + "长" * 100_000})
    assert (over.status_code, fields_of(over)) == (422, ["html"])
    assert near.client.post("/v1/contents/clip", json={"url": "https://example.com/b", "html": "x" * 3_000_000}).status_code == 413


def test_what_was_taken_down_comes_back_by_no_way(near: House, site: Site) -> None:
    url = site.url("/a")
    near.client.post("/v1/contents/link", json={"url": url})
    assert near.client.post("/v1/takedowns", json={"url": url + "?utm_source=x", "reason": "投诉"}).json() == {"removed": 1}
    assert near.client.post("/v1/contents/link", json={"url": url}).status_code == 409
    assert near.client.post("/v1/contents/clip", json={"url": url, "html": ARTICLE}).status_code == 409
    assert near.client.get(f"/v1/search?q={'白芝麻'}").json()["total"] == 0


def test_a_takedown_forgets_the_kept_pictures(house: House) -> None:
    url = "https://img.example.com/1.jpg"
    house.library.contents.upsert([replace(incoming("p1", "图", "图", Rights.OWNED), images=(url,))])
    kept = rooms(house).settings.home / "cache" / "pictures" / pictures._file_name(url)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"\xff\xd8\xff")
    assert house.client.post("/v1/takedowns", json={"content_id": "xhs-p1", "reason": "作者要求"}).json() == {"removed": 1}
    assert not kept.exists()


def test_all_of_a_creator_goes_and_stays_away(house: House) -> None:
    assert house.client.post("/v1/takedowns", json={"creator_id": "xhs-c1", "reason": "本人要求"}).json() == {"removed": 3}
    assert house.client.get("/v1/creators/xhs-c1").status_code == 404
    listed = house.client.get("/v1/takedowns").json()["items"]
    assert {"creator:xhs-c1", "xhs-a1"} <= {item["subject"] for item in listed}
    assert {item["reason"] for item in listed} == {"本人要求"}


@pytest.mark.parametrize(
    "body",
    [
        {"reason": "x"},
        {"content_id": "xhs-a1"},
        {"content_id": "xhs-a1", "url": "https://example.com/", "reason": "x"},
        {"url": "ftp://example.com/", "reason": "x"},
        {"content_id": "xhs-a1", "reason": "  "},
    ],
)
def test_a_takedown_names_one_subject_and_a_reason(still: House, body: dict[str, str]) -> None:
    assert still.client.post("/v1/takedowns", json=body).status_code == 422
    assert still.library.contents.count() == 3


def test_no_such_content_to_take_down(still: House) -> None:
    assert still.client.post("/v1/takedowns", json={"content_id": "none", "reason": "x"}).status_code == 404


def test_only_so_many_wait_for_others_at_once(near: House, site: Site) -> None:
    with ExitStack() as waiting:
        for _ in range(MOST_OUTSIDE):
            waiting.enter_context(rooms(near).going_out())
        answer = near.client.post("/v1/contents/link", json={"url": site.url("/a")})
        assert (answer.status_code, "稍后再试" in answer.json()["detail"]) == (409, True)
    assert near.client.post("/v1/contents/link", json={"url": site.url("/a")}).status_code == 201


def test_discovery_offers_what_can_be_read(near: House, site: Site) -> None:
    found = near.client.post("/v1/sources/discover", json={"url": site.url("/")}).json()["items"]
    assert found == [{"url": site.url("/feed.xml"), "kind": "feed", "title": "周刊"}]
    assert near.client.post("/v1/sources/discover", json={"url": site.url("/gone")}).status_code == 422


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..", "", "\\\\server\\x.csv", "a/b\x00c.csv", "\ud800.csv", "长" * 300 + ".xlsx", ".csv"]
)
def test_an_upload_stays_in_its_folder(house: House, name: str) -> None:
    upload = filling.keep_upload(rooms(house), name, b"data")
    folder = rooms(house).settings.home / "uploads" / upload
    (kept,) = folder.iterdir()
    assert (kept.parent, kept.read_bytes(), kept.name.startswith(".")) == (folder, b"data", False)


def test_uploads_go_after_a_day_and_when_there_are_too_many(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "MOST_UPLOADS", 3)
    ids: list[Any] = []
    for number in range(5):
        ids.append(filling.keep_upload(rooms(house), "a.csv", b"x"))
        os.utime(rooms(house).settings.home / "uploads" / ids[-1], (time.time() - 100 + number,) * 2)
    left = {place.name for place in (rooms(house).settings.home / "uploads").iterdir()}
    assert left == set(ids[2:])
    old = time.time() - filling.KEPT_SECONDS - 1
    os.utime(rooms(house).settings.home / "uploads" / ids[4], (old, old))
    with pytest.raises(NotFound):
        filling.preview_upload(rooms(house), ids[4])
    filling.keep_upload(rooms(house), "a.csv", b"x")
    assert not (rooms(house).settings.home / "uploads" / ids[4]).exists()


@pytest.mark.parametrize("data", [b"", b"x" * (filling.MOST_UPLOAD_BYTES + 1)])
def test_an_empty_or_huge_upload_is_refused(still: House, data: bytes) -> None:
    with pytest.raises(InputError, match=r"空|50 MB"):
        filling.keep_upload(rooms(still), "a.csv", data)


@needs_data
def test_damaged_uploads_are_read_or_refused_and_a_dry_run_keeps_its_word(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Services, "follow_up", lambda _: True)
    files = sorted(path for path in (DATA / "xhs").rglob("*") if path.is_file() and 0 < path.stat().st_size < 200_000)
    assert files
    chance, doors = random.Random(2026), rooms(house)
    for _ in range(40):
        path, data = (found := chance.choice(files)), bytearray(found.read_bytes())
        place = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                del data[place:]
            case 1:
                data[place:place] = chance.randbytes(30)
            case 2:
                data[place] ^= 1 << chance.randrange(8)
        upload = filling.keep_upload(
            doors, chance.choice((path.name, path.stem, f"{path.stem}.bin", f"{path.stem}.csv")), bytes(data) or b"x"
        )
        with suppress(ZhongcaoError):
            filling.preview_upload(doors, upload)
        with suppress(ZhongcaoError):
            promised = filling.import_upload(doors, upload, dry_run=True)
            assert replace(filling.import_upload(doors, upload), seconds=0, dry_run=True) == replace(promised, seconds=0)
