"""Sources, watch-lists, what conditional requests need, and crawl jobs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from recommender.errors import Conflict, NotFound
from recommender.library.model import CrawlJob, CrawlReport, FetchState, JobState, Rights, Source, SourceKind, WatchKind, WatchList
from recommender.library.store import Store
from recommender.library.tables import fetches, jobs, sources, watch_lists

_RUN_FIELDS = ("last_run_at", "last_success_at", "last_state", "last_message", "last_found", "last_new")


def _source(row: Any) -> Source:
    values = {**row._mapping, "kind": SourceKind(row.kind), "rights": Rights(row.rights), "watch_lists": tuple(row.watch_lists)}
    return Source(**values)


def _source_row(source: Source) -> dict[str, Any]:
    return {**asdict(source), "kind": source.kind.value, "rights": source.rights.value, "watch_lists": list(source.watch_lists)}


class SourceRepository:
    """Where content comes from, with the health of each source."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, source: Source) -> Source:
        """Insert. Raises `Conflict` where the id or the address is taken."""
        try:
            with self._store.write() as connection:
                connection.execute(sources.insert(), _source_row(source))
        except IntegrityError:
            raise Conflict(f"来源 {source.id} 或网址 {source.url} 已经存在。", field="url") from None
        return source

    def replace(self, source: Source) -> Source:
        """Change what a person may change; what runs have recorded stays. Raises `NotFound`, `Conflict`."""
        row = {name: value for name, value in _source_row(source).items() if name not in _RUN_FIELDS}
        try:
            with self._store.write() as connection:
                if connection.execute(update(sources).where(sources.c.id == source.id).values(row)).rowcount == 0:
                    raise NotFound(f"没有编号为 {source.id[:64]} 的来源。")
        except IntegrityError:
            raise Conflict(f"网址 {source.url} 已经属于另一个来源。", field="url") from None
        return self.get(source.id)

    def get(self, source_id: str) -> Source:
        """One source. Raises `NotFound`."""
        with self._store.read() as connection:
            row = connection.execute(select(sources).where(sources.c.id == source_id)).first()
        if row is None:
            raise NotFound(f"没有编号为 {source_id[:64]} 的来源。")
        return _source(row)

    def all(self) -> list[Source]:
        """All sources by id."""
        with self._store.read() as connection:
            return [_source(row) for row in connection.execute(select(sources).order_by(sources.c.id))]

    def delete(self, source_id: str) -> None:
        """Remove one; its contents stay. Raises `NotFound`."""
        with self._store.write() as connection:
            if connection.execute(delete(sources).where(sources.c.id == source_id)).rowcount == 0:
                raise NotFound(f"没有编号为 {source_id[:64]} 的来源。")

    def record_run(self, source_id: str, state: str, message: str, report: CrawlReport, at: datetime) -> None:
        """Keep how the last run went: state ok, empty or failed, and a sentence a person understands."""
        values: dict[str, Any] = {"last_run_at": at, "last_state": state, "last_message": message}
        values |= {"last_found": report.found, "last_new": report.new}
        if state != "failed":
            values["last_success_at"] = at
        with self._store.write() as connection:
            connection.execute(update(sources).where(sources.c.id == source_id).values(values))

    def due(self, now: datetime) -> list[Source]:
        """Enabled sources whose schedule has come round and which have no unfinished job."""
        with self._store.read() as connection:
            open_states = (JobState.QUEUED.value, JobState.RUNNING.value)
            busy = set(connection.execute(select(jobs.c.source_id).where(jobs.c.state.in_(open_states))).scalars())
        return [
            source
            for source in self.all()
            if source.enabled
            and source.id not in busy
            and (source.last_run_at is None or source.last_run_at + timedelta(minutes=source.schedule_minutes) <= now)
        ]


