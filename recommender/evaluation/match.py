"""How well matching ranks notes for customer segments, on any folder of briefs with graded notes, beside plain BM25."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from recommender.errors import InputError
from recommender.evaluation.bm25 import Bm25
from recommender.jobs import refresh_library
from recommender.library import Library, open_library
from recommender.library.model import Channel, ContentItem, ContentType, GroupType, Segment
from recommender.matching import MatchRequest, match, score_contents
from recommender.search import Index, open_index
from recommender.settings import Settings
from recommender.text.tokenizer import Tokenizer

METRICS = (
    "pool_ndcg@10",
    "pool_ndcg@10_no_shared_word",
    "full_ndcg@10",
    "full_ndcg@10_no_shared_word",
    "precision@10",
)
TOP = 10
GOOD_GRADE = 2
ImportNotes = Callable[[Library, Iterable[Path]], object]
_WORD = re.compile(r"\w")
_NOON = dt.time(12, tzinfo=dt.UTC)
Member = TypeVar("Member", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Brief:
    """One asked list: `words` is the query that BM25 gets."""

    id: str
    request: MatchRequest
    words: str
    no_shared_word: bool
    grades: Mapping[str, float]  # by note id


@dataclass(frozen=True, slots=True)
class Measured:
    """One brief: nDCG@10 over the judged pool and over the library (unjudged = 0), and precision@10 at grade 2 or more."""

    pool: float
    full: float
    precision: float


def evaluate(data: Path, settings: Settings, import_notes: ImportNotes) -> dict[str, Any]:
    """Measure the product's matching and plain BM25 over the folder `data`.

    The folder holds `notes/` (or its path in `notes.txt`), `briefs.jsonl` and `qrels.jsonl`. The library is these notes
    alone, in a temporary folder, filled by `import_notes`. The judged pool is ranked by the score that `match` ranks by; the
    whole library by `match` itself, mix and caps included. Raises `InputError` naming file and line for what is not of the format.
    """
    briefs = read_briefs(data)
    notes = _notes_of(data)
    with tempfile.TemporaryDirectory(prefix="zhongcao-eval-") as home:
        settings = replace(settings, home=Path(home), database_url="", index_url="")
        library = open_library(settings.library_url)
        try:
            import_notes(library, [notes])
            refresh_library(library, settings)
            index = open_index(settings.search_url, library, settings)
            items = {item.identity: item for batch in library.contents.iterate() for item in batch}
            product = [_product(library, index, brief, items) for brief in briefs]
            plain = _plain(briefs, items)
        finally:
            library.close()
    judged = {(brief.id, note) for brief in briefs for note in brief.grades}
    counts = {
        "notes": len(items),
        "briefs": len(briefs),
        "no_shared_word": sum(brief.no_shared_word for brief in briefs),
        "judgements": len(judged),
        "judged_missing": sum(note not in items for _, note in judged),
    }
    systems = {"product": _means(briefs, product), "bm25": _means(briefs, plain)}
    spread = {"product": _errors(briefs, product), "bm25": _errors(briefs, plain)}
    return {"command": "eval match", "data": str(data), "counts": counts, "systems": systems, "standard_error": spread}


def table(result: Mapping[str, Any]) -> str:
    """The result as lines of text for people; ± is the standard error over briefs."""
    counts = result["counts"]
    lines = [
        f"{result['data']}：{counts['notes']} 条笔记，{counts['briefs']} 个需求（{counts['no_shared_word']} 个没有共同的词），"
        f"{counts['judgements']} 条标注（{counts['judged_missing']} 条不在库里）"
    ]
    lines.append(f"{'':30}{'product':>18}{'bm25':>18}{'ratio':>8}")
    for metric in METRICS:
        figures = [(result["systems"][name][metric], result["standard_error"][name][metric]) for name in ("product", "bm25")]
        cells = "".join(f"{mean:>10.4f} ±{error:.4f}" for mean, error in figures)
        ratio = f"{figures[0][0] / figures[1][0]:8.2f}" if figures[1][0] else f"{'-':>8}"
        lines.append(f"{metric:30}{cells}{ratio}")
    return "\n".join(lines)


def read_briefs(data: Path) -> list[Brief]:
    """The briefs of a folder that have judgements. Raises `InputError` naming file, line and field."""
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    for place, row in _rows(data / "qrels.jsonl"):
        try:
            grades[str(row["brief"])][str(row["note_id"])] = float(row["grade"])
        except (KeyError, TypeError, ValueError):
            raise InputError(f"qrels.jsonl 第 {place} 行应有 brief、note_id 和数字 grade。", field="qrels", line=place) from None
    briefs = [_brief(row, place, grades) for place, row in _rows(data / "briefs.jsonl")]
    if found := [brief for brief in briefs if any(brief.grades.values())]:
        return found
    raise InputError(f"{data} 里没有带标注的需求：qrels 的 brief 应与 briefs 的 id 一致。", field="qrels")


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise InputError(f"读不到 {path}，或它不是 UTF-8。", field=path.stem) from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if not isinstance(row, dict):
                raise InputError(f"{path.name} 第 {number} 行不是一个 JSON 对象。", field=path.stem, line=number)
            yield number, row


def _brief(row: Mapping[str, Any], place: int, grades: Mapping[str, Mapping[str, float]]) -> Brief:
    raw = row.get("segment")
    if not isinstance(raw, dict) or "id" not in row:
        raise InputError(f"briefs.jsonl 第 {place} 行应有 id 和 segment。", field="briefs", line=place)
    name, description, goal = str(raw.get("name") or ""), str(raw.get("description") or ""), str(row.get("goal") or "")
    tags = tuple(str(tag) for tag in raw.get("tags") or ())
    region, tier, life_stage = (str(raw.get(field) or "") for field in ("region", "tier", "life_stage"))
    wanted = row.get("content_types")
    types = tuple(found for kind in (wanted if isinstance(wanted, list) else ()) if (found := _member(ContentType, kind)))
    request = MatchRequest(
        segment=Segment("", name, description, tags, region=region, tier=tier, life_stage=life_stage),
        channel=_member(Channel, row.get("channel")) or Channel.GROUP,
        group_type=_member(GroupType, row.get("group_type")),
        goal=goal,
        content_types=tuple(dict.fromkeys(types)),
        date=_day(row.get("date")),
        limit=TOP,
    )
    words = " ".join((name, description, *tags, goal))
    return Brief(str(row["id"]), request, words, bool(row.get("no_shared_word")), grades.get(str(row["id"]), {}))


def _member(kind: type[Member], raw: object) -> Member | None:
    """The member a free word names, or None: a brief is never refused for its words."""
    return next((member for member in kind if member.value == str(raw).strip().lower()), None)


def _day(raw: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(raw))
    except ValueError:
        return None


def _notes_of(data: Path) -> Path:
    folder = data / "notes"
    if not folder.is_dir() and (data / "notes.txt").is_file():
        folder = (data / (data / "notes.txt").read_text("utf-8").strip()).resolve()
    if not folder.is_dir():
        raise InputError(f"{data} 里应有 notes 文件夹，或在 notes.txt 里写它的路径。", field="notes")
    return folder


def _product(library: Library, index: Index, brief: Brief, items: Mapping[str, ContentItem]) -> Measured:
    now = dt.datetime.combine(brief.request.date, _NOON) if brief.request.date else dt.datetime.now(dt.UTC)
    judged = [items[note] for note in brief.grades if note in items]
    scores = score_contents(index, brief.request, judged, now)
    pool = [item.identity for _, item in sorted(zip(scores, judged, strict=True), key=lambda pair: (-pair[0], pair[1].id))]
    return _measured(brief, pool, [found.content.identity for found in match(library, index, brief.request, now).items])


def _plain(briefs: Sequence[Brief], items: Mapping[str, ContentItem]) -> list[Measured]:
    tokenizer = Tokenizer()

    def tokens(text: str) -> list[str]:
        return [token for token in tokenizer.search_tokens(text) if _WORD.search(token)]

    names = sorted(items)
    plain = Bm25([tokens("\n".join((items[name].title, items[name].text, " ".join(items[name].tags)))) for name in names])
    measured = []
    for brief in briefs:
        query = tokens(brief.words)
        scores = dict(zip(names, plain.scores(query).tolist(), strict=True))
        pool = sorted((note for note in brief.grades if note in scores), key=lambda note: (-scores[note], note))
        measured.append(_measured(brief, pool, [names[place] for place in plain.top(query, TOP)]))
    return measured


def _measured(brief: Brief, pool: Sequence[str], full: Sequence[str]) -> Measured:
    good = sum(brief.grades.get(note, 0.0) >= GOOD_GRADE for note in full[:TOP])
    return Measured(ndcg(pool, brief.grades), ndcg(full, brief.grades), good / TOP)


def ndcg(ranking: Sequence[str], grades: Mapping[str, float]) -> float:
    """nDCG@10 of a ranking of note ids: gain 2^grade − 1, unjudged 0, the ideal over all grades; 0 to 1."""
    ideal = _gain(sorted(grades.values(), reverse=True)[:TOP])
    return _gain([grades.get(note, 0.0) for note in ranking[:TOP]]) / ideal if ideal else 0.0


def _gain(grades: Iterable[float]) -> float:
    return sum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, 1))


def _columns(briefs: Sequence[Brief], measured: Sequence[Measured]) -> dict[str, list[float]]:
    apart = [one for brief, one in zip(briefs, measured, strict=True) if brief.no_shared_word]
    return {
        "pool_ndcg@10": [one.pool for one in measured],
        "pool_ndcg@10_no_shared_word": [one.pool for one in apart],
        "full_ndcg@10": [one.full for one in measured],
        "full_ndcg@10_no_shared_word": [one.full for one in apart],
        "precision@10": [one.precision for one in measured],
    }


def _means(briefs: Sequence[Brief], measured: Sequence[Measured]) -> dict[str, float]:
    return {metric: round(statistics.fmean(values), 4) if values else 0.0 for metric, values in _columns(briefs, measured).items()}


def _errors(briefs: Sequence[Brief], measured: Sequence[Measured]) -> dict[str, float]:
    return {
        metric: round(statistics.stdev(values) / math.sqrt(len(values)), 4) if len(values) > 1 else 0.0
        for metric, values in _columns(briefs, measured).items()
    }
