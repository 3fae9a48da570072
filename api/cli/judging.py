"""Commands that measure: eval and bench."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from api.cli.output import as_json_line, json_option, say, settings
from crawler.importers import import_paths

data_option = click.option(
    "--data", required=True, type=click.Path(exists=True, path_type=Path), help="Folder (or file) in the format of the documentation."
)


# The evaluations load much that no other command needs, so each is imported where it is used.


def _show(module: Any, result: dict[str, Any], as_json: bool) -> None:
    say(module.table(result))
    if as_json:
        as_json_line(result)


@click.group("eval")
def evaluate() -> None:
    """Measure quality on labelled data, beside a plain baseline."""


@evaluate.command("search")
@data_option
@json_option
def eval_search(data: Path, as_json: bool) -> None:
    """docs.jsonl, queries.jsonl, qrels.jsonl: hit@k, MRR, nDCG, recall, latency."""
    from recommender.evaluation import search

    _show(search, search.evaluate(data, settings()), as_json)


@evaluate.command("types")
@data_option
@json_option
def eval_types(data: Path, as_json: bool) -> None:
    """notes.jsonl, labels.jsonl: content type, category and brands."""
    from recommender.evaluation import types

    _show(types, types.evaluate(data, settings()), as_json)


@evaluate.command("match")
@data_option
@json_option
def eval_match(data: Path, as_json: bool) -> None:
    """notes/ or notes.txt, briefs.jsonl, qrels.jsonl: the ranking for customer segments."""
    from recommender.evaluation import match

    _show(match, match.evaluate(data, settings(), import_paths), as_json)


@evaluate.command("compliance")
@data_option
@json_option
def eval_compliance(data: Path, as_json: bool) -> None:
    """Lines of labelled texts: precision and recall of the advertising rules."""
    from recommender.evaluation import compliance

    _show(compliance, compliance.evaluate(data, settings()), as_json)


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the real data; the sample notes are used where it is missing.")
@json_option
def bench(data: Path | None, as_json: bool) -> None:
    """Measure speed as ratios to peers, in turn, in one run."""
    from recommender.evaluation import bench as speed

    if data is not None and not data.is_dir():
        say(f"找不到 {data}，改用示例内容测量。")
        data = None
    _show(speed, speed.run_bench(data, settings()), as_json)


COMMANDS: tuple[click.Command, ...] = (evaluate, bench)
