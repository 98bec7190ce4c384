"""Blocks of text that stand side by side, such as an address and what a letter refers to, told from one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from indexer.table_alignment import Block, Gutter, gutters_of
from indexer.table_lines import Line, Run, is_number, union

WIDE = 6.0
"""Heights of a line: a gutter as wide parts blocks of text that have nothing to do with each other."""
WIDER = 2.0
"""Times the widest of the other gutters."""
NUMBERS = 0.6
"""The share of numbers among the runs of one side from which it is the columns of a table, whose rows are named far
away."""
SOME_NUMBERS = 0.35
"""The same where nearly all of many lines go on at the other side: of a price list, sizes and prices."""
GOES_ON = 0.8
"""The share of lines for that."""
MANY = 7
"""Lines of a list; an address has fewer."""


def sides_of(block: Block) -> list[Block]:
    """The block, or where a gutter parts it into blocks of words side by side, each of those that has columns."""
    block = _without_beside(block)
    if len(block.gutters) < 2:
        return [block]
    widths = [right - left for left, right in block.gutters]
    widest = max(widths)
    height = median(line.height for line in block.lines)
    others = max(width for at, width in enumerate(widths) if at != widths.index(widest))
    if widest < WIDE * height or widest < WIDER * others:
        return [block]
    cut = block.gutters[widths.index(widest)]
    sides = [_side(block.lines, cut, is_left) for is_left in (True, False)]
    count = len(block.lines)
    going_on = len(sides[0]) + len(sides[1]) - count
    least = SOME_NUMBERS if count >= MANY and going_on >= GOES_ON * count else NUMBERS
    if any(_numbers(side) >= least for side in sides):
        return [block]
    return [Block(tuple(side), gutters) for side in sides if len(side) > 1 and (gutters := tuple(gutters_of(side)))]


def _without_beside(block: Block) -> Block:
    """The block less the lines of one run that stand far beside all of its rows, as an address beside dates does."""
    rows = [line for line in block.lines if len(line.runs) > 1]
    if not rows:
        return block
    left, _, right, _ = union(line.box for line in rows)
    reach = WIDE * median(line.height for line in rows)
    return replace(
        block, lines=tuple(line for line in block.lines if left - reach < line.box[2] and line.box[0] < right + reach)
    )


def _side(lines: Sequence[Line], cut: Gutter, is_left: bool) -> list[Line]:
    """The lines of one side of a gutter, of which each run belongs to the side that its middle is on."""
    found = []
    for line in lines:
        runs = tuple(run for run in line.runs if (_middle(run) < (cut[0] + cut[1]) / 2) == is_left)
        if runs:
            found.append(replace(line, runs=runs, box=union(run.box for run in runs)))
    return found


def _middle(run: Run) -> float:
    return (run.box[0] + run.box[2]) / 2


def _numbers(lines: Sequence[Line]) -> float:
    runs = [run for line in lines for run in line.runs]
    return sum(is_number(run.text) for run in runs) / max(1, len(runs))
