"""From the events of the library to the response rates that matching uses."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from recommender.library import Library
from recommender.library.model import EventKind, Response
from recommender.matching.learning import Experience, Options, Rates, options

_kept: WeakKeyDictionary[Library, tuple[Any, Rates | None]] = WeakKeyDictionary()
_reading = Lock()


def experience_from(responses: Iterable[Response], numbers: Options | None = None) -> Experience:
    """Exposures and weighted responses of each (segment, content, day).

    An actor counts for no more than `most_per_actor_day` a content and day, either way. A content that was answered to
    without being reported as shown counts as shown as often.
    """
    numbers = numbers or options()
    shown: dict[tuple[str, str, str, dt.date], float] = defaultdict(float)
    answers: dict[tuple[str, str, str, dt.date], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in responses:
        key = (row.segment_id, row.category, row.content_id, row.day)
        if row.kind is EventKind.EXPOSURE:
            shown[key] += row.times if not row.actor else min(row.times, numbers.most_per_actor_day)
        elif weight := numbers.weights.get(row.kind.value):
            answers[key][row.actor] += weight * row.times
    experience = Experience(numbers)
    most = numbers.most_per_actor_day
    for key in shown.keys() | answers.keys():
        given = answers.get(key, {})
        won = sum(value if not actor else max(-most, min(most, value)) for actor, value in given.items())
        answered = sum(abs(value) if not actor else min(most, abs(value)) for actor, value in given.items())
        segment, category, content, day = key
        experience.add(segment, category, content, day, shown=max(shown.get(key, 0.0), answered), won=won)
    return experience


def rates_of(library: Library, day: dt.date) -> Rates | None:
    """The rates of a day; None where nothing has happened yet. Read again only when events have come in."""
    mark = (*library.events.newest(), day)
    if not mark[0]:
        return None
    with _reading:
        known = _kept.get(library)
        if known is None or known[0] != mark:
            experience = experience_from(library.events.responses())
            experience.learn_strengths(day)
            known = (mark, experience.rates(day))
            _kept[library] = known
    return known[1]
