"""Pages to draw on that remember where each piece of text came to stand. Knows nothing of what the text says."""

# PyMuPDF is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pymupdf

from store.records import Box

ASCENT, DESCENT = 0.95, 0.25
"""How far a line reaches above and below its baseline, in font sizes."""

Color = tuple[float, float, float]
BLACK: Color = (0, 0, 0)
GREY: Color = (0.45, 0.45, 0.45)


@dataclass(frozen=True, slots=True)
class Face:
    """The fonts of a document, by PyMuPDF's names."""

    body: str = "helv"
    bold: str = "hebo"
    italic: str = "heit"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a document says, the question that asks for it, and where it stands.

    `page` counts from 1. `boxes` are the places, in PDF points, that would each be right to cite. `cell` is the text
    of the table cell that answers.
    """

    kind: str
    question: str
    answer: str
    page: int
    boxes: tuple[Box, ...]
    cell: str = ""


@dataclass(slots=True)
class _Written:
    group: int
    text: str
    x: float
    y: float
    font: str
    size: float
    color: Color


@lru_cache
def font_named(name: str) -> pymupdf.Font:
    """A font, loaded once."""
    return pymupdf.Font(name)


def text_width(text: str, font: str, size: float) -> float:
    """The width of a text in points."""
    return float(font_named(font).text_length(text, size))


def line_box(x0: float, x1: float, baseline: float, size: float) -> Box:
    """The box of a line of text."""
    return (x0, baseline - ASCENT * size, x1, baseline + DESCENT * size)


def told(written: str) -> tuple[str, str, str]:
    """The parts of `text || question || answer`, of which the last two may be missing."""
    parts = [*written.split(" || "), "", ""]
    return parts[0], parts[1], parts[2]


def union(boxes: Iterable[Box]) -> Box:
    """The box around boxes."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


@dataclass(slots=True)
class Sheet:
    """A growing document. Text is written when it is closed, page by page in the order of its groups.

    With `disordered` the groups of a page are written last first, as some programs do: what reads the file in its own
    order reads the right column before the left.
    """

    width: float
    height: float
    face: Face = field(default_factory=Face)
    disordered: bool = False
    facts: list[Fact] = field(default_factory=list)
    document: Any = field(default_factory=pymupdf.open)
    group: int = 0
    _written: list[list[_Written]] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The number of the current page, counting from 1."""
        return len(self._written)

    @property
    def page(self) -> Any:
        """The current page."""
        return self.document[self.number - 1]

    def add_page(self) -> None:
        """Begin a page."""
        self.document.new_page(width=self.width, height=self.height)
        self._written.append([])
        self.group = 0

    def write(
        self,
        text: str,
        x: float,
        y: float,
        size: float = 10,
        font: str = "",
        color: Color = BLACK,
        align: str = "left",
    ) -> Box:
        """A line of text with its baseline at `y`, beginning, ending or centred at `x`; its box."""
        name = font or self.face.body
        width = text_width(text, name, size)
        left = x - {"left": 0.0, "right": width, "centre": width / 2}[align]
        self._written[-1].append(_Written(self.group, text, left, y, name, size, color))
        return line_box(left, left + width, y, size)

    def line(self, x0: float, y0: float, x1: float, y1: float, color: Color = GREY, width: float = 0.6) -> None:
        """A rule."""
        self.page.draw_line((x0, y0), (x1, y1), color=color, width=width)

    def fill(self, box: Box, color: Color) -> None:
        """A filled rectangle, behind all text."""
        self.page.draw_rect(pymupdf.Rect(box), color=None, fill=color)

    def learn(self, kind: str, question: str, answer: str, boxes: Sequence[Box], cell: str = "") -> None:
        """Remember a fact that stands on the current page."""
        rounded = tuple(tuple(round(edge, 1) for edge in box) for box in boxes)
        self.facts.append(Fact(kind, question, answer, self.number, rounded, cell))  # type: ignore[arg-type]

    def close(self, title: str) -> bytes:
        """The bytes of the PDF, the same on every run."""
        for page, written in zip(self.document, self._written, strict=True):
            writers: dict[Color, pymupdf.TextWriter] = {}
            for one in sorted(written, key=lambda one: -one.group if self.disordered else one.group):
                writer = writers.setdefault(one.color, pymupdf.TextWriter(page.rect))
                writer.append((one.x, one.y), one.text, font=font_named(one.font), fontsize=one.size)
            for color, writer in writers.items():
                writer.write_text(page, color=color)
        self.document.subset_fonts()
        self.document.set_metadata({"title": title})  # and no dates, which would change the bytes
        return bytes(self.document.tobytes(garbage=3, deflate=True, no_new_id=True))
