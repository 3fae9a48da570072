"""How feeds of every kind are read: the published cases of two feed parsers, and whatever else lies in the folder."""

from __future__ import annotations

import ast
import json
import re
import statistics
import tarfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from crawler.evaluation.report import Evaluation
from crawler.items import ParsedNote, Refusal
from crawler.parsers.feeds import ParsedFeed, parse_feed
from crawler.parsers.markup import html_text
from crawler.parsers.sitemaps import parse_sitemap
from crawler.repair import moment
from recommender.errors import InputError

COMMAND = "eval feeds"
ARCHIVE = "feeds.tar.gz"
BASE = "http://127.0.0.1:8097/"  # where the cases say that they were served
WORST_SHOWN = 12
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_EXPECT = re.compile(r"Expect:\s*(.*)", re.DOTALL)
_HEADER = re.compile(r"Header:\s*([\w-]+)\s*:\s*(.*)")
_SERVICE = frozenset({"LICENSE"})


@dataclass(frozen=True, slots=True)
class _Case:
    """One file, what should be read from it as (field, number of entry, wanted), and how it is served."""

    name: str
    data: bytes
    wanted: tuple[tuple[str, int, Any], ...]
    url: str
    content_type: str = ""


def evaluate_feeds(data: Path) -> Evaluation:
    """Read every file of `feeds.tar.gz` (or of a folder) and compare with what the cases expect where it is a field that we take.

    Of feedparser's cases the condition in the first comment counts where it compares title, link, text, author, time, tags or
    the number of entries; of gofeed's the `.json` beside the file. Texts are compared as text, without white space.
    Raises `InputError` where there is nothing to read.
    """
    milliseconds: list[float] = []
    origins: Counter[str] = Counter()
    mapped: Counter[str] = Counter()
    right: Counter[str] = Counter()
    exceptions: list[str] = []
    wrong: list[dict[str, Any]] = []
    with_notes = entries = refused = sitemap_pages = 0
    for case in _cases(data):
        origin = case.name.split("/")[0]
        origins[origin] += 1
        started = time.perf_counter()
        try:
            feed = parse_feed(case.data, case.url, case.content_type)
            if "sitemap" in case.name:
                sitemap_pages += len(parse_sitemap(case.data, case.url).pages)
        except Exception as error:  # the figure is that there is none
            exceptions.append(f"{case.name}: {type(error).__name__}")
            continue
        milliseconds.append((time.perf_counter() - started) * 1_000)
        with_notes += bool(feed.notes)
        entries += len(feed.notes)
        refused += sum(isinstance(note, Refusal) for note in feed.notes)
        missed = [
            (field, number, want, given)
            for field, number, want in case.wanted
            if not _same(field, want, given := _given(feed, field, number))
        ]
        mapped[origin] += bool(case.wanted)
        right[origin] += bool(case.wanted) and not missed
        if missed:
            field, number, want, given = missed[0]
            wrong.append({"file": case.name, "field": field, "entry": number, "wanted": str(want)[:80], "given": str(given)[:80]})
    if not origins:
        raise InputError(f"{data} 里没有可读的订阅源。", field="data")
    counts = {
        "files": sum(origins.values()),
        "files_with_entries": with_notes,
        "entries": entries,
        "entries_refused": refused,
        "sitemap_pages": sitemap_pages,
        "mapped": sum(mapped.values()),
        **{f"mapped_{origin}": number for origin, number in mapped.items() if number},
    }
    product = {
        "exceptions": len(exceptions),
        "accuracy": round(sum(right.values()) / max(1, sum(mapped.values())), 4),
        **{f"accuracy_{origin}": round(right[origin] / number, 4) for origin, number in mapped.items() if number},
        "p50_ms": round(statistics.median(milliseconds), 3),
        "max_ms": round(max(milliseconds), 1),
    }
    lines = _table(data, counts, product, origins, mapped, right, wrong, exceptions)
    return Evaluation(COMMAND, str(data), counts, {"product": product}, lines, {"wrong": wrong[:100], "failed": exceptions[:100]})


