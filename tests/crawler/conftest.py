"""A library of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.library import Library, open_library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = open_library(f"sqlite:///{tmp_path / 'library.db'}")
    yield opened
    opened.close()
