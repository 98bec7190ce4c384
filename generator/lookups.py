"""Questions that look a row of a table up: they name it by one of its cells, and another of its columns.

`What does the return ticket cost children?` looks up `Ticket: Return; Adults: 9.00; Children: 4.50`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.abbreviations import spelled_out
from generator.tables import cells_of
from generator.words import stems

NUMBER = re.compile(r"\d+(?:[.:,]\d+)*")
"""A number or a time, which no blank parts."""
NAME = re.compile(r"[^\W\d_]{2}|\d:\d")
"""What names a row by itself: a word or a time of the day. A number does so under its column alone."""


def looked_up(question: str, rows: Sequence[str]) -> list[bool]:
    """Which of the rows, read with the names of their columns, the question looks up.

    Where it names several, as `up to 70 kg` and `70 to 90 kg`, it means those of which it names most.
    """
    asked = _tokens(question)
    named = [_named(asked, row) for row in rows]
    most = max(named, default=0)
    return [0 < count == most for count in named]


def _named(asked: frozenset[str], row: str) -> int:
    """How many words the longest cell has by which the question names the row; 0 where it asks for no column of it."""
    cells = [(_tokens(column), _tokens(cell)) for column, cell in cells_of(row).items()]
    counts = [
        len(cell)
        for place, (column, cell) in enumerate(cells)
        if cell
        and cell <= asked
        and (any(map(NAME.search, cell)) or column & asked)
        and any((other & asked) - cell for at, (other, _) in enumerate(cells) if at != place)
    ]
    return max(counts, default=0)


def _tokens(text: str) -> frozenset[str]:
    whole = spelled_out(text)
    return frozenset([*NUMBER.findall(whole), *stems(NUMBER.sub(" ", whole))])
