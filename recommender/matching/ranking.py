"""How well a content suits a request: a sum of named parts. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from recommender.library.model import ComplianceLevel, ContentItem, ContentType, Rights
from recommender.matching.channels import ChannelRules, channel_rules
from recommender.matching.learning import Policy, Rates
from recommender.matching.lexicon import lexicon, weights
from recommender.matching.model import MatchRequest
from recommender.matching.places import places
from recommender.matching.profile import Profile, read_profile
from recommender.matching.seasons import season_fit, seasons_on
from recommender.matching.traits import ContentTraits, own_words, traits_of

ZONE = ZoneInfo("Asia/Shanghai")
FIT_PARTS = ("topic", "meaning", "words")
_BY_PREFERENCE = (1.0, 0.6, 0.3)  # of the first, second and third preferred type
_UNKNOWN_TYPE = 0.3
_BROKEN_TWICE = 2  # unwelcome words in the text that break a rule for certain
_DEALS_TOPIC = "省钱好价"


@dataclass(frozen=True, slots=True)
class Ranker:
    """Everything about a request that scoring needs, read once."""

    request: MatchRequest
    profile: Profile
    rules: ChannelRules
    day: dt.date
    seasons: frozenset[str]
    rates: Rates | None = None  # what feedback says; None where there is none

    def parts(self, item: ContentItem, meaning: float) -> dict[str, float]:
        """The named parts of the score of one content; `meaning` is the cosine of its vector to the request's."""
        traits = traits_of(item)
        weigh = weights()["part"]
        known = item.understanding
        topic = sum(weight * traits.topics[name][0] for name, weight in self.profile.needs.items() if name in traits.topics)
        own = sum(own_words(traits, self.profile.words).values())
        category = self.profile.categories.get(known.category or "", 0.0)
        found = {
            "topic": weigh["topic"] * topic,
            "meaning": weigh["meaning" if self.profile.needs else "meaning_alone"] * max(0.0, meaning),
            "words": weigh["words"] * own / (own + 1),
            "region": weigh["region"] * self.rules.near * places().fit(traits.places, self.profile.places),
            "type": weigh["type"] * self.type_fit(known.content_type),
            "category": weigh["category"] * (1.0 + self.rules.one_category) * category,
            "season": weigh["season"] * season_fit(traits.seasons, self.seasons),
            "quality": weigh["quality"] * known.quality / 100,
            "freshness": weigh["freshness"] * freshness(item, traits, self.day),
            "deals": weigh["deals"] * self.rules.deals * traits.topics.get(_DEALS_TOPIC, (0.0, ()))[0],
            "rule": -weigh["rule"] * broken_share(traits, self.rules.avoid),
            "compliance": -weigh["warn"] if known.compliance is ComplianceLevel.WARN else 0.0,
        }
        found["feedback"] = (self.response(item) - 1.0) * max(0.0, sum(found.values()))
        return {name: value for name, value in found.items() if value}

    def response(self, item: ContentItem) -> float:
        """How many times more than usual the segment responds to such a content, within bounds; 1 where nothing is known."""
        if self.rates is None:
            return 1.0
        candidate = (item.understanding.category or "", item.id)
        return float(Policy(self.rates).factors(self.request.segment.id or "", [candidate], None)[0, 0])

    def type_fit(self, content_type: ContentType | None) -> float:
        """From 0 to 1: the place in the asker's preference order, or else the share in the channel's mix."""
        if content_type is None:
            return _UNKNOWN_TYPE
        share = self.rules.mix[content_type] / max(self.rules.mix.values())
        order = self.request.content_types
        if not order:
            return share
        preferred = _BY_PREFERENCE[order.index(content_type)] if content_type in order[:3] else 0.0
        return 0.7 * preferred + 0.3 * share


def make_ranker(request: MatchRequest, day: dt.date, rates: Rates | None = None) -> Ranker:
    """Read a request for scoring on a day, with the response rates that feedback has taught."""
    profile = read_profile(request)
    rules = channel_rules(request.channel, request.group_type, profile.text)
    return Ranker(request, profile, rules, day, seasons_on(day), rates)


def score_of(parts: Mapping[str, float]) -> float:
    """The score is the sum of its parts."""
    return sum(parts.values())


def fit_of(parts: Mapping[str, float]) -> float:
    """How much a content is about what the segment wants, whatever else speaks for it."""
    return sum(parts.get(name, 0.0) for name in FIT_PARTS)


def may_be_sent(item: ContentItem) -> bool:
    """The gates: what is blocked by compliance or taken down is never sent."""
    return item.understanding.compliance is not ComplianceLevel.BLOCK and item.rights is not Rights.TAKEN_DOWN


def freshness(item: ContentItem, traits: ContentTraits, day: dt.date) -> float:
    """1 for today's, halved after so many days; faster for prices and events. 0 where the time is unknown."""
    if item.published_at is None:
        return 0.0
    perishable = bool(traits.main) and lexicon().topics[traits.main].perishable
    half = weights()["list"]["perishable_days" if perishable else "fresh_days"]
    return float(half / (half + age_in_days(item.published_at, day)))


def age_in_days(published_at: dt.datetime, day: dt.date) -> int:
    """Days between a moment and a day as Shanghai counts them; 0 for a later moment."""
    return max(0, (day - published_at.astimezone(ZONE).date()).days)


def broken_rules(traits: ContentTraits, avoid: Mapping[str, str]) -> dict[str, str]:
    """The unwelcome words that a content holds, with the rule each breaks."""
    return {word: why for word, why in avoid.items() if word in traits.head or word in traits.text}


def broken_share(traits: ContentTraits, avoid: Mapping[str, str]) -> float:
    """0 where no rule is broken, 1 where one is in title or tags or several times, 0.5 for one word in the text."""
    words = broken_rules(traits, avoid)
    if not words:
        return 0.0
    return 1.0 if len(words) >= _BROKEN_TWICE or any(word in traits.head for word in words) else 0.5
