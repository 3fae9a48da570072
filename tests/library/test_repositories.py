"""Laws of the smaller repositories."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from recommender.errors import Conflict, InputError, NotFound, ZhongcaoError
from recommender.library import Library, open_library, sourcing
from recommender.library.model import (
    Channel,
    CrawlReport,
    DeliveryState,
    Digest,
    Event,
    EventKind,
    FetchState,
    JobState,
    Segment,
    Source,
    SourceKind,
    Subscription,
    WatchKind,
    WatchList,
)
from recommender.library.tables import metadata
from tests.library.builders import DAY

SOURCE = Source(id="blog", name="博客", kind=SourceKind.FEED, url="https://example.org/feed.xml", schedule_minutes=60)
DIGEST = Digest("s1:2026-11-01", "s1", "2026-11-01", "日报", ("xhs-a", "xhs-b"), ("因为新", "因为好"), DAY)


def test_the_migrations_make_exactly_the_tables(library: Library) -> None:
    with library.store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'library.db'}"
    first = open_library(url)
    with first.store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    first.close()
    with pytest.raises(ZhongcaoError, match="更新的版本"):
        open_library(url)


def test_a_failed_write_leaves_nothing(library: Library) -> None:
    with pytest.raises(RuntimeError), library.store.write() as connection:
        connection.execute(text("INSERT INTO facts VALUES ('a', 'b')"))
        raise RuntimeError
    assert library.versions.get("a") is None


def test_sources_keep_their_health_when_edited(library: Library) -> None:
    library.sources.add(SOURCE)
    with pytest.raises(Conflict):
        library.sources.add(replace(SOURCE, id="other"))
    library.sources.record_run("blog", "failed", "对方返回 404，请检查网址。", CrawlReport(found=3, new=1), DAY)
    changed = library.sources.replace(replace(SOURCE, name="新名字"))
    assert (changed.name, changed.last_state, changed.last_new) == ("新名字", "failed", 1)
    assert changed.last_success_at is None
    with pytest.raises(NotFound):
        library.sources.replace(replace(SOURCE, id="gone", url="https://example.org/2"))


def test_a_source_is_due_after_its_schedule_unless_disabled_or_busy(library: Library) -> None:
    library.sources.add(SOURCE)
    assert [source.id for source in library.sources.due(DAY)] == ["blog"]
    library.sources.record_run("blog", "ok", "", CrawlReport(), DAY)
    assert library.sources.due(DAY + timedelta(minutes=59)) == []
    assert [source.id for source in library.sources.due(DAY + timedelta(minutes=60))] == ["blog"]
    library.jobs.enqueue("blog")
    assert library.sources.due(DAY + timedelta(days=1)) == []


def test_a_job_is_claimed_once_and_survives_its_worker(library: Library) -> None:
    first = library.jobs.enqueue("blog")
    assert library.jobs.enqueue("blog").id == first.id
    claimed = library.jobs.claim()
    assert claimed is not None and claimed.state is JobState.RUNNING
    assert library.jobs.claim() is None
    assert library.jobs.release_stale(3600) == 0
    assert library.jobs.release_stale(-1) == 1
    again = library.jobs.claim()
    assert again is not None and again.id == first.id
    report = CrawlReport(found=4, new=1, refused=1, left_out=2, refusals=("第 2 条没有标题和正文",))
    library.jobs.finish(first.id, JobState.DONE, report, "好")
    assert library.jobs.get(first.id).report == report
    assert library.jobs.recent()[0].state is JobState.DONE


def test_a_report_of_before_there_was_left_out_is_read(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    job = library.jobs.enqueue("blog")
    with monkeypatch.context() as patch:
        patch.setattr(sourcing, "asdict", lambda report: {name: value for name, value in asdict(report).items() if name != "left_out"})
        library.jobs.finish(job.id, JobState.DONE, CrawlReport(found=1, new=1), "好")
    assert library.jobs.get(job.id).report == CrawlReport(found=1, new=1, left_out=0)


def test_watch_lists_and_fetches_are_replaced(library: Library) -> None:
    for terms in (("防晒",), ("防晒", "晒后修复")):
        library.watch_lists.put(WatchList("sun", WatchKind.CATEGORY, "防晒", terms))
    assert library.watch_lists.get("sun").terms == ("防晒", "晒后修复")
    library.fetches.put("https://example.org", FetchState(etag="1"))
    library.fetches.put("https://example.org", FetchState(etag="2", at=DAY))
    assert library.fetches.get("https://example.org") == FetchState(etag="2", at=DAY)


def test_segments_are_put_and_deleted(library: Library) -> None:
    segment = Segment("mothers", "新手妈妈", tags=("母婴",), interests=("辅食",))
    assert library.segments.put(segment) == library.segments.get("mothers")
    library.subscriptions.put(Subscription("s1", "妈妈早报", segment_id="mothers"))
    with pytest.raises(Conflict, match="妈妈早报"):
        library.segments.delete("mothers")
    library.subscriptions.delete("s1")
    library.segments.delete("mothers")
    with pytest.raises(NotFound):
        library.segments.delete("mothers")


def test_an_event_counts_once_and_a_changed_one_is_a_conflict(library: Library) -> None:
    event = Event("k1", EventKind.SENT, "xhs-a", DAY, segment_id="mothers", channel=Channel.GROUP)
    assert library.events.add([event, event]) == [True, False]
    assert library.events.add([event]) == [False]
    with pytest.raises(Conflict):
        library.events.add([Event("k2", EventKind.CLICK, "xhs-a", DAY), replace(event, content_id="xhs-b")])
    assert library.events.counts(["xhs-a"]) == {"xhs-a": {EventKind.SENT: 1}}
    assert library.events.sent_to("mothers", DAY - timedelta(days=1)) == {"xhs-a"}
    assert library.events.sent_to("mothers", DAY + timedelta(days=1)) == set()


def test_a_delivered_digest_counts_as_sent(library: Library) -> None:
    library.subscriptions.put(Subscription("s1", "晨报", segment_id="mothers"))
    library.digests.create(DIGEST)
    assert library.events.sent_to("mothers", DAY) == set()
    library.digests.set_state(DIGEST.id, DeliveryState.SENT)
    assert library.events.sent_to("mothers", DAY) == {"xhs-a", "xhs-b"}


def test_the_first_digest_of_a_day_stays(library: Library) -> None:
    assert library.digests.create(DIGEST) == DIGEST
    assert library.digests.create(replace(DIGEST, title="另一份")) == DIGEST
    assert library.digests.get("s1", "2026-11-01") == DIGEST
    assert library.digests.delivered("s1") == {"xhs-a", "xhs-b"}


def test_a_part_that_was_sent_is_never_begun_again(library: Library) -> None:
    assert library.ledger.begin("d1", 0, "f")
    assert not library.ledger.begin("d1", 0, "f")
    library.ledger.mark("d1", 0, DeliveryState.FAILED, "超时")
    assert library.ledger.begin("d1", 0, "f")
    library.ledger.mark("d1", 0, DeliveryState.SENT)
    assert not library.ledger.begin("d1", 0, "f")
    assert library.ledger.parts("d1") == {0: DeliveryState.SENT}


def test_only_the_hash_of_a_key_is_stored(library: Library, tmp_path: Path) -> None:
    key, secret = library.keys.create("scrm", ("read", "write"))
    assert library.keys.check(secret) == library.keys.all()[0]
    assert library.keys.check(secret + "x") is None
    assert all(secret.encode() not in path.read_bytes() for path in tmp_path.iterdir())
    library.keys.revoke(key.id)
    assert library.keys.check(secret) is None
    with pytest.raises(InputError):
        library.keys.create("x", ("root",))


def test_the_first_answer_to_an_idempotency_key_stays(library: Library) -> None:
    library.idempotency.put("k", "POST /v1/contents", "f1", 201, "{}")
    library.idempotency.put("k", "POST /v1/contents", "f2", 500, "")
    stored = library.idempotency.get("k", "POST /v1/contents")
    assert stored is not None and (stored.body_fingerprint, stored.status) == ("f1", 201)
    assert library.idempotency.forget_before(datetime.now(UTC) + timedelta(minutes=1)) == 1
