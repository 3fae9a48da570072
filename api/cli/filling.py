"""Commands that fill the library: import, crawl, sources, sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from api.cli import mapping
from api.cli.output import PARTLY, as_json_line, json_option, library, progress, say, settings, table
from api.sample import load_sample_library
from crawler.addresses import canonical
from crawler.alerts import check_alerts, send_alerts
from crawler.importers import ImportReport, import_paths
from crawler.run import crawl as run_crawl
from crawler.run import table as crawl_table
from crawler.sources import EXAMPLE, apply_sources, source_id
from recommender.errors import InputError, NotFound
from recommender.jobs import refresh_library
from recommender.library import Library
from recommender.library.model import Rights, Source, SourceKind, WatchList
from recommender.understanding.taxonomy import CATEGORIES

SHOWN_REFUSALS = 20
SHOWN_CHANGES = 20  # of each kind, in a dry run
ONE_TIME_MINUTES = 525_600  # a page that is fetched for its one article is looked at again in a year


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be new, changed and refused; write nothing.")
@click.option("--mapping", "mapping_name", help="A saved mapping for the columns of a spreadsheet; see `zhongcao mapping`.")
@click.option("--as-sources", metavar="LIST", help="Have the pages of a list of links fetched for this watch-list.")
@click.option("--no-index", is_flag=True, help="Only store; understand and index later with `zhongcao index`.")
@click.option(
    "--rights",
    type=click.Choice([state.value for state in Rights if state is not Rights.TAKEN_DOWN]),
    default=Rights.UNKNOWN.value,
    show_default=True,
    help="What may be done with new contents; only owned and authorised ones are rendered in full for customers.",
)
@json_option
@click.pass_context
def import_files(
    context: click.Context,
    paths: tuple[Path, ...],
    dry_run: bool,
    mapping_name: str | None,
    as_sources: str | None,
    no_index: bool,
    rights: str,
    as_json: bool,
) -> None:
    """Read files or folders of them into the library.

    MediaCrawler's JSON, JSONL, CSV, XLSX and SQLite (contents, comments, creators), vendors' spreadsheets, Feishu tables, saved
    interface answers, plain text, and our own spreadsheet with what you changed in it.

    \b
    zhongcao import data/xhs/json/search_contents_2026-11-01.json
    zhongcao import 达人笔记.xlsx --dry-run
    zhongcao import 链接.txt --as-sources 防晒

    Importing a file twice changes nothing. A line that cannot be read is refused with its number, and the rest goes in.
    """
    found = settings()
    with library(found) as opened, progress() as report:
        watch_list = _watch_list(opened, as_sources) if as_sources else None
        done = import_paths(
            opened,
            paths,
            rights=Rights(rights),
            progress=lambda read, of: report("读入", read, of),
            dry_run=dry_run,
            mapping=opened.mappings.get(mapping_name) if mapping_name else None,
            categories=CATEGORIES,
        )
        added = _add_pages(opened, done.links, watch_list) if watch_list and not dry_run else 0
        if not no_index and not dry_run:
            refresh_library(opened, found, progress=report)
    for line in done.refusals[:SHOWN_REFUSALS]:
        click.echo(f"未收录：{line}", err=True)
    if len(done.refusals) > SHOWN_REFUSALS:
        click.echo(f"……另有 {len(done.refusals) - SHOWN_REFUSALS} 条未收录。", err=True)
    for line in done.problems:
        click.echo(line, err=True)
    if done.links and not watch_list:
        click.echo("要把这些网址加为来源：导入时加 --as-sources 关注清单名。", err=True)
    if as_json:
        as_json_line(_as_json(done))
    else:
        if dry_run:
            _show_dry_run(done)
        rest = (("评论", done.comments), ("达人", done.creators), ("更正", done.corrections))
        more = "".join(f"，{name} {number}" for name, number in rest if number)
        say(
            f"{'试运行，什么都没有写入：' if dry_run else ''}读了 {done.read} 行：新增 {done.new}，更新 {done.changed}，"
            f"未变 {done.unchanged}，重复 {done.duplicates}，未收录 {done.refused}{more}，用时 {done.seconds:.1f} 秒。"
        )
        if watch_list and not dry_run:
            say(f"{added} 个网址加入了来源，下一轮抓取时读取；已有的 {len(done.links) - added} 个没有重复加。")
    if done.unusable:
        context.exit(PARTLY)


def _as_json(done: ImportReport) -> dict[str, Any]:
    """The counts; comments, creators and corrections where there are any; file by file and line by line in a dry run."""
    shown: dict[str, Any] = {
        name: getattr(done, name) for name in ("read", "new", "changed", "unchanged", "duplicates", "refused", "seconds")
    }
    shown |= {name: number for name in ("comments", "creators", "corrections") if (number := getattr(done, name))}
    if done.dry_run:
        shown |= {"dry_run": True, "files": [asdict(file) for file in done.by_file], "lines": [asdict(line) for line in done.examples]}
    return shown


def _show_dry_run(done: ImportReport) -> None:
    """What would become of each file, and which contents would change."""
    counts = ("read", "new", "changed", "unchanged", "duplicates", "refused", "comments", "creators", "corrections")
    rows = [[file.name, *(str(getattr(file, name) or "") for name in counts)] for file in done.by_file]
    rows.append(["合计", *(str(getattr(done, name)) for name in counts)])
    table(["文件", "读到", "新增", "更新", "未变", "重复", "未收录", "评论", "达人", "更正"], rows)
    for state, words in (("changed", "将更新"), ("corrected", "将更正")):
        lines = [line for line in done.examples if line.state == state]
        for line in lines[:SHOWN_CHANGES]:
            say(f"{words}：{line.where}《{line.title[:30]}》{line.reason}")
        if len(lines) > SHOWN_CHANGES:
            say(f"……另有 {(done.changed if state == 'changed' else done.corrections) - SHOWN_CHANGES} 条{words}。")


def _watch_list(opened: Library, wanted: str) -> WatchList:
    lists = opened.watch_lists.all()
    if found := next((each for each in lists if wanted in (each.name, each.id)), None):
        return found
    named = f"现有：{'、'.join(each.name for each in lists[:20])}。" if lists else "还没有关注清单。"
    raise NotFound(f"没有名为“{wanted[:40]}”的关注清单，{named}")


def _add_pages(opened: Library, links: Sequence[str], watch_list: WatchList) -> int:
    """Make each address a page to fetch, once; returns how many were not there before."""
    known = {canonical(source.url) for source in opened.sources.all()}
    fresh = [url for url in links if url not in known]
    for url in fresh:
        opened.sources.add(
            Source(source_id(url), url[:80], SourceKind.PAGE, url, (watch_list.id,), schedule_minutes=ONE_TIME_MINUTES, max_items=1)
        )
    return len(fresh)


def _show_crawl(event: dict[str, Any], names: dict[str, str]) -> None:
    name = names.get(event["source"], event["source"])
    if event["event"] == "started":
        click.echo(f"{name}：开始抓取……", err=True)
    elif event["event"] == "finished":
        counts = f"读到 {event['report']['found']}，新增 {event['report']['new']}。"
        click.echo(f"{name}：{event['message'] or counts}", err=True)


@click.command()
@click.argument("source_ids", nargs=-1, metavar="[SOURCE]...")
@json_option
@click.pass_context
def crawl(context: click.Context, source_ids: tuple[str, ...], as_json: bool) -> None:
    """Crawl the named sources (by name or id), or all enabled ones, now.

    \b
    zhongcao crawl
    zhongcao crawl 某护肤博客 青屿的品牌故事
    """
    found = settings()
    with library(found) as opened:
        known = opened.sources.all()
        by_name = {source.name: source.id for source in known}
        ids = [by_name.get(wanted, wanted) for wanted in source_ids] or [source.id for source in known if source.enabled]
        for source_id in ids:
            opened.sources.get(source_id)
        if not ids:
            raise InputError("还没有来源：先 zhongcao sources example > sources.toml，改好后 zhongcao sources apply sources.toml。")
        names = {source.id: source.name for source in known}
        reports = run_crawl(found, ids, show=lambda event: _show_crawl(event, names))
        with progress() as report:
            refresh_library(opened, found, progress=report)
        check_alerts(opened, datetime.now(UTC))
        if problem := send_alerts(opened, found, datetime.now(UTC)):
            click.echo(problem, err=True)
        after = opened.sources.all()
        if as_json:
            as_json_line({source_id: asdict(done) for source_id, done in reports.items()})
        else:
            say(crawl_table(reports, after))
        failed = [source.id for source in after if source.id in reports and source.last_state == "failed"]
    if failed:
        context.exit(1 if len(failed) == len(reports) else PARTLY)


@click.group()
def sources() -> None:
    """List, add and remove where content comes from."""


@sources.command("list")
@json_option
def list_sources(as_json: bool) -> None:
    """All sources with their health."""
    with library(settings()) as opened:
        found = opened.sources.all()
    if as_json:
        as_json_line([asdict(source) for source in found])
        return
    rows = [
        [source.id, source.name, source.kind.value, source.last_state or "未运行", str(source.last_new), source.last_message, source.url]
        for source in found
    ]
    table(["编号", "名称", "方式", "状态", "上次新增", "说明", "网址"], rows)


@sources.command("apply")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Also change sources that the library already has.")
@json_option
def apply(path: Path, force: bool, as_json: bool) -> None:
    """Read watch-lists and sources from a TOML file: zhongcao sources apply sources.toml"""
    with library(settings()) as opened:
        added, changed = apply_sources(opened, path, force=force)
    if as_json:
        as_json_line({"added": added, "changed": changed})
        return
    say(f"新增 {added} 个，更新 {changed} 个。已有的来源以内容库为准，用 --force 覆盖。")


@sources.command("example")
def example() -> None:
    """Print a sources.toml to start from."""
    say(EXAMPLE.read_text("utf-8"))


@sources.command("remove")
@click.argument("source_id")
def remove(source_id: str) -> None:
    """Remove a source; what it brought stays."""
    with library(settings()) as opened:
        opened.sources.delete(source_id)
    say(f"已删除来源 {source_id}。")


@click.group()
def sample() -> None:
    """The sample library that comes with the project."""


@sample.command("load")
@json_option
def load(as_json: bool) -> None:
    """Put the sample notes, segments and subscriptions into the library."""
    found = settings()
    with library(found) as opened, progress() as report:
        done = load_sample_library(opened, datetime.now(UTC))
        refresh_library(opened, found, progress=report)
    if as_json:
        as_json_line({"new": done.new, "unchanged": done.unchanged})
        return
    say(f"示例内容：新增 {done.new} 条，未变 {done.unchanged} 条。")


@sample.command("remove")
@json_option
def remove_sample(as_json: bool) -> None:
    """Take everything that is a sample out of the library."""
    found = settings()
    with library(found) as opened, progress() as report:
        removed = opened.contents.remove_sample()
        refresh_library(opened, found, progress=report)
    if as_json:
        as_json_line({"removed": removed})
        return
    say(f"已清除 {removed} 条示例内容。")


COMMANDS: tuple[click.Command, ...] = (import_files, crawl, sources, sample, *mapping.COMMANDS)
