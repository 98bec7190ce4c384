"""Names of columns from the rows of a header, of which one may stand over several columns."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.table_lines import middle
from indexer.table_rows import Cell, Row
from store.records import Box

Bound = tuple[float, float]

WIDEST_SPAN = 12
"""Columns that one name may stand over."""
OFF_CENTRE = 0.12
"""The share of the width of columns by which a name over them may stand off their middle."""
SHORT = 0.9
"""A rule shorter than this share of the table runs under a name, and not under the whole header."""


def column_names(header: Sequence[Row], rows: Sequence[Row], rules: Sequence[Box] = ()) -> tuple[str, ...]:
    """A name for each column: the cells over it from top to bottom, "" where there is none.

    `rows` are all of the table, which show where its columns lie; `rules` are level lines.
    """
    width = len(rows[0].cells) if rows else 0
    names: list[list[str]] = [[] for _ in range(width)]
    bounds = _bounds(rows, width)
    for number, row in enumerate(header):
        for column, text in _spread(row, header[number + 1 :], bounds, rules).items():
            if text not in names[column]:
                names[column].append(text)
    return tuple(" ".join(parts).strip(" :") for parts in names)


def _bounds(rows: Sequence[Row], width: int) -> list[Bound | None]:
    """Left and right ends of each column, as cells that stand in one column alone show them."""
    bounds: list[Bound | None] = [None] * width
    for row in rows:
        spanned = {first for first, _ in row.spans}
        for column, cell in enumerate(row.cells):
            # The one cell of a row may be a name over several columns, or a remark.
            if cell and column not in spanned and len(row.filled) > 1:
                known, (x0, x1) = bounds[column], cell.box[::2]
                is_name = row is rows[0] and len(row.filled) < width - 1
                if not is_name:
                    bounds[column] = (x0, x1) if known is None else (min(known[0], x0), max(known[1], x1))
    return bounds


def _spread(row: Row, below: Sequence[Row], bounds: Sequence[Bound | None], rules: Sequence[Box]) -> dict[int, str]:
    """The text of a row of the header for each column that it stands over."""
    spread = {
        at: row.text(column)
        for column in sorted(row.filled)
        for at in range(column, dict(row.spans).get(column, column) + 1)
    }
    filled_below = {column for other in below for column in other.filled}
    free = {column for column in filled_below - spread.keys() if column > 0}
    for column in sorted(row.filled):
        cell = row.cells[column]
        if not free or cell is None:
            continue
        own = [at for at, text in spread.items() if text == cell.text]
        for at in _ruled(cell, bounds, rules) or _centred(cell, own, free, bounds):
            if at in free:
                spread[at] = cell.text
                free.discard(at)
    return spread


def _ruled(cell: Cell, bounds: Sequence[Bound | None], rules: Sequence[Box]) -> list[int]:
    """The columns over the short rule that runs under a name, if one does."""
    height = cell.box[3] - cell.box[1]
    known = [bound for bound in bounds if bound]
    whole = max(bound[1] for bound in known) - min(bound[0] for bound in known) if known else 0.0
    for x0, y0, x1, _ in rules:
        is_under = -0.3 * height <= y0 - cell.box[3] <= height and x0 <= middle(cell.box)[0] <= x1
        if is_under and x1 - x0 < SHORT * whole:
            return [at for at, bound in enumerate(bounds) if bound and x0 <= (bound[0] + bound[1]) / 2 <= x1]
    return []


def _centred(cell: Cell, own: Sequence[int], free: set[int], bounds: Sequence[Bound | None]) -> range:
    """The most columns, its own and free ones beside it, over the middle of which a name stands."""
    best = range(min(own), max(own) + 1)
    if min(own) == 0:
        return best
    for first in range(max(1, min(own) - WIDEST_SPAN), min(own) + 1):
        for last in range(max(own), min(len(bounds), max(own) + WIDEST_SPAN)):
            span = range(first, last + 1)
            if len(span) > len(best) and all(at in free or at in own for at in span) and _is_over(cell, span, bounds):
                best = span
    return best


def _is_over(cell: Cell, span: range, bounds: Sequence[Bound | None]) -> bool:
    known = [bound for at in span if (bound := bounds[at])]
    if len(known) < len(span):
        return False
    left, right = min(bound[0] for bound in known), max(bound[1] for bound in known)
    return abs((left + right) / 2 - middle(cell.box)[0]) <= OFF_CENTRE * (right - left)
