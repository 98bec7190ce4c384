"""Tables without lines: visual lines whose runs stand in columns, told from the white gutters between these.

The lines are gone through from below, because a table ends in its most regular rows and starts with its least.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from indexer.table_lines import Line, Run, Stretch, run_of, union

Gutter = tuple[float, float]
"""Left and right end in points of the white between two columns."""

GUTTER = 0.4
"""Heights of a line: the least width of a gutter."""
WORD_GAP = 0.32
"""Heights of a line: words that are nearer belong together whatever stands above them."""
CROSSED = 0.12
"""The share of lines of a table that may cross a gutter."""
LEAST_FILLING = 2
"""Lines that fill a column, of which one may name it."""
LINES_COMPARED = 40
"""Lines of a table, from its upper end, with which the next is compared."""
FARTHEST = 1.6
"""Heights of a line that rows may lie apart, and times the widest gap so far."""
FARTHER = 1.8
HEADER_REACH = 4.0
"""Heights of a line that a header between two rules of one length may lie above the rows."""
SAME_END = 3.0
"""Points by which the ends of such rules may differ."""
MOST_ALONE = 2
"""Lines in a row with one run: wrapped cells, or names of sections."""
MOST_BELOW = 4
WRAPPED = 0.6
"""Heights of a line: how far the next line of a cell may be."""
MOST_SPANNERS = 2
"""Lines above the columns that name several of them at once."""
MOST_COLUMNS = 60
LARGER = 1.25
"""Times the height of the rows' letters: larger ones are those of a heading."""
CAPTION = re.compile(r"\W*(?:table|tabelle|tab\.|tableau|tabla|figure|fig\.|abbildung|abb\.)\s*[A-Z]?\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that may be a table, from top to bottom, and the gutters between its columns."""

    lines: tuple[Line, ...]
    gutters: tuple[Gutter, ...]


def blocks_of(lines: Sequence[Line], level: Sequence[Stretch] = ()) -> list[Block]:
    """Runs of lines with at least two columns, from top to bottom. Whether each is a table is not asked here.

    `level` are the rules and edges of shades that lie level.
    """
    space = _usual_space(lines)
    found: list[Block] = []
    growing = _Growing(space, level)
    for line in reversed(lines):
        if not growing.take(line):
            found += growing.closed()
            growing = _Growing(space, level)
            growing.take(line)
    found += growing.closed()
    return found[::-1]


def gutters_of(lines: Sequence[Line], space: float = 0.0) -> list[Gutter]:
    """The white between columns that all but a few of the lines leave free."""
    if not lines:
        return []
    height = median(line.height for line in lines)
    allowed = int(CROSSED * len(lines)) if len(lines) > 5 else 0
    solid = [stretch for line in lines for stretch in _solid(line, space)]
    events = sorted(event for x0, x1 in solid for event in ((x0, 1), (x1, -1)))
    gutters: list[Gutter] = []
    crossing, free_from = 0, None
    for x, step in events:
        if step > 0 and crossing == allowed and free_from is not None:
            if x - free_from >= GUTTER * height:
                gutters.append((free_from, x))
            free_from = None
        crossing += step
        if step < 0 and crossing == allowed:
            free_from = x
    if allowed:
        gutters = [part for gutter in gutters for part in _around_few(gutter, solid, GUTTER * height)]
    return gutters[:MOST_COLUMNS]


def _around_few(gutter: Gutter, solid: Sequence[tuple[float, float]], least: float) -> list[Gutter]:
    """A gutter, or the two beside a column in the midst of it that few of the lines fill, as of payments received."""
    left, right = gutter
    inside = [(x0, x1) for x0, x1 in solid if left < x0 and x1 < right]
    if len(inside) < LEAST_FILLING:
        return [gutter]
    beside = (left, min(x0 for x0, _ in inside)), (max(x1 for _, x1 in inside), right)
    return list(beside) if all(x1 - x0 >= least for x0, x1 in beside) else [gutter]


class _Growing:
    """A block that grows upwards, line by line, as long as these agree on its columns."""

    def __init__(self, space: float, level: Sequence[Stretch]) -> None:
        self._space = space
        self._level = level
        self._lines: list[Line] = []
        """From the lowest up."""
        self._rows: list[Line] = []
        """Those of at least two runs."""
        self._gutters: list[Gutter] = []
        self._below: list[Line] = []
        """Lines of one run under the lowest row: the end of its cells, or what follows the table."""
        self._alone: list[Line] = []
        self._crossing: list[Line] = []
        self._widest = 0.0

    def take(self, line: Line) -> bool:
        """Whether the line goes on above the block; where not, the block is at its end."""
        if self._lines and (self._is_far(line) or CAPTION.match(line.runs[0].text)):
            return False
        line = parted(line, self._gutters, self._space)
        if len(line.runs) == 1:
            return self._take_alone(line)
        rows = [*self._rows, line]
        gutters = gutters_of(rows[-LINES_COMPARED:], self._space)
        if not gutters:
            return False
        if len(self._rows) >= 2 and len(gutters) < len(self._gutters):
            if self._crosses(line):
                self._crossing.append(line)
                return len(self._crossing) <= MOST_SPANNERS
            # A column that one row fills is one, though the other rows leave it free.
            gutters = self._gutters
        self._lines += [*self._waiting(), line]
        self._rows, self._gutters = rows, gutters
        self._alone, self._crossing = [], []
        return True

    def _crosses(self, line: Line) -> bool:
        return any(x0 < right and x1 > left for x0, x1 in _solid(line, self._space) for left, right in self._gutters)

    def closed(self) -> list[Block]:
        """The block, with the lines above it that span some of its columns."""
        if len(self._rows) < 2:
            return []
        spanners = [line for line in self._waiting() if self._is_spanner(line)][:MOST_SPANNERS]
        gutters = tuple(gutters_of(self._rows, self._space))
        lines = [*self._wrapped(gutters), *self._lines, *spanners]
        return [Block(tuple(parted(line, gutters, self._space) for line in reversed(lines)), gutters)]

    def _wrapped(self, gutters: Sequence[Gutter]) -> list[Line]:
        """The lines below the lowest row that go on in one of its columns but the first, from the lowest up."""
        found: list[Line] = []
        above = self._lines[0]
        for line in reversed(self._below):
            placed = place(line, gutters)[0]
            is_near = line.box[1] - above.box[3] <= WRAPPED * line.height
            if not is_near or placed.first == 0 or placed.last > placed.first:
                break
            found.insert(0, line)
            above = line
        return found

    def _take_alone(self, line: Line) -> bool:
        if not self._rows:
            self._below = [*self._below[1 - MOST_BELOW :], line]
            return True
        self._alone.append(line)
        return len(self._alone) <= MOST_ALONE

    def _waiting(self) -> list[Line]:
        return sorted([*self._alone, *self._crossing], key=lambda line: -line.box[1])

    def _is_far(self, line: Line) -> bool:
        below = (self._waiting() or self._lines)[-1]
        gap = below.box[1] - line.box[3]
        if gap > max(FARTHEST * line.height, FARTHER * self._widest):
            return not self._is_framed(line, below)
        if len(line.runs) > 1:
            self._widest = max(self._widest, gap)
        return False

    def _is_framed(self, line: Line, below: Line) -> bool:
        """Whether a line stands between two rules of one length, as the header over the rows below it does."""
        reach = HEADER_REACH * line.height
        if len(line.runs) < 2 or below.box[1] - line.box[3] > reach:
            return False
        over = [rule for rule in self._level if line.box[1] - reach < rule[0] <= line.box[1] + SAME_END]
        under = [rule for rule in self._level if line.box[3] - SAME_END <= rule[0] < below.box[1] + SAME_END]
        left, right = min(line.box[0], below.box[0]), max(line.box[2], below.box[2])
        return any(
            max(abs(one[1] - other[1]), abs(one[2] - other[2])) <= SAME_END
            and one[1] <= left + SAME_END
            and one[2] >= right - SAME_END
            for one in over
            for other in under
        )

    def _is_spanner(self, line: Line) -> bool:
        """Whether it stands above columns but the first, and reaches no farther than they do."""
        height = median(row.height for row in self._rows)
        if line.height > LARGER * height:
            return False
        left, right = union(row.box for row in self._rows)[::2]
        starts_right = line.box[0] > self._gutters[0][0] - height if self._gutters else False
        inside = line.box[0] >= left - height and line.box[2] <= right + height
        return inside and (len(line.runs) > 1 or starts_right)


def _usual_space(lines: Sequence[Line]) -> float:
    """The usual gap between words, in heights of a line; letters of one width have wide ones."""
    gaps = [
        (after.box[0] - before.box[2]) / line.height
        for line in lines
        for run in line.runs
        for before, after in zip(run.words, run.words[1:], strict=False)
    ]
    return median(gaps) if gaps else 0.0


def _solid(line: Line, space: float) -> list[tuple[float, float]]:
    """The stretches of a line that no gutter can cross."""
    reach = _reach(line, space)
    stretches: list[tuple[float, float]] = []
    for word in (word for run in line.runs for word in run.words):
        if stretches and word.box[0] - stretches[-1][1] <= reach:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], word.box[2]))
        else:
            stretches.append((word.box[0], word.box[2]))
    return stretches


