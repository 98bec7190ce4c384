"""Where a page is only a picture of text, and the lines that were read there as lines of the page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np

from indexer.documents.opening import open_document
from indexer.documents.records import Page, TextLine, around, share_inside
from indexer.documents.rendering import render_at
from indexer.limits import FileLimits
from indexer.page_tables import Table
from models.protocols import Pixels
from store.records import Box, ReadLine

READING_SIDE = 1600
"""Pixels of the longer side of a page that is read: about 137 dots an inch of an A4 page."""
MOST_ZOOM = 4.0
"""Pixels a point: more than that shows no more of a small picture."""
LEAST_SHARE = 0.08
"""Of the page's area: smaller pictures on a page with text are figures, and read as those."""
LEAST_SIDE = 60.0
"""Points."""
LAID_OVER = 3
"""Lines of text inside a picture from which it has a text layer of its own."""
TOUCH = 4.0
"""Points: scanners cut a page into strips that lie no further apart."""
BLANK = 6.0
"""The standard deviation of a page's pixels below which there is nothing on it."""
LETTER = 0.72
"""The type size as a share of the height of a line's box."""
SAME_SIZE = 0.3
"""Lines whose heights differ from the usual by no more than this share are of one size: ascenders make the rest."""


def unread_parts(page: Any, lines: Sequence[TextLine], usable: bool, pixels: Pixels) -> tuple[Box, ...]:
    """The boxes of a page, in points, where text may stand that its text layer does not hold."""
    whole: Box = (0.0, 0.0, float(page.rect.width), float(page.rect.height))
    if not usable:
        return (whole,) if pixels.size and float(np.std(pixels)) > BLANK else ()
    found = []
    for box in merged(_picture_boxes(page)):
        clipped = (max(0.0, box[0]), max(0.0, box[1]), min(whole[2], box[2]), min(whole[3], box[3]))
        width, height = clipped[2] - clipped[0], clipped[3] - clipped[1]
        if min(width, height) < LEAST_SIDE or width * height < LEAST_SHARE * whole[2] * whole[3]:
            continue
        if sum(share_inside(line.box, clipped) > 0.5 for line in lines) < LAID_OVER:
            found.append(clipped)
    return tuple(found)


def _picture_boxes(page: Any) -> list[Box]:
    import pymupdf

    boxes = []
    for picture in page.get_image_info():
        rect = pymupdf.Rect(picture["bbox"]) * page.rotation_matrix
        boxes.append((float(rect.x0), float(rect.y0), float(rect.x1), float(rect.y1)))
    return boxes


def merged(boxes: Iterable[Box]) -> list[Box]:
    """The boxes, those that touch as one."""
    apart: list[Box] = []
    for box in boxes:
        near = [other for other in apart if _touch(box, other)]
        apart = [other for other in apart if other not in near] + [around([box, *near])]
    return apart


def _touch(one: Box, other: Box) -> bool:
    return (
        one[0] <= other[2] + TOUCH
        and other[0] <= one[2] + TOUCH
        and one[1] <= other[3] + TOUCH
        and other[1] <= one[3] + TOUCH
    )


def render_part(data: bytes, number: int, box: Box, limits: FileLimits) -> Pixels:
    """A part of a page in as many pixels as its letters need to be read."""
    side = max(box[2] - box[0], box[3] - box[1], 1.0)
    return render_at(open_document(data, limits)[number - 1], min(READING_SIDE / side, MOST_ZOOM), box)


def lines_read(box: Box, read: Sequence[ReadLine]) -> dict[TextLine, TextLine]:
    """Lines read in the part `box` of a page, as they would stand if the page lay straight, and as they do stand."""
    width, height = box[2] - box[0], box[3] - box[1]
    level, placed = [], []
    for line in read:
        x0, y0, x1, y1 = line.box
        place = (box[0] + x0 * width, box[1] + y0 * height, box[0] + x1 * width, box[1] + y1 * height)
        quarters = round(line.turn / 90)
        straight = _straight(place, line.turn - 90 * quarters, box)
        tall = straight[2] - straight[0] if quarters % 2 else straight[3] - straight[1]
        one = TextLine(line.text, straight, round(LETTER * tall, 1), turn=90 * quarters % 360)
        level.append(one)
        placed.append(replace(one, box=_rounded(place)))
    return dict(zip(_of_one_size(level), placed, strict=True))


def _straight(place: Box, degrees: float, page: Box) -> Box:
    """The box of a line, around which `place` is, after the page is turned back by so many degrees."""
    if not degrees:
        return _rounded(place)
    turn = math.radians(degrees)
    middle_x, middle_y = (page[0] + page[2]) / 2, (page[1] + page[3]) / 2
    across, down = (place[0] + place[2]) / 2 - middle_x, (place[1] + place[3]) / 2 - middle_y
    x = middle_x + across * math.cos(turn) + down * math.sin(turn)
    y = middle_y - across * math.sin(turn) + down * math.cos(turn)
    sine, cosine = abs(math.sin(turn)), math.cos(turn)
    wide, tall = place[2] - place[0], place[3] - place[1]
    width = max(1.0, (wide * cosine - tall * sine) / math.cos(2 * turn))
    height = max(1.0, (tall * cosine - wide * sine) / math.cos(2 * turn))
    return _rounded((x - width / 2, y - height / 2, x + width / 2, y + height / 2))


def placed(page: Page, places: Mapping[TextLine, TextLine]) -> Page:
    """The page with its lines where they do stand."""
    passages = []
    for passage in page.passages:
        lines = tuple(places.get(line, line) for line in passage.lines)
        passages.append(replace(passage, lines=lines, box=around([line.box for line in lines])))
    tables = tuple(_table_placed(table, places) for table in page.tables)
    running = tuple(places.get(line, line) for line in page.running)
    return replace(page, passages=tuple(passages), tables=tables, running=running)


def _table_placed(table: Table, places: Mapping[TextLine, TextLine]) -> Table:
    """The table with its cells where the lines in them do stand; one of the text layer stays where it is."""

    def place(box: Box) -> Box:
        inside = [there.box for here, there in places.items() if share_inside(here.box, box) > 0.5]
        return around(inside) if inside else box

    rows = tuple(
        replace(row, cells=tuple(cell and replace(cell, box=place(cell.box)) for cell in row.cells))
        for row in table.rows
    )
    return replace(table, box=place(table.box), rows=rows)


def _rounded(box: Box) -> Box:
    x0, y0, x1, y1 = (round(edge, 2) for edge in box)
    return x0, y0, x1, y1


def _of_one_size(lines: Sequence[TextLine]) -> list[TextLine]:
    if not lines:
        return []
    usual = median([line.size for line in lines for _ in range(1 + len(line.text) // 10)])
    return [replace(line, size=usual) if abs(line.size - usual) <= SAME_SIZE * usual else line for line in lines]
