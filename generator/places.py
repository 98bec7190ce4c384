"""Where on a page or picture the words of a quote stand, from the lines that an item keeps with their boxes.

Lines are `attributes["lines"]`, each with its `text` and `box`: of a passage in PDF points, of a picture in which text
was read in pixels. Of a table they are `attributes["table"]`: its `lines`, a row each, and its `row_boxes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from generator.words import comparable
from store.records import Box, Item

GAP = " \u2026 "
"""What parts the pieces of a quote that stand apart in the text."""
LEAST_LINE = 4
"""Letters and digits that a line must have for its standing in a quote to say that the quote is there."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line or table row: its letters and digits alone, and its box."""

    letters: str
    box: Box


def quote_boxes(item: Item, quote: str) -> tuple[Box, ...]:
    """The boxes of the stretches of an item that hold a quote, in the order of the quote; none where it is not found.

    A stretch is the box around neighbouring lines. A quote over two columns is two stretches.
    """
    lines = list(_lines(item))
    boxes: list[Box] = []
    for piece in quote.split(GAP):
        boxes += _stretches(_holding(_letters(piece), lines))
    return tuple(dict.fromkeys(boxes))


def _lines(item: Item) -> Iterator[Line]:
    table = item.attributes.get("table")
    if table:
        kept = list(zip(table["lines"], table["row_boxes"], strict=True))
    else:
        kept = [(line["text"], line["box"]) for line in item.attributes.get("lines") or ()]
    for text, box in kept:
        yield Line(_letters(text), (box[0], box[1], box[2], box[3]))


def _letters(text: str) -> str:
    """Letters and digits alone: lines lose hyphens and blanks when they are joined, and quotes gain marks."""
    return re.sub(r"[\W_]", "", comparable(text))


def _holding(wanted: str, lines: Sequence[Line]) -> list[Line]:
    """The lines in which the wanted letters stand; if they do not stand there in a row, those that stand in them."""
    if not wanted:
        return []
    ends = list(accumulate(len(line.letters) for line in lines))
    start = "".join(line.letters for line in lines).find(wanted)
    if start < 0:
        return [line for line in lines if len(line.letters) >= LEAST_LINE and line.letters in wanted]
    stop = start + len(wanted)
    return [line for line, end in zip(lines, ends, strict=True) if end > start and end - len(line.letters) < stop]


def _stretches(lines: Sequence[Line]) -> list[Box]:
    """The boxes around lines that follow each other; one that stands elsewhere, as in another column, begins anew."""
    boxes: list[Box] = []
    previous: Box | None = None
    for line in lines:
        if previous is not None and (_on_one_level(previous, line.box) or _is_below(boxes[-1], line.box)):
            last, box = boxes[-1], line.box
            boxes[-1] = (min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]))
        else:
            boxes.append(line.box)
        previous = line.box
    return boxes


def _on_one_level(line: Box, following: Box) -> bool:
    """Whether two lines stand beside each other, at whatever distance: cells of a row, a name and its value."""
    shared = min(line[3], following[3]) - max(line[1], following[1])
    return shared > 0.5 * min(line[3] - line[1], following[3] - following[1])


def _is_below(stretch: Box, line: Box) -> bool:
    """Whether a line stands just below those before it."""
    height = line[3] - line[1]
    beneath = line[0] < stretch[2] and stretch[0] < line[2]
    return beneath and stretch[3] - height < line[1] < stretch[3] + 1.5 * height
