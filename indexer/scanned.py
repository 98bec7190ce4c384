"""Reads what is only a picture of text on the pages of a document, and keeps what was read by its content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

from indexer.documents.reading import Surroundings, with_text
from indexer.documents.records import Page, TextLine, share_inside
from indexer.documents.regions import tables_read
from indexer.documents.running_heads import WINDOW, Sheet
from indexer.documents.scans import READING_SIDE, lines_read, placed
from indexer.limits import FileLimits
from indexer.workers import result_of
from models.protocols import PageReader, Pixels
from store.descriptions import Descriptions
from store.errors import InvalidInput
from store.records import Box, Description, ReadLine

AT_ONCE = 8
"""Pages whose parts are read together: enough to see their running heads, and few enough to hold in memory."""

RenderPart = Callable[[int, Box], Future[Pixels]]
"""Renders a part of a page by its number, some time later."""


@dataclass(frozen=True, slots=True)
class ScanReader:
    """Reads pages with `reader`, which is not asked for what `descriptions` keep."""

    reader: PageReader
    descriptions: Descriptions
    limits: FileLimits

    def read(self, sha256: str, pages: Iterable[Page], render: RenderPart) -> Iterator[tuple[Page, bool]]:
        """Every page of the document `sha256` in order, with the text read on it, and whether it had any to be read."""
        waiting: list[Page] = []
        recent: dict[int, Sheet] = {}
        for page in pages:
            waiting.append(page)
            if sum(bool(one.unread) for one in waiting) >= AT_ONCE or not any(one.unread for one in waiting):
                yield from self._read(sha256, waiting, recent, render)
                waiting = []
        yield from self._read(sha256, waiting, recent, render)

    def _read(
        self, sha256: str, pages: Sequence[Page], recent: dict[int, Sheet], render: RenderPart
    ) -> Iterator[tuple[Page, bool]]:
        parts = {_key(sha256, page.number, box): (page.number, box) for page in pages for box in page.unread}
        read = self._lines(parts, render)
        found: dict[int, dict[TextLine, TextLine]] = {}
        for key, (number, box) in parts.items():
            found.setdefault(number, {}).update(lines_read(box, read.get(key, ())))
        for page in pages:
            if page.number in found:
                recent[page.number] = Sheet(page.height, list(found[page.number]))
        surroundings = Surroundings(recent)
        for page in pages:
            lines = found.get(page.number)
            if lines:
                page = with_figures_read(page, list(lines.values()))
                free = [line for line, place in lines.items() if not _in_figure(place, page)]
                told = with_text(page, free, tables_read(free), surroundings, self.limits)
                page = placed(told, lines)
            yield page, bool(page.unread) or any(figure.is_picture for figure in page.figures)
        for number in [number for number in recent if number < max(recent) - WINDOW]:
            del recent[number]

    def _lines(self, parts: dict[str, tuple[int, Box]], render: RenderPart) -> dict[str, tuple[ReadLine, ...]]:
        digest = hashlib.sha256(f"{self.reader.fingerprint} pages {READING_SIDE}".encode()).hexdigest()[:16]
        known = {key: said.lines for key, said in self.descriptions.find(digest, list(parts)).items()}
        futures = {key: render(*part) for key, part in parts.items() if key not in known}
        pictures = {}
        for key, future in futures.items():
            try:
                pictures[key] = result_of(future, self.limits)
            # The page was named when it was read first; here it stays without text.
            except InvalidInput:
                continue
        failed = self.reader.failed
        read = dict(zip(pictures, self.reader.read(list(pictures.values())), strict=True))
        kept = {
            key: Description("", lines=lines) for key, lines in read.items() if lines or self.reader.failed == failed
        }
        if kept:
            self.descriptions.keep(digest, kept)
        return known | read


def _in_figure(line: TextLine, page: Page) -> bool:
    return any(share_inside(line.box, figure.box) > 0.5 for figure in page.figures)


def with_figures_read(page: Page, lines: Sequence[TextLine]) -> Page:
    """The page with those lines that stand in its figures as their text."""
    figures = []
    for figure in page.figures:
        read = [line.text for line in lines if share_inside(line.box, figure.box) > 0.5]
        figures.append(replace(figure, text="\n".join(part for part in (figure.text, *read) if part)))
    return replace(page, figures=tuple(figures))


def _key(sha256: str, number: int, box: Box) -> str:
    """What tells a part of a page from every other."""
    place = ",".join(f"{edge:.1f}" for edge in box)
    return hashlib.sha256(f"{sha256}/part/{number}/{place}".encode()).hexdigest()
