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
from recommender.understanding.content_type import ABSTAIN_BELOW, MODEL, TYPES
from recommender.understanding.taxonomy import CATEGORIES
from recommender.understanding.training import SAMPLE_WEIGHT, LabelledNote, fit, inputs_of, numbers, read_labelled, read_sample

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
    rounds = _cross_validate(notes, shipped, seen) if any(seen) else [shipped]
    wanted = [note.content_type for note in notes]
    spread = [_scores(wanted, answers, [str(kind) for kind in TYPES]) for answers in rounds]
    types = {name: float(np.mean([scores[name] for scores in spread])) for name in ("macro_f1", "accuracy", "coverage")}
    types["macro_f1_spread"] = float(np.std([scores["macro_f1"] for scores in spread]))
    categories = [item.category or _ABSTAINED for item in understood]
    base_types, base_categories = _baseline(notes)
    brands = _brand_scores(notes, [item.brands for item in understood])
    kinds = [note.category for note in notes]
    return {
        "command": "eval types",
        "data": str(data),
        "counts": {"notes": len(notes), "cross_validated": sum(seen)},
        "content_type": types,
        "confusion": _confusion(wanted, rounds[0]),
        "category": _scores(kinds, categories, CATEGORIES),
        "brands": brands,
        "baseline": {
            "content_type": _scores(wanted, base_types, [str(kind) for kind in TYPES]),
            "category": _scores(kinds, base_categories, CATEGORIES),
        },
    }


def _cross_validate(notes: Sequence[LabelledNote], shipped: Sequence[str], seen: Sequence[bool]) -> list[list[str]]:
    """Answers per round: for seen notes by models without their fold, for the others the shipped answer."""
    sample = read_sample()
    inputs, labels = inputs_of(notes), numbers(notes)
    sample_inputs, sample_labels = inputs_of(sample), numbers(sample)
    places = np.flatnonzero(seen)
    rounds: list[list[str]] = []
    for seed in range(ROUNDS):
        answers = list(shipped)
        order = np.random.default_rng(seed).permutation(places)
        for fold_places in np.array_split(order, FOLDS):
            rest = np.setdiff1d(places, fold_places)
            weights = np.concatenate([np.ones(len(rest)), np.full(len(sample), SAMPLE_WEIGHT)])
            model = fit(np.vstack([inputs[rest], sample_inputs]), np.concatenate([labels[rest], sample_labels]), weights)
            odds = np.exp(model.logits(inputs[fold_places]))
            shares = odds / odds.sum(axis=1, keepdims=True)
            for place, row in zip(fold_places, shares, strict=True):
                answers[place] = str(TYPES[int(row.argmax())]) if row.max() >= ABSTAIN_BELOW else _ABSTAINED
        rounds.append(answers)
    return rounds


def _scores(wanted: Sequence[str], given: Sequence[str], classes: Sequence[str]) -> dict[str, float]:
    """Macro-F1 over the classes that occur, accuracy, and the share answered at all."""
    f1: list[float] = []
    for name in classes:
        right = sum(want == name == give for want, give in zip(wanted, given, strict=True))
        all_wanted, all_given = wanted.count(name), list(given).count(name)
        if all_wanted:
            f1.append(2 * right / (all_wanted + all_given))
    accuracy = sum(want == give for want, give in zip(wanted, given, strict=True)) / max(1, len(wanted))
    coverage = 1 - list(given).count(_ABSTAINED) / max(1, len(given))
    return {"macro_f1": float(np.mean(f1)) if f1 else 0.0, "accuracy": accuracy, "coverage": coverage}


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
    return {"precision": hits / max(1, hits + wrong), "recall": hits / max(1, hits + missed)}


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
    counts, types, brands = result["counts"], result["content_type"], result["brands"]
    lines = [f"{result['data']}：{counts['notes']} 篇笔记"]
    if counts["cross_validated"]:
        lines.append(f"其中 {counts['cross_validated']} 篇参与过类型模型的拟合，已改用不含它们的模型判断（{FOLDS} 折 × {ROUNDS} 轮）")
    lines.append(f"{'':14}{'macro-F1':>10}{'accuracy':>10}{'coverage':>10}")
    rows = (
        ("content type", types),
        ("  baseline", result["baseline"]["content_type"]),
        ("category", result["category"]),
        ("  baseline", result["baseline"]["category"]),
    )
    lines += [f"{name:14}{figures['macro_f1']:10.3f}{figures['accuracy']:10.3f}{figures['coverage']:10.3f}" for name, figures in rows]
    if counts["cross_validated"]:
        lines.append(f"content type 各轮 macro-F1 标准差 {types['macro_f1_spread']:.3f}")
    lines.append(f"brands        precision {brands['precision']:.3f}   recall {brands['recall']:.3f}")
    lines.append("confusion（行为标注，列为判断）")
    for kind, row in result["confusion"].items():
        lines.append(f"  {kind:10}" + "  ".join(f"{name} {number}" for name, number in row.items()))
    return "\n".join(lines)
