"""Events, subscriptions, digests and the ledger of what was delivered."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import BigInteger, delete, func, select, type_coerce, update

from recommender.errors import Conflict, NotFound
from recommender.library.model import Channel, DeliveryState, Digest, Event, EventKind, GroupType, Response, Subscription
from recommender.library.store import Store, chunks
from recommender.library.tables import contents, digests, events, ledger, milliseconds, subscriptions


def _event_row(event: Event) -> dict[str, Any]:
    row = {**asdict(event), "kind": event.kind.value, "channel": event.channel.value if event.channel else None}
    body = orjson.dumps({**row, "occurred_at": milliseconds(event.occurred_at)}, option=orjson.OPT_SORT_KEYS)
    return {**row, "fingerprint": hashlib.sha256(body).hexdigest()[:32]}


SHANGHAI_MS, DAY_MS = 8 * 3_600_000, 86_400_000
EPOCH_DAY = date(1970, 1, 1)


class EventRepository:
    """What happened to contents; each key counts once."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, found: Sequence[Event]) -> list[bool]:
        """Store all or none; False for a key known with the same body. Raises `Conflict` for one known with another body."""
        now = datetime.now(UTC)
        fresh: list[bool] = []
        new: dict[str, dict[str, Any]] = {}
        with self._store.write() as connection:
            known: dict[str, str] = {}
            for chunk in chunks([event.key for event in found]):
                rows = connection.execute(select(events.c.key, events.c.fingerprint).where(events.c.key.in_(chunk)))
                known |= {row.key: row.fingerprint for row in rows}
            for event in found:
                row = _event_row(event)
                before = known.get(event.key)
                if before is not None and before != row["fingerprint"]:
                    raise Conflict(f"事件键 {event.key[:80]} 已经用于另一条内容不同的事件。", field="key")
                fresh.append(before is None)
                if before is None:
                    known[event.key] = row["fingerprint"]
                    new[event.key] = {**row, "received_at": now}
            if new:
                connection.execute(events.insert(), list(new.values()))
        return fresh

    def recent(self, limit: int = 50) -> list[Event]:
        """The events that came in last."""
        with self._store.read() as connection:
            rows = connection.execute(select(events).order_by(events.c.received_at.desc(), events.c.key).limit(limit)).all()
        return [
            Event(
                key=row.key,
                kind=EventKind(row.kind),
                content_id=row.content_id,
                occurred_at=row.occurred_at,
                segment_id=row.segment_id,
                channel=Channel(row.channel) if row.channel else None,
                actor=row.actor,
                value=row.value,
            )
            for row in rows
        ]

    def counts(self, content_ids: Sequence[str]) -> dict[str, dict[EventKind, int]]:
        """How often each kind of event happened to each content."""
        found: dict[str, dict[EventKind, int]] = defaultdict(dict)
        query = select(events.c.content_id, events.c.kind, func.count()).group_by(events.c.content_id, events.c.kind)
        with self._store.read() as connection:
            for chunk in chunks(list(content_ids)):
                for content_id, kind, number in connection.execute(query.where(events.c.content_id.in_(chunk))):
                    found[content_id][EventKind(kind)] = number
        return dict(found)

    def newest(self) -> tuple[int, datetime | None]:
        """(how many events, when the last one came in): changes whenever an event is added."""
        with self._store.read() as connection:
            row = connection.execute(select(func.count(), func.max(events.c.received_at))).one()
        return row[0], row[1]

    def responses(self) -> list[Response]:
        """What happened, by content, segment, day in Shanghai, kind and actor; contents that have left the library are left out."""
        day = (type_coerce(events.c.occurred_at, BigInteger) + SHANGHAI_MS) // DAY_MS
        columns = (events.c.content_id, events.c.segment_id, day, events.c.kind, events.c.actor, contents.c.category)
        query = select(*columns, func.count()).join(contents, contents.c.id == events.c.content_id).group_by(*columns)
        with self._store.read() as connection:
            return [
                Response(row[0], row[1] or "", EPOCH_DAY + timedelta(days=int(row[2])), EventKind(row[3]), row[4], row[5] or "", row[6])
                for row in connection.execute(query)
            ]

    def sent_to(self, segment_id: str, since: datetime) -> set[str]:
        """Ids of contents sent to the segment since then, by event or by a delivered digest."""
        by_event = select(events.c.content_id).where(
            events.c.segment_id == segment_id, events.c.kind == EventKind.SENT.value, events.c.occurred_at >= since
        )
        by_digest = (
            select(digests.c.content_ids)
            .join(subscriptions, subscriptions.c.id == digests.c.subscription_id)
            .where(subscriptions.c.segment_id == segment_id, digests.c.state == DeliveryState.SENT.value, digests.c.created_at >= since)
        )
        with self._store.read() as connection:
            found = set(connection.execute(by_event).scalars())
            for ids in connection.execute(by_digest).scalars():
                found.update(ids)
        return found


