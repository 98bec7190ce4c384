"""Imports run to the left and down only: corpora, store, models, indexer | retriever, generator | vision, api."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# `store.records` and `store.errors` are the vocabulary; the rest of `store` is for those that read and write it.
VOCABULARY = {"store.records", "store.errors"}
MAY_IMPORT = {
    "store": set(),
    "models": VOCABULARY,
    "indexer": {"models", "store"},
    "retriever": {"models", "store"},
    "generator": {"models", "retriever", "store"},
    "vision": {"models"} | VOCABULARY,
    "evaluation": {"generator", "indexer", "models", "retriever", "store", "vision"},
    "api": {"evaluation", "generator", "indexer", "models", "retriever", "store", "vision"},
}


def imported_modules(source: str) -> set[str]:
    """Every module that the source imports, wherever the statement stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def climbing(package: str, source: str) -> set[str]:
    """The imports of our own packages that `package` may not make."""
    ours = {name for name in imported_modules(source) if name.split(".")[0] in MAY_IMPORT}
    allowed = MAY_IMPORT[package] | {package}
    return {
        name
        for name in ours
        if not any(name == one or name.startswith(f"{one}.") for one in allowed) and name != "store"
    }


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_imports_do_not_climb(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files, f"there is no package {package}"
    for file in files:
        assert climbing(package, file.read_text(encoding="utf-8")) == set(), str(file)


def test_a_climbing_import_is_seen() -> None:
    assert climbing("store", "from api.settings import Settings") == {"api.settings", "api.settings.Settings"}
    assert climbing("models", "import store.reader") == {"store.reader"}
    assert climbing("retriever", "def f():\n    import store.reader\n    import numpy") == set()
