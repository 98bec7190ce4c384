"""HNSW graphs of a version's vectors, kept beside it: built once, mapped into memory, brought up to date by content.

The graph of a column lies in `graphs/<column>.<token>.faiss`, which is never changed, and `graphs/<column>.npz` says
which graph that is, for which state of the table it was last compared, and which row has which vector. A table that
was written to since is read and compared again, vector by vector, so no stale vector is ever found: rows that have
gone are left out, new vectors are held beside the graph until they are many.
"""

from __future__ import annotations

import os
import time
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from store.faiss_view import FaissView, Part, flat_part, number_vectors
from store.vector_views import COLUMNS, Matrix, Rows, VectorColumn

if TYPE_CHECKING:
    from lancedb.table import Table

FOLDER = "graphs"
FORMAT = 1

GRAPH_FROM = 20_000
"""Vectors of a column from which on a graph pays: comparing a query with all of fewer takes under 6 ms
(`scripts/bench.py search --items 20000`)."""

LINKS = 32
"""Neighbours of a vector in the graph, twice as many on its lowest level."""
BUILD_EFFORT = 80
"""Candidates looked at for the neighbours of a vector while the graph is built."""

OUTGROWN = 0.1
"""Share of a graph's vectors that may be beside it, or in it and gone, before it is extended or built anew."""

KEEP_OLD_GRAPHS = timedelta(minutes=15)
"""How long a graph that was replaced stays, for readers that are about to open it."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph and what its file's companion says of it."""

    index: Any
    token: str
    stamp: str
    digests: bytes
    """16 bytes for each vector of the graph, in order."""
    rows: Rows
    nodes: Rows
    """The number of each row's vector; those beyond the graph are in `beside`."""
    beside: Matrix

    def parts(self) -> list[Part]:
        """What is searched: the graph, and what is beside it."""
        inside = self.nodes < self.index.ntotal
        beside = Part(_flat(self.beside), self.rows[~inside], self.nodes[~inside] - self.index.ntotal)
        return [Part(self.index, self.rows[inside], self.nodes[inside]), beside]


def open_hnsw_view(table: Table, folder: Path, graph_from: int = GRAPH_FROM) -> FaissView:
    """The view of a version's `items`, its graphs opened, brought up to date, or built where there is none.

    A column of fewer than `graph_from` vectors has no graph. Building takes 0.2 s for each 1,000 vectors.
    """
    graphs = {column: open_graph(table, column, folder, graph_from) for column in COLUMNS}
    return FaissView(
        {column: [flat_part(table, column)] if graph is None else graph.parts() for column, graph in graphs.items()}
    )


def open_graph(table: Table, column: VectorColumn, folder: Path, graph_from: int = GRAPH_FROM) -> Graph | None:
    """The graph of a column of the version in `folder`, as `open_hnsw_view` has it; None where it has none."""
    if table.count_rows(f"{column} IS NOT NULL") < graph_from:
        return None
    stamp, kept = _stamp(table), read_graph(folder / FOLDER, column)
    if kept is not None and kept.stamp == stamp:
        return kept
    current = None if kept is None else _compared(table, column, stamp, kept)
    return _save(folder / FOLDER, column, current or _built(table, column, stamp))


def _stamp(table: Table) -> str:
    """The state of a table: its version, and when that was written, lest a restored table passes for it."""
    written = next(entry["timestamp"] for entry in table.list_versions() if entry["version"] == table.version)
    return f"{FORMAT} {table.version} {written.isoformat()}"


def _built(table: Table, column: VectorColumn, stamp: str) -> Graph:
    """A graph of all vectors of a column."""
    import faiss

    index = faiss.IndexHNSWFlat(table.schema.field(column).type.list_size, LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = BUILD_EFFORT
    known: dict[bytes, int] = {}
    rows, nodes = number_vectors(table, column, known, index)
    return Graph(index, uuid.uuid4().hex, stamp, b"".join(known), rows, nodes, np.empty((0, index.d), np.float32))


def _compared(table: Table, column: VectorColumn, stamp: str, graph: Graph) -> Graph | None:
    """The graph with the table as it is now: the same, or extended; None where too much of it has gone."""
    known = {graph.digests[16 * number : 16 * number + 16]: number for number in range(graph.index.ntotal)}
    fresh = _flat(np.empty((0, graph.index.d), np.float32))
    rows, nodes = number_vectors(table, column, known, fresh)
    gone = graph.index.ntotal - len(np.unique(nodes[nodes < graph.index.ntotal]))
    if gone > OUTGROWN * graph.index.ntotal:
        return None
    beside = fresh.reconstruct_n(0, fresh.ntotal) if fresh.ntotal else np.empty((0, graph.index.d), np.float32)
    if len(beside) <= OUTGROWN * graph.index.ntotal:
        return Graph(graph.index, graph.token, stamp, graph.digests, rows, nodes, beside)
    # The numbers of new vectors follow those of the graph, so they stay what they are.
    index = _copied(graph.index)
    index.add(beside)
    return Graph(index, uuid.uuid4().hex, stamp, b"".join(known), rows, nodes, beside[:0])


def _copied(index: Any) -> Any:
    """The graph in memory, where it can be added to."""
    import faiss

    copy = faiss.deserialize_index(faiss.serialize_index(index))
    copy.hnsw.efConstruction = BUILD_EFFORT
    return copy


def _flat(vectors: Matrix) -> Any:
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index


# On disk


def _graph_path(folder: Path, column: VectorColumn, token: str) -> Path:
    return folder / f"{column}.{token}.faiss"


def read_graph(folder: Path, column: VectorColumn) -> Graph | None:
    """The graph kept for a column, mapped into memory; None if there is none, or it is damaged."""
    import faiss

    try:
        with np.load(folder / f"{column}.npz") as kept:
            token, stamp = str(kept["token"]), str(kept["stamp"])
            path = _graph_path(folder, column, token)
            if stamp.split()[0] != str(FORMAT) or path.stat().st_size != int(kept["bytes"]):
                return None
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
            digests = kept["digests"].tobytes()
            return Graph(index, token, stamp, digests, kept["rows"], kept["nodes"], kept["beside"])
    except (OSError, RuntimeError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _save(folder: Path, column: VectorColumn, graph: Graph) -> Graph:
    """Keep a graph; returns it as it is then read. One that cannot be kept is used from memory this once."""
    import faiss

    path = _graph_path(folder, column, graph.token)
    companion = folder / f"{column}.npz"
    try:
        folder.mkdir(exist_ok=True)
        if not path.exists():
            with _whole(path) as partial:
                faiss.write_index(graph.index, str(partial))
        with _whole(companion) as partial, partial.open("wb") as file:
            np.savez(
                file, token=graph.token, stamp=graph.stamp, bytes=path.stat().st_size, rows=graph.rows,
                nodes=graph.nodes, beside=graph.beside, digests=np.frombuffer(graph.digests, np.uint8),
            )  # fmt: skip
        _sweep(folder, column, path)
    except (OSError, RuntimeError):
        return graph
    return read_graph(folder, column) or graph


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Where to write what is to lie at `path` once it is all there."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield partial
        partial.replace(path)
    except (OSError, RuntimeError):
        with suppress(OSError):
            partial.unlink()
        raise


def _sweep(folder: Path, column: VectorColumn, current: Path) -> None:
    """Remove graphs that were replaced a while ago, and what a killed process left."""
    for entry in (*folder.glob(f"{column}.*.faiss"), *folder.glob(f".{column}.*")):
        if entry != current and entry.stat().st_mtime < time.time() - KEEP_OLD_GRAPHS.total_seconds():
            entry.unlink(missing_ok=True)
