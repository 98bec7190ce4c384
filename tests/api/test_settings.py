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


def test_a_setting_that_is_no_list_and_a_broken_file_are_said_clearly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VISCITE_PDF_PASSWORDS", "secret")
    with pytest.raises(InvalidInput, match=r"pdf_passwords.*Lists are written"):
        Settings.load()
    monkeypatch.delenv("VISCITE_PDF_PASSWORDS")
    (tmp_path / "viscite.toml").write_text("worker_bytes = = 3")
    with pytest.raises(InvalidInput, match="Settings are wrong"):
        Settings.load()
