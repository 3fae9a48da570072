"""Import of export files: every path is walked, every file recognised by what it holds, every row accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from crawler.importers.files import OFTEN_OTHER, export_files
from crawler.importers.importing import Import
from crawler.importers.previewing import Preview, preview
from crawler.importers.report import FileReport, ImportLine, ImportReport
from recommender.errors import NotAnExport
from recommender.library import Library
from recommender.library.model import ColumnMapping, Rights

__all__ = ["FileReport", "ImportLine", "ImportReport", "Preview", "import_paths", "preview"]


def import_paths(
    library: Library,
    paths: Iterable[Path | str],
    *,
    rights: Rights = Rights.UNKNOWN,
    progress: Callable[[int, int], None] | None = None,
    dry_run: bool = False,
    mapping: ColumnMapping | None = None,
    categories: Collection[str] = (),
) -> ImportReport:
    """Read every export among `paths` into the library; a broken row or file never stops the rest.

    `progress(done, total)` is called with bytes of files. With `dry_run` the report is what would come, and nothing is stored.
    `mapping` says what the columns of a spreadsheet mean, `categories` which 品类 our own spreadsheet may name (() for any).
    Raises `NotAnExport` only where no file at all could be used.
    """
    named = list(dict.fromkeys(Path(path) for path in paths))
    files, missing, left = export_files(named)
    sizes = {file: max(file.stat().st_size, 1) for file in files}
    several = Counter(file.name for file in files)
    names = {file: file.name if several[file.name] == 1 else f"{file.parent.name}/{file.name}" for file in files}
    total, done, used = sum(sizes.values()), 0, 0
    running = Import(library, rights, dry_run=dry_run, mapping=mapping, categories=categories)
    running.problems += missing
    unusable = len(missing)
    for file in files:
        before = done

        def tell(part: float, before: int = before, size: int = sizes[file]) -> None:
            if progress:
                progress(before + int(part * size), total)

        try:
            running.take(file, names[file], tell)
            used += 1
        except NotAnExport as error:
            running.problems.append(error.message)
            unusable += file in named or file.suffix.lower() not in OFTEN_OTHER
        done += sizes[file]
        tell(1.0)
    running.problems += left
    if not used:
        raise NotAnExport(" ".join(running.problems) or "没有给出要导入的文件。")
    return running.report(used, unusable)
