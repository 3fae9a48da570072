"""Hostile text never becomes markup: a page of hostile contents has the elements of a harmless one, and no more."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from recommender.library import Library
from recommender.library.model import (
    ColumnMapping,
    ComplianceLevel,
    CrawlReport,
    Creator,
    CreatorTier,
    Finding,
    IncomingComment,
    IncomingContent,
    MediaKind,
    Platform,
    Rights,
    Segment,
    Source,
    SourceKind,
    Subscription,
    Understanding,
    WatchKind,
    WatchList,
)
from recommender.search import Hit
from tests.api.building import House, LetterIndex, open_house, replace_rooms, settings_in
from tests.api.page_reading import Page, complaints, read
from tests.data import DATA, needs_data

OWN = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</title><style>*{color:red}</style>",
    "{{ 7 * 7 }}{% raw %}",
    "<mark><!--<a href=javascript:alert(1)>-->",
    "javascript:alert(1)//https://x/",
    "data:text/html,<script>alert(1)</script>",
    "&lt;b&gt; &#x3c;script&#x3e;",
)
PER_PAGE = 20


def fill(library: Library, payloads: Sequence[str]) -> list[str]:
    """One content per payload, with the payload in every place that holds text; their ids."""
    now = datetime.now(UTC)
    items = [
        IncomingContent(
            platform=Platform.WEB,
            identity=f"n{number}",
            url=payload if number % 2 else f"https://example.com/{number}?{payload}",
            kind=MediaKind.IMAGE,
            title=payload[:200],
            text=payload,
            original_title=payload[:200],
            original_text=payload,
            tags=(payload[:60],),
            creator=Creator(f"web-{number}", Platform.WEB, payload[:80], 1_200_000, CreatorTier.HEAD),
            published_at=now,
            images=(payload, "https://example.com/" + payload),
            rights=Rights.OWNED,
            diversion=("手机",),
            is_sample=True,
        )
        for number, payload in enumerate(payloads)
    ]
    ids = [outcome.id for outcome in library.contents.upsert(items)]
    understood = []
    for found_id, payload in zip(ids, payloads, strict=True):
        words = (payload[:80],)
        finding = Finding("r", ComplianceLevel.BLOCK, 0, max(1, len(payload[:200]) // 2), payload[:20], payload, payload, payload)
        known = Understanding(None, 0.5, payload, payload[:16], 0.5, words, words, 50, {payload[:20]: 5.0}, version="test")
        understood.append((found_id, replace(known, compliance=ComplianceLevel.BLOCK, findings=(finding,))))
    library.contents.save_understanding(understood)
    library.contents.set_clusters([(found_id, ids[0], 2) for found_id in ids])
    return ids


def similar(index: LetterIndex, _id: str, limit: int = 10) -> list[Hit]:
    items, _ = index.library.contents.page(limit=limit)
    return [Hit(item.id, 0.5) for item in items]


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        replace_rooms(patch)
        patch.setattr(LetterIndex, "similar", similar, raising=False)
        house = open_house(settings_in(tmp_path_factory.mktemp("harmless")), ())
        fill(house.library, ["敏感肌换季面霜，防晒别停。" * 9 + str(number) for number in range(30)])
        yield house
    house.client.__exit__(None, None, None)


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    replace_rooms(monkeypatch)
    monkeypatch.setattr(LetterIndex, "similar", similar, raising=False)
    house = open_house(settings_in(tmp_path), ())
    yield house
    house.client.__exit__(None, None, None)


def page(house: House, path: str) -> Page:
    answer = house.client.get(path)
    assert answer.status_code == 200, answer.text[:1000]
    return read(answer.text)


def check(harmless: House, hostile: House, ids: Sequence[str], payloads: Sequence[str]) -> None:
    """Compare the shape of lists and contents with that of harmless ones."""
    # a listing of few has no next page, a content without a link shows none: both are in the harmless shape through others
    allowed = page(harmless, "/").shape() | page(harmless, "/?category=x").shape() | {("details", ""), ("summary", "")}
    cursor = ""
    for _ in range(0, len(ids), PER_PAGE):
        listing = page(hostile, f"/{cursor}")
        assert listing.shape() <= allowed
        assert complaints(listing) == []
        following = listing.all("a", rel="next")
        cursor = following[0].attributes["href"].lstrip("/") if following else ""
    one = page(harmless, "/contents/web-n0").shape() | page(harmless, "/contents/web-n1").shape()
    for found_id, payload in list(zip(ids, payloads, strict=True))[:: max(1, len(ids) // 60) | 1]:
        content = page(hostile, f"/contents/{found_id}")
        assert content.shape() <= one, payload
        assert complaints(content) == [], payload


def test_our_own_payloads_stay_text(harmless: House, hostile: House) -> None:
    check(harmless, hostile, fill(hostile.library, OWN), OWN)
    found = hostile.client.get("/", params={"q": OWN[0]})
    assert complaints(read(found.text)) == [] and read(found.text).all("input", id="q")[0].attributes["value"] == OWN[0]
    assert read(found.text).all("mark")[0].text == OWN[0]


@needs_data
def test_published_payloads_stay_text(harmless: House, hostile: House) -> None:
    with gzip.open(DATA / "security" / "xss_payloads.json.gz", "rt", encoding="utf-8") as file:
        payloads = [entry["html"].replace("\x00", "")[:5_000] for entry in json.load(file)]
    payloads = [payload for payload in payloads if payload.encode("utf-8", "ignore").decode() == payload and payload.strip()]
    assert len(payloads) > 1_000
    check(harmless, hostile, fill(hostile.library, payloads), payloads)


@pytest.mark.parametrize("payload", OWN)
def test_names_of_all_kinds_stay_text(hostile: House, payload: str) -> None:
    library, now = hostile.library, datetime.now(UTC)
    fill(library, [payload])
    library.segments.put(Segment("s", payload, payload, (payload,), payload, payload, payload, payload, (payload,)))
    library.subscriptions.put(Subscription("d", payload, query=payload, hour=0))
    library.watch_lists.put(WatchList("w", WatchKind.BRAND, payload, (payload,), (payload,)))
    library.contents.add_to_watch_list("w", ["web-n0"])
    library.sources.add(Source("f", payload, SourceKind.FEED, payload, ("w",)))
    library.sources.record_run("f", "failed", payload, CrawlReport(refusals=(payload,)), now)
    library.alerts.raise_alert("source", "f", payload, now)
    library.alerts.raise_alert("watch_list", payload, payload, now)
    library.jobs.enqueue("f")
    library.mappings.put(ColumnMapping(payload[:80], {"title": payload}))
    library.comments.upsert([IncomingComment(Platform.WEB, "n0", "c", payload, 1)])
    shown = (
        "/match",
        "/sources",
        "/sources/f",
        "/watch-lists/w",
        "/creators",
        "/creators/web-0?link=" + quote(payload),
        "/contents/web-n0",
    )
    for path in (*shown, "/import", "/?watch_list=w"):
        found = page(hostile, path)
        assert complaints(found) == [], path
        assert payload[:80] in " ".join(element.text for element in found.elements), path
    for path in ("/contents/" + quote(payload, safe=""), "/match?segment=" + payload, "/?order=" + payload + "&lang=" + payload):
        answer = hostile.client.get(path, headers={"accept": "text/html"})
        assert answer.status_code in (200, 404, 422)
        assert complaints(read(answer.text)) == []
    for door in ("/sources/", "/watch-lists/", "/creators/", "/import/"):
        answer = hostile.client.get(door + quote(payload, safe=""), headers={"accept": "text/html"})
        assert answer.status_code in (404, 422) and complaints(read(answer.text)) == []
    for given in ("/creators?q=", "/creators?platform=", "/import?url=", "/?watch_list="):
        answer = hostile.client.get(given + quote(payload, safe=""), headers={"accept": "text/html"})
        assert answer.status_code in (200, 422) and complaints(read(answer.text)) == []


@pytest.mark.parametrize("payload", OWN)
def test_hostile_columns_and_file_names_stay_text(hostile: House, payload: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([["标题", "正文", payload], ["面霜", payload, payload]])
    for language in ("zh", "en"):
        answer = hostile.client.post("/imports", files={"file": (payload, file.getvalue().encode("utf-8-sig"))})
        found = read(answer.text)
        assert answer.status_code == 200 and complaints(found) == []
        assert ";" in payload or payload in [element.text for element in found.all("th")]  # a semicolon may part columns
        tried = hostile.client.post(
            answer.url.path, params={"lang": language}, data={"do": "try", "column.title": payload, "name": payload}
        )
        assert tried.status_code in (200, 422) and complaints(read(tried.text)) == []
