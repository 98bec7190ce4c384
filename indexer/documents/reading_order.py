"""The order in which a person reads the lines of a page: columns one after another, tables row by row.

Whitespace decides, as in the XY-cut (Nagy and Seth 1984), but a gap between two groups of lines parts them only where
both read as running text: the gaps between the cells of a table or a form do not.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from indexer.documents.records import TextLine
from store.records import Box

Row = list[TextLine]
"""Lines beside one another, from left to right."""

LEAST_IN_COLUMN = 2
SAME_START = 3.0
"""Points by which lines of one column may start apart."""
LEAST_STARTS = 3
"""Lines that must start at one place for it to be tried as the left edge of a column."""
MOST_STARTS = 10
LEAST_GUTTER = 0.45
"""Of the type size: the narrowest gap between columns."""
PROSE_WORDS = 4
"""Words of a line of prose, for half the lines of a column."""
LEVEL = 0.35
"""Of the type size: lines whose middles are nearer to one another stand on one row."""
EXACT = 0.12
"""Of the type size: how far the lines of rows may be from standing at one offset to each other."""
LEAST_ALONE = 3
"""Lines that stand alone in their rows, by which a side is told to be running text though it holds a table."""
CELLS = 0.4
"""The share of numbers in a group from which it is a column of a table."""
DEEPEST = 12

NUMBER = re.compile(r"^[^\w\s]{0,2}\s?\d[\d\s.,:/%()–-]*\S{0,3}$|^[-–—]$")
BULLET = re.compile(r"^(?:[•◦▪■●○‣·*–—-]|\(?[a-zA-Z0-9]{1,2}[.)]|\[\d{1,3}\])\s")


@dataclass(frozen=True, slots=True)
class Group:
    """A column, or what spans the columns: rows from top to bottom.

    Its lines stand as they are read, upright and from left to right; `on_page` says where a box of it is on the page.
    """

    rows: list[Row]
    turn: int = 0
    is_mirrored: bool = False

    def on_page(self, line: TextLine) -> TextLine:
        """The line of a row as it stands on the page."""
        box = _mirrored(line.box) if self.is_mirrored else line.box
        return replace(line, box=_turned(box, -self.turn % 360))


def reading_order(lines: Sequence[TextLine]) -> list[Group]:
    """The lines in groups, in the order in which they are read.

    Lines of the turn that most letters have come first; what is set across them, such as a stamp in a margin, last.
    """
    letters: Counter[int] = Counter()
    for line in lines:
        letters[line.turn] += len(line.text)
    groups: list[Group] = []
    for turn, _ in letters.most_common():
        same = [line for line in lines if line.turn == turn]
        upright = [replace(line, box=_turned(line.box, turn)) for line in same]
        from_right = _is_right_to_left(same)
        if from_right:
            upright = [replace(line, box=_mirrored(line.box)) for line in upright]
        groups += [Group(rows_of(group), turn, from_right) for group in _parted(upright, 0)]
    return groups


def rows_of(lines: Iterable[TextLine]) -> list[Row]:
    """Rows from top to bottom, each from left to right."""
    rows: list[Row] = []
    for line in sorted(lines, key=lambda line: (line.middle, line.box[0])):
        if rows and _same_row(rows[-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.box[0]) for row in rows]


def _same_row(row: Row, line: TextLine) -> bool:
    low, high = max(row[0].box[1], line.box[1]), min(row[0].box[3], line.box[3])
    shorter = min(row[0].box[3] - row[0].box[1], line.box[3] - line.box[1])
    return high - low > 0.5 * shorter


def _parted(lines: list[TextLine], depth: int) -> list[list[TextLine]]:
    """The lines in groups, in reading order."""
    if depth < DEEPEST and len(lines) > 2 * LEAST_IN_COLUMN:
        best: list[tuple[bool, list[TextLine]]] = []
        most = 0
        for edge in _edges(lines):
            segments = _segments(lines, edge)
            weight = sum(len(segment) for is_columns, segment in segments if is_columns)
            if weight > most:
                best, most = segments, weight
                best_edge = edge
        if best:
            groups: list[list[TextLine]] = []
            for is_columns, segment in best:
                if is_columns:
                    for side in _sides(segment, best_edge):
                        groups += _parted(side, depth + 1)
                elif len(segment) < len(lines):
                    groups += _parted(segment, depth + 1)
            return groups
    return [lines] if lines else []


def _edges(lines: Sequence[TextLine]) -> list[float]:
    """Where a right-hand column may begin: starts that several lines share, and the far sides of empty strips."""
    starts = Counter(round(line.box[0] / SAME_START) for line in lines)
    left = min(line.box[0] for line in lines)
    shared = [
        min(line.box[0] for line in lines if abs(round(line.box[0] / SAME_START) - place) <= 1)
        for place, count in starts.most_common(MOST_STARTS)
        if count + starts[place + 1] + starts[place - 1] >= LEAST_STARTS
    ]
    strips, reach = [], float("-inf")
    for line in sorted(lines, key=lambda line: line.box[0]):
        if reach < line.box[0] and reach != float("-inf"):
            strips.append(line.box[0])
        reach = max(reach, line.box[2])
    return sorted({round(edge, 1) for edge in (*shared, *strips) if edge > left + SAME_START})


def _segments(lines: Sequence[TextLine], edge: float) -> list[tuple[bool, list[TextLine]]]:
    """From top to bottom: stretches of lines that stand in two columns with this edge, and those that do not."""
    found: list[tuple[bool, list[TextLine]]] = []
    run: list[TextLine] = []

    def close() -> None:
        if run:
            is_columns = _are_columns(*_sides(run, edge))
            if found and not is_columns and not found[-1][0]:
                found[-1][1].extend(run)
            else:
                found.append((is_columns, list(run)))
            run.clear()

    for line in sorted(lines, key=lambda line: (line.middle, line.box[0])):
        crosses = line.box[0] < edge - SAME_START and line.box[2] > edge + 1
        if not crosses:
            run.append(line)
            continue
        close()
        if found and not found[-1][0]:
            found[-1][1].append(line)
        else:
            found.append((False, [line]))
    close()
    return found


def _sides(lines: Iterable[TextLine], edge: float) -> tuple[list[TextLine], list[TextLine]]:
    left: list[TextLine] = []
    right: list[TextLine] = []
    for line in lines:
        (right if line.box[0] >= edge - SAME_START else left).append(line)
    return left, right


def _are_columns(left: Sequence[TextLine], right: Sequence[TextLine]) -> bool:
    """Whether two groups beside one another are to be read one after the other."""
    if min(len(left), len(right)) < LEAST_IN_COLUMN:
        return False
    size = median(line.size or line.box[3] - line.box[1] for line in (*left, *right))
    # Of the left lines some may reach over into the gap: what is between most of them counts.
    reach = sorted(line.box[2] for line in left)[int(0.95 * (len(left) - 1))]
    if min(line.box[0] for line in right) - reach < LEAST_GUTTER * size:
        return False
    top, bottom = max(_top(left), _top(right)), min(_bottom(left), _bottom(right))
    if bottom - top < size:
        return False
    if max(_numbers(left), _numbers(right)) > CELLS:
        return False
    if _share(left, lambda line: line.text.endswith(":")) > CELLS:
        return False
    if min(_share(left, _is_bullet), _share(right, _is_bullet)) > CELLS:
        return True
    # Of a column that holds a table, what stands around the table says what the column is.
    left, right = _running(left), _running(right)
    words = min(_usual_words(left), _usual_words(right))
    if words >= PROSE_WORDS or (min(_fill(left), _fill(right)) >= 0.6 and min(len(left), len(right)) > 3):
        return True
    return words > 1 and _level(left, right, size) < 0.5


def _numbers(lines: Iterable[TextLine]) -> float:
    """The share of rows that hold nothing but numbers."""
    rows = rows_of(lines)
    return sum(all(map(_is_number, row)) for row in rows) / len(rows)


def _running(lines: Sequence[TextLine]) -> Sequence[TextLine]:
    """The lines that stand alone in their rows, where there are some; else all."""
    alone = [row[0] for row in rows_of(lines) if len(row) == 1]
    return alone if len(alone) >= LEAST_ALONE else lines


def _top(lines: Iterable[TextLine]) -> float:
    return min(line.box[1] for line in lines)


def _bottom(lines: Iterable[TextLine]) -> float:
    return max(line.box[3] for line in lines)


def _share(lines: Sequence[TextLine], test: Callable[[TextLine], bool]) -> float:
    return sum(map(test, lines)) / len(lines)


def _is_number(line: TextLine) -> bool:
    return bool(NUMBER.match(line.text))


def _is_bullet(line: TextLine) -> bool:
    return bool(BULLET.match(line.text))


def _words(line: TextLine) -> float:
    """Words; letters of scripts without spaces count half."""
    return line.text.count(" ") + 1 + sum(map(is_unspaced, line.text)) / 2


def _usual_words(lines: Sequence[TextLine]) -> float:
    return median(map(_words, lines))


def _fill(lines: Sequence[TextLine]) -> float:
    """The share of lines that reach across the width of their column."""
    width = max(line.box[2] for line in lines) - min(line.box[0] for line in lines)
    return _share(lines, lambda line: line.box[2] - line.box[0] >= 0.85 * width)


def _level(left: Sequence[TextLine], right: Sequence[TextLine], size: float) -> float:
    """The share of lines of the shorter side that stand on a row with one of the other, all at one offset.

    Lines of two columns meet at any offset; those of the cells of a table do at one, which is not nothing where they
    are of two sizes.
    """
    fewer, more = sorted((left, right), key=len)
    middles = [line.middle for line in more]
    offsets = [min((line.middle - other for other in middles), key=abs) for line in fewer]
    usual = median(offsets)
    return sum(abs(offset - usual) <= EXACT * size and abs(offset) < LEVEL * size for offset in offsets) / len(fewer)


def is_unspaced(letter: str) -> bool:
    """Whether a letter is of a script that sets no spaces between words: Chinese, Japanese, Thai, Khmer."""
    return "\u2e80" <= letter <= "\ua4cf" or "\uf900" <= letter <= "\ufaff" or "\u0e00" <= letter <= "\u0eff"


def _is_right_to_left(lines: Iterable[TextLine]) -> bool:
    """Whether most letters are of a script that is written from the right."""
    balance = 0
    for line in lines:
        if not line.text.isascii():
            balance += sum(unicodedata.bidirectional(letter) in ("R", "AL") for letter in line.text)
        balance -= sum(map(str.isascii, line.text)) // 2
    return balance > 0


def _mirrored(box: Box) -> Box:
    return -box[2], box[1], -box[0], box[3]


def _turned(box: Box, degrees: int) -> Box:
    """The box after the page has been turned anticlockwise by 0, 90, 180 or 270 degrees around its corner."""
    x0, y0, x1, y1 = box
    if degrees == 90:
        return y0, -x1, y1, -x0
    if degrees == 270:
        return -y1, x0, -y0, x1
    return (-x1, -y1, -x0, -y0) if degrees == 180 else box
