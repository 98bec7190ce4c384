"""Tables that stand one below the other in one block, told apart by the bold names of the columns of the lower one."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.table_alignment import Block, gutters_of
from indexer.table_lines import Line, contains, is_number
from store.records import Box

LEAST_NAMES = 3
"""Bold words in a row that are names of columns; two may be a sum."""


def stacked(block: Block, bold: Sequence[Box]) -> list[Block]:
    """The block, or the parts of it that begin with names of columns, each with the columns of its own lines."""
    in_bold = [len(line.runs) > 1 and _is_bold(line, bold) for line in block.lines]
    # Lines in bold all the way down tell nothing.
    inner = range(1, len(in_bold) - 1)
    alone = [at for at in inner if in_bold[at] and not in_bold[at - 1] and not in_bold[at + 1]]
    cuts = [at for at in alone if _are_names(block.lines[at])]
    if not cuts:
        return [block]
    parts = [list(block.lines[start:end]) for start, end in zip([0, *cuts], [*cuts, len(in_bold)], strict=True)]
    for part in parts[:-1]:
        # The heading of the next is no row of this one.
        while part and len(part[-1].runs) == 1 and _is_bold(part[-1], bold):
            part.pop()
    return [Block(tuple(part), gutters) for part in parts if len(part) > 1 and (gutters := tuple(gutters_of(part)))]


def _is_bold(line: Line, bold: Sequence[Box]) -> bool:
    return all(any(contains(box, run.box) for box in bold) for run in line.runs)


def _are_names(line: Line) -> bool:
    return len(line.runs) >= LEAST_NAMES and not any(is_number(run.text) for run in line.runs)
