"""Fit the content-type model on the sample notes, a folder of labelled notes and notes labelled by id.

The command that writes `data/type_model.json`::

    python -m recommender.understanding.training ../shared/data
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.errors import InputError
from recommender.text.cleaning import clean_text, hashtags
from recommender.understanding.content_type import MODEL, TYPES, Floats, TypeModel, input_names
from recommender.understanding.taxonomy import DATA
from recommender.understanding.understander import Reading

LABELS = DATA / "type_labels.txt"
SAMPLE = Path(__file__).parents[1] / "library" / "sample"
# Chosen by cross-validation over creators (flat between half and twice these).
STRENGTH = 0.01  # inverse of the penalty on weights
SAMPLE_WEIGHT = 0.5  # of one sample note against one labelled real note; more helps the sample and costs the real notes
CATEGORY_SPREAD = 0.3  # of the category's probabilities, so that the penalty treats a whole category like two trait words


@dataclass(frozen=True, slots=True)
class LabelledNote:
    """A note with its label. `mark` is a short fingerprint by which an evaluation knows what a model was fitted on."""

    id: str
    title: str
    text: str
    tags: tuple[str, ...]
    content_type: str
    category: str
    brands: tuple[str, ...]
    brands_optional: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Eight hex digits of title and text."""
        return hashlib.sha256(f"{self.title}\n{self.text}".encode()).hexdigest()[:8]


def read_sample(folder: Path = SAMPLE) -> list[LabelledNote]:
    """The notes of the sample library with their labels."""
    rows = [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines() if line]
    return [
        LabelledNote(row["id"], row["title"], row["text"], tuple(row["tags"]), row["content_type"], row["category"], tuple(row["brands"]))
        for row in rows
        if "content_type" in row
    ]


def read_labelled(folder: Path) -> list[LabelledNote]:
    """The notes of a folder with `notes.jsonl` {id,title,text} and `labels.jsonl` {id,content_type,category,brands,brands_optional?}.

    Raises `InputError` naming the file and line of what cannot be read.
    """
    notes = {str(row["id"]): row for row in _rows(folder / "notes.jsonl", ("id", "text"))}
    found: list[LabelledNote] = []
    for number, row in enumerate(_rows(folder / "labels.jsonl", ("id", "content_type", "category", "brands")), start=1):
        note = notes.get(str(row["id"]))
        if note is None:
            raise InputError(f"labels.jsonl 第 {number} 行的笔记 {row['id']} 不在 notes.jsonl 里。", line=number)
        if row["content_type"] not in list(TYPES):
            raise InputError(f"labels.jsonl 第 {number} 行的 content_type「{row['content_type']}」不是三种类型之一。", line=number)
        title, text = str(note.get("title") or ""), str(note["text"] or "")
        names = (tuple(map(str, row["brands"])), tuple(map(str, row.get("brands_optional", ()))))
        found.append(LabelledNote(str(row["id"]), title, text, (), row["content_type"], row["category"], *names))
    return found


def read_by_id(notes: Path, labels: Path = LABELS) -> list[LabelledNote]:
    """The notes of `labels` (lines of id, type, category) whose texts stand in the JSON files under `notes`; none where that is missing."""
    wanted = {line.split()[0]: line.split()[1:3] for line in labels.read_text("utf-8").splitlines() if line and not line.startswith("#")}
    found: dict[str, LabelledNote] = {}
    for path in sorted([*notes.glob("json/*_contents_*.json"), *notes.glob("advisers/notes.json")]):
        for row in json.loads(path.read_bytes()):
            if label := wanted.get(str(row.get("note_id"))):
                title, text = str(row.get("title") or ""), str(row.get("desc") or row.get("content") or "")
                found[row["note_id"]] = LabelledNote(row["note_id"], title, text, (), label[0], label[1], ())
    return [found[name] for name in sorted(found)]


def _rows(path: Path, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    if not path.is_file():
        raise InputError(f"找不到 {path}。")
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            raise InputError(f"{path.name} 第 {number} 行不是 JSON。", line=number) from None
        if not isinstance(row, dict) or (missing := [field for field in fields if field not in row]):
            raise InputError(f"{path.name} 第 {number} 行缺少 {missing[0] if isinstance(row, dict) else 'id'}。", line=number)
        rows.append(row)
    return rows


def inputs_of(notes: Sequence[LabelledNote]) -> Floats:
    """(notes, inputs), as the understander makes them."""
    return np.array(
        [
            Reading(clean_text(note.title), clean_text(note.text), note.tags or hashtags(f"{note.title}\n{note.text}")).inputs
            for note in notes
        ]
    )


def fit(inputs: Floats, types: npt.NDArray[np.int64], weights: Floats) -> TypeModel:
    """Logistic regression with balanced classes on standardised inputs. Deterministic."""
    from sklearn.linear_model import LogisticRegression

    centre = np.average(inputs, axis=0, weights=weights)
    spread = np.sqrt(np.average((inputs - centre) ** 2, axis=0, weights=weights))
    spread = np.where(spread < 0.05, 1.0, spread)
    spread[[name.startswith("category:") for name in input_names()]] = CATEGORY_SPREAD
    model = LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced")
    model.fit((inputs - centre) / spread, types, sample_weight=weights)
    return TypeModel(centre, spread, np.asarray(model.coef_), np.asarray(model.intercept_))


def numbers(notes: Sequence[LabelledNote]) -> npt.NDArray[np.int64]:
    """The notes' types as places in `TYPES`."""
    return np.array([TYPES.index(note.content_type) for note in notes], dtype=np.int64)


def model_text(model: TypeModel, marks: Sequence[str]) -> str:
    """The file of a model: per input its centre, spread and one weight per type."""
    table = np.column_stack([model.centre, model.spread, model.weights.T])
    lines = ",\n".join(
        f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps([round(float(value), 3) for value in row])}"
        for name, row in zip(input_names(), table, strict=True)
    )
    start = json.dumps([round(float(value), 3) for value in model.start])
    kinds, fitted_on = json.dumps([str(kind) for kind in TYPES]), json.dumps(sorted(marks))
    return f'{{"types": {kinds},\n"start": {start},\n"inputs": {{\n{lines}\n}},\n"fitted_on": {fitted_on}\n}}\n'


def main(folder: str) -> None:
    """Fit on the sample and all labelled notes of the data folder, and write the model's file."""
    labelled, sample = [*read_labelled(Path(folder, "gold/types")), *read_by_id(Path(folder, "xhs"))], read_sample()
    weights = np.concatenate([np.ones(len(labelled)), np.full(len(sample), SAMPLE_WEIGHT)])
    model = fit(inputs_of([*labelled, *sample]), numbers([*labelled, *sample]), weights)
    MODEL.write_text(model_text(model, [note.mark for note in labelled]), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
