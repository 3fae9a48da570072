"""What a post does for its reader: persona, seeding or service, from its traits, its form and its category."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.library.model import ContentType
from recommender.understanding.taxonomy import CATEGORIES, DATA
from recommender.understanding.traits import FORMS, TOGETHER, feature_names, trait_words

Floats = npt.NDArray[np.float64]

TYPES: tuple[ContentType, ...] = (ContentType.PERSONA, ContentType.SEEDING, ContentType.SERVICE)
MODEL = DATA / "type_model.json"
BRAND_INPUTS = ("brands", "brands:mentions")  # how many brands are named, and how often
ABSTAIN_BELOW = 0.36  # a third is a guess among three
REASONS = 3  # traits named in a reason
LOOKED_AT = 24  # strongest inputs that are looked through for them


def input_names() -> tuple[str, ...]:
    """Names of the numbers the model weighs: the traits, the naming of brands, the category's probabilities."""
    return (*feature_names(), *BRAND_INPUTS, *(f"category:{name}" for name in CATEGORIES))


@dataclass(frozen=True, slots=True)
class TypeModel:
    """A linear model over `input_names()`: standardise by `centre` and `spread`, weigh, softmax."""

    centre: Floats
    spread: Floats
    weights: Floats  # (types, inputs)
    start: Floats  # (types,)

    def logits(self, inputs: Floats) -> Floats:
        """(posts, inputs) to (posts, types)."""
        scores: Floats = ((inputs - self.centre) / self.spread) @ self.weights.T + self.start
        return scores


def read_model(path: Path = MODEL) -> TypeModel:
    """Read the stored model, its numbers filed by name so that a new trait without a weight weighs nothing."""
    raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
    rows: dict[str, list[float]] = raw["inputs"]
    nothing = [0.0, 1.0] + [0.0] * len(TYPES)
    table = np.array([rows.get(name, nothing) for name in input_names()])
    return TypeModel(table[:, 0], table[:, 1], table[:, 2:].T, np.array(raw["start"]))


@dataclass(frozen=True, slots=True)
class TypeOpinion:
    """The type (None: abstained), its confidence and one Chinese sentence on what decided."""

    content_type: ContentType | None
    confidence: float
    reason: str


_CHINESE = {ContentType.PERSONA: "人设型", ContentType.SEEDING: "种草型", ContentType.SERVICE: "服务型"}


class TypeClassifier:
    """Weighs inputs of many posts at once and says why."""

    def __init__(self, model: TypeModel) -> None:
        self._model = model
        self._labels = {trait.key: trait.label for trait in trait_words()}
        self._forms = {f"form:{name}": label for name, label, _ in FORMS} | {f"together:{name}": label for name, label, _ in TOGETHER}
        self._names = input_names()

    def classify(self, inputs: Floats, seen: Sequence[Mapping[str, list[str]]]) -> list[TypeOpinion]:
        """Opinions on posts given as (posts, inputs) with the trait words seen in each."""
        if not len(inputs):
            return []
        logits = self._model.logits(inputs)
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities = odds / odds.sum(axis=1, keepdims=True)
        winners = probabilities.argmax(axis=1)
        # What each input pulls towards the winner, against the mean of the other types.
        lead = self._model.weights - (self._model.weights.sum(axis=0) - self._model.weights) / (len(TYPES) - 1)
        pulls = (inputs - self._model.centre) / self._model.spread * lead[winners]
        order = np.argsort(-pulls, axis=1)[:, :LOOKED_AT]
        strongest = order.tolist()
        values = np.where(np.take_along_axis(pulls, order, 1) > 0, np.take_along_axis(inputs, order, 1), 0.0).tolist()
        opinions: list[TypeOpinion] = []
        for row, winner in enumerate(winners.tolist()):
            confidence = float(probabilities[row, winner])
            said = "、".join(self._clauses(strongest[row], values[row], seen[row])) or "没有特别突出的特征"
            if confidence >= ABSTAIN_BELOW:
                opinions.append(TypeOpinion(TYPES[winner], confidence, f"因为：{said}"))
            else:
                opinions.append(TypeOpinion(None, confidence, f"拿不准，较像{_CHINESE[TYPES[winner]]}：{said}"))
        return opinions

    def _clauses(self, strongest: Sequence[int], values: Sequence[float], found: Mapping[str, list[str]]) -> list[str]:
        clauses: dict[str, None] = {}
        for number, value in zip(strongest, values, strict=True):
            if clause := self._name(self._names[number], value, found):
                clauses[clause] = None
            if len(clauses) == REASONS:
                break
        return list(clauses)

    def _name(self, name: str, value: float, found: Mapping[str, list[str]]) -> str:
        if value <= 0:
            return ""
        kind, _, key = name.partition(":")
        if kind in ("title", "body"):
            words = list(dict.fromkeys(found.get(key, ())))[:3]
            return f"{self._labels[key]}（{'、'.join(words)}）" if words else ""
        if kind in ("form", "together"):
            return self._forms[name]
        if kind == "brands":
            return "点名了品牌或店铺"
        return f"谈的是{key}" if value > 0.5 else ""


@cache
def type_classifier() -> TypeClassifier:
    """The classifier with the shipped model."""
    return TypeClassifier(read_model())
