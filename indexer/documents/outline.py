"""The headings under which a text stands, carried from page to page."""

from __future__ import annotations

from collections.abc import Iterable

from indexer.documents.records import Heading

DEEPEST = 4
LONGEST = 120
"""Characters kept of one heading."""


class Outline:
    """The path of headings at a place of a document, which is read in order."""

    def __init__(self) -> None:
        self._path: list[Heading] = []

    def enter(self, headings: Iterable[Heading]) -> tuple[str, ...]:
        """The path, the outermost first, below these further headings."""
        for heading in headings:
            while self._path and self._path[-1].rank <= heading.rank:
                self._path.pop()
            self._path.append(heading)
        return tuple(heading.text[:LONGEST] for heading in self._path[-DEEPEST:])
