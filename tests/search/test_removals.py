"""The library is asked for removals only after it changed, and no removal is missed."""

import os
from pathlib import Path

import pytest

from recommender.library import open_library
from recommender.search.removals import Removals
from tests.search.builders import library_in, note, settings_in


def test_what_left_is_seen_at_once_also_from_another_connection(tmp_path: Path) -> None:
    library = library_in(tmp_path, [note(f"n{number}", "防晒") for number in range(30)])
    other = open_library(settings_in(tmp_path).library_url)
    removals = Removals(library)
    revision = library.contents.revision()
    for number in range(30):
        (library, other)[number % 2].contents.take_down(f"xhs-n{number}", "作者要求")
        assert len(removals.since(revision)) == number + 1


def test_the_library_is_not_asked_again_while_its_files_stay_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = library_in(tmp_path, [note("a", "防晒")])
    removals = Removals(library)
    for file in tmp_path.glob("library.db*"):
        os.utime(file, (1_000_000_000, 1_000_000_000))  # written long ago
    assert removals.since(0) == []
    monkeypatch.setattr(library.contents, "removed_since", lambda _: [("xhs-a", 1)])
    assert removals.since(0) == []
    assert removals.since(1) == ["xhs-a"]  # another revision is another question
    library.contents.take_down("xhs-a", "作者要求")
    assert removals.since(0) == ["xhs-a"]
