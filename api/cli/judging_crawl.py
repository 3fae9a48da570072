"""Commands that measure what comes in: articles, charsets, robots.txt, feeds and hostile input."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.output import as_json_line, json_option, say

if TYPE_CHECKING:
    from crawler.evaluation.report import Evaluation

data_option = click.option(
    "--data", required=True, type=click.Path(exists=True, path_type=Path), help="Folder in the format of the documentation."
)


def _show(result: Evaluation, as_json: bool) -> None:
    say(result.table())
    if as_json:
        as_json_line(result.as_json())


@click.command("extract")
@data_option
@json_option
def eval_extract(data: Path, as_json: bool) -> None:
    """Pages (.html, .html.gz) with truth.json: title, author, time, text and page type, beside trafilatura."""
    from crawler.evaluation.extract import evaluate_extract

    _show(evaluate_extract(data), as_json)


@click.command("charset")
@click.option("--pages", type=click.IntRange(6, 100_000), default=5_000, show_default=True, help="How many pages to generate.")
@json_option
def eval_charset(pages: int, as_json: bool) -> None:
    """Generated pages in six encodings with right and wrong labels: how many are decoded right."""
    from crawler.evaluation.charset import evaluate_charset

    _show(evaluate_charset(pages), as_json)


@click.command("robots")
@data_option
@json_option
def eval_robots(data: Path, as_json: bool) -> None:
    """google_cases.json.gz, protego.tar.gz: robots.txt by RFC 9309, beside protego alone."""
    from crawler.evaluation.robots import evaluate_robots

    _show(evaluate_robots(data), as_json)


@click.command("feeds")
@data_option
@json_option
def eval_feeds(data: Path, as_json: bool) -> None:
    """feeds.tar.gz, or a folder of feeds: exceptions, times, and fields against what the published cases expect."""
    from crawler.evaluation.feeds import evaluate_feeds

    _show(evaluate_feeds(data), as_json)


@click.command("security")
@data_option
@json_option
def eval_security(data: Path, as_json: bool) -> None:
    """ssrf_payloads, xml_attacks, xss_payloads, naughty_strings (.json.gz): what gets through. Connects to nothing."""
    from crawler.evaluation.security import evaluate_security

    _show(evaluate_security(data), as_json)


EVALUATIONS: tuple[click.Command, ...] = (eval_extract, eval_charset, eval_robots, eval_feeds, eval_security)
