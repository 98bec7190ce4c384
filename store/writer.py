"""The single writer of an index version: idempotent batches, and sources that count only when wholly in.

The order of writes is what makes a kill harmless: first the items of a source, then the source. Items whose
source never came are not searched, are written again under the same id by the next run, and are swept at its end.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from filelock import FileLock, Timeout

from store.collections import Collection
from store.errors import CollectionLocked, storage
from store.hnsw_view import open_graph
from store.lance_view import build_indexes
from store.manifest import Manifest, read_manifest, write_manifest
from store.records import Item, Kind, Source, Vector
from store.tables import HASH_BYTES, create_tables, image_vectors, item_rows, open_tables, read_sources, source_rows
from store.vector_views import COLUMNS, ViewName

if TYPE_CHECKING:
    from lancedb.table import Table

DELETE_CHUNK = 500
"""Values a delete expression names at once."""

KEEP_OLD_FILES = timedelta(minutes=15)
"""How long files of earlier table versions stay, for readers that opened them."""


@contextmanager
def lock(collection: Collection, task: str = "is writing to", wait_seconds: float = 0.0) -> Iterator[None]:
    """Be the only writer of a collection.

    `task` is what others are told, as in `Process 17 is writing to collection 'default'`. Raises `CollectionLocked`,
    which says that of the holder, after `wait_seconds`.
    """
    with storage(collection.folder):
        collection.folder.mkdir(parents=True, exist_ok=True)
    holder = collection.folder / "writer"
    guard = FileLock(collection.folder / "lock")
    try:
        guard.acquire(timeout=wait_seconds)
    except Timeout as error:
        who = holder.read_text(encoding="utf-8") if holder.exists() else "unknown is writing to"
        raise CollectionLocked(
            f"Process {who} collection '{collection.name}'. Wait until it is done, or stop it; "
            "what it has committed stays."
        ) from error
    try:
        with storage(collection.folder):
            holder.write_text(f"{os.getpid()} {task}", encoding="utf-8")
        yield
    finally:
        guard.release()


class Writer:
    """Writes one version. Made by `open`, under `lock`."""

    def __init__(self, folder: Path, manifest: Manifest, items: Table, sources: Table) -> None:
        self.folder = folder
        self._manifest = manifest
        self._items = items
        self._sources = sources
        known = items.search().select(["id", "kind", "sha256", "picture_hash"]).to_arrow()
        self._known = set(known["id"].to_pylist())
        lacking = known.filter(pc.and_(pc.equal(known["kind"], str(Kind.IMAGE)), pc.is_null(known["picture_hash"])))
        self.unhashed = set(lacking["sha256"].to_pylist())
        """The contents of pictures without a perceptual hash: an earlier format had none."""
        self.sources = {source.path: source for source in read_sources(sources.to_arrow())}

    @classmethod
    def open(cls, collection: Collection, manifest: Manifest, dimensions: tuple[int, int]) -> Writer:
        """The version that `manifest` names, made if it is not there; `dimensions` are of image and text vectors.

        Raises `IncompatibleIndex` if it is there and was built with other models.
        """
        from lancedb.index import FTS, BTree

        folder = collection.version_folder(manifest.version)
        with storage(folder):
            if not (folder / "manifest.json").exists():
                folder.mkdir(parents=True, exist_ok=True)
                create_tables(folder, *dimensions)
                items, _ = open_tables(folder)
                if not items.list_indices():
                    items.create_index("words", config=FTS(with_position=False))
                    items.create_index("id", config=BTree())
                write_manifest(folder, manifest)
            existing = read_manifest(folder)
            existing.require(manifest.fingerprints, collection.name, manifest.profile)
            return cls(folder, existing, *open_tables(folder))

    def note_roots(self, roots: Sequence[str]) -> None:
        """Remember the folders given, for the manifest: paths in evaluation sets are relative to them."""
        self._manifest = self._manifest.with_roots(roots)

    def add(self, items: Sequence[Item], words: Sequence[str]) -> None:
        """Commit a batch. An item whose id is there already is replaced."""
        self.add_rows(item_rows(items, words, self.schema))

    def add_rows(self, rows: pa.Table) -> None:
        """Commit rows of `schema`. One whose id is there already is replaced."""
        ids = rows["id"].to_pylist()
        with storage(self.folder):
            if self._known.isdisjoint(ids):
                self._items.add(rows)
            else:
                self._upsert(self._items, "id", rows)
        self._known.update(ids)

    @property
    def schema(self) -> pa.Schema:
        """The columns of items."""
        return self._items.schema

    def add_hashes(self, hashes: Mapping[str, bytes]) -> None:
        """Commit perceptual hashes, by id, of items that are there."""
        rows = pa.table({"id": list(hashes), "picture_hash": pa.array(hashes.values(), pa.binary(HASH_BYTES))})
        with storage(self.folder):
            self._items.merge_insert("id").when_matched_update_all().execute(rows)

    def image_vectors(self, ids: Sequence[str]) -> dict[str, Vector]:
        """The vectors of committed items, by id."""
        return image_vectors(self._items, ids)

    def mark_done(self, sources: Sequence[Source]) -> None:
        """Commit sources whose items are all in. A path that is there already gets its new content."""
        with storage(self.folder):
            if any(source.path in self.sources for source in sources):
                self._upsert(self._sources, "path", source_rows(sources))
            else:
                self._sources.add(source_rows(sources))
        self.sources.update((source.path, source) for source in sources)

    def forget(self, paths: Sequence[str]) -> None:
        """Commit that these paths are gone. Items that lie nowhere else go at `finish`."""
        self._delete(self._sources, "path", paths)
        for path in paths:
            self.sources.pop(path, None)

    def finish(self) -> Manifest:
        """Sweep items without a source, bring the indexes up to date, and write the counts."""
        contents = self._items.search().select(["kind", "sha256"]).to_arrow().to_pylist()
        living = {source.sha256 for source in self.sources.values()}
        self._delete(self._items, "sha256", sorted({row["sha256"] for row in contents} - living))
        with storage(self.folder):
            for table in (self._items, self._sources):
                table.optimize(cleanup_older_than=KEEP_OLD_FILES)
            counts = Counter(row["kind"] for row in contents if row["sha256"] in living)
            self._manifest = self._manifest.with_counts(len(self.sources), {str(kind): counts[kind] for kind in Kind})
            write_manifest(self.folder, self._manifest)
        return self._manifest

    def prepare(self, view: ViewName) -> None:
        """Build what a view of many vectors searches by, or bring it up to date, so that no search has to wait for it.

        LanceDB's indexes are kept up to date by `finish`. To be called after it.
        """
        with storage(self.folder):
            if view is ViewName.FAISS_HNSW:
                for column in COLUMNS:
                    open_graph(self._items, column, self.folder)
            elif view is ViewName.LANCEDB_INDEXED:
                build_indexes(self._items)

    def complete(self, replaced: int) -> None:
        """Note that the version is ready to answer in the place of `replaced`."""
        self._manifest = self._manifest.completed(replaced)
        with storage(self.folder):
            write_manifest(self.folder, self._manifest)

    def _delete(self, table: Table, column: str, values: Sequence[str]) -> None:
        from lancedb.expr import col

        with storage(self.folder):
            for start in range(0, len(values), DELETE_CHUNK):
                table.delete(col(column).isin(list(values[start : start + DELETE_CHUNK])))

    @staticmethod
    def _upsert(table: Table, key: str, rows: Any) -> None:
        merge = table.merge_insert(key).when_matched_update_all().when_not_matched_insert_all()
        # Without this argument LanceDB refuses null vectors, which passages and pages rightly have.
        merge.execute(rows, on_bad_vectors="null")


def describe_fingerprints(models: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The fingerprints of models by role, as a manifest keeps them."""
    return {role: model.fingerprint.as_json() for role, model in models.items()}
