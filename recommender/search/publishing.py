"""Publishes the library as an index: changes added to what is published, or all of it anew, swapped in whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import tantivy

from recommender.library import Library
from recommender.library.model import ContentItem, Rights
from recommender.search import schema
from recommender.search.generation import (
    Checker,
    Damaged,
    Manifest,
    begin,
    current_name,
    folder_of,
    go_live,
    link_files,
    listed_files,
    publisher_lock,
    write_manifest,
)
from recommender.search.model import IndexStatus
from recommender.search.models import Models, brand_aliases, fit_models, load_models
from recommender.search.names import write_names
from recommender.search.vectors import live_slots, write_shard
from recommender.settings import Settings

WORDS, VECTORS, MODELS, NAMES = "words", "vectors", "models", "names"
Progress = Callable[[int, int], None]
_BATCH = 1000
_HEAP_BYTES = 128_000_000
_OUTGROWN = 2.0  # the models are fitted again when the library has grown or shrunk by this since
_FEW_FITTED = 1000  # small libraries change too fast for that, and refit in a moment
_MOST_DEAD = 0.3  # share of superseded slots above which the index is written anew
_MOST_CHANGED = 0.5  # share of changed contents above which writing anew is cheaper

_checker = Checker()


def publish(
    url: str, library: Library, settings: Settings, *, rebuild: bool = False, refit: bool | None = None, progress: Progress | None = None
) -> IndexStatus:
    """Bring the index at `url` up to the library and return its status.

    Adds what changed since the published revision; writes all of it anew when asked to (`rebuild`), when nothing is
    published, when it is damaged, of another form, or mostly superseded. The fitted models are kept until the library has
    doubled or halved (`refit` decides otherwise). Readers stay on the generation they have until they `refresh`.
    `progress` is told (contents done, contents in all). Raises `SettingsError` for an address that is no folder.
    """
    folder = folder_of(url)
    with publisher_lock(folder):
        published, message = _published(folder, settings)
        count = library.contents.count()
        if published and refit is None:
            refit = _outgrown(published.fitted_documents, count)
        models = load_models(folder / published.generation / MODELS) if published and not refit else None
        if published and models and not rebuild:
            changed = _changes(library, published)
            if changed == 0 and library.contents.revision() == published.revision:
                return status_of(published)
            if changed <= max(_BATCH, _MOST_CHANGED * published.documents) and len(published.dead) <= _MOST_DEAD * published.next_slot:
                return status_of(_update(folder, library, published, models, progress))
        fitted = published.fitted_documents if published and models else count
        models = models or fit_models(library, settings.vector_size)
        return status_of(_build(folder, library, settings, models, fitted, progress), message)


def status_of(manifest: Manifest, message: str = "", *, healthy: bool = True) -> IndexStatus:
    """The status of a published generation."""
    parts = (manifest.generation, manifest.revision, manifest.documents, manifest.built_at)
    return IndexStatus(*parts, healthy=healthy, message=message, embedder=manifest.embedder)


def _published(folder: Path, settings: Settings) -> tuple[Manifest | None, str]:
    name = current_name(folder)
    if name is None:
        return None, ""
    try:
        manifest = _checker.read(folder, name)
    except Damaged as error:
        return None, f"{error}；已按内容库重建。"
    usable = manifest.form == schema.FORM and manifest.vector_size == settings.vector_size
    return (manifest, "") if usable else (None, "")


def _outgrown(fitted: int, count: int) -> bool:
    factor = _OUTGROWN if fitted >= _FEW_FITTED else 1.2
    return count > factor * fitted or factor * count < fitted


def _changes(library: Library, published: Manifest) -> int:
    return library.contents.revision() - published.revision  # each stored change has a revision of its own


class _Writer:
    """Writes contents into the word index and a new vector shard of a generation that is being made."""

    def __init__(self, building: Path, models: Models, slots: dict[str, int], next_slot: int, dead: Iterable[int]) -> None:
        self._building = building
        self._models = models
        self.slots = slots
        self.first_slot = next_slot
        self.next_slot = next_slot
        self.dead = set(dead)
        self.understood = ""
        self._ids: list[str] = []
        self._vectors: list[Any] = []
        self._schema = schema.make_schema()
        (building / WORDS).mkdir(exist_ok=True)
        self._index = tantivy.Index(self._schema, str(building / WORDS))
        self._writer = self._index.writer(_HEAP_BYTES, 1)

    def put(self, items: Sequence[ContentItem]) -> None:
        """Add contents, or replace those that are there."""
        items = [item for item in items if item.rights != Rights.TAKEN_DOWN]
        if not items:
            return
        analysed, cuts, owners = schema.analyse(items, self._models.tokenizer)
        self._vectors.append(self._models.embedder.embed_cuts(cuts, owners, len(items)))
        for item, each in zip(items, analysed, strict=True):
            self.drop(item.id)
            self._writer.add_document(schema.document(item, self.next_slot, each, self._schema))
            self.slots[item.id] = self.next_slot
            self._ids.append(item.id)
            self.next_slot += 1
            self.understood = item.understanding.version or self.understood

    def drop(self, content_id: str) -> None:
        """Remove a content if it is there."""
        slot = self.slots.pop(content_id, None)
        if slot is not None:
            self._writer.delete_documents_by_term("id", content_id)
            self.dead.add(slot)

    def finish(self) -> None:
        """Write everything out."""
        self._writer.commit()
        self._writer.wait_merging_threads()
        if self._ids:
            number = len(list((self._building / VECTORS).glob("*.json"))) + 1
            write_shard(self._building / VECTORS, number, self.first_slot, self._ids, np.concatenate(self._vectors))
        written = tantivy.Index.open(str(self._building / WORDS))
        written.config_reader("manual")  # one that watches its files would outlive them
        written.reload()
        (self._building / NAMES).mkdir()
        write_names(self._building / NAMES, written.searcher(), self._models.tokenizer, brand_aliases())


def _build(folder: Path, library: Library, settings: Settings, models: Models, fitted: int, progress: Progress | None) -> Manifest:
    name, building = begin(folder)
    models.save(building / MODELS)
    (building / VECTORS).mkdir()
    writer = _Writer(building, models, {}, 0, ())
    blank = Manifest(schema.FORM, name, 0, 0, fitted, 0, (), settings.vector_size, models.embedder.version, "", "", {})
    return _fill(folder, building, library, writer, blank, progress)


def _update(folder: Path, library: Library, published: Manifest, models: Models, progress: Progress | None) -> Manifest:
    name, building = begin(folder)
    source = folder / published.generation
    for part in (WORDS, VECTORS, MODELS):
        link_files(source / part, building / part)
    slots = live_slots(source / VECTORS, published.dead)
    writer = _Writer(building, models, slots, published.next_slot, published.dead)
    writer.understood = published.understood
    return _fill(folder, building, library, writer, published, progress, name)


def _fill(
    folder: Path, building: Path, library: Library, writer: _Writer, base: Manifest, progress: Progress | None, name: str | None = None
) -> Manifest:
    """Add what the library has changed since `base`, and put the generation in place."""
    try:
        name = name or base.generation
        revision = base.revision
        total = max(1, library.contents.count() if not revision else library.contents.revision() - revision)
        done = 0
        # Removals are read first: whatever changed before one of them is then seen below, and what comes back stays in.
        removals = library.contents.removed_since(revision)
        for content_id, _ in removals:
            writer.drop(content_id)
        seen = revision
        while items := library.contents.changed_since(seen, _BATCH):
            writer.put(items)
            seen = items[-1].revision
            done += len(items)
            if progress:
                progress(min(done, total), total)
        seen = max([seen, *(at for _, at in removals)])
        # Again, for what left while we read: `seen` may have passed its revision, and then no later update would look at it.
        for content_id, _ in library.contents.removed_since(revision):
            writer.drop(content_id)
        writer.finish()
        manifest = Manifest(
            form=base.form,
            generation=name,
            revision=seen,
            documents=len(writer.slots),
            fitted_documents=base.fitted_documents,
            next_slot=writer.next_slot,
            dead=tuple(sorted(writer.dead)),
            vector_size=base.vector_size,
            embedder=base.embedder,
            understood=writer.understood,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            files={path: _checker.checksum(building / path) for path in listed_files(building)},
        )
        write_manifest(building, manifest)
        go_live(folder, name, building)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return manifest
