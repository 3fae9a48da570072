"""Column mappings of spreadsheets, saved by name."""

from __future__ import annotations

from sqlalchemy import delete, select

from recommender.errors import NotFound
from recommender.library.model import ColumnMapping
from recommender.library.sourcing_tables import mappings
from recommender.library.store import Store


class MappingRepository:
    """Which header means which field, for spreadsheets that come again."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, mapping: ColumnMapping) -> ColumnMapping:
        """Insert or replace by name."""
        with self._store.write() as connection:
            connection.execute(delete(mappings).where(mappings.c.name == mapping.name))
            connection.execute(mappings.insert().values(name=mapping.name, columns=mapping.columns))
        return mapping

    def get(self, name: str) -> ColumnMapping:
        """One mapping. Raises `NotFound`."""
        with self._store.read() as connection:
            row = connection.execute(select(mappings).where(mappings.c.name == name)).first()
        if row is None:
            raise NotFound(f"没有名为“{name[:80]}”的列对应表。")
        return ColumnMapping(name=row.name, columns=row.columns)

    def all(self) -> list[ColumnMapping]:
        """All mappings by name."""
        with self._store.read() as connection:
            rows = connection.execute(select(mappings).order_by(mappings.c.name))
            return [ColumnMapping(name=row.name, columns=row.columns) for row in rows]

    def delete(self, name: str) -> None:
        """Remove one. Raises `NotFound`."""
        with self._store.write() as connection:
            if connection.execute(delete(mappings).where(mappings.c.name == name)).rowcount == 0:
                raise NotFound(f"没有名为“{name[:80]}”的列对应表。")
