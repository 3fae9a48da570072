"""Commands for spreadsheets: what the columns of a file mean, saved by name, and the library as a spreadsheet of our own."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.output import as_json_line, json_option, library, say, settings, table
from crawler.export import ENCODINGS, FORMS, export_rows
from crawler.importers import Preview, preview
from crawler.importers.headers import FIELDS
from recommender.errors import InputError, NotFound
from recommender.library.model import ColumnMapping, ContentFilter, ContentType, Platform
from recommender.understanding.taxonomy import CATEGORIES

LONGEST_SAMPLE = 40  # characters of a cell that is shown
_BY_LABEL = {label: field for field, label in FIELDS.items()}


@click.group()
def mapping() -> None:
    """What the columns of a spreadsheet mean.

    \b
    zhongcao mapping show 达人笔记.xlsx
    zhongcao mapping save 新红笔记 达人笔记.xlsx --set 标题=笔记名 --set 正文=文案
    zhongcao import 达人笔记.xlsx --mapping 新红笔记
    """


@mapping.command("show")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", "name", help="A saved mapping to look through.")
@json_option
def show(path: Path, name: str | None, as_json: bool) -> None:
    """Which column of a file is taken for which field, and how that was found: zhongcao mapping show 达人笔记.xlsx"""
    with library(settings()) as opened:
        seen = preview(path, opened.mappings.get(name) if name else None)
    if as_json:
        columns = {FIELDS[field]: header for field, header in (seen.mapping.columns if seen.mapping else {}).items()}
        as_json_line({"form": seen.form, "columns": list(seen.columns), "mapping": columns, "missing": list(seen.missing)})
        return
    _show(path, seen)


@mapping.command("save")
@click.argument("name")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--set", "wanted", multiple=True, metavar="字段=列名", help="A field and its column; an empty column takes the field out.")
def save(name: str, path: Path, wanted: tuple[str, ...]) -> None:
    """Save what the columns of a file mean: as guessed, with your own words laid over it.

    \b
    zhongcao mapping save 新红笔记 达人笔记.xlsx --set 标题=笔记名 --set 正文=文案

    Fields: 编号 平台 标题 正文 链接 达人 达人编号 主页 粉丝 发布时间 类型 点赞 收藏 评论 分享 标签 图片 视频 版权状态
    """
    if not 0 < len(name.strip()) <= 80:
        raise InputError("列对应表的名字应为 1 到 80 个字。", field="name")
    seen = preview(path)
    if seen.mapping is None:
        raise InputError(f"{path.name}：不是需要列对应表的表格，直接导入即可。")
    made = ColumnMapping(name.strip(), _laid_over(seen, wanted))
    with library(settings()) as opened:
        opened.mappings.put(made)
    again = preview(path, made)
    _show(path, again)
    if not again.missing:
        say(f"已保存为“{made.name}”。导入：zhongcao import {path} --mapping {made.name}")


@mapping.command("list")
@json_option
def list_mappings(as_json: bool) -> None:
    """All saved mappings."""
    with library(settings()) as opened:
        found = opened.mappings.all()
    if as_json:
        as_json_line(
            [{"name": each.name, "columns": {FIELDS.get(key, key): value for key, value in each.columns.items()}} for each in found]
        )
        return
    table(
        ["名称", "列对应"],
        [[each.name, "，".join(f"{FIELDS.get(key, key)}={value}" for key, value in each.columns.items())] for each in found],
    )


@mapping.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Remove a saved mapping; what was imported with it stays."""
    with library(settings()) as opened:
        opened.mappings.delete(name)
    say(f"已删除列对应表“{name}”。")


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--category", "categories", multiple=True, type=click.Choice(CATEGORIES), help="Only this category; may be given again.")
@click.option("--brand", "brands", multiple=True, help="Only this brand; may be given again.")
@click.option("--creator", "creators", multiple=True, help="Only this creator, by name or id.")
@click.option("--platform", "platforms", multiple=True, type=click.Choice([each.value for each in Platform]), help="Only this platform.")
@click.option("--type", "types", multiple=True, type=click.Choice([each.value for each in ContentType]), help="Only this content type.")
@click.option("--watch", "lists", multiple=True, help="Only this watch-list, by name or id.")
@click.option("--encoding", type=click.Choice(ENCODINGS), default="utf-8", show_default=True, help="Of a CSV file.")
@click.option("--no-bom", is_flag=True, help="A UTF-8 CSV without the mark that Excel needs.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def export(
    path: Path,
    categories: tuple[str, ...],
    brands: tuple[str, ...],
    creators: tuple[str, ...],
    platforms: tuple[str, ...],
    types: tuple[str, ...],
    lists: tuple[str, ...],
    encoding: str,
    no_bom: bool,
    force: bool,
) -> None:
    """Write the library, or a part of it, as a spreadsheet to work on and to import again.

    \b
    zhongcao export 内容.xlsx --category 美妆护肤
    zhongcao export 内容.csv --brand 珀莱雅 --encoding gb18030

    The form is that of the name: .csv, .xlsx or .jsonl. Text stands in full only where the rights are 自有 or 已授权. Changed
    类型, 品类, 品牌 and 版权状态 count as the editor's word once the file is imported again.
    """
    form = path.suffix.lower().lstrip(".")
    if form not in FORMS:
        raise InputError(f"文件名 {path.name} 应以 .{'、.'.join(FORMS)} 结尾。", field="path")
    if path.exists() and not force:
        raise InputError(f"文件 {path} 已经在了；换个名字，或加 --force 覆盖。", field="path")
    with library(settings()) as opened:
        wanted = ContentFilter(
            categories=categories,
            brands=brands,
            creators=creators,
            platforms=tuple(map(Platform, platforms)),
            content_types=tuple(map(ContentType, types)),
            watch_lists=tuple(_watch_list(each, {one.name: one.id for one in opened.watch_lists.all()}) for each in lists),
        )
        count = opened.contents.count(wanted)
        data = export_rows(opened, wanted, form=form, bom=not no_bom, encoding=encoding)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(f"写不了文件 {path}（{error.strerror or error}）。", field="path") from None
    say(f"已导出 {count} 条到 {path}。改好后用 zhongcao import {path} --dry-run 先看看会改动什么。")


