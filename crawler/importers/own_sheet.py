"""Our own spreadsheet: what a content looks like in it, and what an editor has changed in a row that comes back. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crawler.importers.rows import SheetRow, text_of
from crawler.importers.spreadsheets import PLATFORMS, RIGHTS, platform_named
from crawler.items import ParsedNote
from crawler.repair import count, moment
from recommender.library.model import ComplianceLevel, ContentItem, ContentType, Platform, Rights
from recommender.library.tables import SHANGHAI

COLUMNS = (
    *("内容ID", "平台", "标题", "正文", "内容类型", "品类", "品牌", "达人", "发布时间", "点赞", "收藏", "评论", "分享"),
    *("质量分", "合规状态", "命中词", "来源链接", "标签", "版权状态"),
)
TYPES = {"人设型": ContentType.PERSONA, "种草型": ContentType.SEEDING, "服务型": ContentType.SERVICE}
LEVELS = {ComplianceLevel.OK: "通过", ComplianceLevel.INFO: "提示", ComplianceLevel.WARN: "警告", ComplianceLevel.BLOCK: "禁止"}
EXCERPT = 120  # characters of a text that we may not render in full
LONGEST_CELL = 32_000  # a spreadsheet cell holds 32,767 characters
CUT = "……（摘要，全文见来源链接）"
RENDERED = (Rights.OWNED, Rights.AUTHORISED)

_COUNTS = {"点赞": "liked", "收藏": "collected", "评论": "commented", "分享": "shared"}
_LIST = "、"
_LEAST_COLUMNS = 5  # of ours, beside 内容ID, that make a table ours
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BREAKS = re.compile(r"\r\n?|_x000D_\n?")
_OUR_ID = re.compile(rf"({'|'.join(platform.value for platform in Platform)})-(.+)")
_COMMAS = re.compile(r"[,，、;；\n]+")


@dataclass(frozen=True, slots=True)
class Edit:
    """What a row asks for: a note to take in, an editor's words on the content `content_id`, or a refusal. Nothing at all is unchanged."""

    content_id: str = ""
    note: ParsedNote | None = None
    corrections: Mapping[str, Any] = field(default_factory=dict)
    refusal: str = ""


def is_own(columns: AbstractSet[str]) -> bool:
    """Whether these are columns of our own spreadsheet; some may have been deleted, or others added."""
    return "内容ID" in columns and len(columns & set(COLUMNS)) > _LEAST_COLUMNS


def read(row: Mapping[str, Any], where: str) -> SheetRow:
    """A row as its cells, the apostrophe taken off that keeps a spreadsheet from calculating."""
    return SheetRow(where, {column: _read_cell(row[column]) for column in COLUMNS if column in row})


def cells(item: ContentItem) -> dict[str, str | int | float]:
    """A content as a row. The text in full only where we may render it; otherwise the beginning of it."""
    understood = item.understanding
    whole = item.text if item.rights in RENDERED else item.text[:EXCERPT]
    if len(whole) > LONGEST_CELL:
        whole = whole[:LONGEST_CELL]
    values: dict[str, Any] = {
        "内容ID": item.id,
        "平台": _name(PLATFORMS, item.platform),
        "标题": item.title,
        "正文": whole if len(whole) == len(item.text) else whole + CUT,
        "内容类型": _name(TYPES, understood.content_type),
        "品类": understood.category or "",
        "品牌": _LIST.join(understood.brands),
        "达人": item.creator_name,
        "发布时间": f"{item.published_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if item.published_at else "",
        **{column: "" if (value := getattr(item.counts, name)) is None else value for column, name in _COUNTS.items()},
        "质量分": round(understood.quality, 1),
        "合规状态": LEVELS[understood.compliance],
        "命中词": _LIST.join(dict.fromkeys(finding.term for finding in understood.findings)),
        "来源链接": item.url,
        "标签": _LIST.join(item.tags),
        "版权状态": _name(RIGHTS, item.rights),
    }
    return {column: _UNPRINTABLE.sub("", value) if isinstance(value, str) else value for column, value in values.items()}


def defused(value: str | int | float) -> str | int | float:
    """A cell that no spreadsheet takes for a formula: one that starts like it gets an apostrophe, which `read` takes off again."""
    return "'" + value if isinstance(value, str) and _FORMULA.match(value) else value


def edit_of(row: SheetRow, item: ContentItem | None, now: datetime, categories: Collection[str] = ()) -> Edit:
    """What has been changed in a row since it was exported; of an unknown content (`item` is None) everything is new.

    Only a cell that says something else than the content as it stands now counts, so an unchanged row changes nothing,
    whatever the sheet cannot hold. 质量分, 合规状态 and 命中词 are ours to say and not read.
    """
    there = {} if item is None else {column: _plain(str(value)) for column, value in cells(item).items()}
    changed = {column: cell for column, cell in row.cells.items() if _plain(cell) != there.get(column, "")}
    corrections, refusal = _corrections(changed, row.where, categories)
    if item is not None and "平台" in changed:
        refusal = refusal or f"{row.where}：内容 {item.id} 的平台是{there['平台']}，不能改成“{changed['平台'][:20]}”。"
    if not refusal and changed.get("平台") and platform_named(changed["平台"]) is None:
        refusal = f"{row.where}：平台“{changed['平台'][:20]}”不认识，应为{'、'.join(PLATFORMS)}之一。"
    if refusal:
        return Edit(refusal=refusal)
    if item is None:
        return _new(row, corrections)
    return Edit(item.id, _edited(row, item, changed, now), corrections)


