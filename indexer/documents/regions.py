"""The tables and figures of a page, and what comes again on the pages around and is neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.captions import TABLE, captions_of
from indexer.documents.reading_order import reading_order
from indexer.documents.records import TextLine
from indexer.documents.rendering import render
from indexer.documents.running_heads import WINDOW
from indexer.page_figures import Cluster, Figure, clusters_of, drawn_boxes, find_figures, same_place
from indexer.page_marks import Marks, Word, read_marks, read_words
from indexer.page_tables import UNMARKED, Table, continued, find_aligned, find_ruled, in_order
from indexer.table_lines import contains, middle
from indexer.table_rows import numeric_columns
from store.records import Box

REPEATS = 2
"""Other pages near by on which a decoration stands at the same place, where there are so many."""
SMALL = 0.05
"""The share of a page below which a picture that stands at one place on several pages is the same, a logo."""
MOSTLY = 0.5
"""The share of the lines of a column of text that a table holds, where it is the column's table."""
LEAST_NUMBERED = 4
"""Rows of a list of numbers that is a table whatever stands above and below its columns."""
NAME_WORDS = 6
"""Words that the longest cell of such a row usually has at most; a line of text in a column has more."""
GLANCE = 24
"""Pixels of the shorter side in which two larger pictures are compared."""
SAME_LOOK = 4.0
"""Of 255: the mean difference of their pixels up to which they are the same."""


@dataclass(slots=True)
class Regions:
    """Finds the regions of pages of an open document, which are asked for in order."""

    document: Any
    _marks: dict[int, Marks] = field(default_factory=dict)
    _clusters: dict[int, list[Cluster]] = field(default_factory=dict)
    _last: Table | None = None
    """The last table of the page before, which may go on."""

    def read(self, number: int, lines: Sequence[TextLine]) -> tuple[tuple[Table, ...], tuple[Figure, ...]]:
        """The tables and figures of a page, counted from 1; `lines` are those of its body."""
        page = self.document[number - 1]
        size = float(page.rect.width), float(page.rect.height)
        words, marks = read_words(page), self._marks_of(number)
        tables = captioned(tables_of(words, marks, lines, size), lines)
        top = min((line.box[1] for line in lines), default=0.0)
        if tables:
            tables[0] = continued(tables[0], self._last, top)
        self._last = tables[-1] if tables else None
        if marks.is_crowded:
            return tuple(tables), ()
        boxes = [table.box for table in tables]
        clusters = clusters_of(marks, size, boxes)
        decorations = self._decorations(number, clusters, size)
        figures = find_figures(clusters, words, lines, size, decorations)
        return tuple(tables), tuple(replace(one, pixels=render(page, clip=one.box)) for one in figures)

    def _marks_of(self, number: int) -> Marks:
        if number not in self._marks:
            self._marks[number] = read_marks(self.document[number - 1])
        return self._marks[number]

    def _clusters_of(self, number: int) -> list[Cluster]:
        if number not in self._clusters:
            rect = self.document[number - 1].rect
            self._clusters[number] = clusters_of(self._marks_of(number), (float(rect.width), float(rect.height)))
        return self._clusters[number]

    def _decorations(self, number: int, clusters: Sequence[Cluster], size: tuple[float, float]) -> list[Box]:
        """The boxes of those clusters that come again at their place on most pages near by."""
        last = self.document.page_count
        near = [n for n in range(max(1, number - WINDOW), min(last, number + WINDOW) + 1) if n != number]
        if not clusters or not near:
            return []
        needed = min(REPEATS, len(near))
        return [
            cluster.box
            for cluster in clusters
            if sum(self._repeats(cluster, number, other, size) for other in near) >= needed
        ]

    def _repeats(self, cluster: Cluster, number: int, other: int, size: tuple[float, float]) -> bool:
        try:
            alike = [one for one in self._clusters_of(other) if same_place(one.box, cluster.box)]
        # A damaged page is reported when it is read itself.
        except Exception:
            return False
        if not alike:
            return False
        width, height = cluster.box[2] - cluster.box[0], cluster.box[3] - cluster.box[1]
        if cluster.picture_area == 0:
            return any(one.marks == cluster.marks for one in alike)
        if width * height < SMALL * size[0] * size[1]:
            return True
        # Slides show one picture after another at the same place.
        here, there = (self._glance(n, cluster.box) for n in (number, other))
        return here.shape == there.shape and float(np.abs(here - there).mean()) < SAME_LOOK

    def _glance(self, number: int, box: Box) -> npt.NDArray[np.float32]:
        """What stands in a box of a page, in a few pixels."""
        return render(self.document[number - 1], GLANCE, box).astype(np.float32)