class SubscriptionRepository:
    """Who gets a digest of what."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, subscription: Subscription) -> Subscription:
        """Insert or replace by id."""
        row = {**asdict(subscription), "channel": subscription.channel.value}
        row["group_type"] = subscription.group_type.value if subscription.group_type else None
        with self._store.write() as connection:
            connection.execute(delete(subscriptions).where(subscriptions.c.id == subscription.id))
            connection.execute(subscriptions.insert(), row)
        return subscription

    def get(self, subscription_id: str) -> Subscription:
        """One subscription. Raises `NotFound`."""
        with self._store.read() as connection:
            row = connection.execute(select(subscriptions).where(subscriptions.c.id == subscription_id)).first()
        if row is None:
            raise NotFound(f"没有编号为 {subscription_id[:64]} 的订阅。")
        return _subscription(row)

    def all(self) -> list[Subscription]:
        """All subscriptions by id."""
        with self._store.read() as connection:
            return [_subscription(row) for row in connection.execute(select(subscriptions).order_by(subscriptions.c.id))]

    def delete(self, subscription_id: str) -> None:
        """Remove one; its digests and ledger stay. Raises `NotFound`."""
        with self._store.write() as connection:
            if connection.execute(delete(subscriptions).where(subscriptions.c.id == subscription_id)).rowcount == 0:
                raise NotFound(f"没有编号为 {subscription_id[:64]} 的订阅。")


def _subscription(row: Any) -> Subscription:
    group_type = GroupType(row.group_type) if row.group_type else None
    return Subscription(**{**row._mapping, "channel": Channel(row.channel), "group_type": group_type})


class DigestRepository:
    """Digests, frozen once made."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, subscription_id: str, day: str) -> Digest | None:
        """The digest of that day (YYYY-MM-DD), or None."""
        found = self._where(digests.c.subscription_id == subscription_id, digests.c.day == day)
        return found[0] if found else None

    def create(self, digest: Digest) -> Digest:
        """Store a digest; where the day already has one, that one is returned and nothing changes."""
        row = {**asdict(digest), "state": digest.state.value, "content_ids": list(digest.content_ids), "reasons": list(digest.reasons)}
        with self._store.write() as connection:
            if connection.execute(select(digests.c.id).where(digests.c.id == digest.id)).first() is None:
                connection.execute(digests.insert(), row)
        return self._where(digests.c.id == digest.id)[0]

    def delivered(self, subscription_id: str) -> set[str]:
        """Ids of all contents in earlier digests of this subscription."""
        with self._store.read() as connection:
            rows = connection.execute(select(digests.c.content_ids).where(digests.c.subscription_id == subscription_id)).scalars()
            return {content_id for ids in rows for content_id in ids}

    def recent(self, subscription_id: str, limit: int = 30) -> list[Digest]:
        """The newest digests of a subscription."""
        return self._where(digests.c.subscription_id == subscription_id, limit=limit)

    def set_state(self, digest_id: str, state: DeliveryState, message: str = "") -> None:
        """Record how delivery stands."""
        with self._store.write() as connection:
            connection.execute(update(digests).where(digests.c.id == digest_id).values(state=state.value, message=message))

    def _where(self, *where: Any, limit: int = 1) -> list[Digest]:
        with self._store.read() as connection:
            rows = connection.execute(select(digests).where(*where).order_by(digests.c.day.desc()).limit(limit)).all()
        return [
            Digest(
                **{**row._mapping, "content_ids": tuple(row.content_ids), "reasons": tuple(row.reasons), "state": DeliveryState(row.state)}
            )
            for row in rows
        ]


class LedgerRepository:
    """What was handed over, part by part. A part that was sent is never begun again."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, digest_id: str, part: int, fingerprint: str) -> bool:
        """Mark a part as being sent. False where it was sent, or another process is sending it."""
        now = datetime.now(UTC)
        with self._store.write() as connection:
            place = (ledger.c.digest_id == digest_id, ledger.c.part == part)
            row = connection.execute(select(ledger.c.state).where(*place)).first()
            if row is not None and row.state in (DeliveryState.SENT.value, DeliveryState.SENDING.value):
                return False
            connection.execute(delete(ledger).where(*place))
            values = {"digest_id": digest_id, "part": part, "fingerprint": fingerprint, "state": DeliveryState.SENDING.value, "at": now}
            connection.execute(ledger.insert(), values)
        return True

    def mark(self, digest_id: str, part: int, state: DeliveryState, message: str = "") -> None:
        """Record the end of sending a part."""
        with self._store.write() as connection:
            values = {"state": state.value, "message": message, "at": datetime.now(UTC)}
            connection.execute(update(ledger).where(ledger.c.digest_id == digest_id, ledger.c.part == part).values(values))

    def parts(self, digest_id: str) -> dict[int, DeliveryState]:
        """State of each part begun so far."""
        with self._store.read() as connection:
            rows = connection.execute(select(ledger.c.part, ledger.c.state).where(ledger.c.digest_id == digest_id))
            return {row.part: DeliveryState(row.state) for row in rows}