@dataclass(frozen=True, slots=True)
class Placed:
    """A run and the columns that it stands in, the first and the last."""

    run: Run
    first: int
    last: int


def place(line: Line, gutters: Sequence[Gutter]) -> list[Placed]:
    """The runs of a line with their columns."""
    placed = []
    for run in line.runs:
        first = sum(_starts_behind(run, gutter) for gutter in gutters)
        last = sum(_ends_behind(run, gutter) for gutter in gutters)
        placed.append(Placed(run, min(first, last), max(first, last)))
    return placed


def _starts_behind(run: Run, gutter: Gutter) -> bool:
    """Whether a run starts behind a gutter, or in it and goes on behind it: a name is wider than its numbers."""
    left, right = gutter
    if run.box[2] > right:
        return run.box[0] >= left
    return run.box[0] >= (left + right) / 2


def _ends_behind(run: Run, gutter: Gutter) -> bool:
    """Whether a run ends behind a gutter; not one that starts before it and ends in it."""
    left, right = gutter
    if run.box[0] < left:
        return run.box[2] > right
    return run.box[2] > (left + right) / 2


def parted(line: Line, gutters: Sequence[Gutter], space: float) -> Line:
    """The line with runs parted where they cross a gutter by a gap wider than the usual space between words."""
    reach = _reach(line, space)
    runs = []
    for run in line.runs:
        cuts = {_cut(run, gutter, reach) for gutter in gutters if run.box[0] < gutter[0] and gutter[1] < run.box[2]}
        start = 0
        for cut in sorted(cuts - {0}):
            runs.append(run_of(run.words[start:cut]))
            start = cut
        runs.append(run_of(run.words[start:]))
    return Line(tuple(runs), line.box, line.height) if len(runs) > len(line.runs) else line


def _cut(run: Run, gutter: Gutter, reach: float) -> int:
    """The number of the word of a run before which it crosses a gutter, 0 if it has no gap there."""
    gaps = [
        (after.box[0] - before.box[2], number)
        for number, (before, after) in enumerate(zip(run.words, run.words[1:], strict=False), 1)
        if before.box[2] <= gutter[1] and after.box[0] >= gutter[0]
    ]
    widest, number = max(gaps, default=(0.0, 0))
    return number if widest > reach else 0


def _reach(line: Line, space: float) -> float:
    """The gap in points up to which words belong together."""
    return max(WORD_GAP, 1.35 * space) * line.height
