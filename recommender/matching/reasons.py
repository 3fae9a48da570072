"""Why a content was chosen: sentences that name a trait, word or rule, each checked by taking it away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recommender.library.model import ContentItem
from recommender.matching.candidates import meanings
from recommender.matching.channels import ChannelRules
from recommender.matching.mix import TYPE_NAMES, Scored
from recommender.matching.places import places
from recommender.matching.profile import Trait, segment_text, without_trait
from recommender.matching.ranking import Ranker, age_in_days, make_ranker, score_of
from recommender.matching.traits import own_words, traits_of
from recommender.search import Index
from recommender.text.folding import fold

FEWEST, MOST = 2, 4
_TOPIC_REASONS = 2
_LEAST_SHARE = 0.2  # of the topic part, for a need to be given as a reason
_TRAITS_TRIED = 12  # traits that are taken away one by one
_WORDS_SHOWN = 3
_FRESH_DAYS = 30
_CLEARLY_MORE = 1.15  # times the usual response
_LONGEST_WHOLE = 10  # characters of a tag or name that is given whole
_FIELDS = {  # how a sentence begins that names a word of the segment
    "name": "客户是“{}”",
    "description": "客户描述里有“{}”",
    "tags": "客户带着标签“{}”",
    "interests": "客户的兴趣是“{}”",
    "life_stage": "客户正处在“{}”",
    "tier": "客户等级是“{}”",
    "goal": "这次的目标提到“{}”",
}


def explain(index: Index, ranker: Ranker, chosen: Sequence[Scored]) -> list[tuple[str, ...]]:
    """Two to four Chinese sentences for each chosen content.

    A sentence that names a word of the segment is only given where the score falls when that word is taken away; the
    others name a part of the score that is above zero.
    """
    tried = _worth_trying(ranker, chosen)
    shown = [_whole(ranker, trait) for trait in tried]
    falls = _falls(index, ranker, chosen, shown)
    causes = list(zip(tried, shown, strict=True))
    return [_reasons(ranker, one, [(trait, words) for trait, words in causes if falls[words][place]]) for place, one in enumerate(chosen)]


def _whole(ranker: Ranker, trait: Trait) -> str:
    """The tag, stage or name that a trait was read from, where it is short and nothing else says the same; else the trait's own words."""
    segment = ranker.request.segment
    fields = [segment.name, segment.description, *segment.tags, *segment.interests, segment.life_stage, segment.tier, ranker.request.goal]
    holding = [folded for text in fields if trait.said in (folded := fold(text))]
    short = len(holding) == 1 and len(holding[0]) <= _LONGEST_WHOLE and trait.field not in ("description", "goal")
    return holding[0].strip() if short else trait.said


def _gain(ranker: Ranker, item: ContentItem, trait: Trait) -> float:
    topics = traits_of(item).topics
    return max(
        (ranker.profile.needs[name] * topics[name][0] * share for name, share in trait.topics.items() if name in topics), default=0.0
    )


def _worth_trying(ranker: Ranker, chosen: Sequence[Scored]) -> list[Trait]:
    """The traits that speak most for the list, one per word, those said plainly before those that follow from a role."""
    gains: dict[str, tuple[float, Trait]] = {}
    for trait in ranker.profile.traits:
        gain = sum(_gain(ranker, one.item, trait) for one in chosen) * (0.8 if trait.role else 1.0)
        if gain > gains.get(trait.said, (0.0, trait))[0]:
            gains[trait.said] = (gain, trait)
    best = sorted(gains.values(), key=lambda pair: (-pair[0], pair[1].said))
    return [trait for _, trait in best[:_TRAITS_TRIED]]


def _falls(index: Index, ranker: Ranker, chosen: Sequence[Scored], said: Sequence[str]) -> Mapping[str, list[bool]]:
    """For each trait, whether the score of each chosen content falls without it."""
    if not said or not chosen:
        return {}
    reduced = [without_trait(ranker.request, word) for word in said]
    items = [one.item for one in chosen]
    near = meanings(index, items, [segment_text(request.segment, request.goal) for request in reduced])
    found: dict[str, list[bool]] = {}
    for row, (word, request) in enumerate(zip(said, reduced, strict=True)):
        without = make_ranker(request, ranker.day, ranker.rates)
        scores = [score_of(without.parts(item, float(near[row, place]))) for place, item in enumerate(items)]
        found[word] = [score < one.score - 1e-9 for score, one in zip(scores, chosen, strict=True)]
    return found


def _reasons(ranker: Ranker, one: Scored, causes: Sequence[tuple[Trait, str]]) -> tuple[str, ...]:
    sentences = _topic_reasons(ranker, one, causes)
    sentences += _other_reasons(ranker, one, few=len(sentences) < FEWEST)
    return tuple(sentences[:MOST])


