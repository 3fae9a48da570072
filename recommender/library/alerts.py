"""What a person has to be told once: raised, sent when it could be, cleared when it is over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from recommender.library.model import Alert
from recommender.library.sourcing_tables import alerts
from recommender.library.store import Store


class AlertRepository:
    """Alerts; a subject has at most one open alert."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def raise_alert(self, kind: str, subject_id: str, message: str, at: datetime) -> bool:
        """Raise one for a source or watch_list; False where one is already open for it."""
        subject = (alerts.c.kind == kind, alerts.c.subject_id == subject_id, alerts.c.cleared_at.is_(None))
        with self._store.write() as connection:
            if connection.execute(select(alerts.c.id).where(*subject)).first() is not None:
                return False
            connection.execute(alerts.insert().values(kind=kind, subject_id=subject_id, message=message, raised_at=at))
        return True

    def clear(self, kind: str, subject_id: str, at: datetime) -> bool:
        """Close the open alert of a subject; False where there is none."""
        subject = (alerts.c.kind == kind, alerts.c.subject_id == subject_id, alerts.c.cleared_at.is_(None))
        with self._store.write() as connection:
            return connection.execute(update(alerts).where(*subject).values(cleared_at=at)).rowcount > 0

    def unsent(self) -> list[Alert]:
        """Open alerts that nobody was told of yet, oldest first."""
        return self._listed(alerts.c.sent_at.is_(None), alerts.c.cleared_at.is_(None))

    def mark_sent(self, alert_id: int, at: datetime) -> None:
        """Keep that a person was told."""
        with self._store.write() as connection:
            connection.execute(update(alerts).where(alerts.c.id == alert_id).values(sent_at=at))

    def open(self) -> list[Alert]:
        """Alerts that are not over, oldest first."""
        return self._listed(alerts.c.cleared_at.is_(None))

    def recent(self, limit: int = 20) -> list[Alert]:
        """The newest alerts, open or over."""
        with self._store.read() as connection:
            rows = connection.execute(select(alerts).order_by(alerts.c.id.desc()).limit(limit))
            return [Alert(**row._mapping) for row in rows]

    def _listed(self, *conditions: object) -> list[Alert]:
        with self._store.read() as connection:
            rows = connection.execute(select(alerts).where(*conditions).order_by(alerts.c.id))  # type: ignore[arg-type]
            return [Alert(**row._mapping) for row in rows]
