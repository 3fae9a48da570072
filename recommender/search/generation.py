"""Published generations of the index on disk: folders, checksums, the pointer to the live one, and the publisher's lock."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from recommender.errors import SettingsError

CURRENT = "CURRENT"
MANIFEST = "manifest.json"
KEPT = 2  # the live generation and the one before, for readers that are still in it
_UNLISTED = (".lock",)  # tantivy's lock files hold nothing


class Damaged(Exception):
    """The published files are not what the manifest says."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of."""

    form: int
    generation: str
    revision: int
    documents: int
    fitted_documents: int
    next_slot: int
    dead: tuple[int, ...]
    vector_size: int  # as set, not as found
    embedder: str
    understood: str
    built_at: str
    files: dict[str, str]  # path in the folder → SHA-256


def folder_of(url: str) -> Path:
    """The folder of a `file://` address. Raises `SettingsError` for any other."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(unquote(parts.path))
    raise SettingsError(f"索引地址 {url!r} 不支持：现在只支持 file:// 文件夹。", field="index_url")


@contextmanager
def publisher_lock(folder: Path) -> Iterator[None]:
    """Keep other publishers out, of any process, while waiting for one that is in. A killed one lets go."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(held, fcntl.LOCK_UN)


def current_name(folder: Path) -> str | None:
    """The name of the live generation, or None where nothing is published."""
    try:
        name = (folder / CURRENT).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if name.startswith("g") and name[1:].isdigit() else None


def listed_files(folder: Path) -> list[str]:
    """The files that count in a generation, as paths in its folder."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST and not path.name.endswith(_UNLISTED))
    return sorted(path.relative_to(folder).as_posix() for path in found)


class Checker:
    """SHA-256 of files, each read once while it stays the same file (hard links of later generations included)."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, int, int], str] = {}

    def checksum(self, path: Path) -> str:
        """The checksum in hex. Raises OSError."""
        with path.open("rb") as file:
            facts = os.fstat(file.fileno())
            key = (facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns)
            if key not in self._known:
                self._known[key] = hashlib.file_digest(file, "sha256").hexdigest()
            return self._known[key]

    def read(self, folder: Path, name: str) -> Manifest:
        """The manifest of a generation whose files are all there and whole. Raises `Damaged`."""
        try:
            facts = json.loads((folder / name / MANIFEST).read_text("utf-8"))
            own = facts.pop("checksum")
            if own != _own_checksum(facts):
                raise ValueError("清单被改动过")
            manifest = Manifest(**{**facts, "dead": tuple(facts["dead"])})
            for path, expected in manifest.files.items():
                if self.checksum(folder / name / path) != expected:
                    raise ValueError(f"文件 {path} 被改动过")
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Damaged(f"索引 {name} 已损坏：{error}") from error
        return manifest


def _own_checksum(facts: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of the generation in `folder`, itself with a checksum."""
    facts = json.loads(json.dumps(asdict(manifest)))
    (folder / MANIFEST).write_text(json.dumps({**facts, "checksum": _own_checksum(facts)}), "utf-8")


def begin(folder: Path) -> tuple[str, Path]:
    """A name and an empty folder for a new generation; what a killed publisher left is removed. Under the lock."""
    for left in folder.glob("building-*"):
        shutil.rmtree(left, ignore_errors=True)
    numbers = [int(path.name[1:]) for path in folder.glob("g*") if path.name[1:].isdigit()]
    name = f"g{max(numbers, default=0) + 1:06d}"
    building = folder / f"building-{name}"
    building.mkdir()
    return name, building


def go_live(folder: Path, name: str, building: Path) -> None:
    """Move the finished folder in place, point to it, and remove generations that nobody needs. Under the lock."""
    for path in sorted(building.rglob("*")):
        _flush(path)
    building.rename(folder / name)
    pointer = folder / f"{CURRENT}.new"
    pointer.write_text(name + "\n", "utf-8")
    _flush(pointer)
    pointer.replace(folder / CURRENT)
    _flush(folder)
    generations = sorted(path for path in folder.glob("g*") if path.name[1:].isdigit())
    for old in generations[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def link_files(source: Path, target: Path) -> None:
    """Hard-link the files of a folder that never change into another (copy where the disk knows no links)."""
    target.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        if path.is_dir():
            link_files(path, target / path.name)
        elif not path.name.endswith(_UNLISTED):
            try:
                os.link(path, target / path.name)
            except OSError:
                shutil.copy2(path, target / path.name)
