"""Taking contents down for good: everything derived from them goes, a tombstone stays that no crawl or import gets past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from recommender.library.merging import short_hash
from recommender.library.model import DeliveryState, IncomingContent
from recommender.library.sourcing_tables import content_watch_lists
from recommender.library.store import chunks, take_numbers
from recommender.library.tables import (
    answers,
    comments,
    content_brands,
    contents,
    count_history,
    creators,
    digests,
    ledger,
    removals,
    signatures,
    tombstones,
)

# the tables that hold something of a content, by the column that names it
_OF_CONTENT = (
    (contents, contents.c.id),
    (content_brands, content_brands.c.content_id),
    (content_watch_lists, content_watch_lists.c.content_id),
    (count_history, count_history.c.content_id),
    (comments, comments.c.content_id),
    (signatures, signatures.c.content_id),
    (removals, removals.c.content_id),
)


def url_subject(url: str) -> str:
    """What a tombstone of an address is filed under."""
    return f"url:{short_hash(url)}"


def creator_subject(creator_id: str) -> str:
    """What a tombstone of a creator is filed under."""
    return f"creator:{creator_id[:88]}"


def remove(connection: Connection, ids: Sequence[str]) -> None:
    """Delete contents and what is kept of them, and number their removal so that indexes follow."""
    for chunk in chunks(list(ids)):
        for table, column in _OF_CONTENT:
            connection.execute(delete(table).where(column.in_(chunk)))
    if ids:
        first = take_numbers(connection, "revision", len(ids))
        connection.execute(removals.insert(), [{"content_id": found_id, "revision": first + place} for place, found_id in enumerate(ids)])


def bury(connection: Connection, subject: str, url: str, reason: str) -> None:
    """Leave a tombstone."""
    connection.execute(delete(tombstones).where(tombstones.c.content_id == subject))
    connection.execute(tombstones.insert(), {"content_id": subject, "url": url, "reason": reason, "at": datetime.now(UTC)})


def forget_creator(connection: Connection, creator_id: str) -> None:
    """Delete the record of a creator."""
    connection.execute(delete(creators).where(creators.c.id == creator_id))


def drop_from_digests(connection: Connection, ids: Iterable[str]) -> None:
    """Take contents out of digests of which nothing was sent yet.

    One that was sent in part keeps its places, by which the ledger counts; delivery leaves out what is gone from the library.
    """
    gone = set(ids)
    begun = select(ledger.c.digest_id)
    waiting = select(digests).where(digests.c.state != DeliveryState.SENT.value, digests.c.id.not_in(begun))
    for row in connection.execute(waiting).all():
        if gone & set(row.content_ids):
            kept = [place for place, found_id in enumerate(row.content_ids) if found_id not in gone]
            values: dict[str, Any] = {name: [getattr(row, name)[place] for place in kept] for name in ("content_ids", "reasons")}
            connection.execute(update(digests).where(digests.c.id == row.id).values(values))


def forget_answers(connection: Connection, ids: Iterable[str]) -> None:
    """Drop the kept answers of writes that speak of contents: a repeated write must not be answered with what is gone."""
    for found_id in ids:
        connection.execute(delete(answers).where(answers.c.body.contains(found_id, autoescape=True)))


def buried_creators(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Which of these creators are taken down."""
    subjects = {creator_subject(creator_id): creator_id for creator_id in ids}
    found: set[str] = set()
    for chunk in chunks(list(subjects)):
        wanted = select(tombstones.c.content_id).where(tombstones.c.content_id.in_(chunk))
        found.update(subjects[subject] for subject in connection.execute(wanted).scalars())
    return found


def buried(connection: Connection, ids: Sequence[str], items: Sequence[IncomingContent]) -> set[str]:
    """Which of these ids, addresses and creators are taken down, under the names that `is_buried` asks for."""
    found: set[str] = set()
    authors = {creator_subject(item.creator.id) for item in items if item.creator}
    urls = {item.url for item in items if item.url}
    for column, wanted in ((tombstones.c.content_id, [*ids, *authors]), (tombstones.c.url, list(urls))):
        for chunk in chunks(wanted):
            found.update(connection.execute(select(column).where(column.in_(chunk))).scalars())
    return found


def is_buried(gone: set[str], found_id: str, item: IncomingContent) -> bool:
    """Whether an incoming content may not come back."""
    return found_id in gone or item.url in gone or (item.creator is not None and creator_subject(item.creator.id) in gone)
