"""One contract over all views of a version's vectors: LanceDB by scan and by index, FAISS by scan and by graph."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from lancedb.table import Table

from store.faiss_view import FaissView
from store.filters import expression
from store.hnsw_view import open_hnsw_view
from store.lance_view import LanceView, build_indexes
from store.records import Filters, Item, Kind
from store.tables import create_tables, item_rows, item_schema, open_tables
from store.vector_views import Allowed, RowIds, Scored, VectorView, ViewName, vector_batches

Matrix = npt.NDArray[np.float32]

COUNT, DIMENSION, CENTRES = 4000, 32, 40
DEPTH = 10


def clustered(count: int, seed: int) -> Matrix:
    """float32[count, 32], unit length, in 40 clusters that are the same for every seed."""
    centres = np.random.default_rng(0).normal(size=(CENTRES, DIMENSION))
    generator = np.random.default_rng([1, seed])
    drawn = centres[generator.integers(0, CENTRES, count)] + 0.4 * generator.normal(size=(count, DIMENSION))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


@dataclass
class Version:
    """A folder with an `items` table, and what it should hold: a row's number and vector by id, in no order."""

    folder: Path
    name: ViewName
    vectors: dict[str, Matrix | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        create_tables(self.folder, DIMENSION, 4)
        self.table: Table = open_tables(self.folder)[0]

    def write(self, first: int, vectors: Sequence[Matrix | None]) -> None:
        """Add or replace items numbered from `first`; every third is a page, the others are images."""
        records = [
            Item(f"{number:06}", Kind.PAGE if number % 3 == 0 else Kind.IMAGE, "s", image_vector=vector)
            for number, vector in enumerate(vectors, first)
        ]
        merge = self.table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
        rows = item_rows(records, [""] * len(records), item_schema(DIMENSION, 4))
        merge.execute(rows, on_bad_vectors="null")
        self.vectors |= {item.id: item.image_vector for item in records}

    def delete(self, first: int, last: int) -> None:
        gone = [f"{number:06}" for number in range(first, last)]
        self.table.delete(" OR ".join(f"id = '{identity}'" for identity in gone))
        for identity in gone:
            del self.vectors[identity]

    def view(self) -> VectorView:
        if self.name is ViewName.FAISS_FLAT:
            return FaissView.load(self.table)
        if self.name is ViewName.FAISS_HNSW:
            return open_hnsw_view(self.table, self.folder, graph_from=1)
        return LanceView(self.table, RowIds.read(self.table), indexed=self.name is ViewName.LANCEDB_INDEXED)

    def ids(self) -> list[str]:
        """The ids in the order of the catalogue's rows."""
        found: list[str] = self.table.search().select(["id"]).to_arrow()["id"].to_pylist()
        assert sorted(found) == sorted(self.vectors)
        return found

    def everything(self) -> Allowed:
        return Allowed.rows(np.ones(len(self.vectors), bool))

    def exact(self, queries: Matrix, mask: npt.NDArray[np.bool_] | None = None) -> list[list[int]]:
        """For each query all rows that have a vector, best first, ties by row, by plain numpy."""
        stored = [self.vectors[identity] for identity in self.ids()]
        rows = np.array([row for row, one in enumerate(stored) if one is not None and (mask is None or mask[row])], int)
        scores = np.array([[stored[row] @ query for row in rows] for query in queries])
        return [rows[np.lexsort((rows, -one))].tolist() for one in scores]


@pytest.fixture(params=list(ViewName))
def version(request: pytest.FixtureRequest, tmp_path: Path) -> Version:
    """No items yet."""
    return Version(tmp_path, request.param)


@pytest.fixture(scope="module", params=list(ViewName))
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Version:
    """4,000 items, of which every tenth has no vector, for tests that change nothing."""
    version = Version(tmp_path_factory.mktemp("version"), request.param)
    version.write(0, [None if row % 10 == 9 else one for row, one in enumerate(clustered(COUNT, 1))])
    build_indexes(version.table, index_from=1)
    return version


def recall(found: Scored, exact: Sequence[int], depth: int = DEPTH) -> float:
    wanted = set(exact[:depth])
    return len(wanted & {row for row, _ in found[:depth]}) / len(wanted)


def test_finds_the_nearest_best_first_with_their_inner_products(filled: Version) -> None:
    view, stored = filled.view(), [filled.vectors[identity] for identity in filled.ids()]
    recalls, queries = [], clustered(50, 2)
    for query, exact in zip(queries, filled.exact(queries), strict=True):
        found = view.nearest("image_vector", query, DEPTH, filled.everything())
        recalls.append(recall(found, exact))
        assert len(found) == DEPTH
        assert found == sorted(found, key=lambda one: (-one[1], one[0]))
        assert [score for _, score in found] == pytest.approx(
            [float(stored[row] @ query) for row, _ in found], abs=1e-5
        )
    assert np.mean(recalls) >= 0.99


def test_a_filter_that_keeps_a_thousandth_finds_all_of_it(filled: Version) -> None:
    view = filled.view()
    mask = np.zeros(COUNT, bool)
    mask[[5, 19, 77, 1500, 3001]] = True
    queries = clustered(10, 3)
    for query, exact in zip(queries, filled.exact(queries, mask), strict=True):
        found = view.nearest("image_vector", query, DEPTH, Allowed.rows(mask))
        assert [row for row, _ in found] == exact
        assert len(found) == 4
    assert view.nearest("image_vector", queries[0], DEPTH, Allowed.rows(np.zeros(COUNT, bool))) == []


def test_a_filter_that_keeps_a_third_finds_the_nearest_of_it(filled: Version) -> None:
    view, ids = filled.view(), filled.ids()
    mask = np.array([int(identity) % 3 == 0 for identity in ids])
    allowed = Allowed.rows(mask, expression(Filters(kinds=(Kind.PAGE,)), None))
    recalls, queries = [], clustered(50, 4)
    for query, exact in zip(queries, filled.exact(queries, mask), strict=True):
        found = view.nearest("image_vector", query, DEPTH, allowed)
        assert len(found) == DEPTH
        assert all(mask[row] for row, _ in found)
        recalls.append(recall(found, exact))
    assert np.mean(recalls) >= 0.99


def test_a_filter_that_hides_what_lies_nearest_looks_further(filled: Version) -> None:
    view = filled.view()
    queries = clustered(5, 5)
    for query, order in zip(queries, filled.exact(queries), strict=True):
        mask = np.ones(COUNT, bool)
        mask[order[:1500]] = False
        found = view.nearest("image_vector", query, DEPTH, Allowed.rows(mask))
        assert recall(found, order[1500:]) >= 0.9
        assert len(found) == DEPTH


def test_a_depth_beyond_the_collection_finds_all_that_has_a_vector(filled: Version) -> None:
    queries = clustered(1, 6)
    found = filled.view().nearest("image_vector", queries[0], 2 * COUNT, filled.everything())
    assert [[row for row, _ in found]] == filled.exact(queries)


def test_a_column_without_vectors_and_an_empty_collection_find_nothing(filled: Version, version: Version) -> None:
    query = np.ones(4, np.float32)
    assert filled.view().nearest("text_vector", query, 5, filled.everything()) == []
    assert version.view().nearest("text_vector", query, 5, version.everything()) == []


def test_many_equal_vectors_come_by_row_and_hide_no_others(version: Version) -> None:
    others = clustered(1000, 7)
    blank = clustered(1, 8)[0]
    version.write(0, [blank if row % 2 else others[row // 2] for row in range(2000)])
    build_indexes(version.table, index_from=1)
    view, ids = version.view(), version.ids()
    found = view.nearest("image_vector", blank, 30, version.everything())
    assert [row for row, _ in found] == [row for row, identity in enumerate(ids) if int(identity) % 2][:30]
    recalls = [
        recall(view.nearest("image_vector", query, DEPTH, version.everything()), exact)
        for query, exact in zip(others[:50], version.exact(others[:50]), strict=True)
    ]
    assert np.mean(recalls) >= 0.99


def test_follows_additions_deletions_and_changes(version: Version) -> None:
    vectors = clustered(2000, 9)
    version.write(0, list(vectors))
    build_indexes(version.table, index_from=1)
    version.view()
    before = graphs(version.folder)
    new = clustered(300, 10)
    version.write(2000, list(new[:100]))
    version.delete(40, 60)
    version.write(100, list(new[100:120]))
    version.write(200, [None] * 5)
    for _ in ("as written", "compacted"):
        view = version.view()
        recalls, queries = [], np.concatenate([new[60:120], vectors[40:50], vectors[100:110], vectors[200:205]])
        for query, exact in zip(queries, version.exact(queries), strict=True):
            found = view.nearest("image_vector", query, DEPTH, version.everything())
            recalls.append(recall(found, exact))
            assert found[0][0] == exact[0]
        assert np.mean(recalls) >= 0.99
        version.table.optimize()
    # What changed is little, so the graph is still the one that was built first.
    assert graphs(version.folder) == before
    if version.name is ViewName.FAISS_HNSW:
        assert before


def graphs(folder: Path) -> dict[str, int]:
    """The graphs of a version, and when each was written."""
    return {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.faiss")}


def test_the_vectors_of_a_table_are_read_in_pieces(filled: Version) -> None:
    stored = [filled.vectors[identity] for identity in filled.ids()]
    read = {}
    for rows, vectors in vector_batches(filled.table, "image_vector"):
        read |= dict(zip(rows.tolist(), vectors, strict=True))
    assert len(read) == COUNT - COUNT // 10
    for row, vector in read.items():
        assert np.array_equal(vector, stored[row])


def test_a_graph_is_extended_by_many_additions_and_built_anew_after_many_deletions(tmp_path: Path) -> None:
    version = Version(tmp_path, ViewName.FAISS_HNSW)
    version.write(0, list(clustered(1000, 11)))
    version.view()
    seen = [set(graphs(tmp_path))]
    for change in (lambda: version.write(1000, list(clustered(500, 12))), lambda: version.delete(0, 400)):
        change()
        version.view()
        seen.append(graphs(tmp_path).keys() - set().union(*seen))
        assert len(seen[-1]) == 1
        queries = clustered(50, 13)
        for query, exact in zip(queries, version.exact(queries), strict=True):
            assert recall(version.view().nearest("image_vector", query, DEPTH, version.everything()), exact) >= 0.9


@pytest.mark.parametrize("pattern", ["*.faiss", "*.npz"])
@pytest.mark.parametrize("keep", [0, 1000])
def test_a_damaged_graph_is_built_anew(tmp_path: Path, pattern: str, keep: int) -> None:
    version = Version(tmp_path, ViewName.FAISS_HNSW)
    version.write(0, list(clustered(200, 14)))
    version.view()
    (damaged,) = tmp_path.rglob(pattern)
    damaged.write_bytes(damaged.read_bytes()[:keep])
    queries = clustered(1, 15)
    found = version.view().nearest("image_vector", queries[0], DEPTH, version.everything())
    assert [row for row, _ in found] == version.exact(queries)[0][:DEPTH]


def test_the_graph_of_another_table_is_never_used(tmp_path: Path) -> None:
    """As when the tables of a version were put back from a copy: the same version number, other vectors."""
    for seed in (16, 17):
        shutil.rmtree(tmp_path / "items.lance", ignore_errors=True)
        version = Version(tmp_path, ViewName.FAISS_HNSW)
        version.write(0, list(clustered(200, seed)))
        queries = clustered(1, 15)
        found = version.view().nearest("image_vector", queries[0], DEPTH, version.everything())
        assert [row for row, _ in found] == version.exact(queries)[0][:DEPTH]


def test_a_folder_that_cannot_be_written_to_is_searched(tmp_path: Path) -> None:
    version = Version(tmp_path, ViewName.FAISS_HNSW)
    version.write(0, list(clustered(200, 18)))
    (tmp_path / "graphs").write_text("a file where the folder should be")
    queries = clustered(1, 15)
    found = version.view().nearest("image_vector", queries[0], DEPTH, version.everything())
    assert [row for row, _ in found] == version.exact(queries)[0][:DEPTH]
