"""What is known of a page before it becomes items: lines, passages, tables, figures, and its render."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.page_figures import Figure
from indexer.page_tables import Table
from models.protocols import Pixels
from store.records import Box


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text as it stands on the page, and the box around it in PDF points of the upright page.

    `size` is the type size in points, `turn` by how many degrees clockwise the line is turned: 0, 90, 180 or 270.
    """

    text: str
    box: Box
    size: float = 0.0
    is_bold: bool = False
    turn: int = 0

    @property
    def middle(self) -> float:
        """How far down the page its middle is."""
        return (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading. One of a higher `rank` begins a part that those of lower rank divide further."""

    text: str
    rank: float


@dataclass(frozen=True, slots=True)
class Passage:
    """Text of a page that belongs together, the box around it in PDF points, and the lines that it was joined from.

    `text` is as a person would quote it: words broken at line ends are whole again. `headings` are those that stand
    between the passage before it and its own text; `links` are the addresses that parts of it lead to.
    """

    text: str
    box: Box
    lines: tuple[TextLine, ...] = ()
    headings: tuple[Heading, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `number` counts from 1, `label` is what is printed in a reader's page box (`iv`, `A-3`).

    Sizes are PDF points; boxes of `tables` and `figures` too, and no passage repeats a text that one of the tables
    holds. `running` are the lines of its head and foot, which are in no passage, and `unread` the boxes of what is
    only a picture of text. `failure` says what went wrong, if anything.
    """

    number: int
    width: float = 0
    height: float = 0
    pixels: Pixels | None = None
    text: str = ""
    passages: tuple[Passage, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    running: tuple[TextLine, ...] = ()
    unread: tuple[Box, ...] = ()
    label: str = ""
    failure: str = ""


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds all of them."""
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def share_inside(box: Box, other: Box) -> float:
    """The share of the area of `box` that lies in `other`, 0 to 1. A box without area counts as its middle."""
    width, height = box[2] - box[0], box[3] - box[1]
    if width <= 0 or height <= 0:
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return float(other[0] <= x <= other[2] and other[1] <= y <= other[3])
    across = max(0.0, min(box[2], other[2]) - max(box[0], other[0]))
    down = max(0.0, min(box[3], other[3]) - max(box[1], other[1]))
    return across * down / (width * height)
