"""Publishing: aside, whole, incremental, and again after every kind of damage."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recommender.errors import SettingsError
from recommender.library import Library
from recommender.library.model import ContentFilter, Understanding
from recommender.search import Index, open_index, publish
from recommender.search.generation import Checker, current_name, listed_files
from recommender.settings import Settings
from tests.search.builders import found, library_in, note, settings_in, understood, varied


def opened(library: Library, settings: Settings) -> Index:
    return open_index(settings.search_url, library, settings)


def put(library: Library, settings: Settings, **options: Any) -> str:
    return publish(settings.search_url, library, settings, **options).version


def test_publishing_twice_changes_nothing(tmp_path: Path) -> None:
    library, settings = library_in(tmp_path, varied(20)[0]), settings_in(tmp_path)
    first = publish(settings.search_url, library, settings)
    assert publish(settings.search_url, library, settings) == first
    assert (first.documents, first.revision, first.healthy) == (20, library.contents.revision(), True)


def test_an_update_adds_changes_and_removes_and_the_old_reader_stays(tmp_path: Path) -> None:
    library, settings = library_in(tmp_path, [note("a", "防晒霜"), note("b", "防晒喷雾"), note("c", "厨房收纳")]), settings_in(tmp_path)
    put(library, settings)
    old = opened(library, settings)
    before = {path: path.read_bytes() for path in (tmp_path / "index/g000001").rglob("*") if path.is_file()}
    library.contents.upsert([note("d", "新到的防晒帽"), note("b", "改成收纳盒", "换了内容")])
    library.contents.take_down("xhs-c", "作者要求")
    status = publish(settings.search_url, library, settings, refit=False)
    assert (status.version, status.documents) == ("g000002", 3)
    # The old generation shares files with the new one and is still what it was, byte for byte.
    assert {path: path.read_bytes() for path in (tmp_path / "index/g000001").rglob("*") if path.is_file()} == before
    shared = tmp_path / "index/g000002/models/axes.npy"
    assert shared.stat().st_nlink == 2
    assert found(old, "防晒") == {"a", "b"}
    assert old.refresh() and not old.refresh()
    for index in (old, opened(library, settings)):
        assert found(index, "防晒") == {"a", "d"}
        assert found(index, "收纳") == {"b"}
        assert found(index, "") == {"a", "b", "d"}


def test_rebuilding_gives_what_updating_gave(tmp_path: Path) -> None:
    notes, taken = varied(60)
    library, settings = library_in(tmp_path, notes[:40]), settings_in(tmp_path)
    put(library, settings)
    for start in (40, 45, 52):
        library.contents.upsert([*notes[start : start + 7], note(f"n{start - 40}", "换了标题 面霜", "换了正文")])
        understood(library, **{name: taken[name] for name in list(taken)[start - 20 : start]})
        library.contents.take_down(f"xhs-n{start - 30}", "作者要求")
        publish(settings.search_url, library, settings, refit=False)
    updated = opened(library, settings)
    version = put(library, settings, rebuild=True, refit=False)
    rebuilt = opened(library, settings)
    assert rebuilt.status().version == version != updated.status().version
    assert rebuilt.status().embedder == updated.status().embedder
    ids = [item.id for items in library.contents.iterate() for item in items]
    assert np.allclose(updated.vectors(ids), rebuilt.vectors(ids))
    for query in ("", "防晒", "面霜", "防晒 面霜", "换了", "第5篇", "-防晒", '"写写收纳"'):
        for order in ("newest", "quality", "heat"):
            one, other = (index.search(query, limit=1000, order=order) for index in (updated, rebuilt))
            assert [hit.id for hit in one.hits] == [hit.id for hit in other.hits]
            assert (one.total, one.facets) == (other.total, other.facets)
        assert found(updated, query) == found(rebuilt, query)


def test_additions_alone_give_the_very_scores_of_a_rebuild(tmp_path: Path) -> None:
    notes, _ = varied(30)
    library, settings = library_in(tmp_path, notes[:20]), settings_in(tmp_path)
    put(library, settings)
    library.contents.upsert(notes[20:])
    publish(settings.search_url, library, settings, refit=False)
    updated = opened(library, settings).search("防晒 面霜", limit=100).hits
    put(library, settings, rebuild=True, refit=False)
    rebuilt = opened(library, settings).search("防晒 面霜", limit=100).hits
    assert {hit.id: pytest.approx(hit.score, rel=1e-5) for hit in updated} == {hit.id: hit.score for hit in rebuilt}


def test_many_changes_are_compacted(tmp_path: Path) -> None:
    notes, taken = varied(12)
    library, settings = library_in(tmp_path, notes), settings_in(tmp_path)
    put(library, settings)
    for round_ in range(4):
        understood(library, **{name: Understanding(quality=float(round_), version="t") for name in taken})
        publish(settings.search_url, library, settings, refit=False)
    folder = tmp_path / "index" / str(current_name(tmp_path / "index"))
    assert len(list((folder / "vectors").glob("*.npy"))) < 4
    assert opened(library, settings).search("", limit=100).total == 12


def test_models_are_fitted_again_when_the_library_has_outgrown_them(tmp_path: Path) -> None:
    notes, _ = varied(40)
    library, settings = library_in(tmp_path, notes[:10]), settings_in(tmp_path)
    first = publish(settings.search_url, library, settings).embedder
    library.contents.upsert(notes[10:11])
    assert publish(settings.search_url, library, settings).embedder == first
    library.contents.upsert(notes[11:])
    assert publish(settings.search_url, library, settings).embedder != first


@pytest.mark.parametrize("damage", ["flip", "cut", "zero", "gone"])
def test_every_damaged_file_is_noticed_and_rebuilt(tmp_path: Path, damage: str) -> None:
    library, settings = library_in(tmp_path, varied(12)[0]), settings_in(tmp_path)
    put(library, settings)
    folder = tmp_path / "index"
    for path in [*listed_files(folder / "g000001"), "manifest.json"]:
        file = folder / str(current_name(folder)) / path.replace("g000001", str(current_name(folder)))
        if not file.exists():  # tantivy names its files anew in each build
            file = next(each for each in sorted(file.parent.iterdir()) if each.suffix == file.suffix)
        content = file.read_bytes()
        if not content:
            continue
        if damage == "gone":
            file.unlink()
        else:
            middle = len(content) // 2
            harmed = {
                "flip": content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :],
                "cut": content[:middle],
                "zero": bytes(len(content)),
            }
            file.write_bytes(harmed[damage])
        index = opened(library, settings)
        assert index.status().healthy
        assert index.search("", limit=100).total == 12


def test_a_damaged_pointer_is_rebuilt(tmp_path: Path) -> None:
    library, settings = library_in(tmp_path, varied(5)[0]), settings_in(tmp_path)
    put(library, settings)
    for content in (b"", b"../../etc", b"\xff\xfe", b"g999999\n"):
        (tmp_path / "index/CURRENT").write_bytes(content)
        assert opened(library, settings).search("").total == 5


def test_a_damaged_newer_generation_is_not_taken(tmp_path: Path) -> None:
    library, settings = library_in(tmp_path, [note("a", "防晒霜")]), settings_in(tmp_path)
    put(library, settings)
    index = opened(library, settings)
    library.contents.upsert([note("b", "防晒帽")])
    put(library, settings)
    (tmp_path / "index/g000002/vectors/000001.npy").write_bytes(b"x")
    assert not index.refresh()
    assert found(index, "防晒") == {"a"}
    assert not index.status().healthy and "已损坏" in index.status().message
    status = publish(settings.search_url, library, settings)
    assert "已按内容库重建" in status.message
    assert index.refresh() and index.status().healthy
    assert found(index, "防晒") == {"a", "b"}


def test_old_generations_and_leftovers_go(tmp_path: Path) -> None:
    library, settings = library_in(tmp_path, varied(3)[0]), settings_in(tmp_path)
    (tmp_path / "index/building-g000007/words").mkdir(parents=True)
    for _ in range(4):
        put(library, settings, rebuild=True)
    assert sorted(path.name for path in (tmp_path / "index").iterdir()) == ["CURRENT", "g000003", "g000004", "lock"]


def test_a_failed_publication_leaves_the_live_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library, settings = library_in(tmp_path, varied(3)[0]), settings_in(tmp_path)
    put(library, settings)
    monkeypatch.setattr("recommender.search.publishing.go_live", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        put(library, settings, rebuild=True)
    assert opened(library, settings).search("").total == 3
    assert not list((tmp_path / "index").glob("building-*"))


def test_two_publishers_wait_for_each_other(tmp_path: Path) -> None:
    library, settings = library_in(tmp_path, varied(10)[0]), settings_in(tmp_path)
    threads = [threading.Thread(target=put, args=(library, settings), kwargs={"rebuild": True}) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert current_name(tmp_path / "index") == "g000003"
    assert opened(library, settings).search("").total == 10


def test_a_killed_publisher_lets_go(tmp_path: Path) -> None:
    library, settings = library_in(tmp_path, varied(5)[0]), settings_in(tmp_path)
    program = (
        "import os, signal, pathlib, recommender.search.publishing as p\n"
        "p.go_live = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from tests.search.builders import library_in, settings_in\n"
        f"home = pathlib.Path({str(tmp_path)!r})\n"
        "p.publish(settings_in(home).search_url, library_in(home), settings_in(home))\n"
    )
    killed = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], env={**os.environ}, check=False)
    assert killed.returncode == -9
    assert list((tmp_path / "index").glob("building-*"))
    assert opened(library, settings).search("").total == 5
    assert not list((tmp_path / "index").glob("building-*"))


def test_progress_is_told(tmp_path: Path) -> None:
    library, settings = library_in(tmp_path, varied(7)[0]), settings_in(tmp_path)
    told: list[tuple[int, int]] = []
    publish(settings.search_url, library, settings, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (7, 7)


def test_only_folders_are_supported(tmp_path: Path) -> None:
    library, settings = library_in(tmp_path), settings_in(tmp_path)
    with pytest.raises(SettingsError, match="file://"):
        publish("milvus://localhost", library, settings)


def test_each_file_is_read_once_while_it_stays_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    checker = Checker()
    first = checker.checksum(file)
    os.link(file, tmp_path / "b")
    assert checker.checksum(tmp_path / "b") == first
    file.unlink()
    file.write_bytes(b"two")
    assert checker.checksum(file) != first


def test_filters_see_what_was_corrected(tmp_path: Path) -> None:
    library, settings = library_in(tmp_path, [note("a", "防晒霜")]), settings_in(tmp_path)
    put(library, settings)
    library.contents.correct("xhs-a", "category", "美妆护肤", "小林")
    put(library, settings)
    assert found(opened(library, settings), "防晒", filter=ContentFilter(categories=("美妆护肤",))) == {"a"}


def test_what_leaves_the_library_while_it_is_read_leaves_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library, settings = library_in(tmp_path, [note("a", "防晒霜"), note("b", "防晒喷雾")]), settings_in(tmp_path)
    put(library, settings)
    library.contents.upsert([note("c", "防晒帽")])
    removed_since = library.contents.removed_since

    def meanwhile(revision: int) -> list[tuple[str, int]]:
        gone = removed_since(revision)
        monkeypatch.undo()
        library.contents.take_down("xhs-a", "作者要求")  # another process, right after we looked
        library.contents.upsert([note("d", "防晒衣")])
        return gone

    monkeypatch.setattr(library.contents, "removed_since", meanwhile)
    status = publish(settings.search_url, library, settings, refit=False)
    assert status.revision == library.contents.revision()
    assert found(opened(library, settings), "防晒") == {"b", "c", "d"}
