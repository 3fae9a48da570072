"""Sources with the record of their runs, what conditional requests need, and crawl jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from recommender.errors import Conflict, NotFound
from recommender.library.columns import EPOCH
from recommender.library.model import CrawlJob, CrawlReport, FetchState, JobState, Rights, Source, SourceKind, SourceRun
from recommender.library.sourcing_tables import fetches, jobs, source_runs, sources, watch_lists
from recommender.library.store import IN_CHUNK, Store, chunks

_RUN_FIELDS = ("last_run_at", "last_success_at", "last_state", "last_message", "last_found", "last_new", "failures")
RUNS_KEPT = 100  # of each source
MOST_MINUTES = 525_600
BASELINE_RUNS, LEAST_RUNS = 10, 3  # a baseline is the median of so many runs, and none of fewer
MOST_DOUBLINGS, LONGEST_WAIT = 5, timedelta(hours=24)  # how far failures stretch the interval of a source


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

    def record_run(
        self, source_id: str, state: str, message: str, report: CrawlReport, at: datetime, *, seconds: float = 0.0, requests: int = 0
    ) -> None:
        """Keep how a run went: state ok, unchanged, low, empty or failed, and a sentence a person understands."""
        failed = state == "failed"
        values: dict[str, Any] = {"last_run_at": at, "last_state": state, "last_message": message}
        values |= {"last_found": report.found, "last_new": report.new, "failures": sources.c.failures + 1 if failed else 0}
        if not failed:
            values["last_success_at"] = at
        run = {name: getattr(report, name) for name in ("found", "new", "changed", "unchanged", "duplicates", "refused")}
        run |= {"source_id": source_id, "at": at, "state": state, "message": message, "seconds": seconds, "requests": requests}
        of_source = source_runs.c.source_id == source_id
        with self._store.write() as connection:
            if connection.execute(update(sources).where(sources.c.id == source_id).values(values)).rowcount == 0:
                return
            connection.execute(source_runs.insert().values(run))
            oldest = select(source_runs.c.id).where(of_source).order_by(source_runs.c.id.desc()).offset(RUNS_KEPT).limit(1)
            if (last := connection.execute(oldest).scalar()) is not None:
                connection.execute(delete(source_runs).where(of_source, source_runs.c.id <= last))

    def runs(self, source_id: str, limit: int = 30) -> list[SourceRun]:
        """The newest runs of a source, newest first."""
        query = select(source_runs).where(source_runs.c.source_id == source_id).order_by(source_runs.c.id.desc()).limit(limit)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return [SourceRun(**{name: value for name, value in row._mapping.items() if name != "id"}) for row in rows]

    def baseline(self, source_id: str) -> float | None:
        """How many contents a run of this source usually finds; None where too few runs are known to say."""
        told = source_runs.c.state.in_(("ok", "low", "empty"))
        query = select(source_runs.c.found).where(source_runs.c.source_id == source_id, told).order_by(source_runs.c.id.desc())
        with self._store.read() as connection:
            found = list(connection.execute(query.limit(BASELINE_RUNS)).scalars())
        return float(median(found)) if len(found) >= LEAST_RUNS else None

    def due(self, now: datetime) -> list[Source]:
        """Enabled sources whose turn has come and which have no unfinished job, those waiting longest first.

        The tightest of the source's own schedule and those of its watch-lists counts; each failure in a row doubles the wait.
        """
        open_states = (JobState.QUEUED.value, JobState.RUNNING.value)
        with self._store.read() as connection:
            busy = set(connection.execute(select(jobs.c.source_id).where(jobs.c.state.in_(open_states))).scalars())
            wanted = select(watch_lists.c.id, watch_lists.c.schedule_minutes)
            wanted = wanted.where(watch_lists.c.enabled, watch_lists.c.schedule_minutes.is_not(None))
            minutes = {row.id: row.schedule_minutes for row in connection.execute(wanted)}
        waiting = [
            (source.last_run_at or EPOCH, source)
            for source in self.all()
            if source.enabled and source.id not in busy and next_turn(source, minutes) <= now
        ]
        return [source for _, source in sorted(waiting, key=lambda each: (each[0], each[1].id))]


def next_turn(source: Source, minutes_of_lists: Mapping[str, int]) -> datetime:
    """When a source is to be crawled next."""
    if source.last_run_at is None:
        return EPOCH
    interval = timedelta(minutes=min([source.schedule_minutes, *(minutes_of_lists.get(each, MOST_MINUTES) for each in source.watch_lists)]))
    if source.failures > 1:
        interval += min(interval * (2 ** min(source.failures - 1, MOST_DOUBLINGS) - 1), LONGEST_WAIT)
    return source.last_run_at + interval


class FetchRepository:
    """The last answer of each address, for conditional requests."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, url: str) -> FetchState | None:
        """What was last seen at `url`, or None."""
        return self.known([url]).get(url)

    def known(self, urls: Sequence[str]) -> dict[str, FetchState]:
        """What was last seen at each of `urls`; addresses never fetched are left out."""
        found: dict[str, FetchState] = {}
        with self._store.read() as connection:
            for chunk in chunks(list(urls)):
                for row in connection.execute(select(fetches).where(fetches.c.url.in_(chunk))):
                    found[row.url] = FetchState(etag=row.etag, last_modified=row.last_modified, fingerprint=row.fingerprint, at=row.at)
        return found

    def put(self, url: str, state: FetchState) -> None:
        """Keep what was seen at `url`."""
        self.put_many({url: state})

    def put_many(self, states: Mapping[str, FetchState]) -> None:
        """Keep what was seen at each address; a state without a time is of now."""
        now = datetime.now(UTC)
        rows = [{**asdict(state), "url": url, "at": state.at or now} for url, state in states.items()]
        with self._store.write() as connection:
            for chunk in chunks(list(states)):
                connection.execute(delete(fetches).where(fetches.c.url.in_(chunk)))
            if rows:
                connection.execute(fetches.insert(), rows)


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
        with self._store.write() as connection:
            job_id = connection.execute(select(func.min(jobs.c.id)).where(jobs.c.state == JobState.QUEUED.value)).scalar()
            if job_id is None:
                return None
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(_started()))
        return self.get(job_id)

    def claim_for(self, source_ids: Sequence[str]) -> list[CrawlJob]:
        """Take the waiting jobs of these sources, oldest first."""
        wanted = (jobs.c.state == JobState.QUEUED.value, jobs.c.source_id.in_(source_ids))
        with self._store.write() as connection:
            found = list(connection.execute(select(jobs.c.id).where(*wanted).order_by(jobs.c.id).limit(IN_CHUNK)).scalars())
            connection.execute(update(jobs).where(jobs.c.id.in_(found)).values(_started()))
        return [self.get(job_id) for job_id in found]

    def heartbeat(self, job_id: int) -> None:
        """Say that the job's worker lives."""
        with self._store.write() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(heartbeat_at=datetime.now(UTC)))

    def finish(self, job_id: int, state: JobState, report: CrawlReport, message: str) -> None:
        """Close a job with its report."""
        values = {"state": state.value, "finished_at": datetime.now(UTC), "report": asdict(report), "message": message}
        with self._store.write() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(values))

    def release(self, job_id: int) -> None:
        """Put a running job back into the queue, for a worker that has to stop in the middle of it."""
        running = (jobs.c.id == job_id, jobs.c.state == JobState.RUNNING.value)
        with self._store.write() as connection:
            connection.execute(update(jobs).where(*running).values(state=JobState.QUEUED.value))

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


def _started() -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"state": JobState.RUNNING.value, "started_at": now, "heartbeat_at": now}


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
