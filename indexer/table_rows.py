"""Visual lines into the rows of a table: which lines are one row, and which rows are its header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from indexer.table_alignment import Gutter, place
from indexer.table_lines import Line, is_number, is_year, union
from store.records import Box

MOST_HEADER_ROWS = 4
NUMERIC_SHARE = 0.6
"""The share of numbers among the cells of a column from which it is one of numbers."""
TIGHT = 0.6
"""Heights of a line: the widest gap between the lines of one cell."""
LOOSER = 0.25
"""Heights of a line by which gaps between rows exceed those within cells, where these can be told apart."""
LINES_IN_BAND = 8
"""Lines between two rules of which a row may have been wrapped."""
LABEL_WORDS = 4
"""Words of a label with what is filled in below it."""
SAME_START = 3.0
"""Points by which both may start apart."""
FIGURES = re.compile(r"\d\W?\d\W?\d")
"""Digits enough for a number of something, or a date."""
NAME_WORDS = 6
"""Words of the longest cell of a first row that is taken for names of columns though nothing shows it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell on one line, and its box in points."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Row:
    """Cells by column, None where one is empty. `spans` are the first and last columns of cells that stand in several.

    `height` is that of a line of its text.
    """

    cells: tuple[Cell | None, ...]
    height: float
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def box(self) -> Box:
        return union(cell.box for cell in self.cells if cell)

    @property
    def filled(self) -> set[int]:
        """The columns that hold something."""
        return {column for column, cell in enumerate(self.cells) if cell}

    def text(self, column: int) -> str:
        cell = self.cells[column]
        return cell.text if cell else ""


def joined(above: Cell | None, below: Cell | None) -> Cell | None:
    """Two parts of one cell as one; a word that is broken at the end of a line is made whole."""
    if above is None or below is None:
        return above or below
    broken = (
        len(above.text) > 2 and above.text[-1] in "-\u00ad" and above.text[-2].isalpha() and below.text[0].islower()
    )
    text = above.text[:-1] + below.text if broken else f"{above.text} {below.text}"
    return Cell(text, union((above.box, below.box)))


def row_of(line: Line, gutters: Sequence[Gutter]) -> Row:
    """A visual line as a row of its own."""
    cells: list[Cell | None] = [None] * (len(gutters) + 1)
    spans = []
    for placed in place(line, gutters):
        cells[placed.first] = joined(cells[placed.first], Cell(placed.run.text, placed.run.box))
        if placed.last > placed.first:
            spans.append((placed.first, placed.last))
    return Row(tuple(cells), line.height, tuple(spans))


def merged(above: Row, below: Row) -> Row:
    """Two rows as one."""
    cells = tuple(joined(*pair) for pair in zip(above.cells, below.cells, strict=True))
    return replace(above, cells=cells, spans=(*above.spans, *below.spans))


