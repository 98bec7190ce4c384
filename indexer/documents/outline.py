"""The headings under which a text stands, and how its document opens, carried from page to page."""

from __future__ import annotations

from collections.abc import Iterable

from indexer.documents.records import Heading

DEEPEST = 4
LONGEST = 120
"""Characters kept of one heading."""
OPENING_WORDS = 24
"""Words with which a document opens: its title, and who it is from or about."""


class Outline:
    """The path of headings at a place of a document, which is read in order."""

    def __init__(self) -> None:
        self._path: list[Heading] = []
        self.opening = ""

    def open(self, text: str) -> None:
        """Keeps how the document opens, if `text` is the first of it."""
        self.opening = self.opening or " ".join(text.split()[:OPENING_WORDS])

    def enter(self, headings: Iterable[Heading]) -> tuple[str, ...]:
        """The path, the outermost first, below these further headings."""
        for heading in headings:
            while self._path and self._path[-1].rank <= heading.rank:
                self._path.pop()
            self._path.append(heading)
        return tuple(heading.text[:LONGEST] for heading in self._path[-DEEPEST:])
