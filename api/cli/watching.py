"""Commands on what the team follows: watch-lists and what they bring, and sources as OPML, their health, new ones."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from api.cli.output import PARTLY, as_json_line, json_option, library, progress, say, settings, table
from crawler.discovery import discover
from crawler.opml import apply_opml, write_opml
from crawler.sources import RANGES, watch_list_id
from crawler.watching import rematch
from recommender.errors import InputError, NotFound
from recommender.jobs import refresh_library
from recommender.library import Library
from recommender.library.model import Coverage, Source, SourceKind, WatchKind, WatchList

KINDS = {WatchKind.CATEGORY: "品类", WatchKind.BRAND: "品牌", WatchKind.CREATOR: "达人"}
STATES = {"": "未运行", "ok": "正常", "unchanged": "无变化", "low": "偏少", "empty": "空", "failed": "失败"}
SHOWN_RUNS = 20


def _numbers(name: str) -> click.IntRange:
    return click.IntRange(*RANGES[name])


@click.group()
def watch() -> None:
    """Watch-lists: the categories, brands and creators that the team follows."""


@watch.command("list")
@json_option
def list_watch_lists(as_json: bool) -> None:
    """What each watch-list brings, and which one is dry."""
    now = datetime.now(UTC)
    with library(settings()) as opened:
        found = opened.watch_lists.all()
        coverage = opened.watch_lists.coverage(now)
    if as_json:
        as_json_line([{**asdict(each), "words": each.words, "coverage": asdict(coverage[each.id])} for each in found])
        return
    if not found:
        say("还没有关注清单。例如：zhongcao watch add brand 海底捞 --alias Haidilao")
        return
    rows = []
    for each in found:
        brought = coverage[each.id]
        counts = (str(brought.total), str(brought.this_week), str(brought.last_week), _moment(brought.last_new_at))
        sources = f"{brought.sources}（{brought.failing} 个失败）" if brought.failing else str(brought.sources)
        rows.append([each.id, KINDS[each.kind], each.name, "、".join(each.words), *counts, sources, _standing(each, brought, now)])
    table(["编号", "类型", "名称", "找这些词", "共", "本周新", "上周新", "最近一条", "来源", "状态"], rows)


@watch.command("add")
@click.argument("kind", type=click.Choice([kind.value for kind in WatchKind]))
@click.argument("name")
@click.option("--term", "terms", multiple=True, help="A word to look for; may be given several times. The name, if none is given.")
@click.option("--alias", "aliases", multiple=True, help="Another name of the same; may be given several times.")
@click.option("--every", type=_numbers("schedule_minutes"), help="Crawl its sources at least every so many minutes.")
@click.option("--quota", type=_numbers("weekly_quota"), help="Most new contents that its sources bring in a week; 0 for no limit.")
@click.option("--quiet-days", type=_numbers("quiet_days"), help="Alert after so many days without anything new; 0 for never.")
@click.option("--on/--off", "enabled", default=None, help="Follow it, or pause.")
@json_option
def add(
    kind: str,
    name: str,
    terms: tuple[str, ...],
    aliases: tuple[str, ...],
    every: int | None,
    quota: int | None,
    quiet_days: int | None,
    enabled: bool | None,
    as_json: bool,
) -> None:
    """Follow a category, brand or creator; of one that is there already, change what is given.

    \b
    zhongcao watch add category 护肤 --term 护肤 --term 面霜 --quiet-days 7
    zhongcao watch add brand 海底捞 --alias Haidilao --quota 50
    zhongcao watch add creator 店主小满 --off
    """
    name = name.strip()
    if not name:
        raise InputError("关注清单要有名称。", field="name")
    found = settings()
    with library(found) as opened:
        before = next((each for each in opened.watch_lists.all() if (each.kind, each.name) == (kind, name)), None)
        wanted = before or WatchList(watch_list_id(WatchKind(kind), name), WatchKind(kind), name)
        given: dict[str, Any] = {"terms": _words(terms), "aliases": _words(aliases)}
        given |= {"schedule_minutes": every, "weekly_quota": quota, "quiet_days": quiet_days, "enabled": enabled}
        wanted = replace(wanted, **{field: value for field, value in given.items() if value not in (None, ())})
        opened.watch_lists.put(wanted)
        moved = rematch(opened, wanted.id)
        _index(opened, moved)
        total = opened.watch_lists.coverage(datetime.now(UTC))[wanted.id].total
    if as_json:
        as_json_line({"id": wanted.id, "added": before is None, "moved": moved, "total": total})
    else:
        say(
            f"{'已改' if before else '已加'}关注清单「{name}」（{wanted.id}），找：{'、'.join(wanted.words)}；库里有 {total} 条归到它名下。"
        )


@watch.command("remove")
@click.argument("wanted", metavar="ID_OR_NAME")
def remove(wanted: str) -> None:
    """Follow something no longer; its contents and sources stay."""
    with library(settings()) as opened:
        found = [each for each in opened.watch_lists.all() if wanted in (each.id, each.name)]
        if not found:
            raise NotFound(f"没有叫 {wanted[:64]} 的关注清单，用 zhongcao watch list 看看有哪些。")
        if len(found) > 1:
            raise InputError(f"有 {len(found)} 个关注清单叫 {wanted[:64]}，请改用编号：{'、'.join(each.id for each in found)}。")
        opened.watch_lists.delete(found[0].id)
        _index(opened, opened.contents.leave_watch_list(found[0].id))
    say(f"已删除关注清单「{found[0].name}」，它的内容和来源都还在。")


@click.command("opml")
def export_opml() -> None:
    """Print watch-lists and sources as OPML, for any feed reader: zhongcao sources opml > sources.opml"""
    with library(settings()) as opened:
        written = write_opml(opened)
    click.echo(written, nl=False)


@click.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_context
def import_opml(context: click.Context, path: Path, as_json: bool) -> None:
    """Add the sources of an OPML file, of ours or of another reader: zhongcao sources import feeds.opml

    Folders become watch-lists. What the library has already stays as it is.
    """
    with library(settings()) as opened:
        revision = opened.contents.revision()
        added, known, problems = apply_opml(opened, path.read_bytes())
        _index(opened, opened.contents.revision() - revision)
    for line in problems:
        click.echo(line, err=True)
    if as_json:
        as_json_line({"added": added, "known": known, "problems": problems})
    else:
        say(f"新增 {added} 个来源，已有 {known} 个，{len(problems)} 处有问题。")
    if problems:
        context.exit(PARTLY)


@click.command("health")
@click.argument("wanted", required=False, metavar="[SOURCE]")
@json_option
def health(wanted: str | None, as_json: bool) -> None:
    """How all sources fare, or the last runs of one (by name or id), and what to do.

    \b
    zhongcao sources health
    zhongcao sources health 某护肤博客
    """
    with library(settings()) as opened:
        sources = [each for each in opened.sources.all() if wanted in (None, each.id, each.name)]
        if wanted is not None and not sources:
            raise NotFound(f"没有叫 {wanted[:64]} 的来源，用 zhongcao sources list 看看有哪些。")
        usual = {each.id: opened.sources.baseline(each.id) for each in sources}
        runs = {each.id: opened.sources.runs(each.id, SHOWN_RUNS) if wanted is not None else [] for each in sources}
    if as_json:
        as_json_line([{**asdict(each), "baseline": usual[each.id], "runs": [asdict(run) for run in runs[each.id]]} for each in sources])
        return
    sources.sort(key=lambda each: (not each.enabled, -each.failures, each.last_state in ("ok", "unchanged"), each.name))
    rows = [
        [
            each.name,
            _state(each),
            _count(usual[each.id]),
            str(each.last_found),
            str(each.last_new),
            _moment(each.last_success_at),
            each.last_message,
        ]
        for each in sources
    ]
    table(["来源", "状态", "平时", "上次读到", "新增", "上次成功", "情况和办法"], rows)
    for each in sources:
        if runs[each.id]:
            say(f"\n「{each.name}」最近的抓取：")
            table(["时间", "状态", "读到", "新增", "更新", "拒收", "用时", "请求", "说明"], [_run_row(run) for run in runs[each.id]])


@click.command("find")
@click.argument("url")
@json_option
def find(url: str, as_json: bool) -> None:
    """Feeds and sitemaps of a site, tried out: zhongcao sources find https://blog.example.com"""
    found = discover(settings(), url)
    if as_json:
        as_json_line([asdict(each) for each in found])
        return
    if not found:
        say("这个网站没有找到能读的订阅源或网站地图；可以把这个网址本身作为网页来源。")
        return
    say("# 找到下面这些；要用的加进 sources.toml，再运行 zhongcao sources apply sources.toml")
    for each in found:
        say(f'\n[[source]]\nname = "{_toml(each.title or each.url)}"\nkind = "{SourceKind(each.kind).value}"\nurl = "{_toml(each.url)}"')


