"""Signatures of texts, kept so that looking for near-duplicates only reads what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, select

from recommender.library.store import Store, chunks
from recommender.library.tables import signatures


class SignatureRepository:
    """One signature per content: which version of the method made it, the content's fingerprint then, and its bytes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self, version: str) -> dict[str, tuple[str, bytes]]:
        """(fingerprint, signature) by content id, of one version of the method."""
        with self._store.read() as connection:
            rows = connection.execute(select(signatures).where(signatures.c.version == version))
            return {row.content_id: (row.fingerprint, row.data) for row in rows}

    def put(self, version: str, found: Mapping[str, tuple[str, bytes]]) -> None:
        """Insert or replace signatures."""
        rows = [{"content_id": found_id, "version": version, "fingerprint": mark, "data": data} for found_id, (mark, data) in found.items()]
        with self._store.write() as connection:
            for chunk in chunks(list(found)):
                connection.execute(delete(signatures).where(signatures.c.content_id.in_(chunk)))
            if rows:
                connection.execute(signatures.insert(), rows)

    def forget(self, ids: Iterable[str]) -> None:
        """Drop the signatures of contents."""
        with self._store.write() as connection:
            for chunk in chunks(list(ids)):
                connection.execute(delete(signatures).where(signatures.c.content_id.in_(chunk)))