def _cases(data: Path) -> Iterator[_Case]:
    files = dict(_files(data))
    for name, body in files.items():
        if name.rpartition("/")[2] in _SERVICE or (name.endswith(".json") and name.startswith("gofeed/") and not _is_feed(body)):
            continue
        beside = files.get(f"{name.removesuffix('.xml')}.json") if name.endswith(".xml") else None
        if name.startswith("feedparser/"):
            yield _with_comment(name, body)
        elif beside is not None:
            yield _Case(name, body, tuple(_of_gofeed(beside)), BASE + name)
        else:
            yield _Case(name, body, (), BASE + name)


def _files(data: Path) -> Iterator[tuple[str, bytes]]:
    archive = data / ARCHIVE if data.is_dir() else data
    if archive.is_file():
        with tarfile.open(archive) as opened:
            for member in opened:
                file = opened.extractfile(member) if member.isfile() else None
                if file is not None:
                    yield member.name.removeprefix("./"), file.read()
    elif data.is_dir():
        for path in sorted(path for path in data.rglob("*") if path.is_file()):
            yield path.relative_to(data).as_posix(), path.read_bytes()
    else:
        raise InputError(f"找不到 {data}。", field="data")


def _is_feed(body: bytes) -> bool:
    """A JSON feed, and not the expectation beside another file."""
    return b'"version"' in body[:2_000] and b"feedVersion" not in body and b"feedType" not in body and b'"items"' in body


