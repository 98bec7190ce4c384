"""Where a page is only a picture of text, and the lines that were read there as lines of the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np

from indexer.documents.opening import open_document
from indexer.documents.records import TextLine, around, share_inside
from indexer.documents.rendering import render_at
from indexer.limits import FileLimits
from models.protocols import Pixels
from store.records import Box, ReadLine

READING_SIDE = 2000
"""Pixels of the longer side of a page that is read: about 170 dots an inch of an A4 page."""
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
        return (whole,) if float(np.std(pixels)) > BLANK else ()
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


def lines_read(box: Box, read: Sequence[ReadLine]) -> list[TextLine]:
    """Lines read in the part `box` of a page as lines of that page."""
    width, height = box[2] - box[0], box[3] - box[1]
    lines = []
    for line in read:
        x0, y0, x1, y1 = line.box
        place = (
            round(box[0] + x0 * width, 2),
            round(box[1] + y0 * height, 2),
            round(box[0] + x1 * width, 2),
            round(box[1] + y1 * height, 2),
        )
        tall = place[2] - place[0] if line.turn in (90, 270) else place[3] - place[1]
        lines.append(TextLine(line.text, place, round(LETTER * tall, 1), turn=line.turn))
    return _of_one_size(lines)


def _of_one_size(lines: Sequence[TextLine]) -> list[TextLine]:
    if not lines:
        return []
    usual = median([line.size for line in lines for _ in range(1 + len(line.text) // 10)])
    return [replace(line, size=usual) if abs(line.size - usual) <= SAME_SIZE * usual else line for line in lines]
