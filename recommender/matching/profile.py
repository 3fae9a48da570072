"""What a segment is taken to want: its needs with the words that speak for them, its own words, its places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from recommender.library.model import Segment
from recommender.matching.lexicon import Lexicon, Mention, lexicon, weights
from recommender.matching.model import MatchRequest
from recommender.matching.places import places
from recommender.text.folding import fold

_ASKED = ("goal", "interests")  # fields that say what to send
_OWN_WORD_CHARACTERS = range(2, 13)  # a tag or interest of this length is looked for as it is


@dataclass(frozen=True, slots=True)
class Trait:
    """A word of the segment or goal, in the field that holds it, and the needs it speaks for (`role`: through whom)."""

    said: str
    field: str
    topics: Mapping[str, float]
    role: str = ""


@dataclass(frozen=True, slots=True)
class FieldReading:
    """What one field says, whichever field it is."""

    folded: str
    mentions: tuple[Mention, ...]
    telling: tuple[Mention, ...]
    words: frozenset[str]


@lru_cache(maxsize=4096)
def _read_field(text: str) -> FieldReading:
    """Kept for texts seen lately: reasons are checked by reading a segment again without one word, which leaves most fields as they are."""
    known, folded = lexicon(), fold(text)
    words = frozenset(word for word in known.words(folded) if len(word) > 1)
    return FieldReading(folded, tuple(known.mentions(folded)), tuple(known.telling_words(folded)), words)


@dataclass(frozen=True, slots=True)
class Profile:
    """A segment with a goal, understood. `needs` has length 1 (or is empty); `text` is folded."""

    text: str
    needs: Mapping[str, float]
    categories: Mapping[str, float]  # share of the strongest category, 1 for it
    traits: tuple[Trait, ...]
    words: frozenset[str]
    places: frozenset[str]


def segment_text(segment: Segment, goal: str = "") -> str:
    """All words of a segment and a goal, blanks between; what searches and vectors are made of."""
    parts = (segment.name, segment.description, *segment.tags, *segment.interests, segment.life_stage, goal)
    return " ".join(part.strip() for part in parts if part.strip())


def _fields(request: MatchRequest) -> dict[str, str]:
    segment = request.segment
    return {
        "name": segment.name,
        "description": segment.description,
        "tags": " ".join(segment.tags),
        "interests": " ".join(segment.interests),
        "life_stage": segment.life_stage,
        "tier": segment.tier,
        "goal": request.goal,
    }


def without_trait(request: MatchRequest, said: str) -> MatchRequest:
    """The same request as if the segment and goal did not say `said` (as folded text has it)."""

    def cut(text: str) -> str:
        folded = fold(text)
        return text if said not in folded else folded.replace(said, " ").strip()

    old = request.segment
    segment = replace(
        old,
        name=cut(old.name),
        description=cut(old.description),
        tags=tuple(cut(tag) for tag in old.tags),
        interests=tuple(cut(interest) for interest in old.interests),
        life_stage=cut(old.life_stage),
        tier=cut(old.tier),
    )
    return replace(request, segment=segment, goal=cut(request.goal))


def read_profile(request: MatchRequest) -> Profile:
    """Understand a request. Free words are mapped to what the lexicon knows; unknown ones still count as words."""
    known = lexicon()
    loud = weights()["field"]
    said: dict[str, float] = {}
    roles: dict[str, float] = {}
    traits: list[Trait] = []
    own: set[str] = set()
    readings = {name: _read_field(text) for name, text in _fields(request).items()}
    for field, reading in readings.items():
        for mention in reading.mentions:
            table = said if mention.kind == "topic" else roles
            share = loud["background"] if mention.kind == "topic" and known.topics[mention.name].background and field not in _ASKED else 1.0
            table[mention.name] = table.get(mention.name, 0.0) + share * loud[field]
            traits.append(_trait(known, mention, field))
        for mention in reading.telling:
            if not any(mention.said in stated.said or stated.said in mention.said for stated in traits if stated.field == field):
                said[mention.name] = said.get(mention.name, 0.0) + loud["word"] * loud[field]
                traits.append(_trait(known, mention, field))
        own.update(reading.words)
    for term in (*request.segment.tags, *request.segment.interests):
        if len(term.strip()) in _OWN_WORD_CHARACTERS:
            own.add(fold(term.strip()))
    needs = {topic: min(weight, loud["most"]) for topic, weight in said.items()}
    implied: dict[str, float] = {}
    for role, weight in roles.items():
        for topic, share in known.needs_of_role[role].items():
            implied[topic] = max(implied.get(topic, 0.0), share * min(weight, loud["role_most"]))
    for topic, weight in implied.items():
        share = loud["background"] if known.topics[topic].background else 1.0
        needs[topic] = needs.get(topic, 0.0) + share * loud["role"] * weight
    region = fold(f"{request.segment.region} {request.segment.description}")
    return Profile(
        text=" ".join(text for text in (*(reading.folded for reading in readings.values()), region) if text),
        needs=_of_length_one(needs),
        categories=_categories(known, needs),
        traits=tuple(traits),
        words=frozenset(own),
        places=frozenset(places().named(region)),
    )


def _trait(known: Lexicon, mention: Mention, field: str) -> Trait:
    if mention.kind != "role":
        return Trait(mention.said, field, {mention.name: 1.0})
    return Trait(mention.said, field, known.needs_of_role[mention.name], role=mention.name)


def _of_length_one(needs: Mapping[str, float]) -> dict[str, float]:
    length = sum(weight * weight for weight in needs.values()) ** 0.5
    ordered = sorted(needs.items(), key=lambda item: (-item[1], item[0]))
    return {topic: weight / length for topic, weight in ordered} if length else {}


def _categories(known: Lexicon, needs: Mapping[str, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for topic, weight in needs.items():
        category = known.topics[topic].category
        found[category] = found.get(category, 0.0) + weight
    most = max(found.values(), default=0.0)
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return {category: weight / most for category, weight in ordered}
