"""Pictures: fetched once through the guard, kept, checked by their first bytes; drawn covers for everything else."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages import pictures
from api.pages.covers import draw_cover
from api.pages.pictures import Picture, PictureCache, forget, image_type
from recommender.library.model import IncomingContent, MediaKind, Platform
from recommender.settings import Settings
from recommender.understanding.taxonomy import CATEGORIES
from tests.api.building import House, open_house, replace_rooms, settings_in

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
BODIES = {
    "/good.png": (200, "image/png", PNG),
    "/lies.jpg": (200, "text/html", b"\xff\xd8\xff" + bytes(32)),
    "/page.png": (200, "image/png", b"<html><script>alert(1)</script>"),
    "/drawn.svg": (200, "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "/gone.png": (404, "image/png", PNG),
    "/big.png": (200, "image/png", PNG + bytes(300_000)),
    "/slow.png": (200, "image/png", PNG),
}


@dataclass
class Site:
    """A site on loopback that counts what it is asked for."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    now: int = 0
    most: int = 0
    lock: Any = field(default_factory=threading.Lock)


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with found.lock:
                found.asked.append(self.path)
                found.now += 1
                found.most = max(found.most, found.now)
            if self.path.startswith("/away"):
                self.send_response(302)
                self.send_header("Location", "http://127.0.0.2:9/good.png")
                self.end_headers()
            else:
                status, kind, body = BODIES[self.path.partition("?")[0]]
                if self.path.startswith("/slow"):
                    time.sleep(0.15)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(body)
            with found.lock:
                found.now -= 1

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.address = f"127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def gallery(home: Path, images: Mapping[str, tuple[str, ...]], **settings: Any) -> House:
    """A house whose contents have these pictures; `sample` is a sample."""
    house = open_house(settings_in(home, **settings), ())
    items = [
        IncomingContent(
            Platform.WEB, name, "", MediaKind.IMAGE, f"<b>{name}", "正文", name, "正文", images=urls, is_sample=name == "sample"
        )
        for name, urls in images.items()
    ]
    house.library.contents.upsert(items)
    return house


def kind_of(house: House, path: str) -> str:
    answer = house.client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    return str(answer.headers["content-type"])


def test_a_picture_is_fetched_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    replace_rooms(monkeypatch)
    url = f"http://{site.address}"
    house = gallery(tmp_path, {"a": (f"{url}/good.png", f"{url}/lies.jpg"), "sample": (f"{url}/good.png",)}, allow_private=(site.address,))
    assert kind_of(house, "/pictures/web-sample") == "image/svg+xml"
    assert site.asked == []
    assert kind_of(house, "/pictures/web-a") == "image/png"
    assert house.client.get("/pictures/web-a").content == PNG
    assert kind_of(house, "/pictures/web-a?n=1") == "image/jpeg"
    assert site.asked == ["/good.png", "/lies.jpg"]
    for n in (2, -1, 10**12):
        assert kind_of(house, f"/pictures/web-a?n={n}") == "image/svg+xml"
    assert house.client.get("/pictures/none").status_code == 404
    assert house.client.get("/pictures/web-a?n=x").status_code == 422
    house.client.__exit__(None, None, None)


def test_a_picture_that_is_missing_says_which_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_rooms(monkeypatch)
    house = gallery(tmp_path, {"a": tuple(f"https://example.com/{number}.png" for number in range(3))}, pictures="off")
    covers = [house.client.get(f"/pictures/web-a?n={number}").text for number in (0, 1, 2, 3)]
    assert "图" not in covers[0] and covers[3] == covers[0]
    assert "图2" in covers[1] and "图3" in covers[2]
    house.client.__exit__(None, None, None)


@pytest.mark.parametrize("path", ["/page.png", "/drawn.svg", "/gone.png", "/big.png", "/away"])
def test_what_is_no_picture_is_not_asked_for_again_for_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site, path: str
) -> None:
    replace_rooms(monkeypatch)
    monkeypatch.setattr(pictures, "MOST_BYTES", 100_000)
    house = gallery(tmp_path, {"a": (f"http://{site.address}{path}",)}, allow_private=(site.address,))
    assert [kind_of(house, "/pictures/web-a") for _ in range(3)] == ["image/svg+xml"] * 3
    assert site.asked == [path]
    [kept] = (tmp_path / "cache" / "pictures").iterdir()
    assert kept.stat().st_size == 0
    yesterday = time.time() - pictures.FAILED_FOR_SECONDS - 60
    os.utime(kept, (yesterday, yesterday))
    assert kind_of(house, "/pictures/web-a") == "image/svg+xml"
    assert len(site.asked) == 2
    house.client.__exit__(None, None, None)


def test_private_addresses_and_other_schemes_are_never_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    replace_rooms(monkeypatch)
    images = {
        "a": (f"http://{site.address}/good.png",),
        "b": ("file:///etc/passwd",),
        "c": ("//x/y.png",),
        "d": ("http://[::1",),
        "e": ("",),
    }
    house = gallery(tmp_path, images)
    assert {kind_of(house, f"/pictures/web-{name}") for name in images} == {"image/svg+xml"}
    assert site.asked == []
    house.client.__exit__(None, None, None)


def test_pictures_off_fetches_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    replace_rooms(monkeypatch)
    house = gallery(tmp_path, {"a": (f"http://{site.address}/good.png",)}, allow_private=(site.address,), pictures="off")
    assert kind_of(house, "/pictures/web-a") == "image/svg+xml"
    assert site.asked == []
    house.client.__exit__(None, None, None)


