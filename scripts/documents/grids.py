"""Tables of several styles, of which every row and cell is known with its box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scripts.documents.flow import LEADING, Flow
from scripts.documents.sheet import ASCENT, BLACK, Sheet, text_width, union
from store.records import Box

PADDING = 4
SHADE = (0.91, 0.94, 0.97)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `style` is `ruled` (every cell), `booktabs` (three rules), `zebra` (shaded rows) or `bare` (no line)."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    style: str
    size: float = 9


def draw_grid(sheet: Sheet, grid: Grid, left: float, top: float, right: float) -> tuple[list[tuple[Box, Box]], float]:
    """For each row, the box of its words and that of its whole stripe; and where the table ends below."""
    edges = _edges(grid, left, right)
    y = top
    places = []
    for number, cells in enumerate((grid.header, *grid.rows)):
        font = sheet.face.bold if number == 0 else sheet.face.body
        wrapped = [
            Flow.wrapped(cell, edges[at + 1] - edges[at] - 2 * PADDING, grid.size, font)
            for at, cell in enumerate(cells)
        ]
        height = max(map(len, wrapped)) * LEADING * grid.size + 2 * PADDING * 0.6
        stripe = (left, y, right, y + height)
        if grid.style == "zebra" and number % 2 == 0:
            sheet.fill(stripe, SHADE)
        words = _write_row(sheet, grid, wrapped, edges, y, font)
        if grid.style == "ruled":
            sheet.line(left, y, right, y, BLACK)
            for edge in edges:
                sheet.line(edge, y, edge, y + height, BLACK)
        if grid.style == "booktabs" and number < 2:
            sheet.line(left, y, right, y, BLACK, 0.9 if number == 0 else 0.5)
        places.append((words, stripe))
        y += height
    if grid.style in ("ruled", "booktabs"):
        sheet.line(left, y, right, y, BLACK, 0.9)
    return places[1:], y


def grid_height(sheet: Sheet, grid: Grid, width: float) -> float:
    """How much room the table needs."""
    edges = _edges(grid, 0, width)
    height = 0.0
    for number, cells in enumerate((grid.header, *grid.rows)):
        font = sheet.face.bold if number == 0 else sheet.face.body
        lines = max(
            len(Flow.wrapped(cell, edges[at + 1] - edges[at] - 2 * PADDING, grid.size, font))
            for at, cell in enumerate(cells)
        )
        height += lines * LEADING * grid.size + 2 * PADDING * 0.6
    return height


def _write_row(
    sheet: Sheet, grid: Grid, wrapped: Sequence[list[str]], edges: Sequence[float], y: float, font: str
) -> Box:
    boxes = []
    for at, lines in enumerate(wrapped):
        numeric = at > 0 and _numeric(grid, at)
        for line_number, line in enumerate(lines):
            baseline = y + 0.6 * PADDING + (ASCENT + line_number * LEADING) * grid.size
            x = edges[at + 1] - PADDING if numeric else edges[at] + PADDING
            if line:
                boxes.append(sheet.write(line, x, baseline, grid.size, font, align="right" if numeric else "left"))
    return union(boxes)


def _numeric(grid: Grid, column: int) -> bool:
    return all(row[column][:1].isdigit() or row[column][:1] in "€£$+-–" for row in grid.rows)


def _edges(grid: Grid, left: float, right: float) -> list[float]:
    """The vertical edges of the columns: as wide as they need, and what is left over shared out."""
    needs = [
        max(text_width(row[at], "hebo", grid.size) for row in (grid.header, *grid.rows)) + 2 * PADDING + 2
        for at in range(len(grid.header))
    ]
    spare = (right - left) - sum(needs)
    if spare >= 0:
        widths = [need + spare / len(needs) for need in needs]
    else:
        fair = (right - left) / len(needs)
        over = sum(max(0.0, need - fair) for need in needs)
        widths = [need + (spare * max(0.0, need - fair) / over) for need in needs]
    edges = [left]
    for width in widths:
        edges.append(edges[-1] + width)
    return edges
