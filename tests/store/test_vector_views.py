"""One contract over both views of a version's vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from store.records import Item, Kind
from store.tables import create_tables, item_rows, item_schema, open_tables
from store.vector_views import FaissView, LanceView

COUNT, DIMENSION = 300, 8


@pytest.fixture(scope="module")
def vectors() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    drawn = np.random.default_rng(3).normal(size=(COUNT, DIMENSION)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.fixture(scope="module", params=[FaissView, LanceView])
def view(request: pytest.FixtureRequest, vectors: np.ndarray, tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def,type-arg]
    folder: Path = tmp_path_factory.mktemp("tables")
    create_tables(folder, DIMENSION, 4)
    items, _ = open_tables(folder)
    records = [
        Item(f"{row:04}", Kind.IMAGE, "s", image_vector=None if row % 10 == 0 else vectors[row]) for row in range(COUNT)
    ]
    for start in range(0, COUNT, 100):
        batch = records[start : start + 100]
        items.add(item_rows(batch, [""] * len(batch), item_schema(DIMENSION, 4)))
    return request.param(items)


def expected(vectors: np.ndarray, query: np.ndarray, allowed: np.ndarray) -> list[int]:  # type: ignore[type-arg]
    rows = [row for row in np.argsort(-(vectors @ query), kind="stable") if row % 10 and allowed[row]]
    return [int(row) for row in rows]


def test_nearest_are_exact_and_best_first(view, vectors) -> None:  # type: ignore[no-untyped-def]
    everything = np.ones(COUNT, dtype=bool)
    for query in vectors[1:4]:
        found = view.nearest("image_vector", query, 10, None)
        assert [row for row, _ in found] == expected(vectors, query, everything)[:10]
        assert found[0][1] == pytest.approx(1.0, abs=1e-5)


def test_only_allowed_rows_are_found_and_all_of_them_when_few(view, vectors) -> None:  # type: ignore[no-untyped-def]
    allowed = np.zeros(COUNT, dtype=bool)
    allowed[[5, 10, 77, 150]] = True
    found = view.nearest("image_vector", vectors[1], 10, allowed)
    assert [row for row, _ in found] == expected(vectors, vectors[1], allowed)
    assert view.nearest("image_vector", vectors[1], 10, np.zeros(COUNT, dtype=bool)) == []


def test_a_column_without_vectors_finds_nothing(view) -> None:  # type: ignore[no-untyped-def]
    assert view.nearest("text_vector", np.ones(4, dtype=np.float32), 5, None) == []