def test_only_a_few_are_fetched_at_once(tmp_path: Path, site: Site) -> None:
    cache_settings = Settings(home=tmp_path, allow_private=(site.address,))

    async def all_at_once() -> list[Picture]:
        cache = PictureCache(cache_settings)
        return await asyncio.gather(*(cache.get(f"http://{site.address}/slow.png?{number}") for number in range(14)))

    assert [picture.body for picture in asyncio.run(all_at_once())] == [PNG] * 14
    assert 1 < site.most <= pictures.AT_ONCE


@given(st.binary(max_size=40))
def test_only_four_kinds_are_pictures(body: bytes) -> None:
    starts = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
    assert bool(image_type(body)) == (body.startswith(starts) or (body[:4] == b"RIFF" and body[8:12] == b"WEBP"))


@given(st.text(max_size=40), st.text(max_size=90), st.sampled_from([None, "", "没有的", *CATEGORIES]))
def test_a_cover_is_sound_and_always_the_same(content_id: str, title: str, category: str | None) -> None:
    cover = draw_cover(content_id, title, category)
    assert cover == draw_cover(content_id, title, category)
    root = ElementTree.fromstring(cover)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "defs", "linearGradient", "stop", "rect", "g", "circle", "path", "text"}
    assert not any(name.startswith("on") or "href" in name or name == "style" for element in root.iter() for name in element.attrib)
    assert len([element for element in root.iter() if element.tag.endswith("text")]) <= 2


def test_every_category_has_its_own_sign() -> None:
    covers = {draw_cover("x", "", category).partition("scale(5)")[2] for category in (None, *CATEGORIES)}
    assert len(covers) == len(CATEGORIES) + 1


@pytest.mark.parametrize("door", ["page", "route"])
def test_a_takedown_takes_the_picture_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site, door: str) -> None:
    replace_rooms(monkeypatch)
    house = gallery(tmp_path, {"a": (f"http://{site.address}/good.png",)}, allow_private=(site.address,))
    assert kind_of(house, "/pictures/web-a") == "image/png"
    assert list((tmp_path / "cache" / "pictures").iterdir())
    if door == "page":
        house.client.post("/contents/web-a/take-down", data={"reason": "作者要求"})
    else:
        house.client.delete("/v1/contents/web-a", params={"reason": "作者要求"})
    assert not list((tmp_path / "cache" / "pictures").iterdir())
    house.client.__exit__(None, None, None)


def test_a_reference_is_fetched_anew_and_never_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    replace_rooms(monkeypatch)
    images = {"a": (f"http://{site.address}/good.png", f"http://{site.address}/gone.png")}
    house = gallery(tmp_path, images, allow_private=(site.address,), pictures="reference")
    for _ in range(2):
        answer = house.client.get("/pictures/web-a")
        assert (answer.content, answer.headers["cache-control"]) == (PNG, "no-store")
        assert kind_of(house, "/pictures/web-a?n=1") == "image/svg+xml"
    assert site.asked == ["/good.png", "/gone.png", "/good.png"]
    assert [path.stat().st_size for path in (tmp_path / "cache" / "pictures").iterdir()] == [0]
    house.client.__exit__(None, None, None)


def test_what_was_not_looked_at_for_longest_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    monkeypatch.setitem(BODIES, "/big.png", (200, "image/png", PNG + bytes(400_000)))
    addresses = [f"http://{site.address}/big.png?{number}" for number in range(4)]
    cache = PictureCache(Settings(home=tmp_path, allow_private=(site.address,), picture_cache_megabytes=1))

    async def look() -> None:
        for url in (addresses[0], addresses[1]):
            await cache.get(url)
        for age, path in enumerate(sorted((tmp_path / "cache" / "pictures").iterdir(), key=lambda path: path.stat().st_mtime_ns)):
            os.utime(path, (1_000 + age, 1_000 + age))
        await cache.get(addresses[0])  # so that the second is the one not looked at for longest
        await cache.get(addresses[2])
        await cache.get(addresses[0])
        await cache.get(addresses[1])

    asyncio.run(look())
    assert [path.rpartition("?")[2] for path in site.asked] == ["0", "1", "2", "1"]
    assert sum(path.stat().st_size for path in (tmp_path / "cache" / "pictures").iterdir()) <= 1_000_000


def test_forgetting_says_how_many_were_kept(tmp_path: Path, site: Site) -> None:
    settings = Settings(home=tmp_path, allow_private=(site.address,))
    kept, gone = (f"http://{site.address}/{name}.png" for name in ("good", "gone"))
    cache = PictureCache(settings)

    async def look() -> None:
        await cache.get(kept)
        await cache.get(gone)

    asyncio.run(look())
    assert forget(settings, [kept, kept, gone, "javascript:alert(1)"]) == 1
    assert list((tmp_path / "cache" / "pictures").iterdir()) == []
    assert forget(settings, [kept]) == 0


def test_a_takedown_in_the_middle_of_a_fetch_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    replace_rooms(monkeypatch)
    house = gallery(tmp_path, {"a": (f"http://{site.address}/good.png",)}, allow_private=(site.address,))
    fetch = PictureCache._fetch

    async def fetch_slowly(cache: PictureCache, url: str) -> bytes:
        house.library.contents.take_down("web-a", "作者要求")
        return await fetch(cache, url)

    monkeypatch.setattr(PictureCache, "_fetch", fetch_slowly)
    assert house.client.get("/pictures/web-a").status_code == 404
    assert list((tmp_path / "cache" / "pictures").iterdir()) == []
    assert house.client.get("/pictures/web-a").status_code == 404
    house.client.__exit__(None, None, None)
