"""The crawl bench runs, and what our rules cost a fetch stays small; its speeds are for `zhongcao bench`, not for a test."""

from __future__ import annotations

from crawler.bench import ENTRIES, bench_crawl, page_body
from crawler.items import ParsedNote
from crawler.parsers.feeds import parse_feed
from crawler.parsers.pages import parse_page


def test_the_generated_pages_are_what_they_should_be() -> None:
    note = parse_page(page_body("articles", 7).decode(), "https://a.example/7")
    assert isinstance(note, ParsedNote) and note.title == "茶事 7" and len(note.text) > 800
    feed = parse_feed(page_body("feeds", 7), "https://a.example/feed")
    assert len(feed.notes) == ENTRIES and not any(getattr(entry, "partial", True) for entry in feed.notes)


def test_every_side_of_the_bench_fetches_everything() -> None:
    rows = bench_crawl(pages=24, runs=1)
    assert {row["what"] for row in rows} == {
        f"crawl, {kind}, {side}" for kind in ("articles", "feeds") for side in ("guarded", "parsed", "stored")
    }
    assert all(row["ours_ms"] > 0 and row["peer_ms"] > 0 and row["peer"] for row in rows)
    assert {row["what"]: row["ratio"] for row in rows}["crawl, articles, guarded"] > 0.3
