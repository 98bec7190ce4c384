"""PDF pages and their passages with PyMuPDF. Runs in a worker process with memory and time limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from indexer.documents.records import Page, Passage, TextLine, around, share_inside
from indexer.limits import FileLimits
from indexer.pictures import WIDEST, WORKING_SIDE
from models.protocols import Pixels
from store.errors import InvalidInput
from store.records import Box

if TYPE_CHECKING:
    import pymupdf

PASSAGE_WORDS = 150
"""About 200 word pieces: what the text embedder reads without truncating."""

WHITE_SPACE = re.compile(r"\s+")


def is_pdf(data: bytes) -> bool:
    """Whether the bytes claim to be a PDF: the mark may stand anywhere in the first kilobyte."""
    return b"%PDF-" in data[:1024]


def open_document(data: bytes, limits: FileLimits) -> pymupdf.Document:
    """An open document. Raises `InvalidInput`, saying why, if it is damaged, locked, empty or too long."""
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    try:
        document = pymupdf.open(stream=data, filetype="pdf")
    except Exception as error:
        raise InvalidInput("damaged PDF: it cannot be opened") from error
    if document.needs_pass:
        raise InvalidInput("encrypted PDF: it opens only with a password. Save a copy without one and index that")
    if document.page_count == 0:
        raise InvalidInput("a PDF with no page")
    if document.page_count > limits.pdf_pages:
        raise InvalidInput(
            f"{document.page_count} pages, more than the {limits.pdf_pages} that are read "
            "(VISCITE_MAX_PDF_PAGES raises that)"
        )
    return document


def read_pages(data: bytes, first: int, last: int, limits: FileLimits) -> list[Page]:
    """Pages `first` to `last`, counted from 1, both included. One that fails says so and stops no other."""
    document = open_document(data, limits)
    pages = []
    for number in range(first, last + 1):
        try:
            pages.append(_read_page(document[number - 1], number, limits))
        # MuPDF raises its own errors for damage that shows only when a page is drawn.
        except Exception as error:
            pages.append(Page(number, failure=f"damaged page ({(str(error).splitlines() or ['unknown'])[0][:120]})"))
    return pages


def render_page(data: bytes, number: int, box: Box | None, side: int, limits: FileLimits) -> Pixels:
    """A page, or a box of it in points, with a longer side of about `side` pixels."""
    document = open_document(data, limits)
    page = document[number - 1]
    width, height = (page.rect.width, page.rect.height) if box is None else (box[2] - box[0], box[3] - box[1])
    short = side * min(width, height) / max(width, height, 1)
    return render(page, max(1, round(short)), box)


def _read_page(page: Any, number: int, limits: FileLimits) -> Page:
    width, height = float(page.rect.width), float(page.rect.height)
    # The seam for tables and figures: they are found here, and what a table's box holds is left to the table.
    passages = tuple(passages_of(page, without=[]))
    text = "\n\n".join(passage.text for passage in passages)[: limits.page_characters]
    return Page(number, width, height, render(page), text, passages)


def render(page: Any, side: int = WORKING_SIDE, clip: Box | None = None) -> Pixels:
    """uint8[h, w, 3]: the page, or `clip` of it in points, with a short side of about `side` pixels."""
    import pymupdf

    area = page.rect if clip is None else pymupdf.Rect(clip) & page.rect
    short, long = sorted((max(1.0, area.width), max(1.0, area.height)))
    zoom = min(side / short, WIDEST * side / long)
    pixmap = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), clip=area, alpha=False, colorspace=pymupdf.csRGB)
    return np.frombuffer(pixmap.samples, dtype=np.uint8).reshape(pixmap.height, pixmap.width, 3).copy()


CLAIMED = 0.5
"""The share of a line's area that must lie in a table's box for the line to be the table's."""


def passages_of(page: Any, without: Sequence[Box]) -> Iterator[Passage]:
    """The passages of an open page in reading order, without the lines that lie in the boxes `without`."""
    free = (
        [line for line in block if all(share_inside(line.box, box) < CLAIMED for box in without)]
        for block in _blocks(page)
    )
    return _passages(block for block in free if block)


def _blocks(page: Any) -> Iterator[list[Passage]]:
    """The text blocks of a page in the order of the file, each as its lines."""
    import pymupdf

    # Ligatures are spelled out: who searches for "first" must find "ﬁrst".
    flags = pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_LIGATURES & ~pymupdf.TEXT_PRESERVE_IMAGES
    for block in page.get_text("dict", sort=False, flags=flags)["blocks"]:
        lines = []
        for line in block.get("lines", ()):
            words = WHITE_SPACE.sub(" ", "".join(span["text"] for span in line["spans"]).replace("\x00", " ")).strip()
            if words:
                x0, y0, x1, y1 = (round(edge, 2) for edge in line["bbox"])
                box = (x0, y0, x1, y1)
                lines.append(Passage(words, box, (TextLine(words, box),)))
        if lines:
            yield lines


def _passages(blocks: Iterator[list[Passage]]) -> Iterator[Passage]:
    """Neighbouring blocks joined up to `PASSAGE_WORDS`; a longer block is cut, after a sentence where one ends."""
    gathered: list[Passage] = []
    size = 0
    for part in (part for block in blocks for part in _cut(block)):
        words = len(part.text.split())
        if gathered and size + words > PASSAGE_WORDS:
            yield _join(gathered, "\n")
            gathered, size = [], 0
        gathered.append(part)
        size += words
    if gathered:
        yield _join(gathered, "\n")


def _cut(lines: list[Passage]) -> Iterator[Passage]:
    start, words = 0, 0
    for end, line in enumerate(lines, 1):
        words += len(line.text.split())
        ends_sentence = line.text.rstrip("\"”')").endswith((".", "!", "?"))
        if words >= PASSAGE_WORDS or (ends_sentence and words >= 0.7 * PASSAGE_WORDS):
            yield _join(lines[start:end], " ")
            start, words = end, 0
    if start < len(lines):
        yield _join(lines[start:], " ")


def _join(parts: list[Passage], separator: str) -> Passage:
    box = around([part.box for part in parts])
    # A soft hyphen at the end of a line is only there to break the word.
    text = separator.join(part.text for part in parts).replace("\u00ad ", "").replace("\u00ad", "")
    return Passage(text, box, tuple(line for part in parts for line in part.lines))
