"""The command that measures near-duplicates."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.output import as_json_line, json_option, say


@click.command("dedupe")
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder with notes.jsonl and pairs.jsonl.")
@click.option(
    "--made-from",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of MediaCrawler JSON to make a set of pairs from, where there is none.",
)
@json_option
def eval_dedupe(data: Path | None, made_from: Path | None, as_json: bool) -> None:
    """notes.jsonl, pairs.jsonl {a,b,duplicate}: precision, recall and notes a second, beside datasketch."""
    from recommender.evaluation import dedupe

    result = dedupe.evaluate(data, made_from)
    say(dedupe.table(result))
    if as_json:
        as_json_line(result)
