"""A snapshot of one index version for searching: a catalogue in memory, vectors and words on demand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from store.collections import Collection
from store.filters import expression, is_under
from store.manifest import FILE_NAME, Manifest, read_manifest
from store.records import Filters, Item, Source, SourceState, Vector
from store.tables import LIGHT_COLUMNS, open_tables, read_items, read_sources
from store.vector_views import (
    FaissView,
    LanceView,
    Mask,
    Matrix,
    Rows,
    Scored,
    VectorColumn,
    VectorView,
    vector_batches,
)

if TYPE_CHECKING:
    from lancedb.table import Table


BETWEEN_TEXTS = "zq7c1f4zq"
"""A word that stands in no text, between texts that are cut into stems together."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is known of every row of `items` without reading it: row i has `ids[i]`, `kinds[i]`, `contents[i]`."""

    ids: Sequence[str]
    kinds: Sequence[str]
    contents: Sequence[str]
    pages: Sequence[int | None]
    row_of: Mapping[str, int]
    places: Sequence[tuple[str, int | None]]
    """The content and the page of each row."""
    paths: Mapping[str, Sequence[str]]
    """The paths of each content (sha256) that is wholly indexed, sorted."""
    visible: Mask
    """bool[n]: the rows whose sources are wholly indexed."""

    def contents_under(self, folders: Sequence[str]) -> list[str]:
        """The contents that have a path under one of `folders`."""
        return [sha256 for sha256, paths in self.paths.items() if any(is_under(path, folders) for path in paths)]

    def allowed(self, filters: Filters) -> Mask:
        """bool[n]: the rows that `filters` keep, of wholly indexed sources alone."""
        mask = self.visible
        if filters.under:
            mask = _mask(self.contents, set(self.contents_under(filters.under)))
        if filters.kinds:
            mask = mask & _mask(self.kinds, {str(kind) for kind in filters.kinds})
        return mask

    def path(self, row: int, under: Sequence[str]) -> str:
        """Where the item of a row lies: of several copies the first under `under` that is still there."""
        paths = [path for path in self.paths[self.contents[row]] if is_under(path, under)]
        return next((path for path in paths if Path(path).exists()), paths[0])


class Reader:
    """One version as it was when opened. `is_stale` says when to open it again."""

    def __init__(self, folder: Path, manifest: Manifest, stamp: int, items: Table, sources: Table, faiss: bool) -> None:
        self.folder = folder
        self.manifest = manifest
        self._stamp = stamp
        self._items = items
        items.checkout(items.version)
        self.sources = read_sources(sources.to_arrow())
        self.catalogue = _catalogue(items, self.sources)
        self.vectors: VectorView = FaissView(items) if faiss else LanceView(items)

    @classmethod
    def open(cls, collection: Collection, *, faiss: bool = True) -> Reader:
        """The version that answers now. Raises `NotFound` where there is none."""
        folder = collection.version_folder(collection.current())
        stamp = _stamp(folder)
        items, sources = open_tables(folder)
        return cls(folder, read_manifest(folder), stamp, items, sources, faiss)

    def is_stale(self) -> bool:
        """Whether the version has been written to since."""
        return _stamp(self.folder) != self._stamp

    def __len__(self) -> int:
        return len(self.catalogue.ids)

    @property
    def quick(self) -> int:
        """The sources that are still described in haste."""
        return sum(source.state is SourceState.QUICK for source in self.sources)

    def nearest(self, column: VectorColumn, vector: Vector, depth: int, allowed: Mask) -> Scored:
        """Rows with their inner products with `vector`, best first, of the `allowed` alone."""
        return self.vectors.nearest(column, vector, depth, None if allowed.all() else allowed)

    def vector_batches(self, column: VectorColumn) -> Iterator[tuple[Rows, Matrix]]:
        """All vectors of a column in pieces: int64[m] rows and float32[m, d]."""
        return vector_batches(self._items, column)

    def matching(self, text: str, depth: int, filters: Filters) -> Scored:
        """Rows with their BM25 scores for the words of `text`, best first, ties by id."""
        from lancedb.query import MatchQuery

        query = self._items.search(MatchQuery(text, "words"), query_type="fts").select(["id", "_score"])
        contents = self.catalogue.contents_under(filters.under) if filters.under else None
        kept = expression(filters, contents)
        if kept is not None:
            query = query.where(kept, prefilter=True)
        found = query.limit(depth).to_arrow().to_pylist()
        found.sort(key=lambda row: (-row["_score"], row["id"]))
        scored = [(self.catalogue.row_of[row["id"]], float(row["_score"])) for row in found]
        return [(row, score) for row, score in scored if self.catalogue.contents[row] in self.catalogue.paths]

    def stems(self, texts: Sequence[str]) -> list[set[str]]:
        """For each text the stems of its words, as the full-text index sees them; none for words that it leaves out."""
        stems: list[set[str]] = [set()]
        # Asked for together: a call costs 0.6 ms whatever its length.
        for token in self._items.tokenize(f"\n{BETWEEN_TEXTS}\n".join(texts), column="words"):
            if token.text == BETWEEN_TEXTS:
                stems.append(set())
            else:
                stems[-1].add(token.text)
        return stems if len(stems) == len(texts) else [set() for _ in texts]

    def items(self, rows: Sequence[int]) -> list[Item]:
        """The items of `rows`, in that order, without their vectors."""
        if not rows:
            return []
        found = self._items.take_offsets(sorted(set(rows))).select(LIGHT_COLUMNS).to_arrow().to_pylist()
        by_id = {item.id: item for item in read_items(found)}
        return [by_id[self.catalogue.ids[row]] for row in rows]


def _mask(values: Sequence[str], kept: set[str]) -> Mask:
    return np.fromiter((value in kept for value in values), dtype=bool, count=len(values))


def _stamp(folder: Path) -> int:
    return (folder / FILE_NAME).stat().st_mtime_ns


def _catalogue(items: Table, sources: Sequence[Source]) -> Catalogue:
    columns = items.search().select(["id", "kind", "sha256", "page"]).to_arrow()
    paths: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        paths[source.sha256].append(source.path)
    ids, contents, pages = (columns[name].to_pylist() for name in ("id", "sha256", "page"))
    return Catalogue(
        ids=ids,
        kinds=columns["kind"].to_pylist(),
        contents=contents,
        pages=pages,
        places=list(zip(contents, pages, strict=True)),
        visible=_mask(contents, set(paths)),
        row_of={identity: row for row, identity in enumerate(ids)},
        paths={content: sorted(found) for content, found in paths.items()},
    )
