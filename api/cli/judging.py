"""Commands that measure: eval and bench."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from api.cli.judging_crawl import EVALUATIONS
from api.cli.judging_dedupe import eval_dedupe
from api.cli.output import as_json_line, json_option, say, settings
from crawler.importers import import_paths
from recommender.errors import InputError

CRAWLED_PAGES = 200  # of the local site of the bench

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
@click.option("--data", type=click.Path(exists=True, path_type=Path), help="Folder with notes.jsonl and labels.jsonl.")
@click.option("--few", help="Numbers of texts per class to learn a category from: 10,50,200")
@click.option("--labelled", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV or CSV.GZ of labelled texts for --few.")
@json_option
def eval_types(data: Path | None, few: str | None, labelled: Path | None, as_json: bool) -> None:
    """notes.jsonl, labels.jsonl: content type, category and brands; with --few, learning a category from few texts."""
    from recommender.evaluation import few as few_labels
    from recommender.evaluation import types

    if few is None and data is None:
        raise InputError("请给出 --data 文件夹，或 --few 数量和 --labelled 文件。", field="data")
    if data is not None:
        _show(types, types.evaluate(data, settings()), as_json)
    if few is not None:
        if labelled is None:
            raise InputError("--few 需要 --labelled 指出带标签的文件。", field="labelled")
        try:
            sizes = [int(size) for size in few.split(",")]
        except ValueError:
            raise InputError(f"--few 应为用逗号隔开的整数，如 10,50,200，现在是 {few[:40]!r}。", field="few") from None
        _show(few_labels, few_labels.evaluate(labelled, sizes), as_json)


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


@evaluate.command("learn")
@json_option
def eval_learn(as_json: bool) -> None:
    """Simulated customers: what learning from feedback is worth beside popularity and chance."""
    from recommender.evaluation import learn

    _show(learn, learn.evaluate(), as_json)


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the real data; the sample notes are used where it is missing.")
@json_option
def bench(data: Path | None, as_json: bool) -> None:
    """Measure speed as ratios to peers, in turn, in one run."""
    from api.bench import http_measures
    from crawler.bench import bench_crawl
    from recommender.evaluation import bench as speed

    if data is not None and not data.is_dir():
        say(f"找不到 {data}，改用示例内容测量。")
        data = None
    result = speed.run_bench(data, settings())
    result["measures"] += http_measures(data)
    result["measures"] += bench_crawl(CRAWLED_PAGES)
    _show(speed, result, as_json)


for evaluation in (*EVALUATIONS, eval_dedupe):
    evaluate.add_command(evaluation)

COMMANDS: tuple[click.Command, ...] = (evaluate, bench)