def _corrections(changed: Mapping[str, str], where: str, categories: Collection[str]) -> tuple[dict[str, Any], str]:
    found: dict[str, Any] = {}
    for column, name, allowed in (("内容类型", "content_type", TYPES), ("版权状态", "rights", RIGHTS)):
        if value := changed.get(column, ""):
            if value not in allowed:
                return {}, f"{where}：{column}“{value[:20]}”不认识，应为{'、'.join(allowed)}之一。"
            found[name] = str(allowed[value])
    if value := changed.get("品类", ""):
        if categories and value not in categories:
            return {}, f"{where}：品类“{value[:20]}”不认识，应为{'、'.join(categories)}之一。"
        if len(value) > 16:
            return {}, f"{where}：品类“{value[:20]}……”太长，最多 16 个字。"
        found["category"] = value
    if "品牌" in changed:
        brands = tuple(filter(None, (brand.strip() for brand in _COMMAS.split(changed["品牌"]))))
        if any(len(brand) > 80 for brand in brands):
            return {}, f"{where}：品牌名最多 80 个字，多个品牌用“、”隔开。"
        found["brands"] = brands
    return found, ""


def _edited(row: SheetRow, item: ContentItem, changed: Mapping[str, str], now: datetime) -> ParsedNote | None:
    """The stored note with the changed cells laid over it, None where none is of the note. Counts only grow: a sheet may be old."""
    counts = {name: getattr(item.counts, name) for name in _COUNTS.values()}
    grown = {
        name: value for column, name in _COUNTS.items() if (value := count(changed.get(column))) is not None and value > (counts[name] or 0)
    }
    ours = {column: changed[column] for column in ("标题", "正文", "达人", "发布时间", "标签") if column in changed}
    if not grown and not ours:
        return None
    text, cut = _text(changed["正文"]) if "正文" in changed else (item.original_text, False)
    return ParsedNote(
        platform=item.platform,
        identity=item.identity,
        url=item.url,
        kind=item.kind,
        title=changed.get("标题", item.original_title),
        text=text,
        tags=_words(changed["标签"]) if "标签" in changed else item.tags,
        creator_hash="" if changed.get("达人") or not item.creator_id else item.creator_id.removeprefix(f"{item.platform.value}-"),
        creator_name=changed.get("达人") or item.creator_name,
        published_at=moment(changed.get("发布时间")) or item.published_at,
        updated_at=now if {"标题", "正文"} & changed.keys() else None,
        **{**counts, **grown},
        images=item.images,
        video_url=item.video_url,
        is_sample=item.is_sample,
        partial=cut or ("正文" in changed and item.rights not in RENDERED),
        where=row.where,
    )


def _new(row: SheetRow, corrections: Mapping[str, Any]) -> Edit:
    """A row that the library does not have: an editor's own, or one of another library."""
    said = row.cells
    named = _OUR_ID.fullmatch(said.get("内容ID", ""))
    text, cut = _text(said.get("正文", ""))
    note = ParsedNote(
        platform=Platform(named[1]) if named else platform_named(said.get("平台", "")) or Platform.WEB,
        identity=named[2] if named else said.get("内容ID", ""),
        url=said.get("来源链接", ""),
        title=said.get("标题", ""),
        text=text,
        tags=_words(said.get("标签", "")),
        creator_name=said.get("达人", ""),
        published_at=said.get("发布时间") or None,
        liked=said.get("点赞"),
        collected=said.get("收藏"),
        commented=said.get("评论"),
        shared=said.get("分享"),
        rights=RIGHTS.get(said.get("版权状态", "")),
        partial=cut,
        where=row.where,
    )
    return Edit(said.get("内容ID", ""), note, {name: value for name, value in corrections.items() if name != "rights" and value})


def _text(cell: str) -> tuple[str, bool]:
    """The text of a cell, and whether it is only the beginning of one."""
    return (cell.removesuffix(CUT) + "……", True) if cell.endswith(CUT) else (cell, False)


def _words(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, (word.strip().strip("#") for word in _COMMAS.split(cell))))


def _read_cell(value: Any) -> str:
    text = _LIST.join(map(text_of, value)) if isinstance(value, list) else text_of(value)
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _plain(cell: str) -> str:
    """A cell as it is compared: spreadsheets change line breaks and drop what they cannot show."""
    return _BREAKS.sub("\n", _UNPRINTABLE.sub("", cell)).strip()


def _name(names: Mapping[str, Any], value: Any) -> str:
    return next((name for name, each in names.items() if each is value), "")