def _topic_reasons(ranker: Ranker, one: Scored, causes: Sequence[tuple[Trait, str]]) -> list[str]:
    topics, topic_part = traits_of(one.item).topics, one.parts.get("topic", 0.0)
    best: dict[str, tuple[float, Trait, str]] = {}
    for trait, words_of_trait in causes:
        for name, share in trait.topics.items():
            if name in topics:
                gain = ranker.profile.needs[name] * topics[name][0] * share * (0.8 if trait.role else 1.0)
                if gain > best.get(name, (_LEAST_SHARE * topic_part,))[0]:
                    best[name] = (gain, trait, words_of_trait)
    ordered = sorted(best.items(), key=lambda entry: (-entry[1][0], entry[0]))
    sentences: list[str] = []
    used: set[str] = set()
    for name, (_, trait, said) in ordered:
        if trait.said in used or len(sentences) == _TOPIC_REASONS:
            continue
        used.add(trait.said)
        words = "、".join(topics[name][1][:_WORDS_SHOWN])
        who = f"（{trait.role}）" if trait.role else ""
        sentences.append(f"{_FIELDS[trait.field].format(said)}{who}，多半想看「{name}」：这篇写到{words}。")
    return sentences


def _other_reasons(ranker: Ranker, one: Scored, *, few: bool) -> list[str]:
    """Sentences for the other parts that raised the score, strongest first; weak ones only where there are few others."""
    item, parts = one.item, one.parts
    known = item.understanding
    found: list[tuple[float, str]] = []
    if parts.get("region", 0.0) > 0:
        found.append((parts["region"], f"写的是{'、'.join(_near(ranker, item)[:2])}，和客户所在地区相符。"))
    if parts.get("season", 0.0) > 0:
        found.append((parts["season"], f"正当时令：{'、'.join(sorted(traits_of(item).seasons & ranker.seasons))}。"))
    if known.content_type is not None and parts.get("type", 0.0) > 0:
        found.append((parts["type"], _type_reason(ranker, ranker.rules, one)))
    if parts.get("deals", 0.0) > 0:
        found.append((parts["deals"], f"{ranker.rules.name}要好价，这篇讲优惠。"))
    own = own_words(traits_of(item), ranker.profile.words)
    if own and parts.get("words", 0.0) > 0:
        words = sorted(own, key=lambda word: (-own[word], word))[:_WORDS_SHOWN]
        found.append((parts["words"] * 0.5, f"直接写到客户的词：{'、'.join(words)}。"))
    if item.published_at is not None and parts.get("freshness", 0.0) > 0:
        age_days = age_in_days(item.published_at, ranker.day)
        if age_days <= _FRESH_DAYS:
            found.append((parts["freshness"], "今天发布。" if age_days <= 0 else f"{age_days} 天前发布，还新鲜。"))
    if parts.get("category", 0.0) > 0:
        found.append((parts["category"] * 0.5, f"属于客户最相关的品类「{known.category}」。"))
    if parts.get("feedback", 0.0) > 0 and ranker.response(item) >= _CLEARLY_MORE:
        found.append((parts["feedback"], f"{_responder(ranker)}对这类内容的响应是平均的 {ranker.response(item):.1f} 倍。"))
    if parts.get("quality", 0.0) > 0 and (few or known.quality >= 70):
        found.append((parts["quality"] * 0.5, f"内容质量分 {known.quality:.0f}。"))
    if few and parts.get("meaning", 0.0) > 0:
        found.append((parts["meaning"], "整体意思与客户的描述相近。"))
    return [sentence for _, sentence in sorted(found, key=lambda pair: (-pair[0], pair[1]))]


def _responder(ranker: Ranker) -> str:
    """Whose feedback it is: the segment's own, or that of all where it has not answered yet."""
    segment = ranker.request.segment.id
    return "这个人群" if segment and ranker.rates and ranker.rates.exposures(segment) else "以往的客户"


def _near(ranker: Ranker, item: ContentItem) -> list[str]:
    """The places of a content that lie in the segment's region or around it, most named first."""
    named = traits_of(item).places
    near = [place for place in named if places().fit({place: 1.0}, ranker.profile.places) > 0]
    return sorted(near, key=lambda place: (-named[place], place))


def _type_reason(ranker: Ranker, rules: ChannelRules, one: Scored) -> str:
    kind = one.type
    assert kind is not None
    order = ranker.request.content_types
    if kind in order:
        return f"你要的类型里{TYPE_NAMES[kind]}排第 {order.index(kind) + 1}，这篇是{TYPE_NAMES[kind]}。"
    return f"{rules.name}的内容里{TYPE_NAMES[kind]}占 {rules.mix[kind]:.0%}，这篇是{TYPE_NAMES[kind]}。"
