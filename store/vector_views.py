"""Nearest vectors of one version, by FAISS in memory or by LanceDB on disk. Both keep one contract.

`nearest(column, vector, depth, allowed)` returns rows of the catalogue with their inner products, best first,
ties by row; only rows that are `allowed` and have a vector in that column; all of those when there are fewer
than `depth`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import numpy.typing as npt

from store.records import Vector

if TYPE_CHECKING:
    from lancedb.table import Table

VectorColumn = Literal["image_vector", "text_vector"]
COLUMNS: tuple[VectorColumn, ...] = ("image_vector", "text_vector")
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]
Scored = list[tuple[int, float]]

BATCH = 4096
"""Vectors read at once."""


def vector_batches(table: Table, column: VectorColumn) -> Iterator[tuple[Rows, Matrix]]:
    """The vectors of a column in pieces of bounded size: int64[m] rows of the catalogue, float32[m, d]."""
    first = 0
    for batch in table.search().select([column]).to_batches(BATCH):
        stored = batch[column]
        present = np.flatnonzero(stored.is_valid().to_numpy(zero_copy_only=False))
        vectors = stored.drop_null().flatten().to_numpy(zero_copy_only=False)
        yield first + present, np.ascontiguousarray(vectors.reshape(len(present), stored.type.list_size))
        first += len(batch)


class VectorView(Protocol):
    """Where nearest vectors come from."""

    def nearest(self, column: VectorColumn, vector: Vector, depth: int, allowed: Mask | None) -> Scored: ...


def _best_first(rows: Rows, scores: npt.NDArray[np.float32]) -> Scored:
    order = np.lexsort((rows, -scores))
    return [(int(rows[place]), float(scores[place])) for place in order]


class FaissView:
    """Exact inner products over vectors held in memory, one flat index a column."""

    def __init__(self, table: Table) -> None:
        import faiss

        self._faiss = faiss
        self._indexes = {}
        self._rows: dict[str, Rows] = {}
        for column in COLUMNS:
            index, present = faiss.IndexFlatIP(table.schema.field(column).type.list_size), []
            for rows, vectors in vector_batches(table, column):
                index.add(vectors)
                present.append(rows)
            self._indexes[column] = index
            self._rows[column] = np.concatenate([np.empty(0, np.int64), *present])

    def nearest(self, column: VectorColumn, vector: Vector, depth: int, allowed: Mask | None) -> Scored:
        index, rows = self._indexes[column], self._rows[column]
        parameters, size = None, len(rows)
        if allowed is not None:
            places = np.flatnonzero(allowed[rows])
            parameters, size = self._faiss.SearchParameters(sel=self._faiss.IDSelectorBatch(places)), len(places)
        if size == 0:
            return []
        scores, places = index.search(vector.reshape(1, -1), min(depth, size), params=parameters)
        return _best_first(rows[places[0]], scores[0])


class LanceView:
    """Exact inner products computed by LanceDB, which reads only what it needs: nothing is loaded first."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def nearest(self, column: VectorColumn, vector: Vector, depth: int, allowed: Mask | None) -> Scored:
        size = self._table.count_rows() if allowed is None else int(allowed.sum())
        if size == 0:
            return []
        # A mask is not an expression, so with one everything is ranked and then masked.
        limit = depth if allowed is None else self._table.count_rows()
        query = self._table.search(vector, vector_column_name=column).distance_type("dot")
        found = query.with_row_id(True).select(["_distance"]).limit(limit).to_arrow()
        rows, scores = self._offsets(found["_rowid"].to_numpy()), 1.0 - found["_distance"].to_numpy()
        if allowed is not None:
            kept = allowed[rows]
            rows, scores = rows[kept], scores[kept]
        return _best_first(rows, scores)[:depth]

    def _offsets(self, row_ids: npt.NDArray[np.uint64]) -> Rows:
        every = self._table.search().with_row_id(True).select(["_rowid"]).to_arrow()["_rowid"].to_numpy()
        order = np.argsort(every)
        return order[np.searchsorted(every, row_ids, sorter=order)]
