"""The tables of a page: found by lines and by alignment, with names for their columns, and as text to search.

PyMuPDF's `find_tables` takes half a second a page and misses most tables without lines (`scripts/table_eval.py`
measures both), so tables are made here of words and marks. From OCR come words without marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from indexer.page_marks import Marks, Word
from indexer.table_alignment import Block, blocks_of
from indexer.table_grid import grid_bands, grids_of, levels_across, lines_of
from indexer.table_lines import Stretch, are_upright, contains, is_number, read_lines, union, without_prose
from indexer.table_names import column_names
from indexer.table_rows import Row, are_labelled, header_count, numeric_columns, row_of, unwrapped, unwrapped_bands
from indexer.table_sides import sides_of
from indexer.table_stacks import stacked
from store.records import Box

UNMARKED = Marks()
MOST_WORDS = 20_000
"""Words of a page among which tables are looked for; no page that a person reads holds more."""
MOST_CELLS = 20_000
"""Cells of one table that are kept; the rows beyond are left to the passages of the page."""
LEAST_FILLED = 0.4
LONG_CELL = 12
"""Words. Few cells of a table without lines are longer."""
FRAMED_WORDS = 60
"""Words of the average cell from which a grid is the frame of a layout, and no table."""
LEADERS = re.compile(r"(?:\.\s?){4,}|…{2,}|_{4,}")
MARKER = re.compile(r"[•◦▪■●○–—*·✓✗‣-]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]|\[\d+\]")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a page. `header` names the columns ("" for one without name); `rows` are those below it.

    `section` names, for each row, the row over it that spans the table ("" for none). `box` is points on the page.
    """

    box: Box
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    sections: tuple[str, ...]
    caption: str = ""

    @property
    def lines(self) -> list[str]:
        """Each row with the names of its columns, as in `Country: Germany; Revenue 2023: 1,204`."""
        return [
            "; ".join(part for part in (section, *self._named(row)) if part)
            for row, section in zip(self.rows, self.sections, strict=True)
        ]

    @property
    def text(self) -> str:
        """What is searched: the caption, and each row on a line of its own."""
        return "\n".join(part for part in (self.caption, *self.lines) if part)

    def _named(self, row: Row) -> Iterator[str]:
        pairs = [(name, cell.text) for name, cell in zip(self.header, row.cells, strict=True) if cell]
        # Without names of columns the first cell names the second. So does what stands before a sum below the rows,
        # whatever column that stands in.
        is_field = not any(self.header) and len(self.header) == 2
        if len(pairs) == 2 and (is_field or _is_sum(row, pairs[0][1], pairs[1][1])):
            yield f"{pairs[0][1].rstrip(': ')}: {pairs[1][1]}"
            return
        for name, text in pairs:
            yield f"{name}: {text}" if name else text

    def as_attributes(self) -> Mapping[str, Any]:
        """The table as JSON: header, rows of texts, and boxes of rows and cells, in points."""
        return {
            "caption": self.caption,
            "header": list(self.header),
            "rows": [[row.text(column) for column in range(len(self.header))] for row in self.rows],
            "sections": list(self.sections),
            "lines": self.lines,
            "row_boxes": [_rounded(row.box) for row in self.rows],
            "cell_boxes": [[_rounded(cell.box) if cell else None for cell in row.cells] for row in self.rows],
        }


def _is_sum(row: Row, name: str, figure: str) -> bool:
    return row.cells[0] is None and not is_number(name) and is_number(figure)


def find_tables(words: Sequence[Word], marks: Marks = UNMARKED, bold: Sequence[Box] = ()) -> list[Table]:
    """The tables among words, from top to bottom. `bold` are boxes of bold text; a page read by OCR has no marks."""
    tables, left = find_ruled(words, marks, bold)
    return in_order([*tables, *find_aligned(left, marks, bold)])


def find_ruled(words: Sequence[Word], marks: Marks, bold: Sequence[Box] = ()) -> tuple[list[Table], list[Word]]:
    """The tables whose cells lines part, and the words outside of them."""
    left = list(words)
    if not _can_hold_tables(words):
        return [], left
    level, upright = lines_of(marks)
    tables: list[Table] = []
    for grid in sorted(grids_of(level, upright), key=lambda grid: grid.box[1]):
        bands = grid_bands(grid, left)
        rows = unwrapped_bands(bands) if bands else []
        if _is_ruled_table(rows):
            tables.append(_table(rows, _levels_between(level, rows), marks, bold, grid.box))
            left = [word for word in left if not contains(grid.box, word.box)]
    return tables, left


def find_aligned(words: Sequence[Word], marks: Marks, bold: Sequence[Box] = ()) -> list[Table]:
    """The tables whose words stand in columns; `words` are those of one column of the page's text."""
    if not _can_hold_tables(words):
        return []
    level, _ = lines_of(marks)
    blocks = blocks_of(without_prose(read_lines(words)), level)
    parts = [part for block in blocks for stack in stacked(block, bold) for part in sides_of(stack)]
    return [table for part in parts for table in _aligned(part, level, marks, bold)]


def in_order(tables: Iterable[Table]) -> list[Table]:
    """Tables from top to bottom."""
    return sorted(tables, key=lambda table: (table.box[1], table.box[0]))


def _can_hold_tables(words: Sequence[Word]) -> bool:
    return 4 <= len(words) <= MOST_WORDS and are_upright(words)


def split_table(table: Table, most_words: int) -> list[Table]:
    """The table in parts of about `most_words` words of text, each with the header."""
    parts: list[Table] = []
    start, size = 0, 0
    for end, line in enumerate(table.lines):
        words = len(line.split())
        if end > start and size + words > most_words:
            parts.append(_part(table, start, end))
            start, size = end, 0
        size += words
    return [*parts, _part(table, start, len(table.rows))] if parts else [table]


