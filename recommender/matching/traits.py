"""What a content is about, read from its words: topics, places, seasons. Pure, and kept for texts seen lately."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from recommender.library.model import ContentItem
from recommender.matching.lexicon import lexicon, weights
from recommender.matching.places import places
from recommender.matching.seasons import calendar
from recommender.text.folding import fold

_USUAL_CHARACTERS = 400  # text of this length counts as usual; in longer ones a word says less
_READ_CHARACTERS = 4000  # what is behind this says little about what a post is
_PLACE_CHARACTERS = 400  # places are named at the beginning
_MOST_TIMES = 4  # more repeats of a word say no more
_HALF = 1.5


@dataclass(frozen=True, slots=True)
class ContentTraits:
    """`topics`: strength 0 to 1 and the words behind it, strongest first; `words`: share 0 to 1 by topic word.

    `main` is the strongest topic, empty where there is none.
    """

    topics: Mapping[str, tuple[float, tuple[str, ...]]]
    main: str
    words: Mapping[str, float]
    places: Mapping[str, float]
    seasons: frozenset[str]
    head: str  # title and tags, folded
    text: str  # folded


def traits_of(item: ContentItem) -> ContentTraits:
    """The traits of a content."""
    return _traits(item.title, item.text, item.tags)


def own_words(traits: ContentTraits, wanted: frozenset[str]) -> dict[str, float]:
    """Which of the wanted folded words a content holds, with a share 0 to 1 each."""
    found: dict[str, float] = {}
    for word in sorted(wanted):  # sums must not depend on the order of a set
        share = traits.words.get(word)
        if share is None:
            share = 0.6 if word in traits.head else 0.3 if word in traits.text else 0.0
        if share:
            found[word] = share
    return found


@lru_cache(maxsize=8192)
def _traits(title: str, text: str, tags: tuple[str, ...]) -> ContentTraits:
    known = lexicon()
    place = weights()["place"]
    parts = ((fold(title), place["title"]), (fold(text[:_READ_CHARACTERS]), place["text"]), (fold(" ".join(tags)), place["tags"]))
    length = 0.5 + 0.5 * min(4.0, (len(text) + 30) / _USUAL_CHARACTERS)
    counts: dict[str, float] = {}
    for part, weight in parts:
        for word, times in known.words(part).items():
            counts[word] = counts.get(word, 0.0) + weight * min(times, _MOST_TIMES)
    shares = {word: count / (count + _HALF * length) for word, count in counts.items()}
    sums: dict[str, float] = {}
    said: dict[str, list[tuple[float, str]]] = {}
    for word, share in shares.items():
        for topic, weight in known.topics_of[word]:
            sums[topic] = sums.get(topic, 0.0) + share * weight
            said.setdefault(topic, []).append((-share * weight, word))
    topics = {topic: (total / (total + place["half"]), tuple(word for _, word in sorted(said[topic]))) for topic, total in sums.items()}
    named: dict[str, float] = {}
    for part, weight in ((parts[0][0], place["title"]), (parts[1][0][:_PLACE_CHARACTERS], place["text"]), (parts[2][0], place["tags"])):
        for name, times in places().named(part).items():
            named[name] = named.get(name, 0.0) + weight * times
    head = f"{parts[0][0]} {parts[2][0]}"
    main = max(topics, key=lambda name: (topics[name][0], name), default="")
    return ContentTraits(topics, main, shares, named, calendar().named(head), head, parts[1][0])
