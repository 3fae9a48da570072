"""Rows of SQLite tables; of a damaged file whatever can still be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from crawler.importers.recognition import Recogniser
from crawler.importers.rows import BrokenRow, Remark, Row, UnknownTable
from recommender.errors import NotAnExport

_OUR_TABLES = frozenset({"alembic_version", "contents", "corrections"})


def database_rows(path: Path, name: str, recogniser: Recogniser) -> Iterator[Row | BrokenRow | UnknownTable | Remark]:
    """Rows of every table whose columns the recogniser knows. Raises `NotAnExport` where not even the tables can be listed."""
    try:
        with closing(_connect(path)) as connection:
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            tables = [table for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
            if set(tables) >= _OUR_TABLES:
                yield Remark(f"{name}：是种草自己的内容库，没有读。")
                return
            unknown = []
            for table in tables:
                quoted = '"' + table.replace('"', '""') + '"'
                columns = tuple(column for _, column, *_ in connection.execute(f"PRAGMA table_info({quoted})"))
                if recogniser.reader(columns) is None:
                    unknown.append(table)
                    continue
                yield from _table_rows(connection, table, quoted, columns, name)
            if len(unknown) == len(tables):
                yield UnknownTable("", tuple(unknown))
    except sqlite3.Error as error:
        raise NotAnExport(f"{name}：读不了这个数据库文件，可能已损坏或不完整（{error}）。") from None


def _connect(path: Path) -> sqlite3.Connection:
    """Read only. What a running program has not yet written back stands in the file beside it, and is read too."""
    beside = path.with_name(path.name + "-wal")
    waiting = beside.is_file() and beside.stat().st_size > 0
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro{'' if waiting else '&immutable=1'}", uri=True)


def _table_rows(connection: sqlite3.Connection, table: str, quoted: str, columns: tuple[str, ...], name: str) -> Iterator[Row | BrokenRow]:
    number = 0
    try:
        total = connection.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0] or 1  # noqa: S608 (quoted by the caller)
    except sqlite3.Error:
        total = 0  # counting reads every page; a damaged file is read as far as it goes
    try:
        for number, cells in enumerate(connection.execute(f"SELECT * FROM {quoted}"), 1):  # noqa: S608
            yield Row(
                f"{name} 表 {table} 第 {number} 行", dict(zip(columns, cells, strict=True)), min(number / total, 1.0) if total else 0.0
            )
    except sqlite3.Error as error:
        yield BrokenRow(f"{name} 表 {table}：第 {number} 行之后读不了，数据库文件可能不完整（{error}）。")