def continued(table: Table, before: Table | None, page_top: float) -> Table:
    """The table with the header of the one that ends the page before, where it has none of its own and goes on there.

    `page_top` is where the text of the page begins, in points.
    """
    if before is None or any(table.header) or not any(before.header) or len(table.header) != len(before.header):
        return table
    starts_page = table.box[1] - page_top <= 3 * table.rows[0].height
    alike = numeric_columns(table.rows) == numeric_columns(before.rows)
    return (
        replace(table, header=before.header, caption=table.caption or before.caption)
        if starts_page and alike
        else table
    )


def _part(table: Table, start: int, end: int) -> Table:
    rows = table.rows[start:end]
    return replace(table, box=union(row.box for row in rows), rows=rows, sections=table.sections[start:end])


def _rounded(box: Box) -> list[float]:
    return [round(edge, 1) for edge in box]


def _levels_between(level: Sequence[Stretch], rows: Sequence[Row]) -> list[float]:
    return levels_across(level, union(row.box for row in rows))


def _is_ruled_table(rows: Sequence[Row]) -> bool:
    if len(rows) < 2:
        return False
    width = len(rows[0].cells)
    cells = [cell for row in rows for cell in row.cells if cell]
    words = sum(len(cell.text.split()) for cell in cells)
    shared = sum(len(row.filled) > 1 for row in rows)
    return (
        shared >= max(2, 0.3 * len(rows))
        and len(cells) >= 0.25 * width * len(rows)
        and words <= FRAMED_WORDS * len(cells)
    )


def _aligned(block: Block, level: Sequence[Stretch], marks: Marks, bold: Sequence[Box]) -> list[Table]:
    box = union(line.box for line in block.lines)
    if not block.gutters:
        return []
    visual = [row_of(line, block.gutters) for line in block.lines]
    height = median(row.height for row in visual)
    around = (box[0], box[1] - height, box[2], box[3] + height)
    levels = levels_across(level, around)
    rows = unwrapped(visual, levels)
    is_marked = len(levels) >= 2 or (len(levels) == 1 and len(rows) > 2)
    if are_labelled(rows):
        names = tuple(rows[0].text(column) for column in range(len(rows[0].cells)))
        return [Table(box, names, (rows[1],), ("",))]
    if not _is_aligned_table(rows, is_marked):
        return []
    table = _table(rows, levels, marks, bold, box)
    # A sentence over columns is text between them.
    return [] if any(len(name.split()) > LONG_CELL for name in table.header) else [table]


def _is_aligned_table(rows: Sequence[Row], is_marked: bool) -> bool:
    """Whether rows in columns are a table, and not text set in columns, a list, a formula or a table of contents."""
    full = [row for row in rows if len(row.filled) > 1]
    if len(full) < (2 if is_marked else 3) or len(full) < 0.4 * len(rows):
        return False
    width = len(rows[0].cells)
    texts = [cell.text for row in full for cell in row.cells if cell]
    if len(texts) < LEAST_FILLED * width * len(full) or _is_list(full) or _is_contents(full):
        return False
    counts = [len(text.split()) for text in texts]
    wordy = [text for text in texts if len(text.split()) >= 3]
    broken = sum(text[0].islower() for text in wordy)
    if sum(count > LONG_CELL for count in counts) > (0.5 if is_marked else 0.15) * len(counts):
        return False
    if not is_marked and wordy and broken > 0.4 * len(wordy) and len(wordy) > 0.25 * len(texts):
        return False
    if sum(any(map(str.isalnum, text)) for text in texts) < 0.6 * len(texts):
        return False
    numeric = numeric_columns(full)
    if is_marked or numeric - {0}:
        return True
    # Nothing but the alignment speaks for a table of words.
    return median(counts) <= 4 and (width > 2 or len(full) > 3)


def _is_list(rows: Sequence[Row]) -> bool:
    marked = sum(bool(MARKER.fullmatch(row.text(0))) for row in rows)
    return marked >= 0.6 * len(rows) and (len(rows[0].cells) == 2 or not numeric_columns(rows) - {0})


def _is_contents(rows: Sequence[Row]) -> bool:
    led = sum(bool(LEADERS.search(" ".join(cell.text for cell in row.cells if cell))) for row in rows)
    return led >= 0.5 * len(rows)


def _table(rows: Sequence[Row], levels: Sequence[float], marks: Marks, bold: Sequence[Box], box: Box) -> Table:
    rows = rows[: max(2, MOST_CELLS // len(rows[0].cells))]
    count = header_count(rows, levels, marks.fills, _bold_rows(rows, bold))
    header, body, sections = column_names(rows[:count], rows, marks.rules), [], []
    section = ""
    for row in rows[count:]:
        if _names_section(row, rows):
            section = row.text(min(row.filled))
            if not is_number(section):
                continue
        body.append(row)
        sections.append("" if len(row.filled) == 1 else section)
    if not body:
        body, sections = list(rows[count:]), [""] * len(rows[count:])
    return Table(box, header, tuple(body), tuple(sections))


def _names_section(row: Row, rows: Sequence[Row]) -> bool:
    """Whether the one cell of a row stands for all that follow: one that spans the table, or its first."""
    spans_all = any(last - first >= len(row.cells) - 2 for first, last in row.spans)
    return len(row.filled) == 1 and len(row.cells) > 1 and row is not rows[-1] and (0 in row.filled or spans_all)


def _bold_rows(rows: Sequence[Row], bold: Sequence[Box]) -> int:
    count = 0
    for row in rows:
        cells = [cell for cell in row.cells if cell]
        if not all(any(contains(box, cell.box) for box in bold) for cell in cells):
            break
        count += 1
    return count if count < len(rows) else 0
