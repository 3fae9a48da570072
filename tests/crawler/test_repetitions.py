"""The same content met several times in one run: which copy of it stays."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from crawler.intake import Intake
from recommender.library import Library
from recommender.library.model import Platform
from tests.crawler.builders import note, note_id, stored

WHOLE = "先把番茄烫过去皮，切成大块，小火炒出汁再下蛋。"


@pytest.mark.parametrize("flushed", [False, True])
@pytest.mark.parametrize("same", [{}, {"identity": "", "url": "https://a.example.com/1", "platform": Platform.WEB}])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_whole_copy_wins_whatever_the_order(library: Library, order: tuple[int, ...], same: dict[str, Any], flushed: bool) -> None:
    later = {"updated_at": 1_741_739_526_000}
    copies = [
        note(text="先把……", partial=True, **later),
        note(text=WHOLE, updated_at=1_741_739_525_000),
        note(text="先把番茄……", partial=True),
    ]
    intake = Intake(library)
    for place in order:
        intake.add(replace(copies[place], **same))
        if flushed:
            intake.flush()
    report = intake.finish()
    assert (report.found, report.new, report.duplicates) == (3, 1, 2)
    assert [item.text for item in stored(library)] == [WHOLE]


@pytest.mark.parametrize("flushed", [False, True])
@pytest.mark.parametrize("teaser_first", [False, True])
def test_the_whole_copy_wins_over_one_of_the_same_address(library: Library, teaser_first: bool, flushed: bool) -> None:
    copies = [note(identity=note_id(1), text="先把……", partial=True), note(identity=note_id(2), text=WHOLE)]
    intake = Intake(library)
    for copy in copies if teaser_first else reversed(copies):
        intake.add(replace(copy, url="https://blog.example.com/1"))
        if flushed:
            intake.flush()
    report = intake.finish()
    assert (report.new, report.duplicates, [item.text for item in stored(library)]) == (1, 1, [WHOLE])
