"""Nearest vectors by LanceDB, which reads only what it needs: nothing is loaded first."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from store.records import Vector
from store.vector_views import (
    COLUMNS,
    Allowed,
    Mask,
    RowIds,
    Rows,
    Scored,
    Scores,
    VectorColumn,
    best_first,
)

if TYPE_CHECKING:
    from lancedb.table import Table

INDEX_FROM = 20_000
"""Vectors of a column from which on the writer keeps an index of them."""

EFFORT = 3
"""Candidates that the graph of an index keeps for each row asked for. Then the exact scores of those asked for are
read, which takes most of the time: of twice as many it takes 20 ms for 15, at a recall@10 of 1.00 either way."""

LEAST_REACH = 100
"""Rows whose exact scores are read however few are asked for: an index alone puts near ones in the wrong order."""

TAKEN = 1000
"""Rows so few that all of them are read and compared, whatever the filter."""


def build_indexes(table: Table, index_from: int = INDEX_FROM) -> None:
    """Give each column of at least `index_from` vectors its index, unless it has one."""
    from lancedb.index import HnswSq

    indexed = {column for index in table.list_indices() for column in index.columns}
    for column in COLUMNS:
        if column not in indexed and table.count_rows(f"{column} IS NOT NULL") >= index_from:
            table.create_index(column, config=HnswSq(distance_type="dot", num_partitions=1))


class LanceView:
    """By a scan of the vectors, or by their index where the writer has built one; rows that came since are scanned."""

    def __init__(self, table: Table, row_ids: RowIds, *, indexed: bool) -> None:
        self._table = table
        self._row_ids = row_ids
        indexes = {column for index in table.list_indices() for column in index.columns} if indexed else set()
        self._indexed = indexes & set(COLUMNS)
        self._present = lru_cache(len(COLUMNS))(self._read_present)

    def nearest(self, column: VectorColumn, vector: Vector, depth: int, allowed: Allowed) -> Scored:
        findable = allowed.mask & self._present(column)
        most = int(np.count_nonzero(findable))
        if most <= TAKEN:
            return best_first(*self._compare(column, vector, np.flatnonzero(findable)), depth)
        exact = column not in self._indexed
        # The expression may let through more than the mask, and beyond the last row there may be others like it.
        reach = max(depth + 1, LEAST_REACH)
        while True:
            rows, scores = self._search(column, vector, reach, allowed, exact)
            is_all = len(rows) < reach
            kept = findable[rows]
            rows, scores = rows[kept], scores[kept]
            if len(rows) > depth and scores.min() < np.partition(scores, -depth)[-depth]:
                return best_first(rows, scores, depth)
            if is_all and (exact or len(rows) == most):
                return best_first(rows, scores, depth)
            exact, reach = exact or is_all, 2 * reach

    def _search(
        self, column: VectorColumn, vector: Vector, reach: int, allowed: Allowed, exact: bool
    ) -> tuple[Rows, Scores]:
        query = self._table.search(vector, vector_column_name=column).distance_type("dot").limit(reach)
        query = query.bypass_vector_index() if exact else query.ef(EFFORT * reach).refine_factor(1)
        if allowed.expression is not None:
            query = query.where(allowed.expression, prefilter=True)
        found = query.with_row_id(True).select(["_distance"]).to_arrow()
        return self._row_ids.rows(found["_rowid"].to_numpy()), 1.0 - found["_distance"].to_numpy()

    def _compare(self, column: VectorColumn, vector: Vector, rows: Rows) -> tuple[Rows, Scores]:
        """`rows` and their scores."""
        if not len(rows):
            return rows, np.empty(0, np.float32)
        stored = self._table.take_offsets(rows.tolist()).select([column]).to_arrow()[column].combine_chunks()
        vectors = stored.flatten().to_numpy(zero_copy_only=False).reshape(len(rows), -1)
        return rows, vectors @ vector

    def _read_present(self, column: VectorColumn) -> Mask:
        """bool[n]: the rows that have a vector. Read when it is first asked for."""
        found = self._table.search().where(f"{column} IS NOT NULL").with_row_id(True).select(["_rowid"]).to_arrow()
        mask = np.zeros(self._table.count_rows(), bool)
        mask[self._row_ids.rows(found["_rowid"].to_numpy())] = True
        return mask
