"""Finds headers, footers and page numbers: lines that come again at the same height on the pages around.

A window of neighbouring pages is enough, and costs little: what runs through a chapter runs through its neighbours,
and what is printed on left and right pages in turn comes again two pages on. It knows nothing of the whole document.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import takewhile

from indexer.documents.reading_order import Row, rows_of
from indexer.documents.records import TextLine

WINDOW = 2
"""Pages before and after that a page is compared with."""
MARGIN = 0.14
"""The share of a page's height, at the top and at the bottom, in which heads and feet are looked for."""
SAME_HEIGHT = 4.0
"""Points by which a line's distance to the edge may differ from page to page."""
LARGE = 1.3
"""Of the size of the body: larger lines are titles unless they come again on `LARGE_REPEATS` pages."""
LARGE_REPEATS = 3
TEMPLATE = 0.4
"""The share of lines that come again, from which pages are fillings of one form, whose labels are not heads."""
TEMPLATE_LINES = 10

# Not by ignoring case, by which the Turkish letters without and with a dot would be numerals too.
NUMBERS = re.compile(r"\d+|\b[ivxlcIVXLC]+\b")
ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
LONGEST_NUMBER = 9
"""Digits of a number that is compared."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A line as it is compared: its words without numbers, its numbers, and how far from which edge it stands."""

    words: str
    numbers: tuple[int, ...]
    is_top: bool
    distance: float


class Sheet:
    """The lines of one page, its height in points, and its lines by their words."""

    def __init__(self, height: float, lines: Sequence[TextLine]) -> None:
        self.height = height
        self.lines = lines
        self.places = [_placed(line, height) for line in lines]
        self.by_words: dict[str, list[_Place]] = {}
        for place in self.places:
            self.by_words.setdefault(place.words, []).append(place)


def running_lines(sheets: Mapping[int, Sheet], number: int, body_size: float) -> set[TextLine]:
    """Those lines of page `number` that belong to its head and foot; `sheets` are it and its neighbours, by number."""
    sheet = sheets[number]
    others = {other: near for other, near in sheets.items() if other != number and abs(other - number) <= WINDOW}
    if not others:
        return set()
    repeats = {line: _repeats(place, number, others) for line, place in zip(sheet.lines, sheet.places, strict=True)}
    if len(sheet.lines) >= TEMPLATE_LINES and sum(map(bool, repeats.values())) > TEMPLATE * len(sheet.lines):
        return {line for line, count in repeats.items() if count and _is_outer(line, sheet) and _is_number(line)}
    again = {
        line
        for line, count in repeats.items()
        if count >= (min(LARGE_REPEATS, len(others)) if line.size > LARGE * body_size else 1) and _is_outer(line, sheet)
    }
    level = [line for line in sheet.lines if not line.turn]
    rows = rows_of(level)
    # What stands beside a running line, such as a date or the number of an issue, runs with it.
    outer = {line for row in (*_outermost(rows, again), *_outermost(rows[::-1], again)) for line in row}
    return {line for line in again if line.turn} | {line for line in outer if _is_outer(line, sheet)}


def _outermost(rows: Sequence[Row], again: Set[TextLine]) -> Iterator[Row]:
    """Rows from the edge inward, up to the first in which no line comes again: behind it the body begins."""
    return takewhile(lambda row: any(line in again for line in row), rows)


def body_size(sheets: Mapping[int, Sheet]) -> float:
    """The type size, in points, in which most letters of the pages are set; 0 where there are none."""
    letters: Counter[float] = Counter()
    for sheet in sheets.values():
        for line in sheet.lines:
            letters[round(2 * line.size) / 2] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 0.0


def _is_outer(line: TextLine, sheet: Sheet) -> bool:
    if line.turn:
        return len(sheet.lines) > 2 * sum(bool(other.turn) for other in sheet.lines)
    return line.box[1] < MARGIN * sheet.height or line.box[3] > (1 - MARGIN) * sheet.height


def _is_number(line: TextLine) -> bool:
    return not re.search(r"[^\W\d_]", NUMBERS.sub("", line.text).replace("Page", "").replace("of", ""))


def _placed(line: TextLine, height: float) -> _Place:
    is_top = line.middle < height / 2
    if line.turn:
        # A stamp at the side comes again at one place of the page, and is not at its top or foot.
        return _Place(line.text, (), True, line.box[0])
    distance = line.middle if is_top else height - line.middle
    numbers = tuple(_values(line.text))
    return _Place(NUMBERS.sub("#", line.text), numbers, is_top, distance)


def _values(text: str) -> Iterator[int]:
    for found in NUMBERS.findall(text):
        yield int(found[-LONGEST_NUMBER:]) if found.isdigit() else _roman(found.lower())


def _roman(letters: str) -> int:
    values = [ROMAN[letter] for letter in letters]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


def _repeats(place: _Place, number: int, others: Mapping[int, Sheet]) -> int:
    """On how many of the other pages the line comes again."""
    return sum(
        any(_same(place, other, away - number) for other in there.by_words.get(place.words, ()))
        for away, there in others.items()
    )


def _same(one: _Place, other: _Place, pages: int) -> bool:
    """Whether lines of the same words, so many pages apart, are one running line: numbers stay, or count the pages."""
    if one.is_top != other.is_top or abs(one.distance - other.distance) > SAME_HEIGHT:
        return False
    steps = [after - before for before, after in zip(one.numbers, other.numbers, strict=True)]
    has_letters = any(letter.isalpha() for letter in one.words)
    return all(step in (0, pages) for step in steps) and (has_letters or pages in steps)
