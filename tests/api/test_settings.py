"""Settings from the environment, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import Settings
from store.errors import InvalidInput
from store.vector_views import ViewName


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISCITE_HOME", str(tmp_path))


@pytest.mark.parametrize("view", list(ViewName))
def test_every_view_can_be_chosen(view: ViewName, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISCITE_VECTOR_VIEW", str(view))
    assert Settings.load().vector_view is view


def test_an_unknown_view_is_refused_and_the_known_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISCITE_VECTOR_VIEW", "faiss")
    with pytest.raises(InvalidInput, match=r"vector_view.*'faiss-flat', 'faiss-hnsw', 'lancedb-flat'"):
        Settings.load()
