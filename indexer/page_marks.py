"""What is drawn on a page beside its text: rules, shaded boxes, pictures and other paths, in points as it is shown.

It decides nothing: `table_grid` makes tables of the rules, `page_figures` figures of the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from store.records import Box

MOST_PATHS = 10_000
"""Paths of a page that are looked at. A page with more is crowded, and its paths are left out: maps and engineering
drawings have more, tables hardly ever do, and to draw each figure by itself would take as long as the whole page."""
MOST_MARKS = 50_000
"""Words, paths and pictures of a page together, from which nothing of them is looked at."""
MOST_PARTS = 2_000
"""Lines and curves of one path that are looked at one by one."""
THIN = 3.0
"""Points: a filled box no higher than this is a rule, not a box."""
SHORT_RULE = 6.0
"""Points: a rule shorter than this is part of a letter or an ornament."""
PALE = 0.985
"""The least of red, green and blue from which a fill cannot be told from paper."""


class Word(NamedTuple):
    """A word, or the words of one line of a scan, and its box."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Marks:
    """What is drawn on a page. Boxes and lines are points in the page as it is shown, turned if it is.

    `rules` are boxes of no thickness, level or upright; `fills` are shaded boxes, `paths` all other drawings.
    """

    rules: Sequence[Box] = ()
    fills: Sequence[Box] = ()
    paths: Sequence[Box] = ()
    pictures: Sequence[Box] = ()
    is_crowded: bool = False
    """Whether there were too many paths to look at."""


@dataclass(slots=True)
class _Gathered:
    rules: list[Box] = field(default_factory=list)
    fills: list[Box] = field(default_factory=list)
    paths: list[Box] = field(default_factory=list)

    def box(self, box: Box, is_filled: bool, is_stroked: bool) -> None:
        """A box is a rule if it is thin, else a shade, an outline of four rules, or both."""
        x0, y0, x1, y1 = box
        if min(x1 - x0, y1 - y0) <= THIN:
            self.line(box)
            return
        if is_filled:
            self.fills.append(box)
        if is_stroked:
            self.rules += [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]

    def line(self, box: Box) -> None:
        x0, y0, x1, y1 = box
        if max(x1 - x0, y1 - y0) < SHORT_RULE:
            self.paths.append(box)
        elif y1 - y0 <= THIN:
            self.rules.append((x0, (y0 + y1) / 2, x1, (y0 + y1) / 2))
        elif x1 - x0 <= THIN:
            self.rules.append(((x0 + x1) / 2, y0, (x0 + x1) / 2, y1))
        else:
            self.paths.append(box)


def read_words(page: Any) -> list[Word]:
    """The words of an open PyMuPDF page, as it is shown, in the order of the file."""
    import pymupdf

    flags = pymupdf.TEXTFLAGS_WORDS & ~pymupdf.TEXT_PRESERVE_LIGATURES
    words = page.get_text("words", flags=flags)
    placed = zip((word[4] for word in words), shown(page, (word[:4] for word in words)), strict=True)
    return [Word(text, box) for text, box in placed if text.strip()]


def read_marks(page: Any) -> Marks:
    """The marks of an open PyMuPDF page, bounded however many there are."""
    log = page.get_bboxlog()
    if len(log) > MOST_MARKS:
        return Marks(is_crowded=True)
    paths = sum(kind.endswith("path") for kind, _ in log)
    pictures = [box for kind, box in log if kind in ("fill-image", "fill-imgmask", "fill-shade")]
    gathered = _Gathered()
    if 0 < paths <= MOST_PATHS:
        for drawing in page.get_cdrawings():
            _gather(drawing, gathered)
    rules, fills, bent = (list(shown(page, boxes)) for boxes in (gathered.rules, gathered.fills, gathered.paths))
    return Marks(rules, fills, bent, list(shown(page, pictures)), is_crowded=paths > MOST_PATHS)


def shown(page: Any, boxes: Iterable[Sequence[float]]) -> Iterator[Box]:
    """Boxes as they lie on the page when it is shown: PyMuPDF gives those of a turned page unturned."""
    import pymupdf

    matrix = page.rotation_matrix if page.rotation else None
    for box in boxes:
        x0, y0, x1, y1 = box if matrix is None else pymupdf.Rect(box) * matrix
        yield round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2)


def _gather(drawing: dict[str, Any], gathered: _Gathered) -> None:
    # A path that is only a clip paints nothing.
    if drawing["type"] not in ("f", "s", "fs") or _is_invisible(drawing):
        return
    is_filled = "f" in drawing["type"] and min(drawing.get("fill") or (0,)) < PALE
    is_stroked = "s" in drawing["type"]
    if len(drawing["items"]) > MOST_PARTS:
        gathered.paths.append(drawing["rect"])
        return
    bent = False
    for item in drawing["items"]:
        if item[0] == "re":
            gathered.box(tuple(item[1]), is_filled, is_stroked)
        elif item[0] == "l" and is_stroked and _is_straight(item[1], item[2]):
            (x0, y0), (x1, y1) = item[1], item[2]
            gathered.line((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
        else:
            bent = True
    if bent:
        gathered.line(drawing["rect"]) if not is_stroked else gathered.paths.append(drawing["rect"])


def _is_invisible(drawing: dict[str, Any]) -> bool:
    pale_fill = drawing["type"] == "f" and min(drawing.get("fill") or (0,)) >= PALE
    clear = drawing.get("fill_opacity") == 0 and drawing.get("stroke_opacity", 0) in (0, None)
    return pale_fill or clear


def _is_straight(start: Sequence[float], end: Sequence[float]) -> bool:
    return min(abs(start[0] - end[0]), abs(start[1] - end[1])) <= 0.5