def _with_comment(name: str, body: bytes) -> _Case:
    wide = body[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in body[:2]
    found = _COMMENT.search(body.decode("utf-16" if wide else "utf-8", "replace"))
    said = found[1] if found else ""
    headers = {key.lower(): value.strip() for key, value in _HEADER.findall(said)}
    expected = _EXPECT.search(said)
    url = headers.get("content-location") or BASE + name.removeprefix("feedparser/")
    wanted = tuple(_of_condition(expected[1].strip())) if expected else ()
    if b"content" in body.partition(b"-->")[2]:  # we take the longer of both
        wanted = tuple(part for part in wanted if part[0] != "summary")
    return _Case(name, body, wanted, url if url.startswith("http") else BASE, headers.get("content-type", ""))


def _of_condition(condition: str) -> Iterator[tuple[str, int, Any]]:
    """The comparisons of a Python condition that are about fields we take; the condition is read, never run."""
    try:
        tree = ast.parse(condition.splitlines()[0] if condition.count("'''") + condition.count('"""') == 0 else condition, mode="eval").body
    except (SyntaxError, ValueError):
        return
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    for part in parts:
        if isinstance(part, ast.Compare) and len(part.ops) == 1 and isinstance(part.ops[0], ast.Eq):
            try:
                value = ast.literal_eval(part.comparators[0])
            except ValueError:
                continue
            if found := _field(_path(part.left), value):
                yield found


def _path(node: ast.expr) -> tuple[Any, ...]:
    """`entries[0]['title']` as ("entries", 0, "title"); `len(entries)` as ("len", "entries")."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        return (*_path(node.value), node.attr)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return (*_path(node.value), node.slice.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        return (node.func.id, *_path(node.args[0]))
    return ()


_FIELDS: Mapping[tuple[Any, ...], str] = {
    ("title",): "title",
    ("title_detail", "value"): "title",
    ("link",): "link",
    ("summary",): "summary",
    ("description",): "summary",
    ("summary_detail", "value"): "summary",
    ("content", 0, "value"): "text",
    ("author",): "author",
    ("author_detail", "name"): "author",
    ("authors", 0, "name"): "author",
    ("published",): "time",
    ("published_parsed",): "time",
    ("updated_parsed",): "updated",
    ("tags", 0, "term"): "tag",
}


def _field(path: tuple[Any, ...], value: Any) -> tuple[str, int, Any] | None:
    if path == ("feed", "title") and isinstance(value, str):
        return "feed_title", 0, value
    if path == ("len", "entries") and isinstance(value, int):
        return "entries", 0, value
    if len(path) > 2 and path[0] == "entries" and isinstance(path[1], int) and (field := _FIELDS.get(path[2:])):
        return (field, path[1], value) if value and isinstance(value, str | tuple) and _comparable(field, value) else None
    return None


def _comparable(field: str, value: Any) -> bool:
    if field == "link":
        return str(value).startswith("http")  # others have no address that we could take
    return isinstance(value, str) or field in ("time", "updated")


def _of_gofeed(body: bytes) -> Iterator[tuple[str, int, Any]]:
    try:
        expected = json.loads(body)
    except ValueError:
        return
    if not isinstance(expected, dict):
        return
    if isinstance(expected.get("title"), str) and expected["title"].strip():
        yield "feed_title", 0, expected["title"]
    items = expected.get("items") or expected.get("entries") or []
    for number, item in enumerate(items):
        content = item.get("content")
        value = content.get("value") if isinstance(content, dict) else content
        author = item.get("author") or next(iter(item.get("authors") or []), None)
        for field, wanted in (
            ("title", item.get("title")),
            ("link", item.get("link")),
            ("text", value or item.get("description") or item.get("summary")),
            ("author", author.get("name") if isinstance(author, dict) else None),
            ("time", item.get("publishedParsed")),
        ):
            if isinstance(wanted, str) and wanted.strip() and _comparable(field, wanted):
                yield field, number, wanted


def _given(feed: ParsedFeed, field: str, number: int) -> Any:
    if field == "feed_title":
        return feed.title
    if field == "entries":
        return len(feed.notes)
    note = feed.notes[number] if number < len(feed.notes) else None
    if not isinstance(note, ParsedNote):
        return None
    tag = note.tags[0] if note.tags else ""
    text = note.text or note.title  # a text that repeats the title is kept as title
    names = {"title": note.title, "link": note.url, "text": text, "summary": text, "author": note.creator_name, "tag": tag}
    return names.get(field, note.published_at if field == "time" else note.updated_at or note.published_at)


def _same(field: str, want: Any, given: Any) -> bool:
    if field == "entries":
        return bool(want == given)
    if isinstance(want, tuple):
        read = moment(given)
        return read is not None and read.astimezone(UTC).timetuple()[:6] == want[:6]
    if field in ("time", "updated"):
        return str(want) == str(given) or (moment(want) is not None and moment(want) == moment(given))
    if field == "link":
        return bool(want == given)
    if field == "author":
        return bool(given) and str(given) in html_text(str(want))  # without the address that feedparser puts behind it
    return "".join(html_text(str(want)).split()) == "".join(str(given or "").split())


def _table(
    data: Path,
    counts: Mapping[str, int],
    product: Mapping[str, float],
    origins: Mapping[str, int],
    mapped: Mapping[str, int],
    right: Mapping[str, int],
    wrong: Sequence[Mapping[str, Any]],
    exceptions: Sequence[str],
) -> tuple[str, ...]:
    lines = [
        f"{data}：{counts['files']} 个文件，{counts['files_with_entries']} 个有条目，共 {counts['entries']} 条，"
        f"网站地图 {counts['sitemap_pages']} 页",
        f"{'':14}{'files':>8}{'mapped':>8}{'right':>8}{'accuracy':>10}",
    ]
    for origin, number in origins.items():
        share = f"{right.get(origin, 0) / mapped[origin]:10.4f}" if mapped.get(origin) else f"{'-':>10}"
        lines.append(f"{origin[:14]:14}{number:8}{mapped.get(origin, 0):8}{right.get(origin, 0):8}{share}")
    lines.append(f"异常 {product['exceptions']}，每个文件 p50 {product['p50_ms']:.2f} ms，最长 {product['max_ms']:.1f} ms")
    lines += [f"  {row['file']}：{row['field']} 应为 {row['wanted']!r}，读到 {row['given']!r}" for row in wrong[:WORST_SHOWN]]
    return (*lines, *(f"  {name}" for name in exceptions[:WORST_SHOWN]))
