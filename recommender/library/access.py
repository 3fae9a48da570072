"""API keys, answers to idempotent writes, and small facts."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select, update

from recommender.errors import InputError, NotFound
from recommender.library.model import ApiKey, StoredAnswer
from recommender.library.store import Store
from recommender.library.tables import answers, facts, keys

SCOPES = ("read", "write", "admin")  # each includes those before it


def _hash(secret: str) -> str:
    # The secret is 32 random bytes, so a plain hash cannot be guessed back.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _key(row: Any) -> ApiKey:
    return ApiKey(id=row.id, name=row.name, scopes=tuple(row.scopes), created_at=row.created_at, revoked_at=row.revoked_at)


class KeyRepository:
    """API keys; only hashes are stored."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, name: str, scopes: tuple[str, ...] = ("read",)) -> tuple[ApiKey, str]:
        """A new key and its secret, which is shown this once. Raises `InputError` for an unknown scope."""
        if unknown := [scope for scope in scopes if scope not in SCOPES]:
            raise InputError(f"不认识的权限 {unknown[0]}，可选：{'、'.join(SCOPES)}。", field="scopes")
        secret = "zc_" + secrets.token_urlsafe(32)
        key = ApiKey(id=secrets.token_hex(4), name=name, scopes=tuple(scopes), created_at=datetime.now(UTC))
        row = {"id": key.id, "name": name, "scopes": list(scopes), "secret_hash": _hash(secret), "created_at": key.created_at}
        with self._store.write() as connection:
            connection.execute(keys.insert(), row)
        return key, secret

    def check(self, secret: str) -> ApiKey | None:
        """The valid key with this secret, or None."""
        with self._store.read() as connection:
            row = connection.execute(select(keys).where(keys.c.secret_hash == _hash(secret), keys.c.revoked_at.is_(None))).first()
        return _key(row) if row else None

    def all(self) -> list[ApiKey]:
        """All keys, oldest first, revoked ones too."""
        with self._store.read() as connection:
            return [_key(row) for row in connection.execute(select(keys).order_by(keys.c.created_at))]

    def revoke(self, key_id: str) -> None:
        """End a key at once. Raises `NotFound`."""
        with self._store.write() as connection:
            if connection.execute(update(keys).where(keys.c.id == key_id).values(revoked_at=datetime.now(UTC))).rowcount == 0:
                raise NotFound(f"没有编号为 {key_id[:16]} 的密钥。")


class AnswerRepository:
    """Answers once given to writes with an idempotency key."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, key: str, route: str) -> StoredAnswer | None:
        """The stored answer, or None."""
        with self._store.read() as connection:
            row = connection.execute(select(answers).where(answers.c.key == key, answers.c.route == route)).first()
        return StoredAnswer(body_fingerprint=row.body_fingerprint, status=row.status, body=row.body) if row else None

    def put(self, key: str, route: str, body_fingerprint: str, status: int, body: str) -> None:
        """Keep an answer; the first one stays."""
        row = {"key": key, "route": route, "body_fingerprint": body_fingerprint, "status": status, "body": body, "at": datetime.now(UTC)}
        with self._store.write() as connection:
            if connection.execute(select(answers.c.key).where(answers.c.key == key, answers.c.route == route)).first() is None:
                connection.execute(answers.insert(), row)

    def forget_before(self, moment: datetime) -> int:
        """Drop answers older than `moment`; returns how many."""
        with self._store.write() as connection:
            return connection.execute(delete(answers).where(answers.c.at < moment)).rowcount


class FactRepository:
    """Small named facts, such as which version of a model is live."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, name: str) -> str | None:
        """The fact, or None."""
        with self._store.read() as connection:
            return connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar()

    def put(self, name: str, value: str) -> None:
        """Set a fact."""
        with self._store.write() as connection:
            connection.execute(delete(facts).where(facts.c.name == name))
            connection.execute(facts.insert(), {"name": name, "value": value})
