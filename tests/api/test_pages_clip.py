"""The bookmark's window: what it shows is what it saves, and nothing of a page ever becomes part of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.building import House, LetterIndex, open_house, replace_rooms, settings_in
from tests.api.page_reading import Page, complaints, read

URL = "https://blog.example.com/skin"
BODY = "".join(f"<p>换季脸红刺痛，洁面少一步，面霜厚一点，防晒别停。第{number}条建议写在这里。</p>" for number in range(9))
HTML = (
    "<!doctype html><html><head><title>换季护肤怎么做</title></head><body><article><h1>换季护肤怎么做</h1>"
    f"{BODY}<p>想要清单的姐妹可以打这个电话找我 13800001111，晚上都在。</p>{BODY}</article>"
    "<script>alert(1)</script></textarea><img src=x onerror=alert(1)></body></html>"
)
FIELDS = {"url": URL, "origin": "https://blog.example.com", "html": HTML}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house with an index of letters."""
    replace_rooms(monkeypatch)
    monkeypatch.setattr(LetterIndex, "similar", lambda *_: [], raising=False)
    house = open_house(settings_in(tmp_path, max_page_bytes=200_000))
    yield house
    house.client.__exit__(None, None, None)


def sound(answer: object, status: int = 200) -> Page:
    assert answer.status_code == status, answer.text[:2000]  # type: ignore[attr-defined]
    found = read(answer.text)  # type: ignore[attr-defined]
    assert complaints(found) == []
    return found


def test_the_window_may_hear_the_page_that_opened_it_and_no_other_page_may(desk: House) -> None:
    answer = desk.client.get("/clip")
    assert answer.headers["cross-origin-opener-policy"] == "unsafe-none"
    assert sound(answer).all("form", action="/clip")[0].attributes.get("data-clip") == ""
    assert desk.client.post("/clip", data=FIELDS).headers["cross-origin-opener-policy"] == "unsafe-none"
    for path in ("/", "/import", "/sources"):
        assert desk.client.get(path).headers["cross-origin-opener-policy"] == "same-origin"
    assert (
        "unsafe" not in answer.headers["content-security-policy"] and "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    )


def test_what_is_seen_is_what_is_saved(desk: House) -> None:
    before = desk.library.contents.count()
    seen = sound(desk.client.post("/clip", data=FIELDS))
    assert desk.library.contents.count() == before
    assert "库里还没有这一条" in seen.words() and "13800001111" not in seen.all("div", class_="text")[0].text
    [html] = [element.text for element in seen.all("textarea", name="html")]
    form = {"url": seen.all("input", name="url")[0].attributes["value"], "origin": seen.all("input", name="origin")[0].attributes["value"]}
    answer = desk.client.post("/clip", data={**form, "html": html.removeprefix("\n"), "do": "save"}, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"].endswith("?done=added")
    item = desk.library.contents.find_url(URL)
    assert item and (item.title, item.text) == (seen.all("h2")[0].text, seen.all("div", class_="text")[0].text)
    assert item.diversion == ("手机",)
    assert "没有变化" in sound(desk.client.post("/clip", data=FIELDS)).words()
    desk.library.contents.take_down(item.id, "作者要求")
    gone = sound(desk.client.post("/clip", data=FIELDS))
    assert "已经下架" in gone.words() and gone.all("button", value="save") == []
    assert desk.client.post("/clip", data={**FIELDS, "do": "save"}).status_code == 409


def test_a_page_stays_text_in_ours(desk: House) -> None:
    calm = sound(desk.client.post("/clip", data={**FIELDS, "html": HTML.replace("<script>", "<i>").replace("onerror", "alt")}))
    assert sound(desk.client.post("/clip", data=FIELDS)).shape() <= calm.shape()


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        (URL, "https://evil.example"),
        (URL, ""),
        (URL, "null"),
        ("https://blog.example.com:8443/skin", "https://blog.example.com"),
        ("http://blog.example.com/skin", "https://blog.example.com"),
        ("https://blog.example.com.evil.example/", "https://blog.example.com"),
        ("https://blog.example.com:port/", "https://blog.example.com"),
        ("javascript:alert(1)", "null"),
    ],
)
def test_a_page_that_claims_another_address_is_refused(desk: House, url: str, origin: str) -> None:
    for do in ("", "save"):
        assert sound(desk.client.post("/clip", data={"url": url, "origin": origin, "html": HTML, "do": do}), 422)
    assert desk.library.contents.find_url(URL) is None


def test_usual_and_other_ports_are_written_as_browsers_do(desk: House) -> None:
    for url, origin in (
        ("https://blog.example.com:443/a", "https://blog.example.com"),
        ("http://[::1]:8080/a", "http://[::1]:8080"),
        ("https://BLOG.example.com/a", "https://blog.example.com"),
    ):
        assert "存进素材库" in sound(desk.client.post("/clip", data={"url": url, "origin": origin, "html": HTML})).words()


def test_pages_without_a_note_are_explained(desk: House) -> None:
    empty = sound(desk.client.post("/clip", data={**FIELDS, "html": "<html><body></body></html>"}), 422)
    assert empty.all("a", href="/import#paste") and empty.all("button", value="save") == []
    assert sound(desk.client.post("/clip", data={**FIELDS, "html": " "}), 422)
    assert sound(desk.client.post("/clip"), 422)
    assert sound(desk.client.post("/clip", files={"html": ("x.html", b"<p>")}), 422)
    long = {**FIELDS, "html": HTML + "<!--" + "长" * 200_000 + "-->", "do": "save"}
    assert sound(desk.client.post("/clip", data=long), 422)


def test_another_site_cannot_save_a_page(desk: House) -> None:
    headers = {"Origin": "https://blog.example.com", "Sec-Fetch-Site": "cross-site"}
    assert desk.client.post("/clip", data={**FIELDS, "do": "save"}, headers=headers).status_code == 403
    assert desk.library.contents.find_url(URL) is None
