"""A dry run says exactly what the import then does, and writes nothing."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.importers import ImportReport, import_paths
from recommender.library import Library, open_library
from tests.crawler.builders import note_id, stored, write_json, write_lines, xhs_row


def told(report: ImportReport) -> ImportReport:
    """A report without what differs between a dry run and the import after it."""
    return replace(report, seconds=0.0, dry_run=False)


def contents_of(home: Path) -> str:
    """What the library file holds; the log beside it is emptied first."""
    return hashlib.sha256((home / "library.db").read_bytes()).hexdigest()


def test_a_dry_run_names_what_would_be_new_changed_and_refused(library: Library, tmp_path: Path) -> None:
    import_paths(library, [write_json(tmp_path / "before.json", [xhs_row(1), xhs_row(2)])])
    before = stored(library)
    changed = xhs_row(1, liked_count="9万", last_modify_ts=1741749999000)
    comment = {"comment_id": "1", "note_id": note_id(1), "content": "好", "create_time": 1741739525}
    creator = {"user_id": "u1", "nickname": "店主", "fans": "1.5万", "interaction": "9"}
    paths = [
        write_json(tmp_path / "a.json", [changed, xhs_row(2), xhs_row(3), xhs_row(3), xhs_row(4, title="", desc="", image_list="")]),
        write_lines(tmp_path / "b.jsonl", [xhs_row(3), xhs_row(5)]),
        write_json(tmp_path / "comments.json", [comment]),
        write_json(tmp_path / "creators.json", [creator]),
    ]
    dry = import_paths(library, paths, dry_run=True)
    assert stored(library) == before and library.comments.count() == 0 and library.creators.named("店主") == []
    assert dry.dry_run and [(line.state, line.where) for line in dry.examples] == [
        ("duplicate", "a.json 第 4 条"),
        ("refused", "a.json 第 5 条"),
        ("changed", "a.json 第 1 条"),
        ("unchanged", "a.json 第 2 条"),
        ("new", "a.json 第 3 条"),
        ("duplicate", "b.jsonl 第 1 行"),
        ("new", "b.jsonl 第 2 行"),
    ]
    by_file = {file.name: file for file in dry.by_file}
    first = by_file["a.json"]
    assert (first.read, first.new, first.changed, first.unchanged, first.duplicates, first.refused) == (5, 1, 1, 1, 1, 1)
    assert (by_file["comments.json"].comments, by_file["creators.json"].creators) == (1, 1)
    real = import_paths(library, paths)
    assert told(real) == told(dry)
    assert (real.new, real.changed, library.comments.count(), len(library.creators.named("店主"))) == (2, 1, 1, 1)


def test_the_library_file_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'library.db'}"
    library = open_library(url)
    import_paths(library, [write_json(tmp_path / "before.json", [xhs_row(1)])])
    library.close()
    before = contents_of(tmp_path)
    library = open_library(url)
    report = import_paths(library, [write_json(tmp_path / "a.json", [xhs_row(number) for number in range(1, 1_200)])], dry_run=True)
    library.close()
    assert (report.new, report.unchanged) == (1_198, 1)
    assert contents_of(tmp_path) == before


ROWS = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3), st.sampled_from(["早餐", "午餐", ""])), min_size=1, max_size=8)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ROWS, second=ROWS)
def test_what_a_dry_run_promises_is_what_comes(
    tmp_path: Path, first: list[tuple[int, int, str]], second: list[tuple[int, int, str]]
) -> None:
    library = open_library("sqlite://")
    for name, rows in (("a.json", first), ("b.json", second)):
        made = [
            xhs_row(number, title=title, desc=title, image_list="", last_modify_ts=1_741_740_000_000 + age) for number, age, title in rows
        ]
        path = write_json(tmp_path / name, made)
        before = stored(library)
        dry = import_paths(library, [path], dry_run=True)
        assert stored(library) == before
        assert told(import_paths(library, [path])) == told(dry)
        assert sum(file.read for file in dry.by_file) == dry.read == len(rows)
    library.close()


# (file of the row, number of its id, number of its address, words, age): one address under many ids, over several files
Addressed = list[tuple[int, int, int, str, int]]
ADDRESSED = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 4), st.integers(1, 3), st.sampled_from("甲乙"), st.integers(0, 1)), min_size=1, max_size=9
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=ADDRESSED, rows=ADDRESSED)
def test_it_holds_for_other_ids_of_the_same_address(tmp_path: Path, before: Addressed, rows: Addressed) -> None:
    library = open_library("sqlite://")
    import_paths(library, addressed(tmp_path, before))
    paths = addressed(tmp_path, rows)
    dry = import_paths(library, paths, dry_run=True)
    real = import_paths(library, paths)
    assert told(real) == told(dry)
    assert real.read == real.new + real.changed + real.unchanged + real.duplicates + real.refused == len(rows)
    library.close()


def test_it_holds_for_links_to_what_the_same_run_brought(library: Library, tmp_path: Path) -> None:
    notes = addressed(tmp_path, [(0, 1, 1, "甲", 0)])
    (tmp_path / "links.txt").write_text("https://blog.example/1\nhttps://blog.example/2\n", "utf-8")
    dry = import_paths(library, [*notes, tmp_path / "links.txt"], dry_run=True)
    assert told(import_paths(library, [*notes, tmp_path / "links.txt"])) == told(dry)
    assert dry.links == ("https://blog.example/2",)


def addressed(home: Path, rows: Addressed) -> list[Path]:
    made: dict[int, list[dict[str, object]]] = {}
    for file, number, address, words, age in rows:
        changes = {"note_url": f"https://blog.example/{address}", "image_list": "", "last_update_time": 1_741_740_000_000 + age}
        made.setdefault(file, []).append(xhs_row(number, title=words, desc=words, **changes))
    return [write_json(home / f"{file}.json", each) for file, each in sorted(made.items())]
