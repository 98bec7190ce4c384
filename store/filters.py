"""Filters as typed expressions of LanceDB. No text of a user ever becomes SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from store.records import Filters

if TYPE_CHECKING:
    from lancedb.expr import Expr


def is_under(path: str, folders: Sequence[str]) -> bool:
    """Whether the absolute `path` is one of `folders` or lies in one. No folders at all means anywhere."""
    return not folders or any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def expression(filters: Filters, contents: Sequence[str] | None) -> Expr | None:
    """What LanceDB is to keep: items of the kinds, and of the `contents` (sha256) that lie under the paths.

    `contents` is None where paths do not matter. Returns None where everything is kept.
    """
    from lancedb.expr import col

    parts = []
    if filters.kinds:
        parts.append(col("kind").isin([str(kind) for kind in filters.kinds]))
    if contents is not None:
        parts.append(col("sha256").isin(list(contents)))
    if not parts:
        return None
    kept = parts[0]
    for part in parts[1:]:
        kept = kept.and_(part)
    return kept
