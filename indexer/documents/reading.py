"""Pages of an open document, read one after another. Runs in a worker process with memory and time limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from indexer.documents.joining import words_of
from indexer.documents.opening import open_document
from indexer.documents.page_text import lines_of
from indexer.documents.paragraphs import paragraphs_of
from indexer.documents.passages import passages_of
from indexer.documents.reading_order import reading_order
from indexer.documents.records import Page, Passage, TextLine, around, share_inside
from indexer.documents.regions import Regions
from indexer.documents.rendering import render, render_longer
from indexer.documents.running_heads import WINDOW, Sheet, body_size, running_lines
from indexer.documents.scans import unread_parts
from indexer.documents.text_layer import is_usable
from indexer.limits import FileLimits
from indexer.page_figures import Figure
from indexer.page_tables import Table
from models.protocols import Pixels
from store.records import Box

MOST_LINKS = 1000

CLAIMED = 0.5
"""The share of a line's area that must lie in a table's box for the line to be the table's."""


def read_pages(data: bytes, first: int, last: int, limits: FileLimits) -> list[Page]:
    """Pages `first` to `last`, counted from 1, both included. One that fails says so and stops no other."""
    document = open_document(data, limits)
    around_them = Surroundings.of(document, first, last)
    regions = Regions(document)
    pages = []
    for number in range(first, last + 1):
        try:
            pages.append(_read_page(document[number - 1], number, around_them, regions, limits))
        # MuPDF raises its own errors for damage that shows only when a page is drawn.
        except Exception as error:
            pages.append(Page(number, failure=f"damaged page ({(str(error).splitlines() or ['unknown'])[0][:120]})"))
    return pages


def render_page(data: bytes, number: int, box: Box | None, side: int, limits: FileLimits) -> Pixels:
    """A page, or a box of it in points, with a longer side of about `side` pixels."""
    return render_longer(open_document(data, limits)[number - 1], side, box)


class Surroundings:
    """What is known of pages from those around them: the size of the body, and the words that they use."""

    def __init__(self, sheets: Mapping[int, Sheet]) -> None:
        self.sheets = sheets
        self.body_size = body_size(sheets)
        self.words = words_of(line.text for sheet in sheets.values() for line in sheet.lines)

    @classmethod
    def of(cls, document: Any, first: int, last: int) -> Surroundings:
        """Of some pages of an open document and their neighbours."""
        sheets: dict[int, Sheet] = {}
        for number in range(max(1, first - WINDOW), min(document.page_count, last + WINDOW) + 1):
            try:
                page = document[number - 1]
                sheets[number] = Sheet(float(page.rect.height), lines_of(page))
            # A damaged page is reported when it is read itself.
            except Exception:
                continue
        return cls(sheets)

    def running(self, number: int) -> set[TextLine]:
        """The lines of a page's head and foot; none of one whose lines are not known."""
        return running_lines(self.sheets, number, self.body_size) if number in self.sheets else set()


def _read_page(page: Any, number: int, surroundings: Surroundings, regions: Regions, limits: FileLimits) -> Page:
    lines = surroundings.sheets[number].lines if number in surroundings.sheets else lines_of(page)
    pixels = render(page)
    usable = is_usable(line.text for line in lines)
    unread = unread_parts(page, lines, usable, pixels)
    whole = Page(number, float(page.rect.width), float(page.rect.height), pixels, unread=unread, label=_label(page))
    if not usable and unread:
        # What the layer holds is no words: the page is known by sight until it is read.
        return whole
    running = surroundings.running(number)
    tables, figures = regions.read(number, [line for line in lines if line not in running])
    unread += tuple(
        box for box in map(_unread_figure, figures) if box and all(share_inside(box, b) < 0.5 for b in unread)
    )
    whole = replace(whole, figures=figures, unread=unread)
    return with_text(whole, lines, tables, surroundings, limits, _links(page))


def _unread_figure(figure: Figure) -> Box | None:
    """The box of a picture in which words may stand that are not in the text layer."""
    return figure.box if figure.is_picture and not figure.text else None


def with_text(
    page: Page,
    lines: Sequence[TextLine],
    tables: Sequence[Table],
    surroundings: Surroundings,
    limits: FileLimits,
    links: Sequence[tuple[str, Box]] = (),
) -> Page:
    """The page with the passages of further lines after those that it has, and with the `tables` among these lines.

    What stands in a table or a figure is in no passage.
    """
    running = surroundings.running(page.number)
    without = [*(table.box for table in tables), *(figure.box for figure in page.figures)]
    passages = read_passages([line for line in lines if line not in running], without, surroundings)
    all_passages = (*page.passages, *(replace(passage, links=_inside(passage, links)) for passage in passages))
    all_tables = (*page.tables, *tables)
    # Rows stand apart, so that none is taken for the rest of the one above.
    rows = (line for table in all_tables for line in (table.caption, *table.lines))
    parts = (*(passage.text for passage in all_passages), *rows, *(figure.text for figure in page.figures))
    return replace(
        page,
        text="\n\n".join(filter(None, parts))[: limits.page_characters],
        passages=all_passages,
        tables=all_tables,
        running=(*page.running, *(line for line in lines if line in running)),
    )


def read_passages(lines: Iterable[TextLine], without: Sequence[Box], surroundings: Surroundings) -> list[Passage]:
    """The passages of a page's lines in reading order, without the lines that lie in the boxes `without`."""
    free = [line for line in lines if all(share_inside(line.box, box) < CLAIMED for box in without)]
    return list(passages_of(paragraphs_of(reading_order(free), surroundings.body_size, surroundings.words)))


def _label(page: Any) -> str:
    """What a reader's page box shows; empty where the document does not say."""
    if not page.parent.is_pdf:
        return ""
    label = page.get_label() or ""
    # A label that the file writes as UTF-16 in hexadecimal comes as it is written.
    if found := re.fullmatch(r"<FEFF((?:[0-9A-Fa-f]{4})*)>(\S*)", label):
        return bytes.fromhex(found[1]).decode("utf-16-be", "replace") + found[2]
    return label


def _links(page: Any) -> list[tuple[str, Box]]:
    """The addresses that a page links to, and from where on it."""
    found: list[tuple[str, Box]] = []
    # Not `get_links`, which looks up every place inside the document that any link names.
    link = page.first_link
    while link is not None and len(found) < MOST_LINKS:
        if link.is_external and link.uri:
            found.append((link.uri, tuple(link.rect)))
        link = link.next
    return found


def _inside(passage: Passage, links: Sequence[tuple[str, Box]]) -> tuple[str, ...]:
    found = (
        uri for uri, box in links if any(share_inside(box, around([line.box])) >= CLAIMED for line in passage.lines)
    )
    return tuple(dict.fromkeys(found))
