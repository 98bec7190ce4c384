"""Sets headings, paragraphs, tables and figures one below the other into the columns of page after page."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from scripts.documents.sheet import ASCENT, GREY, Sheet, line_box, text_width, union
from store.records import Box

LEADING = 1.32
LONGEST_WORD = 9
"""Letters from which a word may be broken at the end of a line."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and the question that it answers, if any."""

    text: str
    question: str = ""
    answer: str = ""


@dataclass(slots=True)
class Frame:
    """What every page looks like: its columns, and what is drawn on it before the text."""

    columns: tuple[Box, ...]
    decorate: Callable[[Sheet], None] = lambda sheet: None
    justified: bool = False
    hyphenated: bool = False


@dataclass(slots=True)
class _Word:
    text: str
    sentence: int


@dataclass(slots=True)
class Flow:
    """Where the next thing goes. `full` is the top of the columns of the current page."""

    sheet: Sheet
    frame: Frame
    size: float = 10
    kind: str = "prose"
    column: int = 0
    y: float = 0
    top: float | None = None
    _box: Box = field(default=(0, 0, 0, 0))

    def start_page(self, top: float | None = None) -> None:
        """Begin a page; `top` is where its columns start, if lower than usual."""
        self.sheet.add_page()
        self.frame.decorate(self.sheet)
        self.top = top
        self._enter(0)

    @property
    def left(self) -> float:
        return self._box[0]

    @property
    def right(self) -> float:
        return self._box[2]

    @property
    def width(self) -> float:
        return self._box[2] - self._box[0]

    def room(self, height: float) -> None:
        """Go to the next column, or page, if so much does not fit under what is there."""
        if self.y + height > self._box[3]:
            if self.column + 1 < len(self.frame.columns):
                self._enter(self.column + 1)
            else:
                self.start_page()

    def span(self, height: float) -> tuple[float, float, float]:
        """Take the whole width at the top of a page: left, top, right. The columns begin below it."""
        self.top = self.y + height
        place = (self.frame.columns[0][0], self.y, self.frame.columns[-1][2])
        self.y = self.top
        return place

    def skip(self, height: float) -> None:
        """Leave white space."""
        self.y += height

    def heading(self, text: str, size: float) -> None:
        """A heading, kept with the lines that follow."""
        lines = self.wrapped(text, self.width, size, self.sheet.face.bold)
        self.room((len(lines) * LEADING + 0.9) * size + 3 * LEADING * self.size)
        self.y += 0.7 * size
        for line in lines:
            self.sheet.write(line, self.left, self.y + ASCENT * size, size, self.sheet.face.bold)
            self.y += LEADING * size
        self.y += 0.2 * size

    def paragraph(self, sentences: Sequence[Sentence], bullet: str = "", kind: str = "", font: str = "") -> list[Box]:
        """A paragraph that is never parted; the boxes of its sentences. What is asked about it is remembered."""
        indent = 14.0 if bullet else 0.0
        words = [_Word(word, at) for at, one in enumerate(sentences) for word in one.text.split(" ")]
        lines = self._lines(words, self.width - indent, font or self.sheet.face.body)
        step = LEADING * self.size
        self.room(len(lines) * step)
        if bullet:
            self.sheet.write(bullet, self.left + 2, self.y + ASCENT * self.size, self.size)
        boxes: dict[int, list[Box]] = {}
        for place, line in enumerate(lines):
            stretch = self.frame.justified and place + 1 < len(lines)
            self._set_line(line, self.left + indent, self.right, stretch, font or self.sheet.face.body, boxes)
            self.y += step
        self.y += 0.5 * self.size
        for at, one in enumerate(sentences):
            if one.question:
                self.sheet.learn(kind or self.kind, one.question, one.answer, [union(boxes[at])])
        return [union(boxes[at]) for at in range(len(sentences))]

    def block(self, height: float, draw: Callable[[float, float, float], None]) -> None:
        """Something that needs room of that height; `draw` is told left, top and right."""
        self.room(height)
        draw(self.left, self.y, self.right)
        self.y += height

    def caption(self, text: str, font: str = "") -> Box:
        """A caption in small letters; its box."""
        size = self.size - 1.2
        boxes = []
        for line in self.wrapped(text, self.width, size, font or self.sheet.face.italic):
            boxes.append(
                self.sheet.write(line, self.left, self.y + ASCENT * size, size, font or self.sheet.face.italic)
            )
            self.y += LEADING * size
        self.y += 0.6 * size
        return union(boxes)

    def footnote(self, text: str) -> None:
        """A note at the foot of the first column of the page."""
        left, _, right, bottom = self.frame.columns[0]
        size = self.size - 2.2
        lines = self.wrapped(text, right - left, size, self.sheet.face.body)
        top = bottom + 14
        self.sheet.line(left, top - 3, left + 80, top - 3)
        for at, line in enumerate(lines):
            self.sheet.write(line, left, top + ASCENT * size + at * LEADING * size, size, color=GREY)

    @staticmethod
    def wrapped(text: str, width: float, size: float, font: str) -> list[str]:
        """The lines of a text, no wider than `width` where its words allow."""
        lines = [""]
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and text_width(longer, font, size) > width:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines

    def _enter(self, column: int) -> None:
        self.column = column
        self.sheet.group = column + 1
        left, top, right, bottom = self.frame.columns[column]
        self._box = (left, top if self.top is None else self.top, right, bottom)
        self.y = self._box[1]

    def _lines(self, words: list[_Word], width: float, font: str) -> list[list[_Word]]:
        blank = text_width(" ", font, self.size)
        lines: list[list[_Word]] = [[]]
        used = 0.0
        for word in words:
            size = text_width(word.text, font, self.size)
            if lines[-1] and used + blank + size > width:
                head, tail = self._broken(word.text, width - used - blank, font)
                if head:
                    lines[-1].append(_Word(head, word.sentence))
                lines.append([_Word(tail, word.sentence)])
                used = text_width(tail, font, self.size)
            else:
                used += size + (blank if lines[-1] else 0)
                lines[-1].append(word)
        return lines

    def _broken(self, word: str, room: float, font: str) -> tuple[str, str]:
        """A word parted by a hyphen so that its head fits into `room`; an empty head where that cannot be."""
        if self.frame.hyphenated and len(word) >= LONGEST_WORD and word.isalpha():
            for at in range(len(word) - 3, 2, -1):
                # Between a vowel and a consonant: near enough to where a typesetter would.
                fits = text_width(word[:at] + "-", font, self.size) <= room
                if fits and re.match(r"[aeiouyäöü][^aeiouyäöü][aeiouyäöü]", word[at - 1 :]):
                    return word[:at] + "-", word[at:]
        return "", word

    def _set_line(
        self, line: list[_Word], left: float, right: float, stretch: bool, font: str, boxes: dict[int, list[Box]]
    ) -> None:
        baseline = self.y + ASCENT * self.size
        if stretch and len(line) > 1:
            widths = [text_width(word.text, font, self.size) for word in line]
            gap = (right - left - sum(widths)) / (len(line) - 1)
            x = left
            for word, width in zip(line, widths, strict=True):
                self.sheet.write(word.text, x, baseline, self.size, font)
                x += width + gap
            end = right
        else:
            end = self.sheet.write(" ".join(word.text for word in line), left, baseline, self.size, font)[2]
        # The whole line, since that is what a person marks.
        for sentence in {word.sentence for word in line}:
            boxes.setdefault(sentence, []).append(line_box(left, end, baseline, self.size))
