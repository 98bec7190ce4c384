"""Finds the rows of a table in the text of a PDF, where each cell or each row stands on a line of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile

Cell = str

SEPARATOR = re.compile(r"\s*\|\s*|\t+|\s{2,}")
NUMERIC = re.compile(r"^[^\w\s]?\s?\d[\d\s.,:/%\u2013-]*\s?\S{0,4}$|^[-\u2013\u2014]$|^n/?a$", re.IGNORECASE)
YEAR = re.compile(r"^(1[89]|20)\d\d$")
WIDEST = 8
"""The most columns that are looked for where every cell stands on its own line."""
LONGEST_CELL = 60
"""Characters beyond which a line with a wide gap is prose set in justified lines, and no table."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table below its header. `lines` is how many lines of the text it takes, its header's included."""

    header: tuple[Cell, ...]
    cells: tuple[Cell, ...]
    lines: int

    def readable(self) -> str:
        """The row with its column names, as in `Year: 2023; Ships: 1,204`."""
        pairs = zip(self.header, self.cells, strict=True)
        return "; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)

    def quote(self) -> str:
        """The words of the row as they stand in the text."""
        return " ".join(cell for cell in self.cells if cell)

    def titles(self) -> str:
        return " ".join(self.header)


def cells_of(readable: str) -> dict[str, Cell]:
    """The cells of a row as `Row.readable` wrote it, by the names of their columns; what has no name is left out."""
    pairs = (cell.partition(": ") for cell in readable.split("; "))
    return {name: cell for name, colon, cell in pairs if colon}


def rows_from_lines(lines: list[str]) -> list[Row]:
    """The rows of a table that starts at the first line, with cells parted by bars, tabs or wide gaps; or none."""
    table: list[tuple[int, list[Cell]]] = []
    rules = 0
    for line in lines:
        if line and re.fullmatch(r"[\s|:+=-]{3,}", line):
            rules += 1
            continue
        cells = SEPARATOR.split(line.strip("| "))
        prose = any(len(cell) > LONGEST_CELL or cell.endswith(".") for cell in cells)
        if len(cells) < 2 or prose or (table and len(cells) != len(table[0][1])):
            break
        table.append((1 + rules, cells))
        rules = 0
    if len(table) < 2:
        return []
    header, body = table[0], table[1:]
    types = _types(tuple(header[1]))
    if _numeric_share(header[1]) > 0.5 or ("number" in types and types == _types(tuple(body[0][1]))):
        header, body = (0, [""] * len(header[1])), table
    return _with_header(tuple(header[1]), header[0], [(taken, tuple(cells)) for taken, cells in body])


def rows_from_cells(cells: list[Cell]) -> list[Row]:
    """The rows of a table that starts at the first of these cells, read row by row under a header; or none.

    The number of columns is the one for which the header holds no number, every row ends in a number, and each
    column holds one type of thing.
    """
    for width in range(2, min(WIDEST, len(cells) // 2) + 1):
        grid = [tuple(cells[at : at + width]) for at in range(0, len(cells) - width + 1, width)]
        header, body = grid[0], grid[1:]
        while body and _types(body[-1]) != _types(body[0]):
            body.pop()
        types = {_types(row) for row in body}
        if len(body) > 1 and len(types) == 1 and types.pop()[-1] != "text" and not any(map(_numeric, header)):
            return _with_header(header, width, [(width, row) for row in body])
    return []


def rows_from_words(lines: list[str]) -> list[Row]:
    """The rows of a table that starts at the first line, where only single blanks part the cells; or none.

    Such rows end in as many numbers as the first of them, or more where a name ends in one. Where the first line ends
    in as many years, these name the columns; otherwise it holds no number, and stands before each row whole.
    """
    header, *body = lines or [""]
    columns = len(_numbers_at_end(header))
    # What is filled in in a form, `Name: Ann Bell`, names no column.
    if not _short(header) or ": " in header or not all(YEAR.match(cell) for cell in _numbers_at_end(header)):
        return []
    width = columns or len(_numbers_at_end(body[0] if body else ""))
    rows = list(takewhile(lambda line: _short(line) and len(_numbers_at_end(line)) >= width > 0, body))
    if len(rows) < 2 or any(all(YEAR.match(cell) for cell in _numbers_at_end(row)) for row in rows if columns):
        return []
    if not columns:
        return _with_header((header,), 1, [(1, (row,)) for row in rows])
    return _with_header(_split_cells(header, columns), 1, [(1, _split_cells(row, columns)) for row in rows])


def _short(line: str) -> bool:
    return 0 < len(line) <= LONGEST_CELL and line[-1] not in ".:;,!?"


def _numbers_at_end(line: str) -> list[str]:
    """The numbers that end a line, last first. A whole line of numbers has no name, and is no row."""
    tokens = line.split()
    found = list(takewhile(_numeric, reversed(tokens)))
    return found if len(found) < len(tokens) else []


def _split_cells(line: str, columns: int) -> tuple[Cell, ...]:
    name, *cells = line.rsplit(maxsplit=columns)
    return (name, *cells)


def _with_header(header: tuple[Cell, ...], taken: int, body: list[tuple[int, tuple[Cell, ...]]]) -> list[Row]:
    return [Row(header, cells, lines + (taken if position == 0 else 0)) for position, (lines, cells) in enumerate(body)]


def _numeric(cell: Cell) -> bool:
    return bool(NUMERIC.match(cell))


def _types(row: tuple[Cell, ...]) -> tuple[str, ...]:
    return tuple("year" if YEAR.match(cell) else "number" if _numeric(cell) else "text" for cell in row)


def _numeric_share(cells: list[Cell]) -> float:
    return sum(map(_numeric, cells)) / len(cells)
