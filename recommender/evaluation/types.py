"""How well content type, category and brands are told, on any folder of labelled notes, beside a plain baseline."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from recommender.settings import Settings
from recommender.text.cleaning import clean_text, hashtags
from recommender.text.folding import fold
from recommender.understanding import load_understander
from recommender.understanding.brands import aliases, fold_name
from recommender.understanding.content_type import ABSTAIN_BELOW, MODEL, TYPES, input_names
from recommender.understanding.taxonomy import CATEGORIES
from recommender.understanding.training import SAMPLE_WEIGHT, LabelledNote, fit, inputs_of, numbers, read_by_id, read_labelled, read_sample

FOLDS, ROUNDS = 5, 3  # of the cross-validation of notes that the shipped model was fitted on
_ABSTAINED = "（弃权）"


def evaluate(data: Path, settings: Settings | None = None) -> dict[str, Any]:
    """Measure over a folder of `notes.jsonl` and `labels.jsonl`.

    Notes that the shipped type model was fitted on are judged by models fitted without them (five folds, three rounds; the
    spread is over the rounds). An abstention counts as wrong. The baseline is TF-IDF of characters with logistic regression,
    fitted on the sample notes, and for brands nothing. Raises `InputError` naming file and line for what is not of the format.
    """
    notes = read_labelled(data)
    understood = [load_understander().understand_text(note.title, note.text, hashtags(f"{note.title}\n{note.text}")) for note in notes]
    shipped = [str(item.content_type or _ABSTAINED) for item in understood]
    fitted_on = set(json.loads(MODEL.read_text("utf-8"))["fitted_on"])
    seen = [note.mark in fitted_on for note in notes]
    others = read_by_id(data.resolve().parents[1] / "xhs") if any(seen) else []
    rounds = _cross_validate(notes, shipped, seen, others) if any(seen) else [shipped]
    wanted = [note.content_type for note in notes]
    kinds, classes = [note.category for note in notes], [str(kind) for kind in TYPES]
    spread = [_scores(wanted, answers, classes) for answers in rounds]
    categories = [item.category or _ABSTAINED for item in understood]
    base_types, base_categories = _baseline(notes)
    mean = {name: float(np.mean([scores[name] for scores in spread])) for name in spread[0]}
    return {
        "command": "eval types",
        "data": str(data),
        "counts": {"notes": len(notes), "cross_validated": sum(seen)} | ({"fitted_beside": len(others)} if others else {}),
        "systems": {
            "product": {
                **_named(mean, _scores(kinds, categories, CATEGORIES)),
                **_brand_scores(notes, [item.brands for item in understood]),
                "content_type_macro_f1_spread": float(np.std([scores["macro_f1"] for scores in spread])),
            },
            "baseline": _named(_scores(wanted, base_types, classes), _scores(kinds, base_categories, CATEGORIES)),
        },
        "confusion": _confusion(wanted, rounds[0]),
    }


def _named(types: Mapping[str, float], categories: Mapping[str, float]) -> dict[str, float]:
    return {
        "content_type_macro_f1": types["macro_f1"],
        "content_type_accuracy": types["accuracy"],
        "category_accuracy": categories["accuracy"],
        "category_macro_f1": categories["macro_f1"],
        "abstained": types["abstained"],
        "category_abstained": categories["abstained"],
    }


def _cross_validate(
    notes: Sequence[LabelledNote], shipped: Sequence[str], seen: Sequence[bool], others: Sequence[LabelledNote]
) -> list[list[str]]:
    """Answers per round: for seen notes by models without their fold, for the rest the shipped answer.

    `others` are notes outside the folder that the shipped model was fitted on too.
    """
    sample = read_sample()
    other_inputs, other_labels = inputs_of(others) if others else np.zeros((0, len(input_names()))), numbers(others)
    inputs, labels = inputs_of(notes), numbers(notes)
    sample_inputs, sample_labels = inputs_of(sample), numbers(sample)
    places = np.flatnonzero(seen)
    rounds: list[list[str]] = []
    for seed in range(ROUNDS):
        answers = list(shipped)
        order = np.random.default_rng(seed).permutation(places)
        for fold_places in np.array_split(order, FOLDS):
            rest = np.setdiff1d(places, fold_places)
            weights = np.concatenate([np.ones(len(rest) + len(others)), np.full(len(sample), SAMPLE_WEIGHT)])
            together = np.vstack([inputs[rest], other_inputs, sample_inputs])
            model = fit(together, np.concatenate([labels[rest], other_labels, sample_labels]), weights)
            odds = np.exp(model.logits(inputs[fold_places]))
            shares = odds / odds.sum(axis=1, keepdims=True)
            for place, row in zip(fold_places, shares, strict=True):
                answers[place] = str(TYPES[int(row.argmax())]) if row.max() >= ABSTAIN_BELOW else _ABSTAINED
        rounds.append(answers)
    return rounds


def _scores(wanted: Sequence[str], given: Sequence[str], classes: Sequence[str]) -> dict[str, float]:
    """Macro-F1 over the classes that occur, accuracy, and the share left unanswered."""
    f1: list[float] = []
    for name in classes:
        right = sum(want == name == give for want, give in zip(wanted, given, strict=True))
        all_wanted, all_given = wanted.count(name), list(given).count(name)
        if all_wanted:
            f1.append(2 * right / (all_wanted + all_given))
    accuracy = sum(want == give for want, give in zip(wanted, given, strict=True)) / max(1, len(wanted))
    abstained = list(given).count(_ABSTAINED) / max(1, len(given))
    return {"macro_f1": float(np.mean(f1)) if f1 else 0.0, "accuracy": accuracy, "abstained": abstained}


def _confusion(wanted: Sequence[str], given: Sequence[str]) -> dict[str, dict[str, int]]:
    names = [*map(str, TYPES), _ABSTAINED]
    pairs = list(zip(wanted, given, strict=True))
    return {str(kind): {name: pairs.count((str(kind), name)) for name in names} for kind in TYPES}


def same_name(name: str) -> str:
    """What two spellings of one brand have in common: its canonical name where known, else folded letters and digits."""
    folded = fold_name(name)
    canonical = aliases().get(folded, folded)
    return "".join(character for character in fold(canonical) if character.isalnum())


def _brand_scores(notes: Sequence[LabelledNote], given: Sequence[tuple[str, ...]]) -> dict[str, float]:
    """Precision and recall over all notes; a name that only one labeller gave counts neither way."""
    hits = missed = wrong = 0
    for note, names in zip(notes, given, strict=True):
        wanted = {same_name(name) for name in note.brands}
        allowed = {same_name(name) for name in note.brands_optional}
        found = {same_name(name) for name in names}
        hits += len(wanted & found)
        missed += len(wanted - found)
        wrong += len(found - wanted - allowed)
    return {"brand_precision": hits / max(1, hits + wrong), "brand_recall": hits / max(1, hits + missed)}


def _baseline(notes: Sequence[LabelledNote]) -> tuple[list[str], list[str]]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    sample = read_sample()
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    known = vectorizer.fit_transform([fold(clean_text(f"{note.title}\n{note.text}")) for note in sample])
    asked = vectorizer.transform([fold(clean_text(f"{note.title}\n{note.text}")) for note in notes])
    answers: list[list[str]] = []
    for labels in ([str(note.content_type) for note in sample], [note.category for note in sample]):
        answers.append([str(name) for name in LogisticRegression(C=10, max_iter=500).fit(known, labels).predict(asked)])
    return answers[0], answers[1]


def table(result: Mapping[str, Any]) -> str:
    """The result as lines of text for people."""
    counts, product, baseline = result["counts"], result["systems"]["product"], result["systems"]["baseline"]
    lines = [f"{result['data']}：{counts['notes']} 篇笔记"]
    if counts["cross_validated"]:
        lines.append(f"其中 {counts['cross_validated']} 篇参与过类型模型的拟合，已改用不含它们的模型判断（{FOLDS} 折 × {ROUNDS} 轮）")
    lines.append(f"{'':32}{'product':>10}{'baseline':>10}")
    lines += [f"{name:32}{value:10.3f}" + (f"{baseline[name]:10.3f}" if name in baseline else "") for name, value in product.items()]
    lines.append("confusion（行为标注，列为判断）")
    for kind, row in result["confusion"].items():
        lines.append(f"  {kind:10}" + "  ".join(f"{name} {number}" for name, number in row.items()))
    return "\n".join(lines)
