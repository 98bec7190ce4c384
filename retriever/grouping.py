"""What was found in one file shown together, under the best of it."""

from __future__ import annotations

from collections.abc import Sequence


def by_file(rows: Sequence[int], contents: Sequence[str]) -> list[list[int]]:
    """`rows`, best first, as one list a file, in the order of their best; `contents[row]` is that of a row."""
    files: dict[str, list[int]] = {}
    for row in rows:
        files.setdefault(contents[row], []).append(row)
    return list(files.values())
