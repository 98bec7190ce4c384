"""Nearest vectors by FAISS: exact over vectors in memory, or by a graph with what came after it beside it.

Vectors that are the same, as those of equal descriptions are, stand in an index once. In a graph, copies would link
to nothing but one another, and a search that meets them would not find its way out.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from store.records import Vector
from store.vector_views import (
    COLUMNS,
    Allowed,
    Mask,
    Matrix,
    Rows,
    Scored,
    Scores,
    VectorColumn,
    best_first,
    vector_batches,
)

if TYPE_CHECKING:
    from lancedb.table import Table

EFFORT = 2.0
"""Candidates that a graph keeps for each row asked for: recall@10 over 100,000 clustered vectors is 1.00 with 2 and
0.99 with 1 (`scripts/bench.py search`)."""

WORK = 12
"""Inner products that a graph costs for each candidate. Where the rows that are left are fewer, they are all compared:
at 100,000 vectors of 770 numbers that takes 27 ms and a search with 400 candidates 1.3 ms."""


class Part:
    """Distinct vectors in one index, and the rows that have each of them.

    `index` is a flat index, or an HNSW graph over one. Row `rows[i]` has the vector that is number `nodes[i]` there.
    """

    def __init__(self, index: Any, rows: Rows, nodes: Rows) -> None:
        import faiss

        self._faiss = faiss
        self._index = index
        self._is_graph = isinstance(index, faiss.IndexHNSW)
        self._flat = faiss.downcast_index(index.storage) if self._is_graph else index
        order = np.argsort(nodes, kind="stable")
        self._rows, self._nodes = rows[order], nodes[order]
        self._starts = np.searchsorted(self._nodes, np.arange(index.ntotal + 1))
        self._used = _distinct(self._nodes)

    def nearest(self, vector: Vector, depth: int, allowed: Allowed) -> tuple[Rows, Scores]:
        """The rows of the nearest `depth` vectors that have an allowed row, in no order, and their scores."""
        mask = None if allowed.is_all else allowed.mask
        nodes = self._used if mask is None else _distinct(self._nodes[mask[self._rows]])
        if not len(nodes):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        found, scores = self._nearest_nodes(vector.reshape(1, -1), depth, nodes)
        return self._spread(found, scores, mask)

    def _nearest_nodes(self, vector: Matrix, depth: int, nodes: Rows) -> tuple[Rows, Scores]:
        effort = math.ceil(EFFORT * depth * self._index.ntotal / len(nodes))
        if self._is_graph and len(nodes) > WORK * effort:
            parameters = self._faiss.SearchParametersHNSW(efSearch=effort)
            scores, found = self._index.search(vector, effort, params=parameters)
            # Of all vectors the nearest, and of those the allowed: if the graph looked for allowed ones alone, it would
            # not tell when they lie beyond where it looked.
            kept = found[0] >= 0
            if len(nodes) < self._index.ntotal:
                kept &= _mask(nodes, self._index.ntotal)[found[0]]
            if np.count_nonzero(kept) >= depth:
                return found[0][kept], scores[0][kept]
        return self._compare(vector, depth, nodes)

    def _compare(self, vector: Matrix, depth: int, nodes: Rows) -> tuple[Rows, Scores]:
        """Exactly the nearest, and all that tie with the last of them."""
        everything = len(nodes) == self._flat.ntotal
        parameters = None if everything else self._faiss.SearchParameters(sel=self._faiss.IDSelectorArray(nodes))
        reach = depth + 1
        while True:
            scores, found = self._flat.search(vector, min(reach, len(nodes)), params=parameters)
            if reach >= len(nodes) or scores[0, -1] < scores[0, depth - 1]:
                return found[0], scores[0]
            reach *= 2

    def _spread(self, nodes: Rows, scores: Scores, mask: Mask | None) -> tuple[Rows, Scores]:
        """The rows of `nodes`, each with the score of its node."""
        first = self._starts[nodes]
        counts = self._starts[nodes + 1] - first
        begins = np.cumsum(counts) - counts
        places = np.arange(counts.sum()) + np.repeat(first - begins, counts)
        rows, spread = self._rows[places], np.repeat(scores, counts)
        return (rows, spread) if mask is None else (rows[mask[rows]], spread[mask[rows]])


class FaissView:
    """One or two parts a column: all of its vectors, or a graph and what has come since it was built."""

    def __init__(self, parts: Mapping[VectorColumn, Sequence[Part]]) -> None:
        self._parts = parts

    @classmethod
    def load(cls, table: Table) -> FaissView:
        """Exact, with all vectors in memory."""
        return cls({column: [flat_part(table, column)] for column in COLUMNS})

    def nearest(self, column: VectorColumn, vector: Vector, depth: int, allowed: Allowed) -> Scored:
        found = [part.nearest(vector, depth, allowed) for part in self._parts[column]]
        rows, scores = (np.concatenate(some) for some in zip(*found, strict=True))
        return best_first(rows, scores, depth)


def flat_part(table: Table, column: VectorColumn) -> Part:
    """All vectors of a column, in memory."""
    import faiss

    index = faiss.IndexFlatIP(table.schema.field(column).type.list_size)
    return Part(index, *number_vectors(table, column, {}, index))


def number_vectors(table: Table, column: VectorColumn, known: dict[bytes, int], index: Any) -> tuple[Rows, Rows]:
    """int64[m] rows that have a vector, and int64[m] numbers of their vectors.

    `known` has the numbers by `digest`. Vectors that are not in it get the next numbers, and are added to `index`.
    """
    rows, nodes = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for present, vectors in vector_batches(table, column):
        before = len(known)
        numbers = [known.setdefault(digest(vector), len(known)) for vector in vectors]
        found = np.array(numbers, np.int64)
        _, first = np.unique(found, return_index=True)
        fresh = first[found[first] >= before]
        if len(fresh):
            index.add(vectors[fresh])
        rows.append(present)
        nodes.append(found)
    return np.concatenate(rows), np.concatenate(nodes)


def digest(vector: Vector) -> bytes:
    """16 bytes that stand for a vector."""
    return hashlib.blake2b(vector.data, digest_size=16).digest()


def _distinct(nodes: Rows) -> Rows:
    """Without repetitions, of sorted `nodes`."""
    return nodes[np.diff(nodes, prepend=-1) > 0]


def _mask(nodes: Rows, count: int) -> Mask:
    mask = np.zeros(count, bool)
    mask[nodes] = True
    return mask
