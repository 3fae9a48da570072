"""Commands that look into the library: index, search, match, segments, check."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

import click

from api.cli.output import as_json_line, json_option, library, progress, say, settings, table
from recommender.compliance import check_text, worst
from recommender.delivery import render
from recommender.errors import InputError
from recommender.jobs import refresh_library
from recommender.library.model import Channel, ComplianceLevel, ContentFilter, ContentType, GroupType, Segment
from recommender.matching import MatchRequest, load_segments
from recommender.matching import match as find_matches
from recommender.search import open_index
from recommender.understanding.taxonomy import CATEGORIES

LIMIT = click.IntRange(1, 100)


@click.command()
@click.option("--rebuild", is_flag=True, help="Fit the vectors anew and build the index from nothing.")
@json_option
def index(rebuild: bool, as_json: bool) -> None:
    """Understand what is new and bring the search index up to date."""
    found = settings()
    with library(found) as opened, progress() as report:
        done = refresh_library(opened, found, rebuild=rebuild, progress=report)
    if as_json:
        as_json_line(asdict(done))
    else:
        say(f"理解 {done.understood} 条，索引 {done.index.documents} 条（版本 {done.index.version}），用时 {done.seconds:.1f} 秒。")


@click.command()
@click.argument("query")
@click.option("--category", multiple=True, type=click.Choice(CATEGORIES))
@click.option("--type", "types", multiple=True, type=click.Choice([kind.value for kind in ContentType]))
@click.option("--brand", multiple=True)
@click.option("--order", type=click.Choice(["relevance", "newest", "quality", "heat"]), default="relevance")
@click.option("--limit", type=LIMIT, default=10, show_default=True)
@json_option
def search(
    query: str, category: tuple[str, ...], types: tuple[str, ...], brand: tuple[str, ...], order: str, limit: int, as_json: bool
) -> None:
    """Search the library.

    \b
    zhongcao search "防晒 -喷雾"
    zhongcao search '"早八 妆容"' --category 美妆护肤 --type seeding --json
    """
    found = settings()
    chosen = ContentFilter(categories=category, brands=brand, content_types=tuple(ContentType(kind) for kind in types))
    with library(found) as opened:
        result = open_index(found.search_url, opened, found).search(query, chosen, limit=limit, order=order, facets=False)
        contents = opened.contents.get_many([hit.id for hit in result.hits])
    if as_json:
        hits = [{**asdict(hit), "title": contents[hit.id].title, "url": contents[hit.id].url} for hit in result.hits if hit.id in contents]
        as_json_line({"query": query, "total": result.total, "notes": result.notes, "took_ms": result.took_ms, "hits": hits})
        return
    for note in result.notes:
        say(note)
    rows = []
    for hit in result.hits:
        if (item := contents.get(hit.id)) is not None:
            kind = item.understanding.content_type
            words = [
                f"{hit.score:.2f}",
                kind.value if kind else "-",
                item.understanding.category or "-",
                f"{item.understanding.quality:.0f}",
            ]
            rows.append([*words, (item.title or item.text)[:36].replace("\n", " "), hit.id])
    table(["分数", "类型", "品类", "质量", "标题", "编号"], rows)
    say(f"共 {result.total} 条，{result.took_ms:.1f} 毫秒。")


@click.command("match")
@click.argument("segment")
@click.option("--channel", type=click.Choice([kind.value for kind in Channel]), default="moments", show_default=True)
@click.option("--group-type", type=click.Choice([kind.value for kind in GroupType]))
@click.option("--goal", default="", help="What the post is for, in words: 周末拉新、换季护肤…")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day it will be sent; today if not given.")
@click.option("--limit", type=LIMIT, default=10, show_default=True)
@json_option
def match_segment(segment: str, channel: str, group_type: str | None, goal: str, day: datetime | None, limit: int, as_json: bool) -> None:
    """What suits a segment, for Moments or a group. SEGMENT is an id, or a description in words.

    \b
    zhongcao match sample-new-mothers --channel group --group-type category
    zhongcao match "油皮学生党，预算有限" --goal 夏季控油
    """
    found = settings()
    with library(found) as opened:
        known = {stored.id: stored for stored in opened.segments.all()}
        wanted = known.get(segment) or Segment(id="", name=segment)
        request = MatchRequest(
            segment=wanted,
            channel=Channel(channel),
            group_type=GroupType(group_type) if group_type else None,
            goal=goal,
            date=day.date() if day else date.today(),
            limit=limit,
        )
        result = find_matches(
            opened, open_index(found.search_url, opened, found), request, datetime.now(UTC), cooldown_days=found.cooldown_days
        )
    if as_json:
        items = [
            {
                "id": item.content.id,
                "title": item.content.title,
                "score": item.score,
                "parts": item.parts,
                "reasons": item.reasons,
                "rendered": asdict(render(item.content, request.channel)),
            }
            for item in result.items
        ]
        as_json_line({"segment": wanted.name, "notes": result.notes, "items": items})
        return
    for place, item in enumerate(result.items, 1):
        kind = item.content.understanding.content_type
        title = (item.content.title or item.content.text)[:40].replace("\n", " ")
        say(f"{place:2}. [{kind.value if kind else '-'}] {title}  ({item.score:.2f}, {item.content.id})")
        for reason in item.reasons:
            say(f"      · {reason}")
    for note in result.notes:
        say(note)


@click.group()
def segments() -> None:
    """List, add and remove customer segments."""


@segments.command("list")
@json_option
def list_segments(as_json: bool) -> None:
    """All segments."""
    with library(settings()) as opened:
        found = opened.segments.all()
    if as_json:
        as_json_line([asdict(segment) for segment in found])
    else:
        table(["编号", "名称", "描述", "标签"], [[one.id, one.name, one.description, "、".join(one.tags)] for one in found])


@segments.command("apply")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def apply_segments(path: Path, as_json: bool) -> None:
    """Read segments from a TOML, JSON or CSV file: zhongcao segments apply segments.toml"""
    found = load_segments(path)
    with library(settings()) as opened:
        for segment in found:
            opened.segments.put(segment)
    if as_json:
        as_json_line({"segments": len(found)})
        return
    say(f"写入 {len(found)} 个人群。")


@segments.command("remove")
@click.argument("segment_id")
def remove_segment(segment_id: str) -> None:
    """Remove a segment."""
    with library(settings()) as opened:
        opened.segments.delete(segment_id)
    say(f"已删除人群 {segment_id}。")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--category", type=click.Choice(CATEGORIES), help="Some rules hold in one category only.")
@click.option("--purchase-link", is_flag=True, help="The post carries a purchase link.")
@json_option
@click.pass_context
def check(context: click.Context, file: Path, category: str | None, purchase_link: bool, as_json: bool) -> None:
    """Check a text file against the advertising rules; exit code 1 where it may not be sent."""
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{file.name} 不是 UTF-8 文本。", field="FILE") from None
    findings = check_text(text, category=category, has_purchase_link=purchase_link)
    if as_json:
        as_json_line({"level": worst(findings).value, "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            line = text.count("\n", 0, finding.start) + 1
            say(f"第 {line} 行「{finding.term}」{finding.level.value}：{finding.reason}（{finding.law}）建议：{finding.suggestion}")
        say(f"结论：{worst(findings).value}")
    if worst(findings) is ComplianceLevel.BLOCK:
        context.exit(1)


COMMANDS: tuple[click.Command, ...] = (index, search, match_segment, segments, check)
