"""How well articles are read from saved pages, beside trafilatura alone, on any folder of pages."""

from __future__ import annotations

import re
import statistics
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import trafilatura

from crawler.evaluation.references import DERIVED, GIVEN, SavedPage, page_files, read_page, read_truth, text_f1
from crawler.evaluation.report import Evaluation
from crawler.items import ParsedNote
from crawler.parsers.pages import parse_page
from crawler.parsers.wechat import is_wechat_page, page_type
from crawler.repair import moment

METRICS = ("title_accuracy", "author_accuracy", "time_accuracy", "text_f1", "page_type_accuracy")
COMMAND = "eval extract"
ARTICLE, NO_ARTICLE = "article", "no_article"
# Nothing in the page tells these apart from a plain article: the line with the author stands in both
_SAME_TYPE = {"article_with_author": ARTICLE}
_PLAIN_TYPES = frozenset((ARTICLE, NO_ARTICLE))
WORST_SHOWN = 8
ALIKE = 0.9  # text F1 of two systems from which on they agree


@dataclass(frozen=True, slots=True)
class Reading:
    """What one system read from a page; empty strings where it found nothing."""

    title: str = ""
    author: str = ""
    published: object = None
    text: str = ""
    kind: str = NO_ARTICLE
    milliseconds: float = 0.0


def read_product(page: SavedPage) -> Reading:
    """What the product's parsers read."""
    started = time.perf_counter()
    found = parse_page(page.html, str(page.truth.get("url") or f"http://saved.example/{page.name}"), saved=True)
    spent = (time.perf_counter() - started) * 1000
    stored = isinstance(found, ParsedNote)
    kind = page_type(page.html) if is_wechat_page(page.html) else ARTICLE if stored else NO_ARTICLE
    if not isinstance(found, ParsedNote):
        return Reading(kind=kind if kind != ARTICLE else NO_ARTICLE, milliseconds=spent)
    return Reading(found.title, found.creator_name, found.published_at, found.text, kind, spent)


def read_baseline(page: SavedPage) -> Reading:
    """What trafilatura reads with its default settings. It knows no page types: what it finds a text on is an article."""
    started = time.perf_counter()
    try:
        found = trafilatura.bare_extraction(page.html, with_metadata=True)
        text = trafilatura.extract(page.html) or ""
    except (ValueError, TypeError, AttributeError, RecursionError):
        found, text = None, ""
    spent = (time.perf_counter() - started) * 1000
    fields: dict[str, Any] = {} if found is None else found if isinstance(found, dict) else found.as_dict()
    author = str(fields.get("author") or fields.get("sitename") or "")
    return Reading(str(fields.get("title") or ""), author, fields.get("date"), text, ARTICLE if text else NO_ARTICLE, spent)


SYSTEMS: Mapping[str, Callable[[SavedPage], Reading]] = {"product": read_product, "baseline": read_baseline}


def evaluate_extract(data: Path) -> Evaluation:
    """Measure the product and trafilatura alone over a folder of `.html` and `.html.gz` pages.

    With a `truth.json`, a list of {file, page_type, has_article, title, account, publish_time, …} (null where unknown),
    each metric is a mean over the pages whose truth says something; an article that was not found counts as wrong. Titles are
    compared without white space, times to the minute (to the day where the truth is a day), text by `text_f1`, against
    the row's `text` or `text_file`, or for a 公众号 page without either against `derived_reference`. Without `truth.json`
    only counts are given. Raises `InputError` naming what is not of the format.
    """
    rows = read_truth(data)
    if rows is None:
        return _robustness(data)
    pages = [_read(data, row) for row in rows]
    scores = {name: [_scores(page, readings[name]) for page, readings in pages] for name in SYSTEMS}
    kept = [page for page, readings in pages if page.truth.get("has_article") is False and readings["product"].text]
    counts = {
        "pages": len(pages),
        "articles": sum(page.truth.get("has_article") is not False for page, _ in pages),
        "references_given": sum(page.origin == GIVEN for page, _ in pages),
        "references_derived": sum(page.origin == DERIVED for page, _ in pages),
        "stored_without_article": len(kept),
        **{f"{metric}_of": sum(metric in score for score in scores["product"]) for metric in METRICS},
    }
    systems = {name: _means(scores[name]) for name in SYSTEMS}
    speeds = {name: round(statistics.median(readings[name].milliseconds for _, readings in pages), 1) for name in SYSTEMS}
    worst = _worst(pages, scores["product"])
    lines = _table(data, counts, systems, speeds, worst)
    return Evaluation(COMMAND, str(data), counts, systems, lines, {"reference": _origin(counts), "median_ms": speeds, "worst": worst})


def _read(data: Path, row: Mapping[str, Any]) -> tuple[SavedPage, dict[str, Reading]]:
    page = read_page(data, row)
    readings = {name: read(page) for name, read in SYSTEMS.items()}
    return SavedPage(page.name, "", page.truth, page.reference, page.origin), readings  # the markup is large and done with


