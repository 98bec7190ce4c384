"""Nearest vectors of one version: the contract of its views, and their names.

`nearest(column, vector, depth, allowed)` returns rows of the catalogue with their inner products, best first,
ties by row; only rows that are `allowed` and have a vector in that column; all of those when there are fewer
than `depth`. A view may miss rows whose place is far down (its recall), never return a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import numpy.typing as npt

from store.records import Vector

if TYPE_CHECKING:
    from lancedb.expr import Expr
    from lancedb.table import Table

VectorColumn = Literal["image_vector", "text_vector"]
COLUMNS: tuple[VectorColumn, ...] = ("image_vector", "text_vector")
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float32]
Scored = list[tuple[int, float]]

BATCH = 4096
"""Vectors read at once."""


class ViewName(StrEnum):
    """The views of a version's vectors that can be chosen."""

    FAISS_FLAT = "faiss-flat"
    """Exact, over vectors held in memory."""
    FAISS_HNSW = "faiss-hnsw"
    """A graph kept beside the version and mapped into memory; exact for small versions and narrow filters."""
    LANCEDB_FLAT = "lancedb-flat"
    """Exact, over vectors on disk."""
    LANCEDB_INDEXED = "lancedb-indexed"
    """By the indexes that LanceDB keeps in the table; exact for small versions and narrow filters."""


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """The rows that a search may find: a mask, and an expression by which LanceDB leaves out what it can itself.

    The expression may let through more, such as rows of unfinished sources, never less.
    """

    mask: Mask
    """bool[n] over the rows of the catalogue."""
    expression: Expr | None
    count: int
    """How many rows the mask keeps."""

    @classmethod
    def rows(cls, mask: Mask, expression: Expr | None = None) -> Allowed:
        """Those of a mask."""
        return cls(mask, expression, int(np.count_nonzero(mask)))

    @property
    def is_all(self) -> bool:
        """Whether every row is allowed."""
        return self.count == len(self.mask)


class RowIds:
    """LanceDB's own ids of the rows of a catalogue, in its order, and back."""

    def __init__(self, ids: npt.NDArray[np.uint64]) -> None:
        self._order = np.argsort(ids)
        self._sorted = ids[self._order]

    @classmethod
    def read(cls, table: Table) -> RowIds:
        """Those of a table's rows."""
        return cls(table.search().with_row_id(True).select(["_rowid"]).to_arrow()["_rowid"].to_numpy())

    def rows(self, ids: npt.NDArray[np.uint64]) -> Rows:
        """The rows of `ids`, all of which must be there."""
        return self._order[np.searchsorted(self._sorted, ids)]


class VectorView(Protocol):
    """Where nearest vectors come from."""

    def nearest(self, column: VectorColumn, vector: Vector, depth: int, allowed: Allowed) -> Scored: ...


def open_view(name: ViewName, table: Table, folder: Path, row_ids: RowIds) -> VectorView:
    """The view of that name over a version's `items`, whose ids are `row_ids`; `folder` is the version's."""
    if name is ViewName.FAISS_FLAT:
        from store.faiss_view import FaissView

        return FaissView.load(table)
    if name is ViewName.FAISS_HNSW:
        from store.hnsw_view import open_hnsw_view

        return open_hnsw_view(table, folder)
    from store.lance_view import LanceView

    return LanceView(table, row_ids, indexed=name is ViewName.LANCEDB_INDEXED)


def vector_batches(table: Table, column: VectorColumn) -> Iterator[tuple[Rows, Matrix]]:
    """The vectors of a column in pieces of bounded size: int64[m] rows of the catalogue, float32[m, d]."""
    first = 0
    for batch in table.search().select([column]).to_batches(BATCH):
        stored = batch[column]
        present = np.flatnonzero(stored.is_valid().to_numpy(zero_copy_only=False))
        vectors = stored.drop_null().flatten().to_numpy(zero_copy_only=False)
        yield first + present, np.ascontiguousarray(vectors.reshape(len(present), stored.type.list_size))
        first += len(batch)


def best_first(rows: Rows, scores: Scores, depth: int) -> Scored:
    """The best `depth` rows with their scores, ties by row."""
    order = np.lexsort((rows, -scores))[:depth]
    return list(zip(rows[order].tolist(), scores[order].tolist(), strict=True))
