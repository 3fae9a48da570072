"""The sample library as a whole: its notes, segments and subscriptions."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import recommender.library
from crawler.sample import load_sample
from recommender.library import Library
from recommender.library.model import CrawlReport
from recommender.matching import load_segments, load_subscriptions

FOLDER = Path(recommender.library.__file__).parent / "sample"


def load_sample_library(library: Library, now: datetime) -> CrawlReport:
    """Put everything that is a sample into the library; doing it twice changes nothing. Returns what became of the notes."""
    report = load_sample(library, now)
    for segment in load_segments(FOLDER / "segments.toml"):
        library.segments.put(segment)
    for subscription in load_subscriptions(FOLDER / "subscriptions.toml"):
        library.subscriptions.put(subscription)
    return report
