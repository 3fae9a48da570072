"""The worker's rounds: what is pending gets done, once, and a failing step stops no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import api.worker
from api.sample import load_sample_library
from api.worker import Worker, only_worker
from recommender.library import open_library
from recommender.library.model import DeliveryState
from recommender.search import open_index
from recommender.settings import Settings


def test_a_round_does_what_is_pending_and_the_next_one_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    library = open_library(settings.library_url)
    load_sample_library(library, datetime.now(UTC))
    for subscription in library.subscriptions.all():
        library.subscriptions.put(replace(subscription, hour=0))
    worker = Worker(library, settings)
    worker.run_round()
    status = open_index(settings.search_url, library, settings).status()
    assert status.documents == library.contents.count() > 300
    made = [library.digests.recent(one.id)[0] for one in library.subscriptions.all()]
    assert all(digest.content_ids and digest.state is DeliveryState.SENT for digest in made)
    revision = library.contents.revision()
    worker.run_round()
    assert library.contents.revision() == revision
    assert open_index(settings.search_url, library, settings).status().version == status.version
    assert [library.digests.recent(one.id)[0] for one in library.subscriptions.all()] == made
    library.close()


def test_a_failing_step_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(home=tmp_path)
    library = open_library(settings.library_url)
    done: list[str] = []

    def fail(*_: object) -> None:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(api.worker, "enqueue_due", fail)
    worker = Worker(library, settings)
    monkeypatch.setattr(Worker, "send_digests", lambda self: done.append("digests"))
    monkeypatch.setattr(Worker, "refresh", lambda self: done.append("refresh"))
    worker.run_round()
    assert done == ["refresh", "digests"]
    assert "disk on fire" in caplog.text
    library.close()


def test_one_home_has_one_worker(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with only_worker(settings) as first, only_worker(settings) as second:
        assert (first, second) == (True, False)