def numeric_columns(rows: Sequence[Row]) -> set[int]:
    """The columns, below what may be a header, of which most cells are numbers."""
    body = rows[min(MOST_HEADER_ROWS - 1, len(rows) // 3, len(rows) - 1) :]
    found = set()
    for column in range(len(rows[0].cells) if rows else 0):
        texts = [cell.text for row in body if (cell := row.cells[column])]
        if texts and sum(map(is_number, texts)) >= NUMERIC_SHARE * len(texts):
            found.add(column)
    return found


def unwrapped(rows: Sequence[Row], levels: Sequence[float] = ()) -> list[Row]:
    """The rows of a table from its visual lines. `levels` are the heights of rules and edges of stripes across it."""
    bands: list[list[Row]] = []
    at = None
    for row in rows:
        y = (row.box[1] + row.box[3]) / 2
        band = sum(level < y for level in levels)
        if band != at:
            bands.append([])
            at = band
        bands[-1].append(row)
    return unwrapped_bands(bands)


def unwrapped_bands(bands: Sequence[Sequence[Row]]) -> list[Row]:
    """The rows of a table from the visual lines between its rules: one row for each band, if it is ruled so."""
    rows = [row for band in bands for row in band]
    numeric = numeric_columns(rows)
    # Over the first rule several rows of names may stand, and those stand apart.
    if len(bands) < 3 or not all(_is_one_row(band, numeric, len(bands)) for band in bands[1:]):
        return [row for band in bands for row in _by_gaps(band, numeric)]
    return [*_by_gaps(bands[0], numeric), *(_merged_all(band) for band in bands[1:])]


def _is_one_row(band: Sequence[Row], numeric: set[int], bands: int) -> bool:
    """Whether the lines between two rules can be one row: no column of numbers holds two of them."""
    if len(band) == 1:
        return True
    numbers = [sum(1 for row in band if is_number(row.text(column))) for column in numeric]
    is_trusted = any(numbers) or len(band) < bands
    return len(band) <= LINES_IN_BAND and max(numbers, default=0) <= 1 and is_trusted


def _merged_all(rows: Sequence[Row]) -> Row:
    whole = rows[0]
    for row in rows[1:]:
        whole = merged(whole, row)
    return whole


def _by_gaps(rows: Sequence[Row], numeric: set[int]) -> list[Row]:
    if len(rows) < 2:
        return list(rows)
    height = median(row.height for row in rows)
    gaps = [(below.box[1] - above.box[3]) / height for above, below in pairwise(rows)]
    is_telling = max(gaps) - min(gaps) > LOOSER
    bar = (max(gaps) + min(gaps)) / 2 if is_telling else TIGHT
    found = [rows[0]]
    for row, gap in zip(rows[1:], gaps, strict=True):
        if gap < min(bar, TIGHT) and _goes_on(found[-1], row, numeric, is_telling):
            found[-1] = merged(found[-1], row)
        else:
            found.append(row)
    return found


def _goes_on(above: Row, row: Row, numeric: set[int], is_telling: bool) -> bool:
    """Whether a line close below a row is the rest of its cells."""
    if row.spans or any(column in numeric and is_number(row.text(column)) for column in row.filled):
        # A name of several lines whose numbers stand in the last of them.
        name_only = above.filled == {0} and 0 in row.filled and len(row.filled) > 1
        return name_only and row.text(0)[0].islower() and not row.spans
    if above.filled == {0} and is_telling is False:
        return row.filled == {0} and row.text(0)[0].islower()
    if not row.filled <= above.filled:
        return False
    if 0 not in row.filled:
        return True
    return row.text(0)[0].islower() or (is_telling and len(row.filled) < len(above.filled))


def header_count(rows: Sequence[Row], levels: Sequence[float] = (), shaded: Sequence[Box] = (), bold: int = 0) -> int:
    """How many rows at the top name the columns: 0 where the first row holds data.

    `levels` are heights of rules, `shaded` boxes of colour, `bold` the number of rows at the top in bold letters.
    """
    if len(rows) < 2 or _is_field(rows[0]):
        return 0
    numeric = numeric_columns(rows)
    limit = min(MOST_HEADER_ROWS, len(rows) - 1)
    by_numbers = _above_numbers(rows, numeric, limit)
    if by_numbers is not None and by_numbers != 0:
        return by_numbers
    marked = max(_above_rule(rows, levels, limit), _above_shade(rows, shaded, limit), bold if bold <= limit else 0)
    if marked:
        return marked
    if by_numbers == 0 or len(rows[0].cells) < 3:
        return 0
    first = rows[0]
    is_full = len(first.filled) == len(first.cells)
    texts = [first.text(column) for column in first.filled]
    return int(is_full and len(set(texts)) == len(texts) and all(len(text.split()) <= NAME_WORDS for text in texts))


def _is_field(row: Row) -> bool:
    """Whether a row of two cells is a field of a form, such as the number of an invoice, and names no columns."""
    return len(row.cells) == 2 and bool(FIGURES.search(row.text(1))) and not is_year(row.text(1))


def are_labelled(rows: Sequence[Row]) -> bool:
    """Whether two rows are labels and what is filled in below each, as at the head of an invoice."""
    if len(rows) != 2 or rows[0].filled != rows[1].filled or len(rows[0].filled) < 2:
        return False
    pairs = [(label, value) for label, value in zip(rows[0].cells, rows[1].cells, strict=True) if label and value]
    if any(abs(label.box[0] - value.box[0]) > SAME_START for label, value in pairs):
        return False
    labels = [label.text for label, _ in pairs]
    if any(len(text.split()) > LABEL_WORDS or any(map(str.isdigit, text)) for text in labels):
        return False
    # A label with a colon stands beside what is filled in, and a mark in a box may read as one letter.
    if any(text.endswith(":") for text in labels) or any(len(value.text) < 2 for _, value in pairs):
        return False
    with_digits = sum(any(map(str.isdigit, value.text)) for _, value in pairs)
    return 2 * with_digits >= len(pairs) or (all(map(str.isupper, labels)) and not rows[1].text(0).isupper())


def _above_numbers(rows: Sequence[Row], numeric: set[int], limit: int) -> int | None:
    """The rows above the first that has a number in a column of numbers; years over other numbers are names."""
    if not numeric:
        return None
    for at, row in enumerate(rows[: limit + 1]):
        filled = row.filled & numeric
        numbers = [row.text(column) for column in filled if is_number(row.text(column))]
        if not numbers:
            if at and len(row.filled) == 1 and not row.spans and 0 in row.filled:
                # The name of a section: the header ends above it.
                return at
            continue
        if at + 1 < len(rows) and _are_names(row, rows[at + 1 :], numeric):
            continue
        return at
    return None


def _are_names(row: Row, below: Sequence[Row], numeric: set[int]) -> bool:
    """Whether all numbers of a row are years, and those below it are not."""
    texts = [row.text(column) for column in sorted(row.filled & numeric)]
    under = [row.text(column) for row in below[:5] for column in row.filled & numeric]
    return all(map(is_year, texts)) and len(texts) > 1 and not all(map(is_year, under))


def _above_rule(rows: Sequence[Row], levels: Sequence[float], limit: int) -> int:
    """The rows above the first rule inside the table, where not every row has one."""
    between = [
        any((above.box[1] + above.box[3]) / 2 < level < (below.box[1] + below.box[3]) / 2 for level in levels)
        for above, below in pairwise(rows)
    ]
    if not any(between[:limit]) or (len(rows) > 2 and sum(between) > 0.6 * len(between)):
        return 0
    return between.index(True) + 1


def _above_shade(rows: Sequence[Row], shaded: Sequence[Box], limit: int) -> int:
    """The rows at the top that are shaded, where the one below them is not."""

    def is_shaded(row: Row) -> bool:
        x0, y0, x1, y1 = row.box
        y = (y0 + y1) / 2
        covered = sum(
            min(x1, box[2]) - max(x0, box[0]) for box in shaded if box[1] <= y <= box[3] and box[0] < x1 and box[2] > x0
        )
        return covered >= 0.5 * (x1 - x0)

    marks = [is_shaded(row) for row in rows[: limit + 2]]
    count = marks.index(False) if False in marks else 0
    # Stripes that start with the first row are no header.
    return count if count <= limit and not any(marks[count:]) else 0