def tables_of(words: Sequence[Word], marks: Marks, lines: Sequence[TextLine], size: tuple[float, float]) -> list[Table]:
    """The tables of a page of that width and height in points. Words that label a chart are in none."""
    bold = [line.box for line in lines if line.is_bold]
    tables, left = find_ruled(words, marks, bold)
    ruled = [table.box for table in tables]
    drawn = drawn_boxes(clusters_of(marks, size, ruled), marks, left, size)
    left = [word for word in left if not any(contains(box, word.box) for box in drawn)]
    free = [line for line in lines if not any(contains(box, line.box) for box in (*ruled, *drawn))]
    return in_order([*tables, *_aligned(left, free, marks, bold)])


def _aligned(
    words: Sequence[Word], lines: Sequence[TextLine], marks: Marks = UNMARKED, bold: Sequence[Box] = ()
) -> list[Table]:
    """The tables among words without lines around their cells; what stands across columns of running text is none.

    What is left of a page in columns is looked through column by column: the lines of one hide the rows beside them.
    """
    found = find_aligned(words, marks, bold)
    groups = reading_order([line for line in lines if not line.turn])
    columns = [[group.on_page(line).box for row in group.rows for line in row] for group in groups]
    kept = [table for table in found if _is_list_of_numbers(table) or not _is_across(table, columns)]
    if len(columns) < 2:
        return kept
    left = [word for word in words if not any(contains(table.box, word.box) for table in kept)]
    return [*kept, *(table for part in _by_column(left, columns) for table in find_aligned(part, marks, bold))]


def _is_across(table: Table, columns: Sequence[Sequence[Box]]) -> bool:
    """Whether a table has lines of several columns of text, of one of which most stand outside of it."""
    shares = [sum(contains(table.box, box) for box in column) / len(column) for column in columns]
    held = [share for share in shares if share]
    return len(held) > 1 and min(held) < MOSTLY


def _is_list_of_numbers(table: Table) -> bool:
    """Whether a table has columns of numbers beside short names, as lines of running text are not."""
    texts = (
        [section, *(cell.text for cell in row.cells if cell)]
        for row, section in zip(table.rows, table.sections, strict=True)
    )
    longest = [max(len(text.split()) for text in row) for row in texts]
    return len(table.rows) >= LEAST_NUMBERED and bool(numeric_columns(table.rows)) and median(longest) <= NAME_WORDS


def _by_column(words: Sequence[Word], columns: Sequence[Sequence[Box]]) -> list[list[Word]]:
    """The words by the column whose lines are nearest."""
    boxes = np.array([box for column in columns for box in column])
    number = np.array([at for at, column in enumerate(columns) for _ in column])
    parts: list[list[Word]] = [[] for _ in columns]
    for word in words:
        x, y = middle(word.box)
        beside = np.maximum(0, np.maximum(boxes[:, 0] - x, x - boxes[:, 2]))
        over = np.maximum(0, np.maximum(boxes[:, 1] - y, y - boxes[:, 3]))
        parts[number[np.argmin(beside + over)]].append(word)
    return parts


def captioned(tables: Sequence[Table], lines: Sequence[TextLine]) -> list[Table]:
    """The tables with their captions."""
    captions = captions_of([table.box for table in tables], lines, TABLE)
    return [replace(table, caption=caption) for table, caption in zip(tables, captions, strict=True)]


def tables_read(lines: Sequence[TextLine]) -> list[Table]:
    """The tables among lines that were read by OCR, of which each is a cell or some words of one."""
    words = [Word(line.text, line.box) for line in lines if not line.turn]
    return captioned(in_order(_aligned(words, lines)), lines)
