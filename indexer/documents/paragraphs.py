"""Rows in, paragraphs and headings out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from indexer.documents.joining import join_lines
from indexer.documents.page_text import LEADER
from indexer.documents.reading_order import BULLET, Group, Row, is_unspaced
from indexer.documents.records import Heading, TextLine

PASSAGE_WORDS = 150
"""About 200 word pieces: what the text embedder reads without truncating. A longer paragraph is cut."""
SENTENCE_END = (".", "!", "?", "。", "！", "？", "؟", ":")
INITIAL = re.compile(r"[A-Z][.]\s")
NAMES_GO_ON = (",", ";", " and", "&", " et", " und")
QUOTES = '"”’»)』」'

CELL_GAP = "  "
"""Between the cells of one row: who reads tables in texts knows wide gaps."""
CELL = 1.2
"""Of the type size: pieces of one row that stand further apart are cells, not words."""
NEW_PARAGRAPH = 1.35
"""Of the usual distance between the lines of a group: a wider one begins a paragraph."""
INDENT = 0.8
"""Of the type size: a line set in by more, after one that is not, begins a paragraph."""
OTHER_SIZE = 1.12
"""Type larger by this factor is another paragraph."""

HEADING_SIZE = 1.15
"""Of the size of the body: from here on a short paragraph is a heading."""
MOST_HEADING_WORDS = 16
MOST_HEADING_LINES = 3
BOLD_RANK = 0.3
"""Points of type size that bold letters count for in the rank of a heading."""
NUMBERED = re.compile(
    r"^(?:\d{1,2}(?:\.\d{1,2})*\.?|[A-Z]\.|[IVX]{1,4}\.|§ ?\d+|Chapter \w+|Section \w+|Appendix \w+)\s+\S"
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that make one paragraph, one row of cells, or one heading; `heading` where it is one."""

    text: str
    lines: tuple[TextLine, ...]
    heading: Heading | None = None
    starts_group: bool = False
    """Whether it is the first of its column."""


def paragraphs_of(groups: Sequence[Group], body_size: float, words: Collection[str]) -> Iterator[Paragraph]:
    """The paragraphs of a page in reading order."""
    for group in groups:
        starts_group = True
        for rows in _split(group.rows):
            text = join_lines([CELL_GAP.join(map(_cell_text, _cells(row))) for row in rows], words)
            # What is set across the page's text is a stamp, however large.
            heading = _heading(text, rows, body_size) if group.turn == groups[0].turn else None
            yield Paragraph(text, tuple(group.on_page(line) for row in rows for line in row), heading, starts_group)
            starts_group = False


def count_words(text: str) -> float:
    """Words as the embedder counts them, roughly: letters of scripts without spaces count three quarters each."""
    words: float = len(text.split())
    return words if text.isascii() else words + 0.75 * sum(map(is_unspaced, text))


def ends_sentence(text: str) -> bool:
    """Whether a text ends where a sentence does."""
    return text.rstrip(QUOTES).endswith(SENTENCE_END)


def _split(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows that belong to one paragraph each."""
    distances = [after[0].box[1] - before[0].box[1] for before, after in pairwise(rows)]
    usual = median([each for each in distances if each > 0] or [0.0])
    left = min(row[0].box[0] for row in rows)
    gathered: list[Row] = []
    size = 0.0
    for place, row in enumerate(rows):
        if gathered and (_is_full(gathered[-1], size) or _begins(gathered[-1], row, distances[place - 1], usual, left)):
            yield gathered
            gathered, size = [], 0.0
        gathered.append(row)
        size += sum(count_words(line.text) for line in row)
    if gathered:
        yield gathered


def _is_full(last: Row, size: float) -> bool:
    """Whether a paragraph of so many words is to be cut after this row."""
    return size >= PASSAGE_WORDS or (size >= 0.7 * PASSAGE_WORDS and ends_sentence(last[-1].text))


def _begins(before: Row, row: Row, distance: float, usual: float, left: float) -> bool:
    """Whether a row begins a paragraph below the row before it."""
    one, other = before[0], row[0]
    small, large = sorted((one.size or 1.0, other.size or 1.0))
    if large > OTHER_SIZE * small or all(line.is_bold for line in before) != all(line.is_bold for line in row):
        return True
    if len(_cells(before)) > 1 or len(_cells(row)) > 1:
        return True
    height = max(one.box[3] - one.box[1], other.box[3] - other.box[1])
    if distance > max(NEW_PARAGRAPH * min(usual or height, 1.6 * height), 1.05 * height):
        return True
    # Lists of names break before an initial, which is no letter of a list.
    is_initial = INITIAL.match(other.text) and one.text.endswith(NAMES_GO_ON)
    if (BULLET.match(other.text) and not is_initial) or LEADER in one.text:
        return True
    set_in = INDENT * other.size
    return other.box[0] - one.box[0] > set_in and one.box[0] - left < set_in and other.box[0] - left < 6 * other.size


def _cells(row: Row) -> list[list[TextLine]]:
    """The pieces of a row, those that only a blank parts together."""
    cells: list[list[TextLine]] = []
    for line in row:
        apart = cells and _apart(cells[-1][-1], line) > CELL * max(line.size, 1.0)
        if cells and not apart:
            cells[-1].append(line)
        else:
            cells.append([line])
    return cells


def _apart(one: TextLine, other: TextLine) -> float:
    return max(other.box[0] - one.box[2], one.box[0] - other.box[2])


def _cell_text(cell: Sequence[TextLine]) -> str:
    """The pieces of a cell, with a blank between them where the page has a gap."""
    text, last = "", None
    for line in cell:
        # Between letters and numbers of scripts written from the right nothing tells a blank from none.
        close = last is not None and _apart(last, line) < 0.1 * line.size and line.text.isascii()
        tight = close or (text and is_unspaced(text[-1]) and is_unspaced(line.text[0]))
        text = f"{text}{line.text}" if not text or tight else f"{text} {line.text}"
        last = line
    return text


def _heading(text: str, rows: Sequence[Row], body_size: float) -> Heading | None:
    """The heading that a paragraph is, if it looks like one: larger, bold or numbered, short, and no sentence."""
    lines = [line for row in rows for line in row]
    if len(rows) > MOST_HEADING_LINES or any(len(_cells(row)) > 1 for row in rows):
        return None
    counted = len(text.split()) + sum(map(is_unspaced, text)) / 2
    letters = sum(map(str.isalpha, text))
    if counted > MOST_HEADING_WORDS or letters < 2 or 2 * letters < len(text.replace(" ", "")):
        return None
    if text.endswith((".", ",", ";", ":", "-")) and not NUMBERED.match(text):
        return None
    size = median(line.size for line in lines)
    is_bold = all(line.is_bold for line in lines)
    is_large = size >= HEADING_SIZE * body_size
    is_capital = text.isupper() and letters >= 4 and len(rows) == 1
    is_numbered = bool(NUMBERED.match(text)) and not text.endswith((".", ";", ","))
    if not (is_large or is_bold or (is_capital and counted >= 2 and size >= body_size)):
        return None
    if text.endswith(".") and not is_numbered:
        return None
    return Heading(text, round(2 * size) / 2 + BOLD_RANK * is_bold - _depth(text))


def _depth(text: str) -> float:
    """How much lower a numbered heading ranks for each dot in its number."""
    found = re.match(r"^\d{1,2}((?:\.\d{1,2})*)", text)
    return 0.1 * found[1].count(".") if found else 0.0
