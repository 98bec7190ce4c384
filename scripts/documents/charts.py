"""Charts as vector drawings or bitmaps, and diagrams of boxes and arrows."""

# PyMuPDF is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pymupdf

from scripts.documents.sheet import BLACK, Sheet
from store.records import Box

BITMAP_DPI = 170
COLORS = ("#31688e", "#e07b39", "#5b8c5a", "#8e4585", "#b8a13a")


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows. `sort` is `bars`, `flat` (bars that lie), `lines`, `pie` or `points`.

    `series` maps the name of each series to its values, one a category.
    """

    sort: str
    title: str
    categories: tuple[str, ...]
    series: dict[str, tuple[float, ...]]
    x_label: str = ""
    y_label: str = ""
    is_vector: bool = True


def draw_chart(sheet: Sheet, chart: Chart, box: Box) -> None:
    """The chart into a box of the current page."""
    figure = _plotted(chart, (box[2] - box[0]) / 72, (box[3] - box[1]) / 72)
    data = io.BytesIO()
    rect = pymupdf.Rect(box)
    if chart.is_vector:
        figure.savefig(data, format="pdf", metadata={"CreationDate": None, "Producer": None, "Creator": None})
        with pymupdf.open("pdf", data.getvalue()) as drawing:
            sheet.page.show_pdf_page(rect, drawing, 0)
    else:
        figure.savefig(data, format="png", dpi=BITMAP_DPI, metadata={"Software": None})
        sheet.page.insert_image(rect, stream=data.getvalue())


def _plotted(chart: Chart, width: float, height: float) -> Any:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    # Letters as letters, not as outlines, and not as the bitmaps of Type 3.
    with matplotlib.rc_context({"pdf.fonttype": 42, "font.size": 7.5, "svg.hashsalt": "viscite"}):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        places = range(len(chart.categories))
        if chart.sort == "pie":
            axes.pie(next(iter(chart.series.values())), labels=chart.categories, autopct="%.0f %%", colors=COLORS)
        for at, (name, values) in enumerate(chart.series.items()):
            color = COLORS[at % len(COLORS)]
            if chart.sort == "bars":
                share = 0.8 / len(chart.series)
                drawn = axes.bar([place + at * share for place in places], values, share, label=name, color=color)
                axes.bar_label(drawn, fontsize=6.5, fmt="{:,.10g}")
            elif chart.sort == "flat":
                axes.bar_label(axes.barh(places, values, label=name, color=color), fontsize=6.5, fmt=" {:,.10g}")
            elif chart.sort == "lines":
                axes.plot(places, values, marker="o", markersize=2.5, label=name, color=color)
            elif chart.sort == "points":
                axes.scatter(places, values, s=12, label=name, color=color)
        if chart.sort == "flat":
            axes.set_yticks(list(places), chart.categories)
        elif chart.sort != "pie":
            axes.set_xticks(list(places), chart.categories)
        if chart.sort != "pie":
            axes.set_xlabel(chart.x_label)
            axes.set_ylabel(chart.y_label)
            axes.spines[["top", "right"]].set_visible(False)
            if len(chart.series) > 1:
                axes.legend(frameon=False)
        if chart.title:
            axes.set_title(chart.title, fontsize=9)
        return figure


def draw_diagram(sheet: Sheet, parts: Sequence[str], box: Box) -> None:
    """Boxes with words in them and arrows from each to the next, in rows of three."""
    left, top, right, bottom = box
    columns = min(3, len(parts))
    rows = -(-len(parts) // columns)
    wide, high = (right - left) / columns, (bottom - top) / rows
    middles = []
    for at, part in enumerate(parts):
        row, column = divmod(at, columns)
        x, y = left + (column + 0.5) * wide, top + (row + 0.5) * high
        middles.append((x, y))
        frame = pymupdf.Rect(x - 0.4 * wide, y - 0.3 * high, x + 0.4 * wide, y + 0.3 * high)
        sheet.page.draw_rect(frame, color=(0.2, 0.3, 0.5), fill=(0.93, 0.95, 1), width=0.9)
        size = min(8.5, 0.75 * wide / max(1.0, pymupdf.Font("helv").text_length(part, 1)))
        sheet.write(part, x, y + 0.3 * size, size, "helv", align="centre")
    for (x0, y0), (x1, y1) in pairwise(middles):
        if y0 == y1:
            start, end = (x0 + 0.4 * wide, y0), (x1 - 0.4 * wide, y1)
        else:
            start, end = (x0, y0 + 0.3 * high), (x1, y1 - 0.3 * high)
        sheet.page.draw_line(start, end, color=BLACK, width=0.9)
        sheet.page.draw_circle(end, 1.8, color=BLACK, fill=BLACK)
