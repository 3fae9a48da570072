"""What the headers of a spreadsheet mean: a table of names, and a look at the cells where the name says nothing. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from crawler.addresses import identity_of
from crawler.repair import count, moment

_TABLE: dict[str, dict[str, Any]] = tomllib.loads(files("crawler.importers").joinpath("headers.toml").read_text("utf-8"))
FIELDS: dict[str, str] = {field: entry["label"] for field, entry in _TABLE.items()}  # field → what a person calls it
_MEANING = {name: (field, rank) for field, entry in _TABLE.items() for rank, name in enumerate(entry["headers"])}
_BRACKETS = re.compile(r"[(（【\[][^)）】\]]{0,20}[)）】\]]")
_NOISE = re.compile(r"[\s_\-:：*＊.·/\\]+")
_PROFILE = re.compile(r"/user/profile/[0-9a-zA-Z]{8,40}/?(?:\?|$)|space\.bilibili\.com/\d|weibo\.(?:com|cn)/u/\d|douyin\.com/user/")
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)\b|!nd_|/image/", re.IGNORECASE)
_MOST_SAMPLES = 20
_SHARE = 0.8  # of the cells that have a value
_OF_NOTES = frozenset({"title", "text", "url", "published_at", "liked", "collected", "commented", "shared"})  # no list of people has them
_LONG_TEXT, _SHORT_TEXT = 40, 6  # characters, on average
_NOTHING = frozenset({"", "-", "--", "null", "none", "nan", "n/a", "/", "—", "——", "无", "暂无", "undefined"})
_FORMULA_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})


@dataclass(frozen=True, slots=True)
class Guess:
    """Field → header, and how each was found: `列名` (by its name) or `内容` (by its cells)."""

    columns: dict[str, str]
    how: dict[str, str]


def fold(header: str) -> str:
    """A header without case, spaces, punctuation and what stands in brackets: `点赞数（次）` and `点赞数` are one."""
    plain = unicodedata.normalize("NFKC", header).lower()
    return _NOISE.sub("", _BRACKETS.sub("", plain)) or _NOISE.sub("", plain)


def meaning(header: str) -> str | None:
    """The field that a header names, or None."""
    found = _MEANING.get(fold(header))
    return found[0] if found else None


def is_nothing(cell: str) -> bool:
    """Whether a cell says that there is no value: `-`, `null`, `#N/A` and the like."""
    cell = cell.strip()
    return len(cell) < 10 and (cell.lower() in _NOTHING or cell in _FORMULA_ERRORS)


def guess(columns: Sequence[str], samples: Sequence[Mapping[str, Any]] = ()) -> Guess:
    """Which column is which field: by name, the likeliest name of a field first; then, for those unknown, by what is in the cells."""
    best: dict[str, tuple[int, str]] = {}
    for column in columns:
        if (found := _MEANING.get(fold(column))) and (found[0] not in best or found[1] < best[found[0]][0]):
            best[found[0]] = (found[1], column)
    named = {field: column for field, (_, column) in best.items()}
    if "profile" not in named and "url" in named and _by_cells(_cells(samples, named["url"])) == "profile":
        named["profile"] = named.pop("url")  # a list of creators calls their pages plainly `链接`
    how = dict.fromkeys(named, "列名")
    people = named.keys() & {"creator_name", "creator_id"} and named.keys() & {"fans", "profile"} and not named.keys() & _OF_NOTES
    unknown = [column for column in columns if column not in named.values() and meaning(column) is None]
    for column in unknown:
        field = _by_cells(_cells(samples, column))
        if field and field not in named and not (people and field in _OF_NOTES):
            named[field], how[field] = column, "内容"
    return Guess(named, how)


def _cells(samples: Sequence[Mapping[str, Any]], column: str) -> list[str]:
    return [cell for row in samples[:_MOST_SAMPLES] if not is_nothing(cell := str(row.get(column) or ""))]


def _by_cells(cells: Sequence[str]) -> str | None:
    """The field that these cells must be, or None where several are as likely (a bare number may count anything)."""
    if not cells:
        return None
    addresses = [cell.strip() for cell in cells if cell.strip().startswith(("http://", "https://"))]
    if len(addresses) >= _SHARE * len(cells):
        if all(_PROFILE.search(address) for address in addresses):
            return "profile"
        if all(_PICTURE.search(address) for address in addresses):
            return "images"
        return "url" if len({*addresses}) > len(addresses) / 2 and (identity_of(addresses[0]) or len(cells) > 1) else None
    if sum(_is_date(cell) for cell in cells) >= _SHARE * len(cells):
        return "published_at"
    if sum(count(cell) is not None or _is_date(cell) for cell in cells) > (1 - _SHARE) * len(cells):
        return None
    length = sum(map(len, cells)) / len(cells)
    if length >= _LONG_TEXT and len({*cells}) > len(cells) / 2:
        return "text"
    return "title" if length >= _SHORT_TEXT and len(cells) > 2 and len({*cells}) > _SHARE * len(cells) else None


def _is_date(cell: str) -> bool:
    return len(cell) >= 8 and bool(re.match(r"\s*20\d\d\s*[-/.年]\s*\d", cell)) and moment(cell) is not None
