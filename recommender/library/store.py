"""The database connection: SQLite (WAL) or PostgreSQL by URL, with short reads and exclusive writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select, update
from sqlalchemy.engine import make_url

from recommender.library.tables import counters

BUSY_TIMEOUT_MS = 30_000
IN_CHUNK = 500  # SQLite takes at most 32,766 variables in a statement; small lists also plan faster


class Store:
    """Reads and writes on one engine. A write takes the lock at its start, so two writers wait instead of failing."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(exclusive=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection in a read transaction."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a transaction that is committed at the end, or rolled back on an error."""
        with self._writer.begin() as connection:
            yield connection

    @contextmanager
    def rehearse(self) -> Iterator[Connection]:
        """A connection in a transaction that is always rolled back: what would happen can be read, and nothing does."""
        with self._writer.connect() as connection, connection.begin() as transaction:
            yield connection
            transaction.rollback()


def open_store(url: str) -> Store:
    """Connect to `url`, making the folder of an SQLite file."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return Store(create_engine(address, pool_pre_ping=True))
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_TIMEOUT_MS}", "cache_size=-32000", "temp_store=MEMORY"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        exclusive = connection.get_execution_options().get("exclusive")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if exclusive else "BEGIN")

    return Store(engine)


def take_numbers(connection: Connection, name: str, amount: int) -> int:
    """Reserve `amount` numbers of the counter `name` inside a write; returns the first."""
    if connection.execute(update(counters).where(counters.c.name == name).values(value=counters.c.value + amount)).rowcount == 0:
        connection.execute(counters.insert().values(name=name, value=amount))
    last: int = connection.execute(select(counters.c.value).where(counters.c.name == name)).scalar_one()
    return last - amount + 1


def chunks(items: list[str], size: int = IN_CHUNK) -> Iterator[list[str]]:
    """Consecutive pieces of `items`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
