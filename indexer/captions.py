"""Captions told by their words and their place: `Figure 3: ...` under a figure, `Table 2: ...` over a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from store.records import Box

FIGURE = re.compile(
    r"\W*(?:(?:supplementary|extended data) )?"
    r"(?:figure|fig|figures|chart|graph|exhibit|plate|photo|map|diagram|abbildung|abb|bild|grafik|schaubild|figura|gráfico)"
    r"\b\.?\s*(?:[A-Z]{1,2}[.-]?)?\d",
    re.IGNORECASE,
)
TABLE = re.compile(
    r"\W*(?:table|tab|tabelle|tableau|tabla|tabella|exhibit)\b\.?\s*(?:[A-Z]{1,2}[.-]?)?(?:\d|[IVX]+\b)", re.IGNORECASE
)
FARTHEST = 40.0
"""Points between a figure or table and its caption."""
MOST_LINES = 5
MOST_CHARACTERS = 600


class Placed(Protocol):
    """A line of text with its box."""

    @property
    def text(self) -> str: ...

    @property
    def box(self) -> Box: ...


def caption_of(box: Box, lines: Sequence[Placed], opening: re.Pattern[str]) -> str:
    """The caption of what is in a box: the nearest line below or above that opens as one, with those it goes on in."""
    start = _start_of(box, lines, opening)
    return _whole(start, box, lines, opening) if start else ""


def captions_of(boxes: Sequence[Box], lines: Sequence[Placed], opening: re.Pattern[str]) -> list[str]:
    """The captions of what is in several boxes, each of which has its own; empty where there is none."""
    captions = [""] * len(boxes)
    waiting = dict(enumerate(boxes))
    free = list(lines)
    while waiting:
        starts = [(at, start) for at, box in waiting.items() if (start := _start_of(box, free, opening))]
        if not starts:
            break
        at, start = min(starts, key=lambda pair: _distance(pair[1].box, waiting[pair[0]]))
        captions[at] = _whole(start, waiting.pop(at), lines, opening)
        free = [line for line in free if line is not start]
    return captions


def _start_of(box: Box, lines: Sequence[Placed], opening: re.Pattern[str]) -> Placed | None:
    starts = [line for line in lines if opening.match(line.text) and _distance(line.box, box) <= FARTHEST]
    return min(starts, key=lambda line: _distance(line.box, box), default=None)


def _whole(start: Placed, box: Box, lines: Sequence[Placed], opening: re.Pattern[str]) -> str:
    text, last = start.text, start.box
    for _ in range(MOST_LINES - 1):
        following = next((line for line in lines if _goes_on(last, line.box, start.box)), None)
        if following is None or opening.match(following.text) or _distance(following.box, box) == 0:
            break
        text, last = f"{text} {following.text}", following.box
    return text[:MOST_CHARACTERS]


def _distance(line: Box, box: Box) -> float:
    """Points between the two, from top to bottom; far where they do not stand over each other."""
    if min(line[2], box[2]) - max(line[0], box[0]) < 0.3 * min(line[2] - line[0], box[2] - box[0]):
        return FARTHEST + 1
    return max(0.0, line[1] - box[3], box[1] - line[3])


def _goes_on(above: Box, line: Box, first: Box) -> bool:
    height = first[3] - first[1]
    near = -0.3 * height <= line[1] - above[3] <= 0.35 * height
    # A line that ends well before the next one does was the last.
    is_whole = above[2] >= line[2] - 3 * height
    return (
        near
        and is_whole
        and abs(line[3] - line[1] - height) <= 0.15 * height
        and line[0] < above[2]
        and line[2] > first[0]
    )
