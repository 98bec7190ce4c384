"""Tables with lines: rules and edges of shaded cells that cross make a grid, and words fall into its cells."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from indexer.page_marks import Marks, Word
from indexer.table_lines import Stretch, contains, middle, read_lines
from indexer.table_rows import Cell, Row, joined
from store.records import Box

TOUCH = 3.0
"""Points within which two lines touch or lie at one place."""
COVERED = 0.6
"""The share of a side of a cell, or of the width of a table, that a line must cover to count there."""
MOST_LINES = 3_000
"""Lines in one direction: of a page with more, tables are told by the alignment of words alone."""
MOST_GRID_COLUMNS = 60
MOST_GRID_ROWS = 1_000
LEAST_CELL = 4.0
"""Points: fills smaller than this in either direction are ornaments."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid of cells. `columns` and `levels` are where its lines lie; `merged` maps each base cell, by row and column,
    to the rectangle of cells that it belongs to: first row, first column, last row, last column."""

    columns: tuple[float, ...]
    levels: tuple[float, ...]
    merged: dict[tuple[int, int], tuple[int, int, int, int]]

    @property
    def box(self) -> Box:
        return self.columns[0], self.levels[0], self.columns[-1], self.levels[-1]


def lines_of(marks: Marks) -> tuple[list[Stretch], list[Stretch]]:
    """Level and upright lines, with the edges of fills, each as long as its parts together."""
    level = [((y0 + y1) / 2, x0, x1) for x0, y0, x1, y1 in marks.rules if x1 - x0 > y1 - y0]
    upright = [((x0 + x1) / 2, y0, y1) for x0, y0, x1, y1 in marks.rules if x1 - x0 <= y1 - y0]
    for x0, y0, x1, y1 in marks.fills:
        if min(x1 - x0, y1 - y0) >= LEAST_CELL:
            level += [(y0, x0, x1), (y1, x0, x1)]
            upright += [(x0, y0, y1), (x1, y0, y1)]
    return _together(level), _together(upright)


def levels_across(level: Sequence[Stretch], box: Box) -> list[float]:
    """The heights at which lines run across most of a box, from its top to its bottom."""
    x0, y0, x1, y1 = box
    covered: dict[float, float] = defaultdict(float)
    for y, left, right in level:
        if y0 - TOUCH <= y <= y1 + TOUCH:
            at = next((known for known in covered if abs(known - y) <= TOUCH), y)
            covered[at] += max(0.0, min(right, x1) - max(left, x0))
    return sorted(y for y, length in covered.items() if length >= COVERED * (x1 - x0))


def grids_of(level: Sequence[Stretch], upright: Sequence[Stretch]) -> list[Grid]:
    """The grids of at least two by two cells that lines make."""
    if not level or not upright or max(len(level), len(upright)) > MOST_LINES:
        return []
    found = []
    for rows, columns in _crossing(level, upright):
        if not columns:
            continue
        grid = _grid([level[at] for at in rows], [upright[at] for at in columns])
        if grid is not None:
            found.append(grid)
    return found


def grid_bands(grid: Grid, words: Sequence[Word]) -> list[list[Row]]:
    """The rows of a grid, each as its visual lines. What stands in several rows is repeated in each."""
    inside: dict[tuple[int, int, int, int], list[Word]] = defaultdict(list)
    for word in words:
        if contains(grid.box, word.box):
            x, y = middle(word.box)
            row = min(bisect_right(grid.levels, y), len(grid.levels) - 1) - 1
            column = min(bisect_right(grid.columns, x), len(grid.columns) - 1) - 1
            inside[grid.merged[max(row, 0), max(column, 0)]].append(word)
    bands: list[list[Row]] = []
    for number in range(len(grid.levels) - 1):
        own = {place: said for place, said in inside.items() if place[0] == place[2] == number}
        tall = {place: said for place, said in inside.items() if place[0] <= number <= place[2] and place not in own}
        rows = _visual_rows(own, len(grid.columns) - 1)
        repeated = {place[1]: cell for place, said in tall.items() if (cell := cell_of(said))}
        if not rows and repeated and any(place[0] == number for place in tall):
            rows = [
                Row((None,) * (len(grid.columns) - 1), median(w.box[3] - w.box[1] for s in tall.values() for w in s))
            ]
        bands.append([_with(row, repeated) for row in rows])
    return [band for band in bands if band]


def cell_of(words: Sequence[Word]) -> Cell | None:
    """Words of one cell, in reading order."""
    parts = [Cell(run.text, run.box) for line in read_lines(words) for run in line.runs]
    whole: Cell | None = None
    for part in parts:
        whole = joined(whole, part)
    return whole


def _with(row: Row, repeated: dict[int, Cell]) -> Row:
    cells = tuple(cell or repeated.get(column) for column, cell in enumerate(row.cells))
    return Row(cells, row.height, row.spans)


def _visual_rows(own: dict[tuple[int, int, int, int], list[Word]], width: int) -> list[Row]:
    cell_at = {id(word): place for place, said in own.items() for word in said}
    rows = []
    for line in read_lines([word for said in own.values() for word in said]):
        parts: dict[tuple[int, int, int, int], list[Word]] = defaultdict(list)
        for run in line.runs:
            for word in run.words:
                parts[cell_at[id(word)]].append(word)
        cells: list[Cell | None] = [None] * width
        for place, said in parts.items():
            cells[place[1]] = cell_of(said)
        spans = tuple((place[1], place[3]) for place in parts if place[3] > place[1])
        rows.append(Row(tuple(cells), line.height, spans))
    return rows


def _together(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Lines that lie at one place and continue each other as one."""
    places: list[list[Stretch]] = []
    for stretch in sorted(stretches):
        if not places or stretch[0] - places[-1][0][0] > TOUCH / 2:
            places.append([])
        places[-1].append(stretch)
    found: list[Stretch] = []
    for place in places:
        at = place[len(place) // 2][0]
        for number, (_, start, end) in enumerate(sorted(place, key=lambda stretch: stretch[1:])):
            if number and start <= found[-1][2] + TOUCH:
                found[-1] = (at, found[-1][1], max(found[-1][2], end))
            else:
                found.append((at, start, end))
    return found


def _crossing(level: Sequence[Stretch], upright: Sequence[Stretch]) -> list[tuple[list[int], list[int]]]:
    """Groups of lines that cross or touch: the numbers of the level and of the upright ones."""
    y, left, right = np.array(level).T[:, :, None]
    x, top, bottom = np.array(upright).T[:, None, :]
    touch = (left - TOUCH <= x) & (x <= right + TOUCH) & (top - TOUCH <= y) & (y <= bottom + TOUCH)
    group_of = -np.ones(len(level), int)
    groups: list[tuple[list[int], list[int]]] = []
    for start in range(len(level)):
        if group_of[start] >= 0:
            continue
        rows = np.zeros(len(level), bool)
        rows[start] = True
        while True:
            columns = touch[rows].any(0)
            grown = touch[:, columns].any(1) | rows
            if (grown == rows).all():
                break
            rows = grown
        group_of[rows] = len(groups)
        groups.append((np.flatnonzero(rows).tolist(), np.flatnonzero(columns).tolist()))
    return groups


def _grid(level: Sequence[Stretch], upright: Sequence[Stretch]) -> Grid | None:
    # An outermost line may be missing where those that would end at it stick out.
    columns = _places([x for x, _, _ in upright], [end for _, *ends in level for end in ends])
    levels = _places([y for y, _, _ in level], [end for _, *ends in upright for end in ends])
    width, height = len(columns) - 1, len(levels) - 1
    if not (2 <= width <= MOST_GRID_COLUMNS and 2 <= height <= MOST_GRID_ROWS):
        return None
    right_of = _sides(upright, columns, levels)
    below = _sides(level, levels, columns)
    merged = _merged(
        height,
        width,
        lambda row, column: (column + 1, row) in right_of,
        lambda row, column: (row + 1, column) in below,
    )
    return Grid(tuple(columns), tuple(levels), merged)


def _places(lines: Sequence[float], ends: Sequence[float]) -> list[float]:
    """Where lines lie, without repeats, and the outermost ends of those across if they lie well outside."""
    places: list[float] = []
    for at in sorted(
        [*lines, *(end for end in (min(ends), max(ends)) if all(abs(end - x) > 3 * TOUCH for x in lines))]
    ):
        if not places or at - places[-1] > TOUCH:
            places.append(at)
    return places


def _sides(lines: Sequence[Stretch], places: Sequence[float], across: Sequence[float]) -> set[tuple[int, int]]:
    """The sides of cells, by number of line and of cell along it, that are drawn."""
    covered: dict[tuple[int, int], float] = defaultdict(float)
    for at, start, end in lines:
        number = min(range(len(places)), key=lambda place: abs(places[place] - at))
        first = max(0, bisect_right(across, start) - 1)
        for cell in range(first, min(len(across) - 1, bisect_right(across, end))):
            covered[number, cell] += max(0.0, min(end, across[cell + 1]) - max(start, across[cell]))
    return {side for side, length in covered.items() if length >= COVERED * (across[side[1] + 1] - across[side[1]])}


def _merged(
    height: int, width: int, has_right: Callable[[int, int], bool], has_below: Callable[[int, int], bool]
) -> dict[tuple[int, int], tuple[int, int, int, int]]:
    """Each base cell with the rectangle of cells between which no side is drawn, or alone where that is none."""
    group = {(row, column): (row, column) for row in range(height) for column in range(width)}

    def root(cell: tuple[int, int]) -> tuple[int, int]:
        while group[cell] != cell:
            group[cell] = group[group[cell]]
            cell = group[cell]
        return cell

    for row in range(height):
        for column in range(width):
            if column + 1 < width and not has_right(row, column):
                group[root((row, column + 1))] = root((row, column))
            if row + 1 < height and not has_below(row, column):
                group[root((row + 1, column))] = root((row, column))
    members: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for cell in group:
        members[root(cell)].append(cell)
    merged = {}
    for cells in members.values():
        rows, columns = [row for row, _ in cells], [column for _, column in cells]
        place = (min(rows), min(columns), max(rows), max(columns))
        is_whole = (place[2] - place[0] + 1) * (place[3] - place[1] + 1) == len(cells)
        for cell in cells:
            merged[cell] = place if is_whole else (*cell, *cell)
    return merged
