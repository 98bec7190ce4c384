"""Pictures of a place: boxes drawn on a page or photo, of which the part around them is shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from models.protocols import Pixels
from store.records import Box

INK = (214, 40, 40)
MARKER = (255, 224, 92)
LEAST_SHARE = 0.4
"""Share of the page's width and height that is shown at least, so that a person sees where on the page it is."""
BORDER = 0.06
"""What is shown around the boxes, as a share of the page's longer side."""


def surroundings(boxes: Sequence[Box], width: float, height: float) -> Box:
    """The part of a page or picture of that size to show, so that the boxes lie in it with something around them."""
    border = BORDER * max(width, height)
    left, right = _widened(min(b[0] for b in boxes) - border, max(b[2] for b in boxes) + border, width)
    top, bottom = _widened(min(b[1] for b in boxes) - border, max(b[3] for b in boxes) + border, height)
    return left, top, right, bottom


def overlaps(one: Box, other: Box) -> bool:
    """Whether two boxes have an area in common."""
    return max(one[0], other[0]) < min(one[2], other[2]) and max(one[1], other[1]) < min(one[3], other[3])


def clipped(box: Box, whole: Box) -> Box:
    """The part of a box that lies in another."""
    return max(box[0], whole[0]), max(box[1], whole[1]), min(box[2], whole[2]), min(box[3], whole[3])


def crop(pixels: Pixels, shown: Box, whole: Box) -> Pixels:
    """The part `shown` of a picture of which `pixels` are the whole, in whatever size."""
    height, width = pixels.shape[:2]
    across, down = width / whole[2], height / whole[3]
    left, top = int(shown[0] * across), int(shown[1] * down)
    return pixels[top : max(top + 1, round(shown[3] * down)), left : max(left + 1, round(shown[2] * across))]


def draw_boxes(pixels: Pixels, shown: Box, boxes: Sequence[Box]) -> Pixels:
    """A copy of `pixels`, which show the part `shown` of a page or picture, with the boxes marked.

    What is in a box stays legible: paper turns yellow, ink stays dark.
    """
    height, width = pixels.shape[:2]
    across, down = width / max(shown[2] - shown[0], 1e-6), height / max(shown[3] - shown[1], 1e-6)
    marked = pixels.copy()
    places = []
    for box in boxes:
        left, right = (round(min(max((x - shown[0]) * across, 0), width)) for x in (box[0], box[2]))
        top, bottom = (round(min(max((y - shown[1]) * down, 0), height)) for y in (box[1], box[3]))
        marked[top:bottom, left:right] = np.minimum(marked[top:bottom, left:right], MARKER)
        places.append((left, top, max(left, right), max(top, bottom)))
    image = Image.fromarray(marked)
    thickness = max(2, round(max(width, height) / 500))
    for left, top, right, bottom in places:
        outline = (left - thickness, top - thickness, right + thickness - 1, bottom + thickness - 1)
        ImageDraw.Draw(image).rectangle(outline, outline=INK, width=thickness)
    return np.asarray(image, dtype=np.uint8)


def _widened(low: float, high: float, whole: float) -> tuple[float, float]:
    """The stretch from `low` to `high` within 0 to `whole`, made as long as `LEAST_SHARE` of it."""
    missing = max(0.0, LEAST_SHARE * whole - (high - low)) / 2
    low, high = low - missing, high + missing
    if low < 0:
        low, high = 0.0, high - low
    if high > whole:
        low, high = max(0.0, low - (high - whole)), whole
    return low, high
