"""Import of export files: every path is walked, every file recognised by what it holds, every row accounted for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from crawler.importers.files import export_files, file_rows, reader_of
from crawler.importers.mediacrawler import Reader, is_comments
from crawler.importers.rows import BrokenRow
from crawler.intake import Intake
from crawler.items import Refusal
from recommender.errors import NotAnExport
from recommender.library import Library
from recommender.library.model import Rights

__all__ = ["ImportReport", "import_paths"]

PROGRESS_EVERY = 250  # rows


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: read = new + changed + unchanged + duplicates + refused, in rows of contents.

    `duplicates` repeat an identity read earlier in the run. `creators` counts rows of creators files, `unusable` paths that
    are missing or no export. `problems` has one sentence per file that could not be used or was left (comments), `refusals`
    one per refused row.
    """

    files: int
    read: int
    new: int
    changed: int
    unchanged: int
    duplicates: int
    refused: int
    creators: int
    unusable: int
    seconds: float
    refusals: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def import_paths(
    library: Library,
    paths: Iterable[Path | str],
    *,
    rights: Rights = Rights.UNKNOWN,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Read every export among `paths` into the library; a broken row or file never stops the rest.

    `progress(done, total)` is called with bytes of files. Raises `NotAnExport` only where no file at all could be used.
    """
    started = time.perf_counter()
    files, problems = export_files(Path(path) for path in paths)
    sizes = {file: max(file.stat().st_size, 1) for file in files}
    total, done, used = sum(sizes.values()), 0, 0
    unusable = len(problems)
    intake = Intake(library, rights=rights)
    for file in files:
        before = done

        def tell(part: float, before: int = before, size: int = sizes[file]) -> None:
            if progress:
                progress(before + int(part * size), total)

        try:
            left = _import_file(intake, file, tell)
            used += 1
            problems += [left] if left else []
        except NotAnExport as error:
            problems.append(error.message)
            unusable += 1
        done += sizes[file]
        tell(1.0)
    report = intake.finish()
    if not used:
        raise NotAnExport(" ".join(problems) or "没有给出要导入的文件。")
    return ImportReport(
        files=used,
        read=report.found,
        new=report.new,
        changed=report.changed,
        unchanged=report.unchanged,
        duplicates=report.duplicates,
        refused=report.refused,
        creators=intake.creators,
        unusable=unusable,
        seconds=round(time.perf_counter() - started, 3),
        refusals=report.refusals,
        problems=tuple(problems),
    )


def _import_file(intake: Intake, file: Path, tell: Callable[[float], None]) -> str:
    """Take in one file; returns a sentence where something of it was left on purpose. Raises `NotAnExport`."""
    readers: dict[tuple[str, ...], Reader | None] = {}
    waiting: list[Refusal] = []  # rows without a reader are refused only once the file has proved to be an export
    comments, recognised, rows = 0, False, 0
    for rows, row in enumerate(file_rows(file), 1):
        if isinstance(row, BrokenRow):
            waiting.append(Refusal(row.reason))
            continue
        columns = tuple(row.values)
        if columns not in readers:
            readers[columns] = reader_of(columns)
        reader = readers[columns]
        if reader is None:
            if is_comments(frozenset(columns)):
                comments += 1
            else:
                waiting.append(Refusal(f"{row.where}：列名不认识，看不出是哪种导出的内容。"))
            continue
        recognised = True
        intake.add(reader(row.values, row.where))
        if rows % PROGRESS_EVERY == 0:
            tell(row.part)
    if not recognised and not comments and (waiting or rows):
        raise NotAnExport(f"{file.name}：不是认识的导出文件（认不出列名；应为 MediaCrawler 等工具导出的内容）。")
    for refusal in waiting:
        intake.add(refusal)
    return f"{file.name}：{comments} 行是评论，没有导入（只导入内容和达人）。" if comments else ""
