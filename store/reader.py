"""A snapshot of one index version for searching: a catalogue in memory, vectors and words on demand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import cached_property, lru_cache
from itertools import count
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from store.catalogue import Catalogue, read_columns
from store.collections import Collection
from store.file_words import file_words
from store.filters import TAGGED, expression
from store.full_text import full_text_query
from store.held_words import Flags, HeldWords, Stems
from store.manifest import FILE_NAME, Manifest, read_manifest
from store.records import Filters, Item, Kind, Source, SourceState, Vector, Weighted
from store.tables import READ_COLUMNS, image_vectors, open_tables, read_items, read_sources
from store.vector_views import (
    Allowed,
    Matrix,
    RowIds,
    Rows,
    Scored,
    VectorColumn,
    ViewName,
    open_view,
    vector_batches,
)

if TYPE_CHECKING:
    from lancedb.table import Table


BETWEEN_TEXTS = "zq7c1f4zq"
"""A word that stands in no text, between words that are cut into stems together."""

LISTED = 1000
"""Contents that an expression names at most; LanceDB takes 24 ms for a search among so many, and 190 ms among 10,000.
Of a folder with more, what lies elsewhere is found too, and then left out."""

HELD = 100_000
"""Rows up to which the texts of a version are held in memory once one is read: 60 MiB for as many passages. To read
those of a search from disk takes 6 ms. From the third search on, the words are held as well, which takes as much again,
and a second in the background for as many captions."""

FIRST_SEARCHES = 2
"""Searches that the full-text index on disk answers. A command that searches once has no use for more."""

STEMS_KEPT = 100_000
"""Words whose stems are kept: to have one call cut them costs as much as all else that is done with the words found."""

FILTERS_KEPT = 16
"""Filters whose rows are kept for the next search with the same ones; at 100,000 rows, finding them takes 30 ms."""


class Reader:
    """One version as it was when opened. `is_stale` says when to open it again."""

    def __init__(
        self, folder: Path, manifest: Manifest, stamp: int, items: Table, sources: pa.Table, view: ViewName
    ) -> None:
        self.folder = folder
        self.manifest = manifest
        self._stamp = stamp
        self._items = items
        items.checkout(items.version)
        self._sources = sources
        columns = read_columns(items)
        self.catalogue = Catalogue.of(columns, sources)
        self._row_ids = RowIds(columns["_rowid"].to_numpy())
        self.vectors = open_view(view, items, folder, self._row_ids)
        self.allowed = lru_cache(FILTERS_KEPT)(self._allowed)
        self._stems: dict[str, Stems] = {}
        self._words: HeldWords | None = None
        self._said: HeldWords | None = None
        self._stated: HeldWords | None = None
        self._searches = count(1)

    @classmethod
    def open(
        cls, collection: Collection, *, view: ViewName = ViewName.LANCEDB_INDEXED, version: int | None = None
    ) -> Reader:
        """The version that answers now, or `version`. Raises `NotFound` where there is none."""
        folder = collection.version_folder(collection.current() if version is None else version)
        stamp = _stamp(folder)
        items, sources = open_tables(folder)
        return cls(folder, read_manifest(folder), stamp, items, sources.to_arrow(), view)

    def is_stale(self) -> bool:
        """Whether the version has been written to since."""
        return _stamp(self.folder) != self._stamp

    def __len__(self) -> int:
        return len(self.catalogue.ids)

    @cached_property
    def sources(self) -> list[Source]:
        """The files of this version."""
        return read_sources(self._sources)

    @property
    def quick(self) -> int:
        """The sources that are still described in haste."""
        return int(pc.sum(pc.equal(self._sources["state"], str(SourceState.QUICK))).as_py() or 0)

    def _allowed(self, filters: Filters) -> Allowed:
        """What `filters` let a search find. Called as `allowed`, which keeps the latest."""
        contents = self.catalogue.contents_under(filters.under) if filters.under else None
        listed = contents if contents is not None and len(contents) <= LISTED else None
        return Allowed.rows(self.catalogue.allowed(filters), expression(filters, listed))

    def nearest(self, column: VectorColumn, vector: Vector, depth: int, allowed: Allowed) -> Scored:
        """Rows with their inner products with `vector`, best first, of the `allowed` alone."""
        return self.vectors.nearest(column, vector, depth, allowed)

    def vector_batches(self, column: VectorColumn) -> Iterator[tuple[Rows, Matrix]]:
        """All vectors of a column in pieces: int64[m] rows and float32[m, d]."""
        return vector_batches(self._items, column)

    def matching(self, texts: Sequence[Weighted[str]], depth: int, filters: Filters) -> Scored:
        """Rows with their BM25 scores for the words of `texts`, best first, ties by id.

        The scores of texts add up, those of negative weight are subtracted; a row of which nothing is left is not
        found. Weights count in proportion to the largest.
        """
        if next(self._searches) == FIRST_SEARCHES + 1 and len(self) <= HELD:
            # No daemon: one that reads when the interpreter is taken apart ends the process with a fatal error.
            Thread(target=self._hold_words, name="words").start()
        if self._words is not None:
            return self._matching_held(self._words, texts, depth, filters)
        asked = full_text_query(texts)
        if asked is None:
            return []
        allowed, reach = self.allowed(filters), depth
        while True:
            query = self._items.search(asked, query_type="fts").with_row_id(True).select(["_score"])
            if allowed.expression is not None:
                query = query.where(allowed.expression, prefilter=True)
            found = query.limit(reach).to_arrow()
            rows, scores = self._row_ids.rows(found["_rowid"].to_numpy()), found["_score"].to_numpy()
            kept = allowed.mask[rows] & (scores > 0)
            if len(rows) < reach or np.count_nonzero(kept) >= depth:
                return self._best(rows[kept], scores[kept], depth)
            # The expression lets through more than the mask.
            reach *= 4

    def _matching_held(self, words: HeldWords, texts: Sequence[Weighted[str]], depth: int, filters: Filters) -> Scored:
        largest = max((text.weight for text in texts), default=0.0)
        if largest <= 0:
            return []
        known = self._known_stems({word for text in texts for word in text.part.split()})
        weighed = [
            (stem, text.weight / largest) for text in texts for word in text.part.split() for stem in known[word]
        ]
        scores = words.scores(weighed)
        rows = np.flatnonzero(self.allowed(filters).mask & (scores > 0))
        if len(rows) > depth:
            least = np.partition(scores[rows], -depth)[-depth]
            rows = rows[scores[rows] >= least]
        return self._best(rows, scores[rows], depth)

    def _best(self, rows: Rows, scores: Vector, depth: int) -> Scored:
        scored = zip(rows.tolist(), scores.tolist(), strict=True)
        return sorted(scored, key=lambda one: (-one[1], self.catalogue.ids[one[0]]))[:depth]

    def _hold_words(self) -> None:
        def cut(words: Sequence[str]) -> dict[str, Stems]:
            return self._known_stems(set(words))

        rows = range(len(self))
        said = [self.said(item, self.catalogue.path(row, ())) for row, item in zip(rows, self.items(rows), strict=True)]
        stated = [
            " ".join(one[:2]) if kind in TAGGED else "" for kind, one in zip(self.catalogue.kinds, said, strict=True)
        ]
        self._stated = HeldWords.of(pa.chunked_array([pa.array(stated, pa.string())]), cut)
        self._said = HeldWords.of(pa.chunked_array([pa.array(list(map(" ".join, said)), pa.string())]), cut)
        self._words = HeldWords.of(self._items.search().select(["words"]).to_arrow()["words"], cut)

    def holding(self, words: Sequence[Set[str]], rows: Sequence[int]) -> tuple[Flags, Flags] | None:
        """bool[words, rows] twice: which of `rows` say which of `words`, each given as its stems, in file name, text or
        description; and which state them, for the description of a picture only guesses. None while the words are not
        held in memory.
        """
        if self._said is None or self._stated is None:
            return None
        is_described = np.array([self.catalogue.kinds[row] in TAGGED for row in rows], bool)
        held = _holding(self._said, words, rows)
        return held, np.where(is_described, _holding(self._stated, words, rows), held)

    def said(self, item: Item, path: str) -> tuple[str, str, str]:
        """What an item says that a search may show: in the name of its file, its text and its description.

        The full-text index reads the file name with pictures and pages, not with each passage.
        """
        name = "" if item.kind is Kind.PASSAGE else file_words(path.rsplit("/", 1)[-1])
        return name, item.text, item.description

    def stems(self, texts: Sequence[str]) -> list[set[str]]:
        """For each text the stems of its words, as the full-text index sees them; none for words that it leaves out."""
        words = [set(text.split()) for text in texts]
        known = self._known_stems(set[str]().union(*words))
        return [{stem for word in some for stem in known[word]} for some in words]

    def _known_stems(self, words: Set[str]) -> dict[str, Stems]:
        """The stems in each of `words`, which hold no space."""
        known = {word: stems for word in words if (stems := self._stems.get(word)) is not None}
        if new := sorted(words - known.keys()):
            found = self._cut(new)
            known |= found
            if len(self._stems) > STEMS_KEPT:
                # Searches run side by side: what others may be reading is replaced, not emptied.
                self._stems = {}
            self._stems.update(found)
        return known

    def _cut(self, words: Sequence[str]) -> dict[str, Stems]:
        """The stems in each of `words`. Asked for together: a call costs 0.6 ms for any number."""
        stems: list[list[str]] = [[]]
        for token in self._items.tokenize(f"\n{BETWEEN_TEXTS}\n".join(words), column="words"):
            if token.text == BETWEEN_TEXTS:
                stems.append([])
            else:
                stems[-1].append(token.text)
        if len(stems) != len(words):
            return dict.fromkeys(words, ())
        return {word: tuple(found) for word, found in zip(words, stems, strict=True)}

    def image_vectors(self, rows: Sequence[int]) -> Matrix:
        """float32[n, d]: the image vectors of `rows`, in that order; zeros for one that has none."""
        chosen = sorted(set(rows))
        found = self._items.take_offsets(chosen).select(["id", "image_vector"]).to_arrow()
        by_id = dict(zip(found["id"].to_pylist(), found["image_vector"].to_pylist(), strict=True))
        dimension = self._items.schema.field("image_vector").type.list_size
        vectors = (by_id[self.catalogue.ids[row]] for row in rows)
        filled = [np.zeros(dimension) if vector is None else vector for vector in vectors]
        return np.array(filled, np.float32).reshape(-1, dimension)

    def image_vectors_by_id(self, ids: Sequence[str]) -> dict[str, Vector]:
        """The image vectors of those of `ids` that are there and have one, by id."""
        return image_vectors(self._items, ids)

    def whole_rows(self, contents: Set[str]) -> pa.Table:
        """The rows of some contents (sha256) with all their columns, as they are stored."""
        rows = [row for row, sha256 in enumerate(self.catalogue.contents) if sha256 in contents]
        return self._items.take_offsets(rows).to_arrow()

    def items(self, rows: Sequence[int]) -> list[Item]:
        """The items of `rows`, in that order, without their vectors."""
        if not rows:
            return []
        chosen = sorted(set(rows))
        read = {row["id"]: row for row in self._read(chosen).to_pylist()}
        items = read_items({**known, **read[known["id"]]} for known in self.catalogue.rows(chosen))
        by_id = {item.id: item for item in items}
        return [by_id[self.catalogue.ids[row]] for row in rows]

    def _read(self, chosen: Sequence[int]) -> pa.Table:
        if len(self) <= HELD:
            return self._held.take(chosen)
        return self._items.take_offsets(chosen).select(READ_COLUMNS).to_arrow()

    @cached_property
    def _held(self) -> pa.Table:
        """`READ_COLUMNS` of every row."""
        return self._items.search().select(READ_COLUMNS).to_arrow().combine_chunks()


def _stamp(folder: Path) -> int:
    return (folder / FILE_NAME).stat().st_mtime_ns


def _holding(held: HeldWords, words: Sequence[Set[str]], rows: Sequence[int]) -> Flags:
    every = np.array(rows, np.int64)
    return np.array([held.holding(stems, every) for stems in words], bool).reshape(len(words), len(rows))
