"""One house for all tests of matching that only read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.matching.builders import House, open_house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = open_house(tmp_path_factory.mktemp("matching"))
    yield found
    found.library.close()
