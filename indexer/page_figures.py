"""The figures of a page: embedded pictures and clusters of drawings, with their captions and the words in them.

Left out are backgrounds, rules, frames around text, tiny icons, and what stands at the same place on the pages around.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexer.captions import FIGURE, Placed, caption_of, captions_of
from indexer.page_marks import Marks, Word
from indexer.table_lines import Line, contains, line_of, read_lines, union, without_prose
from models.protocols import Pixels
from store.records import Box

STEP = 4.0
"""Points: marks nearer than this belong together."""
BACKGROUND = 0.8
"""The share of a page from which a picture or fill is its background, or a scan of it."""
LEAST_SIDE = 36.0
LEAST_AREA = 0.008
"""A figure is at least so many points wide and high, and takes at least this share of the page, but for a caption."""
LONGEST = 12.0
"""A figure is at most so many times as long as high, or high as long."""
LEAST_MARKS = 6
"""Drawings of a figure without a picture; a frame or a shaded box has fewer."""
SHAPE = 3
"""Drawings for which a bent or slanted one counts; frames and rules have none."""
LEAST_BARS = 3
"""Shades without words in them from which a drawing is a chart, and not a table with shaded rows."""
MOST_TEXT = 0.35
"""The share of a drawing that words may cover; frames around text have more."""
LABEL_REACH = 14.0
"""Points around a drawing in which its axes are labelled."""
LABEL_WORDS = 8
MOST_FIGURES = 24
"""Figures of a page, the largest first."""
MOST_TEXT_CHARACTERS = 8000
SAME = 3.0
"""Points by which the edges of a decoration may differ from page to page."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a page. `box` is points, `text` the words that stand in it, line by line.

    `is_picture` is whether pixels are embedded there, in which words can be read only by OCR.
    """

    box: Box
    caption: str = ""
    text: str = ""
    is_picture: bool = False
    pixels: Pixels | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """Marks that touch or nearly do: the box around them, how many they are, and whether a picture is among them."""

    box: Box
    marks: int
    picture_area: float
    is_bent: bool = False
    """Whether lines of it are bent or slanted, as those of tables are not."""


def clusters_of(marks: Marks, size: tuple[float, float], without: Sequence[Box] = ()) -> list[Cluster]:
    """The marks of a page of that width and height in points as they touch, but those in the boxes `without`."""
    from scipy.ndimage import label

    page = (0.0, 0.0, *size)
    straight = [box for box in (*marks.rules, *marks.fills) if _is_mark(box, page, without)]
    drawn = [*straight, *(box for box in marks.paths if _is_mark(box, page, without))]
    first_bent = len(straight)
    pictures = [box for box in marks.pictures if _is_mark(box, page, without)]
    if not drawn and not pictures:
        return []
    shape = int(size[1] / STEP) + 2, int(size[0] / STEP) + 2
    if shape[0] * shape[1] > 4_000_000:
        return []
    canvas = np.zeros(shape, bool)
    for box in (*drawn, *pictures):
        x0, y0, x1, y1 = (int(edge / STEP) for edge in _inside(box, page))
        canvas[y0 : y1 + 1, x0 : x1 + 1] = True
    labels, count = label(canvas, np.ones((3, 3), int))
    members: list[list[Box]] = [[] for _ in range(count + 1)]
    areas, bent = np.zeros(count + 1), np.zeros(count + 1)
    for number, box in enumerate((*drawn, *pictures)):
        inner = _inside(box, page)
        at = labels[int(inner[1] / STEP), int(inner[0] / STEP)]
        members[at].append(inner)
        bent[at] += first_bent <= number < len(drawn)
        if number >= len(drawn):
            areas[at] += (inner[2] - inner[0]) * (inner[3] - inner[1])
    return _with_bars_joined(
        [
            Cluster(union(boxes), len(boxes) + (SHAPE - 1) * int(bent[at]), float(areas[at]), bool(bent[at]))
            for at, boxes in enumerate(members)
            if boxes
        ]
    )


def _with_bars_joined(clusters: Sequence[Cluster]) -> list[Cluster]:
    """The clusters, with the bars of a chart that stand apart on one line as one, and what stands between them."""
    parts = sorted((one for one in clusters if _is_part(one)), key=lambda one: one.box[0])
    rows: list[list[Cluster]] = []
    for part in parts:
        row = next((row for row in rows if _stands_beside(row, part)), None)
        if row is None:
            rows.append([part])
        else:
            row.append(part)
    found = list(clusters)
    for row in rows:
        # Fields of a form stand on one line too, and are all as high.
        heights = [one.box[3] - one.box[1] for one in row]
        if len(row) >= LEAST_BARS and max(heights) - min(heights) > SAME:
            box = union(one.box for one in row)
            inside = [one for one in found if contains(box, one.box)]
            area = sum(one.picture_area for one in inside)
            whole = Cluster(box, sum(one.marks for one in inside), area, any(one.is_bent for one in inside))
            found = [*(one for one in found if one not in inside), whole]
    return found


def _is_part(cluster: Cluster) -> bool:
    """Whether a drawing is too little to be a figure by itself."""
    x0, y0, x1, y1 = cluster.box
    return not cluster.picture_area and (cluster.marks < LEAST_MARKS or min(x1 - x0, y1 - y0) < LEAST_SIDE)


def _stands_beside(row: Sequence[Cluster], part: Cluster) -> bool:
    """Whether a bar stands on the line of others, no farther from the last than one of them is wide."""
    last, box = row[-1].box, part.box
    widest = max(last[2] - last[0], box[2] - box[0])
    return abs(last[3] - box[3]) <= STEP and 0 <= box[0] - last[2] <= widest


def drawn_boxes(
    clusters: Sequence[Cluster], marks: Marks, words: Sequence[Word], size: tuple[float, float]
) -> list[Box]:
    """The boxes of pictures, charts and diagrams with the words that label them, which are in no table."""
    labels = without_prose(read_lines(words))
    return [
        _with_labels(cluster.box, labels)
        for cluster in clusters
        if _is_figure(cluster, False, "", words, size) and (cluster.is_bent or _has_bars(cluster, marks, words))
    ]


def _has_bars(cluster: Cluster, marks: Marks, words: Sequence[Word]) -> bool:
    """Whether most of the shades in a cluster have no words in them."""
    fills = [box for box in marks.fills if contains(cluster.box, box)]
    bare = sum(not any(contains(box, word.box) for word in words) for box in fills)
    return bare >= LEAST_BARS and 2 * bare > len(fills)


def find_figures(
    clusters: Sequence[Cluster],
    words: Sequence[Word],
    lines: Sequence[Placed],
    size: tuple[float, float],
    decorations: Iterable[Box] = (),
) -> list[Figure]:
    """The figures among clusters, from top to bottom. `lines` are those of the text, in which captions are sought.

    `decorations` are boxes that come again on the pages around.
    """
    known = list(decorations)
    visual = read_lines(words)
    left_over = without_prose(visual)
    read = {id(word) for line in visual for run in line.runs for word in run.words}
    # Axes are labelled upwards.
    steep = [line_of([word]) for word in words if id(word) not in read]
    figures: list[Figure] = []
    for cluster in sorted(clusters, key=lambda one: -_area(one.box)):
        if len(figures) == MOST_FIGURES:
            break
        if any(same_place(cluster.box, box) for box in known) or any(
            _overlaps(cluster.box, one.box) for one in figures
        ):
            continue
        is_picture = cluster.picture_area >= 0.3 * _area(cluster.box)
        caption = caption_of(cluster.box, lines, FIGURE)
        if not _is_figure(cluster, is_picture, caption, words, size):
            continue
        box = cluster.box if is_picture else _with_labels(cluster.box, [*left_over, *steep])
        text = _text_in(box, visual, steep)[:MOST_TEXT_CHARACTERS]
        figures.append(Figure(box, text=text, is_picture=is_picture))
    figures.sort(key=lambda figure: (figure.box[1], figure.box[0]))
    # A caption between two figures is that of one of them alone.
    captions = captions_of([figure.box for figure in figures], lines, FIGURE)
    return [replace(figure, caption=caption) for figure, caption in zip(figures, captions, strict=True)]


def _text_in(box: Box, lines: Sequence[Line], steep: Sequence[Line]) -> str:
    """The words in a box, line by line, and in a last line those that do not stand upright."""
    inside = [" ".join(run.text for run in line.runs if contains(box, run.box)) for line in lines]
    upwards = " ".join(line.runs[0].text for line in steep if contains(box, line.box))
    return "\n".join(part for part in (*inside, upwards) if part)


def same_place(box: Box, other: Box) -> bool:
    """Whether two boxes are one but for a little."""
    return all(abs(a - b) <= SAME for a, b in zip(box, other, strict=True))


def _is_mark(box: Box, page: Box, without: Sequence[Box]) -> bool:
    inner = _inside(box, page)
    if inner[2] < inner[0] or inner[3] < inner[1] or _area(inner) > BACKGROUND * _area(page):
        return False
    # A rule across the page parts its text, and would join what stands above and below it.
    is_rule = (
        min(inner[2] - inner[0], inner[3] - inner[1]) < 1
        and max(inner[2] - inner[0], inner[3] - inner[1]) > 0.7 * page[2]
    )
    return not is_rule and not any(contains(box_, inner) for box_ in without)


def _is_figure(
    cluster: Cluster, is_picture: bool, caption: str, words: Sequence[Word], size: tuple[float, float]
) -> bool:
    x0, y0, x1, y1 = cluster.box
    short, long = sorted((x1 - x0, y1 - y0))
    if short < LEAST_SIDE or long > LONGEST * short:
        return False
    if not caption and _area(cluster.box) < LEAST_AREA * size[0] * size[1]:
        return False
    if is_picture:
        return True
    covered = sum(_area(word.box) for word in words if contains(cluster.box, word.box))
    return cluster.marks >= LEAST_MARKS and covered <= MOST_TEXT * _area(cluster.box)


def _with_labels(box: Box, lines: Sequence[Line]) -> Box:
    """The box of a drawing with the words around that label it."""
    near = (box[0] - LABEL_REACH, box[1] - LABEL_REACH, box[2] + LABEL_REACH, box[3] + LABEL_REACH)
    labels = [
        run.box
        for line in lines
        for run in line.runs
        if len(run.text.split()) <= LABEL_WORDS and not FIGURE.match(run.text) and _overlaps_any(near, run.box)
    ]
    return union([box, *labels])


def _overlaps_any(box: Box, other: Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def _overlaps(box: Box, other: Box) -> bool:
    """Whether most of the smaller box lies in the other."""
    across = min(box[2], other[2]) - max(box[0], other[0])
    down = min(box[3], other[3]) - max(box[1], other[1])
    return across > 0 and down > 0 and across * down > 0.5 * min(_area(box), _area(other))


def _inside(box: Box, page: Box) -> Box:
    return max(box[0], page[0]), max(box[1], page[1]), min(box[2], page[2]), min(box[3], page[3])


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