def _index(opened: Library, changed: int) -> None:
    """Bring the index up to date where contents changed their lists."""
    if changed:
        with progress() as report:
            refresh_library(opened, settings(), clusters=False, progress=report)


def _words(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in given if word.strip()))


def _standing(each: WatchList, brought: Coverage, now: datetime) -> str:
    """How a watch-list stands, in words."""
    if not each.enabled:
        return "已停用"
    if brought.full:
        return f"本周已满 {each.weekly_quota} 条"
    if brought.last_new_at is None:
        return "还没有内容" if brought.sources else "还没有内容，也没有来源"
    days = (now - brought.last_new_at).days
    if not brought.this_week or (each.quiet_days and days >= each.quiet_days):
        return f"{days} 天没有新内容"
    return "有新内容"


def _state(source: Source) -> str:
    if not source.enabled:
        return "已停用"
    again = f"，连续 {source.failures} 次" if source.failures > 1 else ""
    return STATES.get(source.last_state, source.last_state) + again


def _run_row(run: Any) -> list[str]:
    counts = [str(getattr(run, name)) for name in ("found", "new", "changed", "refused")]
    return [_moment(run.at), STATES.get(run.state, run.state), *counts, f"{run.seconds:.1f} 秒", str(run.requests), run.message]


def _moment(at: datetime | None) -> str:
    return f"{at:%m-%d %H:%M}" if at else "—"


def _count(usual: float | None) -> str:
    return "—" if usual is None else f"{usual:.0f}"


def _toml(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text).replace("\\", "\\\\").replace('"', '\\"')


COMMANDS: tuple[click.Command, ...] = (watch,)
SOURCE_COMMANDS: tuple[click.Command, ...] = (export_opml, import_opml, health, find)