def _watch_list(wanted: str, ids: dict[str, str]) -> str:
    if wanted in ids:
        return ids[wanted]
    if wanted in ids.values():
        return wanted
    raise NotFound(f"没有名为“{wanted[:40]}”的关注清单。")


def _laid_over(seen: Preview, wanted: tuple[str, ...]) -> dict[str, str]:
    columns = dict(seen.mapping.columns) if seen.mapping else {}
    for each in wanted:
        label, equals, header = (part.strip() for part in each.partition("="))
        if not equals or label not in _BY_LABEL:
            raise InputError(f"--set {each[:60]} 应写成 字段=列名，字段是{'、'.join(_BY_LABEL)}之一。", field="set")
        if header and header not in seen.columns:
            raise InputError(f"文件里没有“{header[:40]}”这一列，它的列是：{'、'.join(seen.columns[:60])}。", field="set")
        columns = {field: other for field, other in columns.items() if field != _BY_LABEL[label] and other != header}
        if header:
            columns[_BY_LABEL[label]] = header
    return columns


def _show(path: Path, seen: Preview) -> None:
    if seen.mapping is None:
        say(f"{path.name}：{seen.form}{f'，{len(seen.columns)} 列' if seen.columns else ''}，不需要列对应表。")
        return
    samples = {column: next((row[place] for row in seen.rows if row[place].strip()), "") for place, column in enumerate(seen.columns)}
    found = seen.mapping.columns
    rows = [
        [FIELDS[field], found[field], " ".join(samples.get(found[field], "").split())[:LONGEST_SAMPLE], seen.how.get(field, "")]
        for field in FIELDS
        if field in found
    ]
    table(["字段", "列", "例子", "怎么认出的"], rows)
    if unused := [column for column in seen.columns if column not in found.values()]:
        say(f"没有用到的列：{'、'.join(column[:20] for column in unused)}。")
    if seen.missing:
        say(f"还缺：{'、'.join(seen.missing)}。请指明：zhongcao mapping save 名字 {path} --set {seen.missing[0].split('或')[0]}=某列")


COMMANDS: tuple[click.Command, ...] = (mapping, export)
