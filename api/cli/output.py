"""How the command line talks: errors in one sentence, progress on standard error, JSON on the last line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.cli.usage import sentence
from recommender.errors import InputError, NotFound, SettingsError, ZhongcaoError
from recommender.jobs import Progress as Report
from recommender.library import Library, open_library
from recommender.settings import Settings, load_settings

PARTLY = 3
INTERRUPTED = 130  # as shells have it
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on the last line, for programs.")


class Problems(click.Group):
    """A group that shows our own errors as one sentence with an exit code, never a traceback."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except ZhongcaoError as error:
            click.echo(f"错误：{error.message}", err=True)
            bad_input = isinstance(error, InputError | NotFound) and not isinstance(error, SettingsError)
            sys.exit(2 if bad_input else 1)
        except click.UsageError as error:
            help_with = f" 用法：{error.ctx.command_path} --help" if error.ctx else ""
            click.echo(f"错误：{sentence(error)}{help_with}", err=True)
            sys.exit(2)
        except KeyboardInterrupt:
            click.echo("已中断。存好的内容都还在，再运行一次同样的命令会接着做完。", err=True)
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            sys.exit(1)


def settings() -> Settings:
    """The settings, read once per command."""
    return load_settings()


@contextmanager
def library(found: Settings) -> Iterator[Library]:
    """The library, closed at the end."""
    opened = open_library(found.library_url)
    try:
        yield opened
    finally:
        opened.close()


def say(text: str = "") -> None:
    """A line for the person."""
    click.echo(text)


def as_json_line(value: Any) -> None:
    """A value as one JSON line."""
    click.echo(orjson.dumps(value, default=str).decode())


@contextmanager
def progress() -> Iterator[Report]:
    """A progress bar per step on standard error; silent where nobody watches."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn(), console=console
    )
    tasks: dict[str, TaskID] = {}

    def report(step: str, done: int, of: int) -> None:
        if step not in tasks:
            tasks[step] = bar.add_task(step, total=of)
        bar.update(tasks[step], completed=done, total=of)

    if not console.is_terminal:
        yield lambda step, done, of: None
        return
    with bar:
        yield report


def table(headers: list[str], rows: list[list[str]]) -> None:
    """A table that keeps Chinese columns aligned."""
    made = Table(*headers, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        made.add_row(*row)
    width = None if sys.stdout.isatty() else 140
    Console(width=width, markup=False, highlight=False).print(made)