class WatchListRepository:
    """What the team follows."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, watch_list: WatchList) -> WatchList:
        """Insert or replace by id."""
        with self._store.write() as connection:
            connection.execute(delete(watch_lists).where(watch_lists.c.id == watch_list.id))
            connection.execute(watch_lists.insert(), {**asdict(watch_list), "kind": watch_list.kind.value, "terms": list(watch_list.terms)})
        return watch_list

    def get(self, watch_list_id: str) -> WatchList:
        """One watch-list. Raises `NotFound`."""
        for found in self.all():
            if found.id == watch_list_id:
                return found
        raise NotFound(f"没有编号为 {watch_list_id[:64]} 的关注清单。")

    def all(self) -> list[WatchList]:
        """All watch-lists by kind and id."""
        with self._store.read() as connection:
            rows = connection.execute(select(watch_lists).order_by(watch_lists.c.kind, watch_lists.c.id))
            return [WatchList(id=row.id, kind=WatchKind(row.kind), name=row.name, terms=tuple(row.terms)) for row in rows]

    def delete(self, watch_list_id: str) -> None:
        """Remove one. Raises `NotFound`."""
        with self._store.write() as connection:
            if connection.execute(delete(watch_lists).where(watch_lists.c.id == watch_list_id)).rowcount == 0:
                raise NotFound(f"没有编号为 {watch_list_id[:64]} 的关注清单。")


class FetchRepository:
    """The last answer of each address, for conditional requests."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, url: str) -> FetchState | None:
        """What was last seen at `url`, or None."""
        with self._store.read() as connection:
            row = connection.execute(select(fetches).where(fetches.c.url == url)).first()
        return FetchState(etag=row.etag, last_modified=row.last_modified, fingerprint=row.fingerprint) if row else None

    def put(self, url: str, state: FetchState) -> None:
        """Keep what was seen at `url`."""
        with self._store.write() as connection:
            connection.execute(delete(fetches).where(fetches.c.url == url))
            connection.execute(fetches.insert(), {"url": url, **asdict(state)})


class JobRepository:
    """Requested crawls. A job is claimed by one worker; one whose worker died is queued again."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def enqueue(self, source_id: str) -> CrawlJob:
        """Ask for a crawl; the job that already waits for this source is returned instead of a second one."""
        with self._store.write() as connection:
            waiting = select(jobs.c.id).where(jobs.c.source_id == source_id, jobs.c.state == JobState.QUEUED.value)
            job_id = connection.execute(waiting.limit(1)).scalar()
            if job_id is None:
                row = {"source_id": source_id, "state": JobState.QUEUED.value, "requested_at": datetime.now(UTC)}
                job_id = connection.execute(jobs.insert().values(row).returning(jobs.c.id)).scalar_one()
        return self.get(job_id)

    def claim(self) -> CrawlJob | None:
        """Take the oldest waiting job, or None."""
        now = datetime.now(UTC)
        with self._store.write() as connection:
            job_id = connection.execute(select(func.min(jobs.c.id)).where(jobs.c.state == JobState.QUEUED.value)).scalar()
            if job_id is None:
                return None
            values = {"state": JobState.RUNNING.value, "started_at": now, "heartbeat_at": now}
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(values))
        return self.get(job_id)

    def heartbeat(self, job_id: int) -> None:
        """Say that the job's worker lives."""
        with self._store.write() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(heartbeat_at=datetime.now(UTC)))

    def finish(self, job_id: int, state: JobState, report: CrawlReport, message: str) -> None:
        """Close a job with its report."""
        values = {"state": state.value, "finished_at": datetime.now(UTC), "report": asdict(report), "message": message}
        with self._store.write() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(values))

    def release_stale(self, seconds: float) -> int:
        """Queue again the running jobs without a heartbeat for `seconds`; returns how many."""
        before = datetime.now(UTC) - timedelta(seconds=seconds)
        with self._store.write() as connection:
            stale = update(jobs).where(jobs.c.state == JobState.RUNNING.value, jobs.c.heartbeat_at < before)
            return connection.execute(stale.values(state=JobState.QUEUED.value)).rowcount

    def get(self, job_id: int) -> CrawlJob:
        """One job. Raises `NotFound`."""
        with self._store.read() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).first()
        if row is None:
            raise NotFound(f"没有编号为 {job_id} 的抓取任务。")
        return _job(row)

    def recent(self, limit: int = 20) -> list[CrawlJob]:
        """The newest jobs."""
        with self._store.read() as connection:
            return [_job(row) for row in connection.execute(select(jobs).order_by(jobs.c.id.desc()).limit(limit))]


def _job(row: Any) -> CrawlJob:
    report = {**row.report, "refusals": tuple(row.report["refusals"])} if row.report else {}
    return CrawlJob(
        id=row.id,
        source_id=row.source_id,
        state=JobState(row.state),
        requested_at=row.requested_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        report=CrawlReport(**report),
        message=row.message,
    )
