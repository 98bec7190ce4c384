"""Pages as pixels."""

from __future__ import annotations

from typing import Any

import numpy as np

from indexer.pictures import WIDEST, WORKING_SIDE
from models.protocols import Pixels
from store.records import Box


def render(page: Any, side: int = WORKING_SIDE, clip: Box | None = None) -> Pixels:
    """uint8[h, w, 3]: the page, or `clip` of it in points, with a short side of about `side` pixels."""
    import pymupdf

    area = page.rect if clip is None else pymupdf.Rect(clip) & page.rect
    short, long = sorted((max(1.0, area.width), max(1.0, area.height)))
    return render_at(page, min(side / short, WIDEST * side / long), clip)


def render_at(page: Any, zoom: float, clip: Box | None = None) -> Pixels:
    """uint8[h, w, 3]: the page, or `clip` of it in points, with `zoom` pixels a point."""
    import pymupdf

    area = page.rect if clip is None else pymupdf.Rect(clip) & page.rect
    pixmap = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), clip=area, alpha=False, colorspace=pymupdf.csRGB)
    return np.frombuffer(pixmap.samples, dtype=np.uint8).reshape(pixmap.height, pixmap.width, 3).copy()


def render_longer(page: Any, side: int, box: Box | None) -> Pixels:
    """The page, or a box of it in points, with a longer side of about `side` pixels."""
    width, height = (page.rect.width, page.rect.height) if box is None else (box[2] - box[0], box[3] - box[1])
    short = side * min(width, height) / max(width, height, 1)
    return render(page, max(1, round(short)), box)


def draw_text(text: str, side: int) -> Pixels:
    """A text set on a page of its own, with a longer side of about `side` pixels."""
    import pymupdf

    document = pymupdf.open(stream=text.encode("utf-8", "replace"), filetype="txt")
    document.layout(width=420, height=297, fontsize=10)
    return render_longer(document[0], side, None)
