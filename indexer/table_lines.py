"""Words into visual lines and runs, and which runs are prose. It knows only words with boxes, of a PDF or OCR."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from indexer.page_marks import Word
from store.records import Box

Stretch = tuple[float, float, float]
"""Where a drawn line lies, and its two ends along it, in points."""

RUN_GAP = 0.7
"""Heights of a word: a wider gap starts a new run. Spaces of justified lines reach about 0.6."""
PROSE_HEIGHTS = 15.0
"""Heights of a line: runs of paragraphs are at least so long."""
PROSE_WORDS = 6
PROSE_LINES = 3
PROSE_FILL = 0.8
"""The share of the longest line of a paragraph that the others fill, but for its last."""

NUMBER = re.compile(r"[\d.,:/'’±\u2009\u00a0 ]*\d[\d.,:/'’±\u2009\u00a0 ]*")
UNIT = re.compile(r"[^\W\d_]{0,4}[²³*†‡]?|[%‰*†‡°²³€$£¥]+|°[CFK]")
YEAR = re.compile(r"(?:FY ?)?(?:1[89]|20)\d\d(?:[/–-](?:(?:1[89]|20)?\d\d))?[*†]?")
BLANK = re.compile(r"[-–—]|n/?a|\.{2,3}|…", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring words of one visual line with no wide gap between them."""

    words: tuple[Word, ...]
    box: Box

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Line:
    """A visual line: runs from left to right, and the median height of its words in points."""

    runs: tuple[Run, ...]
    box: Box
    height: float


def union(boxes: Iterable[Box]) -> Box:
    """The box around boxes, of which there is at least one."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def middle(box: Box) -> tuple[float, float]:
    """The centre of a box."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def contains(outer: Box, inner: Box) -> bool:
    """Whether the centre of `inner` lies in `outer`."""
    x, y = middle(inner)
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def read_lines(words: Sequence[Word]) -> list[Line]:
    """The visual lines of upright words from top to bottom: words whose middles lie at one height."""
    upright = [word for word in words if _is_upright(word)]
    rows: list[list[Word]] = []
    at = -1e9
    for word in sorted(upright, key=lambda word: word.box[1] + word.box[3]):
        y, height = middle(word.box)[1], word.box[3] - word.box[1]
        if not rows or y - at > 0.4 * height:
            rows.append([])
            at = y
        rows[-1].append(word)
    return [line_of(row) for row in rows]


def are_upright(words: Sequence[Word]) -> bool:
    """Whether words stand upright on the whole; short ones, nearly as wide as high, cannot tell."""
    telling = [_is_upright(word) for word in words if len(word.text) > 4]
    return 2 * sum(telling) >= len(telling)


def line_of(words: Sequence[Word]) -> Line:
    """A visual line of words that stand beside each other."""
    height = median(word.box[3] - word.box[1] for word in words)
    runs: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.box[0]):
        if not runs or word.box[0] - runs[-1][-1].box[2] > RUN_GAP * height:
            runs.append([])
        runs[-1].append(word)
    made = tuple(run_of(run) for run in runs)
    return Line(made, union(run.box for run in made), height)


def run_of(words: Sequence[Word]) -> Run:
    """Words in order as one run."""
    return Run(tuple(words), union(word.box for word in words))


def _is_upright(word: Word) -> bool:
    width, height = word.box[2] - word.box[0], word.box[3] - word.box[1]
    return height > 0 and (len(word.text) < 3 or height < 2 * width)


def without_prose(lines: Sequence[Line]) -> list[Line]:
    """The lines less the runs that are stacked as paragraphs: long, of many words, and of one width.

    What is left of a page in two columns with a table in one of them is the table.
    """
    prose: set[int] = set()
    open_stacks: list[list[Run]] = []
    for line in lines:
        going_on = []
        for run in line.runs:
            stack = next((stack for stack in open_stacks if _goes_on(stack[-1], run, line.height)), None)
            if stack is not None:
                open_stacks.remove(stack)
                stack.append(run)
            going_on.append(stack or [run])
        waiting = [stack for stack in open_stacks if line.box[1] - stack[-1].box[3] <= line.height]
        for stack in open_stacks:
            if stack not in waiting:
                prose.update(map(id, _prose_of(stack)))
        open_stacks = going_on + waiting
    for stack in open_stacks:
        prose.update(map(id, _prose_of(stack)))
    kept = ([run for run in line.runs if id(run) not in prose] for line in lines)
    return [
        Line(tuple(runs), union(run.box for run in runs), line.height)
        for line, runs in zip(lines, kept, strict=True)
        if runs
    ]


def _goes_on(above: Run, run: Run, height: float) -> bool:
    near = -0.5 * height <= run.box[1] - above.box[3] <= 0.9 * height
    return near and abs(run.box[0] - above.box[0]) <= 2.5 * height


def _prose_of(stack: Sequence[Run]) -> list[Run]:
    """The runs of a stack that make paragraphs, with the short line that ends each."""
    longest = max(run.box[2] - run.box[0] for run in stack)
    height = median(run.box[3] - run.box[1] for run in stack)
    is_long = [
        run.box[2] - run.box[0] >= max(PROSE_FILL * longest, PROSE_HEIGHTS * height)
        and sum(len(word.text.split()) for word in run.words) >= PROSE_WORDS
        for run in stack
    ]
    pitches = [below.box[3] - above.box[3] for above, below in pairwise(stack)]
    usual = median(pitches) if pitches else 0.0
    found: list[Run] = []
    start = 0
    while start < len(stack):
        end = start
        while end < len(stack) and is_long[end]:
            end += 1
        # A paragraph's last line is short, and no farther from it than its others are.
        has_last = 0 < end < len(stack) and pitches[end - 1] <= 1.1 * usual
        if end > start and end - start + has_last >= PROSE_LINES:
            found += stack[start : end + has_last]
        start = end + 1
    return found


def is_number(text: str) -> bool:
    """Whether a cell holds a number, perhaps with a sign, currency or unit, or stands for none."""
    plain = text.strip()
    if BLANK.fullmatch(plain):
        return True
    plain = re.sub(r"^[^\w.,]*(?:[A-Z]{2,3}\b|[^\w\s.,])?\s*[-+–−(~<>≤≥±]?\s*", "", plain)
    found = NUMBER.match(plain)
    return bool(found) and bool(UNIT.fullmatch(plain[found.end() :].strip(" )±") if found else ""))


def is_year(text: str) -> bool:
    """Whether a cell names a year, as headers of columns do."""
    return bool(YEAR.fullmatch(text.strip()))
