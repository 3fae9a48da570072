"""Fixtures of the API's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.building import House, open_house, replace_rooms, settings_in


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The application on loopback with three notes, the letter index behind it."""
    replace_rooms(monkeypatch)
    found = open_house(settings_in(tmp_path))
    yield found
    found.client.__exit__(None, None, None)


@pytest.fixture(scope="session")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The same for tests that change nothing; one for all of them."""
    with pytest.MonkeyPatch.context() as patch:
        replace_rooms(patch)
        found = open_house(settings_in(tmp_path_factory.mktemp("still")))
    yield found
    found.client.__exit__(None, None, None)


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The same where every caller needs a key."""
    replace_rooms(monkeypatch)
    found = open_house(settings_in(tmp_path, require_keys=True))
    yield found
    found.client.__exit__(None, None, None)
