"""Watch-lists and what they bring, the record of runs, alerts, mappings, signatures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from recommender.errors import NotFound
from recommender.library import Library
from recommender.library.model import ColumnMapping, ContentFilter, CrawlReport, FetchState, Source, SourceKind, WatchKind, WatchList
from tests.library.builders import DAY, incoming

SOURCE = Source(id="blog", name="博客", kind=SourceKind.FEED, url="https://example.org/feed", schedule_minutes=60, watch_lists=("sun",))
SUN = WatchList("sun", WatchKind.CATEGORY, "防晒", ("防晒",), ("隔离",), schedule_minutes=30, weekly_quota=2, quiet_days=3)


def test_a_watch_list_keeps_all_it_says_and_looks_for_its_name_where_it_has_no_words(library: Library) -> None:
    library.watch_lists.put(SUN)
    assert library.watch_lists.all() == [SUN]
    assert SUN.words == ("防晒", "隔离")
    assert replace(SUN, terms=(), aliases=()).words == ("防晒",)


def test_coverage_counts_by_week_and_says_what_is_full_or_failing(library: Library) -> None:
    library.watch_lists.put(SUN)
    library.watch_lists.put(WatchList("dry", WatchKind.BRAND, "某牌"))
    library.sources.add(SOURCE)
    library.sources.record_run("blog", "failed", "没有读到。", CrawlReport(), DAY)
    library.contents.upsert([incoming("a", watch_lists=("sun",)), incoming("b", watch_lists=("sun",)), incoming("c")], source_id="blog")
    now = library.contents.get("xhs-a").first_seen_at
    found = library.watch_lists.coverage(now + timedelta(days=1))
    assert (found["sun"].total, found["sun"].this_week, found["sun"].full) == (2, 2, True)
    assert (found["sun"].sources, found["sun"].failing, found["sun"].last_new_at) == (1, 1, now)
    assert (found["dry"].total, found["dry"].last_new_at, found["dry"].full) == (0, None, False)
    library.contents.upsert([incoming("d", watch_lists=("sun",))])  # an import: it counts as new, and takes nothing of the quota
    again = library.watch_lists.coverage(now + timedelta(days=1))["sun"]
    assert (again.this_week, again.brought) == (3, 2)
    later = library.watch_lists.coverage(now + timedelta(days=8))["sun"]
    assert (later.this_week, later.last_week, later.full) == (0, 3, False)


def test_one_content_belongs_to_many_lists_and_leaves_each_alone(library: Library) -> None:
    library.contents.upsert([incoming("a", watch_lists=("sun",)), incoming("b")])
    before = library.contents.revision()
    assert library.contents.upsert([incoming("a", watch_lists=("sun", "skin"))])[0].state == "unchanged"
    assert library.contents.get("xhs-a").watch_lists == ("skin", "sun")
    assert library.contents.revision() > before  # so that an index follows
    assert library.contents.add_to_watch_list("sun", ["xhs-a", "xhs-b", "xhs-none"]) == 1
    assert library.contents.count(ContentFilter(watch_lists=("sun",))) == 2
    assert library.contents.leave_watch_list("sun", ["xhs-a"]) == 1
    assert library.contents.get("xhs-a").watch_lists == ("skin",)
    assert library.contents.leave_watch_list("sun") == 1
    assert library.contents.count(ContentFilter(watch_lists=("sun",))) == 0


def test_a_deleted_list_is_named_by_no_source(library: Library) -> None:
    library.watch_lists.put(SUN)
    library.sources.add(SOURCE)
    library.watch_lists.delete("sun")
    assert library.sources.get("blog").watch_lists == ()
    with pytest.raises(NotFound):
        library.watch_lists.delete("sun")


def test_runs_are_kept_up_to_a_hundred_and_give_a_baseline(library: Library) -> None:
    library.sources.add(SOURCE)
    assert library.sources.baseline("blog") is None
    for number in range(105):
        report = CrawlReport(found=20 if number < 104 else 2, new=1)
        library.sources.record_run("blog", "ok", str(number), report, DAY + timedelta(hours=number), seconds=1.5, requests=3)
    library.sources.record_run("blog", "unchanged", "没有变化。", CrawlReport(), DAY + timedelta(hours=200))
    runs = library.sources.runs("blog", limit=1_000)
    assert (len(runs), runs[0].state, runs[1].found, runs[1].requests) == (100, "unchanged", 2, 3)
    assert library.sources.baseline("blog") == 20.0


def test_the_tightest_schedule_counts_and_failures_stretch_it(library: Library) -> None:
    library.watch_lists.put(SUN)
    library.sources.add(SOURCE)
    library.sources.record_run("blog", "ok", "", CrawlReport(found=1), DAY)
    assert library.sources.due(DAY + timedelta(minutes=29)) == []
    assert [source.id for source in library.sources.due(DAY + timedelta(minutes=30))] == ["blog"]
    library.watch_lists.put(replace(SUN, enabled=False))
    assert library.sources.due(DAY + timedelta(minutes=30)) == []
    for _ in range(3):
        library.sources.record_run("blog", "failed", "没有读到。", CrawlReport(), DAY)
    assert library.sources.get("blog").failures == 3
    assert library.sources.due(DAY + timedelta(minutes=239)) == []
    assert library.sources.due(DAY + timedelta(minutes=240)) != []
    library.sources.record_run("blog", "unchanged", "", CrawlReport(), DAY)
    assert library.sources.get("blog").failures == 0
    assert library.sources.due(DAY + timedelta(minutes=60)) != []


def test_a_released_job_waits_again(library: Library) -> None:
    first = library.jobs.enqueue("blog")
    library.jobs.claim()
    library.jobs.release(first.id)
    again = library.jobs.claim()
    assert again is not None and again.id == first.id


def test_an_alert_is_open_once_sent_once_and_over_when_cleared(library: Library) -> None:
    assert library.alerts.raise_alert("source", "blog", "连续失败三次。", DAY)
    assert not library.alerts.raise_alert("source", "blog", "又失败了。", DAY)
    waiting = library.alerts.unsent()
    assert [alert.message for alert in waiting] == ["连续失败三次。"]
    library.alerts.mark_sent(waiting[0].id, DAY)
    assert library.alerts.unsent() == [] and len(library.alerts.open()) == 1
    assert library.alerts.clear("source", "blog", DAY) and not library.alerts.clear("source", "blog", DAY)
    assert library.alerts.open() == [] and library.alerts.recent()[0].cleared_at is not None
    assert library.alerts.raise_alert("source", "blog", "又失败了。", DAY)


def test_mappings_and_signatures_are_replaced_by_name_and_id(library: Library) -> None:
    library.mappings.put(ColumnMapping("新红", {"title": "笔记标题"}))
    library.mappings.put(ColumnMapping("新红", {"title": "标题"}))
    assert library.mappings.get("新红").columns == {"title": "标题"} and len(library.mappings.all()) == 1
    library.mappings.delete("新红")
    with pytest.raises(NotFound):
        library.mappings.get("新红")
    library.signatures.put("1", {"a": ("f", b"\x00\x01"), "b": ("g", b"\x02")})
    library.signatures.put("2", {"a": ("h", b"\x03")})
    assert library.signatures.all("1") == {"b": ("g", b"\x02")} and library.signatures.all("2") == {"a": ("h", b"\x03")}
    library.signatures.forget(["a"])
    assert library.signatures.all("2") == {}


def test_many_addresses_are_known_at_once(library: Library) -> None:
    library.fetches.put_many({"https://example.org/1": FetchState(etag="1"), "https://example.org/2": FetchState(etag="2", at=DAY)})
    found = library.fetches.known(["https://example.org/1", "https://example.org/2", "https://example.org/3"])
    assert set(found) == {"https://example.org/1", "https://example.org/2"}
    assert found["https://example.org/2"].at == DAY and found["https://example.org/1"].at is not None


def test_the_waiting_jobs_of_some_sources_are_claimed_together(library: Library) -> None:
    for name in ("a", "b", "c"):
        library.jobs.enqueue(name)
    first = library.jobs.claim()
    assert first is not None and first.source_id == "a"
    assert [job.source_id for job in library.jobs.claim_for(["a", "c", "none"])] == ["c"]
    assert library.jobs.claim_for(["c"]) == []
    last = library.jobs.claim()
    assert last is not None and last.source_id == "b"