def _scores(page: SavedPage, reading: Reading) -> dict[str, float]:
    truth, scores = page.truth, dict[str, float]()
    if isinstance(truth.get("page_type"), str):
        scores["page_type_accuracy"] = float(_right_type(truth, reading.kind))
    if truth.get("has_article") is False:
        return scores
    if truth.get("title"):
        scores["title_accuracy"] = float(_same(str(truth["title"])) == _same(reading.title))
    accounts = [str(name) for field in ("account", "account_on_page", "author") if (name := truth.get(field))]
    if accounts:
        scores["author_accuracy"] = float(_same(reading.author) in [_same(name) for name in accounts])
    if truth.get("publish_time"):
        scores["time_accuracy"] = float(_same_time(str(truth["publish_time"]), reading.published))
    if page.origin:
        scores["text_f1"] = text_f1(page.reference, reading.text)
    return scores


def _right_type(truth: Mapping[str, Any], given: str) -> bool:
    wanted = _SAME_TYPE.get(str(truth["page_type"]), str(truth["page_type"]))
    if wanted == given:
        return True
    # a name for kinds of ordinary pages (news, blog, …) asks only whether there is an article
    ordinary = given in _PLAIN_TYPES and not re.search(r"share|deleted|removed|profile|unavailable|article", wanted)
    return ordinary and isinstance(truth.get("has_article"), bool) and truth["has_article"] == (given == ARTICLE)


def _same(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _same_time(wanted: str, given: object) -> bool:
    first, second = moment(wanted), moment(given)
    if first is None or second is None:
        return False
    if ":" not in wanted and not wanted.isdigit():
        return first.date() == second.astimezone(first.tzinfo).date()
    if isinstance(given, str) and ":" not in given and not given.isdigit():
        return False  # a day alone is no time to the minute
    return abs(first - second) < timedelta(minutes=1) and first.minute == second.astimezone(first.tzinfo).minute


def _means(scores: Sequence[Mapping[str, float]]) -> dict[str, float]:
    found = {metric: [score[metric] for score in scores if metric in score] for metric in METRICS}
    return {metric: round(statistics.fmean(values), 4) for metric, values in found.items() if values}


def _worst(pages: Sequence[tuple[SavedPage, Mapping[str, Reading]]], scores: Sequence[Mapping[str, float]]) -> list[dict[str, Any]]:
    """The pages on which most is wrong."""
    order = sorted(range(len(pages)), key=lambda place: statistics.fmean(scores[place].values()) if scores[place] else 1.0)
    return [
        {"file": pages[place][0].name, **{metric: round(score, 3) for metric, score in scores[place].items() if score < ALIKE}}
        for place in order[:WORST_SHOWN]
        if any(score < ALIKE for score in scores[place].values())
    ]


def _origin(counts: Mapping[str, int]) -> str:
    parts = [(counts["references_given"], "text in truth.json"), (counts["references_derived"], f"{DERIVED}, or the page's script data")]
    return "; ".join(f"{said} ({number})" for number, said in parts if number) or "none"


def _table(
    data: Path,
    counts: Mapping[str, int],
    systems: Mapping[str, Mapping[str, float]],
    speeds: Mapping[str, float],
    worst: Sequence[Mapping[str, Any]],
) -> tuple[str, ...]:
    lines = [
        f"{data}：{counts['pages']} 个页面，{counts['articles']} 个有文章；没有文章却读出正文的 {counts['stored_without_article']} 个",
        f"reference: {_origin(counts)}",
        f"{'':22}{'product':>10}{'baseline':>10}{'pages':>8}",
    ]
    for metric in METRICS:
        if metric in systems["product"]:
            cells = "".join(f"{systems[name][metric]:10.4f}" for name in SYSTEMS)
            lines.append(f"{metric:22}{cells}{counts[f'{metric}_of']:8}")
    lines.append(f"{'median ms a page':22}" + "".join(f"{speeds[name]:10.1f}" for name in SYSTEMS))
    lines += [f"  {row['file']}：" + "，".join(f"{metric} {row[metric]}" for metric in METRICS if metric in row) for row in worst]
    return tuple(lines)


def _robustness(data: Path) -> Evaluation:
    """Counts alone: there is no truth to compare with."""
    files = page_files(data)
    pages = [_read(data, {"file": str(path.relative_to(data))}) for path in files]
    systems: dict[str, dict[str, Any]] = {
        name: {
            "with_text": sum(bool(readings[name].text) for _, readings in pages),
            "with_title": sum(bool(readings[name].title) for _, readings in pages),
            "with_author": sum(bool(readings[name].author) for _, readings in pages),
            "with_time": sum(bool(readings[name].published) for _, readings in pages),
            "with_time_of_day": sum(
                ":" in str(readings[name].published) or str(readings[name].published).isdigit() for _, readings in pages
            ),
            "median_ms": round(statistics.median(readings[name].milliseconds for _, readings in pages), 1),
        }
        for name in SYSTEMS
    }
    both = [text_f1(readings["baseline"].text, readings["product"].text) for _, readings in pages]
    counts = {"pages": len(pages), "agree": sum(score >= ALIKE for score in both)}
    lines = [f"{data}：{len(pages)} 个页面，没有 truth.json，只数数，不算准确率", f"{'':22}{'product':>10}{'baseline':>10}"]
    lines += [f"{metric:22}" + "".join(f"{systems[name][metric]:>10}" for name in SYSTEMS) for metric in systems["product"]]
    lines.append(f"两者正文一致（F1 ≥ {ALIKE}）的页面 {counts['agree']}，平均一致度 {statistics.fmean(both):.3f}")
    return Evaluation(COMMAND, str(data), counts, systems, tuple(lines), {"agreement": round(statistics.fmean(both), 4)})
