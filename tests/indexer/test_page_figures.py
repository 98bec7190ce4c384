"""Figures of drawn pages: pictures, drawings, their captions and labels, and what is no figure."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
import pymupdf
import pytest
from PIL import Image

from indexer.documents.page_text import lines_of
from indexer.documents.regions import Regions
from indexer.page_figures import Figure


def noise(side: int = 60, seed: int = 0) -> bytes:
    """A picture as PNG."""
    output = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 255, (side, side, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(output, "PNG")
    return output.getvalue()


def figures_on(draw: Callable[[pymupdf.Page], None], pages: int = 1) -> list[list[Figure]]:
    document = pymupdf.open()
    for _ in range(pages):
        draw(document.new_page(width=595, height=842))
    document = pymupdf.open(stream=document.tobytes())
    regions = Regions(document)
    return [list(regions.read(number, lines_of(document[number - 1]))[1]) for number in range(1, pages + 1)]


def bars(page: pymupdf.Page) -> None:
    for number, (name, height) in enumerate([("Oslo", 60), ("Bergen", 100), ("Narvik", 40)]):
        left = 150 + 60 * number
        page.draw_rect(pymupdf.Rect(left, 300 - height, left + 40, 300), fill=(0.2, 0.4, 0.8))
        page.insert_text((left, 312), name, fontsize=9)
    page.draw_line((140, 180), (140, 300))
    page.draw_line((140, 300), (330, 300))
    page.insert_text((140, 340), "Figure 7: Passengers by port", fontsize=10)


def test_a_picture_has_its_caption_and_its_pixels() -> None:
    def draw(page: pymupdf.Page) -> None:
        page.insert_image(pymupdf.Rect(100, 100, 300, 300), stream=noise())
        page.insert_text((100, 318), "Abb. 2 - Der Hafen im Winter", fontsize=10)

    [[figure]] = figures_on(draw)
    assert figure.box == pytest.approx((100, 100, 300, 300), abs=0.5)
    assert figure.caption == "Abb. 2 - Der Hafen im Winter"
    assert figure.is_picture
    assert figure.pixels is not None
    assert min(figure.pixels.shape[:2]) == 448


def test_a_chart_holds_the_words_of_its_axes() -> None:
    [[figure]] = figures_on(bars)
    assert figure.caption == "Figure 7: Passengers by port"
    assert figure.text == "Oslo Bergen Narvik"
    assert not figure.is_picture
    assert figure.box[0] <= 140
    assert 310 <= figure.box[3] <= 320


def test_frames_rules_icons_and_backgrounds_are_no_figures() -> None:
    def draw(page: pymupdf.Page) -> None:
        page.draw_rect(page.rect, fill=(0.9, 0.95, 1))
        page.draw_line((50, 60), (545, 60))
        page.draw_rect(pymupdf.Rect(60, 100, 500, 140), fill=(0.8, 0.8, 0.8))
        page.insert_text((70, 125), "A note in a frame, which is text and no figure at all", fontsize=11)
        page.insert_image(pymupdf.Rect(60, 700, 76, 716), stream=noise(16))

    assert figures_on(draw) == [[]]


def test_what_comes_again_on_the_pages_around_is_left_out() -> None:
    logo, photos = noise(40), iter([noise(60, 1), noise(60, 2), noise(60, 3)])

    def draw(page: pymupdf.Page) -> None:
        page.insert_image(pymupdf.Rect(440, 30, 540, 130), stream=logo)
        page.insert_image(pymupdf.Rect(100, 200, 400, 500), stream=next(photos))

    found = figures_on(draw, 3)
    assert [len(figures) for figures in found] == [1, 1, 1]
    assert all(figures[0].box[1] == pytest.approx(200, abs=0.5) for figures in found)


def test_a_page_of_a_hundred_thousand_drawings_is_bounded() -> None:
    document = pymupdf.open()
    page = document.new_page(width=600, height=800)
    content = "\n".join(f"{x} {y} 3 3 re f" for y in range(0, 800, 2) for x in range(0, 600, 2))[: 100_000 * 12]
    document.update_stream(
        page.get_contents()[0] if page.get_contents() else _content(document, page), content.encode()
    )
    start = time.perf_counter()
    tables, figures = Regions(pymupdf.open(stream=document.tobytes())).read(1, [])
    assert len(tables) == 0
    assert len(figures) <= 1
    assert time.perf_counter() - start < 30


def _content(document: pymupdf.Document, page: pymupdf.Page) -> int:
    xref = document.get_new_xref()
    document.update_object(xref, "<<>>")
    document.update_stream(xref, b" ")
    page.set_contents(xref)
    return int(xref)


def test_bars_that_stand_apart_are_one_chart() -> None:
    def draw(page: pymupdf.Page) -> None:
        for number, height in enumerate((60, 100, 40, 80)):
            for part in range(5):
                left = 120 + 100 * number + 16 * part
                page.draw_rect(
                    pymupdf.Rect(left, 300 - height, left + 14, 300), color=None, fill=(0.2, 0.1 * part, 0.8)
                )

    [[figure]] = figures_on(draw)
    assert figure.box == pytest.approx((120, 200, 498, 300), abs=6)


def test_fields_of_a_form_on_one_line_are_no_chart() -> None:
    def draw(page: pymupdf.Page) -> None:
        for row in range(3):
            for column in range(4):
                left, top = 60 + 120 * column, 200 + 60 * row
                page.draw_rect(pymupdf.Rect(left, top, left + 100, top + 24))

    assert figures_on(draw) == [[]]


def test_a_caption_between_two_charts_is_that_of_one() -> None:
    def draw(page: pymupdf.Page) -> None:
        bars(page)
        page.draw_rect(pymupdf.Rect(100, 360, 400, 362), color=None, fill=(1, 1, 1))
        for number in range(8):
            page.draw_circle((160 + 20 * number, 420 + 5 * number), 30, fill=(0.1 * number, 0.4, 0.8))
        page.insert_text((140, 505), "Figure 8: Passengers by month", fontsize=10)

    [figures] = figures_on(draw)
    assert [figure.caption for figure in figures] == ["Figure 7: Passengers by port", "Figure 8: Passengers by month"]
