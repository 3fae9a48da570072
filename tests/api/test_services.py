from __future__ import annotations

from pathlib import Path

import pytest

from api import services
from api.services import Services
from recommender.library.vocabulary import Rights
from tests.api.building import House, incoming, open_house, replace_rooms, settings_in


def rooms(house: House) -> Services:
    found: Services = house.client.app.state.services  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize(("worker", "followed"), [(True, False), (False, True)])
def test_a_caller_does_not_wait_for_what_the_worker_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, worker: bool, followed: bool
) -> None:
    replace_rooms(monkeypatch)
    house = open_house(settings_in(tmp_path, worker=worker))
    notes = [incoming(f"n{number}", "面霜", f"第{number}瓶", Rights.OWNED) for number in range(services.MOST_WAITED_FOR)]
    house.library.contents.upsert(notes[:-10])
    assert rooms(house).follow_up()
    house.library.contents.upsert(notes)
    assert rooms(house).follow_up() is followed
    assert bool(house.library.contents.not_understood("test", 1)) is not followed
    house.client.__exit__(None, None, None)
