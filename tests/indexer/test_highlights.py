"""Boxes drawn on pages and pictures."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.highlights import INK, MARKER, crop, draw_boxes, overlaps, surroundings


def test_a_small_box_is_shown_with_enough_of_the_page_around_it() -> None:
    left, top, right, bottom = surroundings([(300, 400, 320, 410)], 600, 800)
    assert (right - left, bottom - top) == (pytest.approx(240), pytest.approx(320))
    assert ((left + right) / 2, (top + bottom) / 2) == (pytest.approx(310), pytest.approx(405))


def test_what_is_shown_stays_on_the_page() -> None:
    assert surroundings([(0, 0, 10, 10)], 600, 800) == (0, 0, pytest.approx(240), pytest.approx(320))
    assert surroundings([(590, 790, 600, 800)], 600, 800) == (pytest.approx(360), pytest.approx(480), 600, 800)
    assert surroundings([(0, 0, 600, 800)], 600, 800) == (0, 0, 600, 800)


def test_a_box_is_outlined_and_its_paper_turns_yellow_while_ink_stays() -> None:
    pixels = np.full((200, 100, 3), 255, np.uint8)
    pixels[100, 50] = 0
    marked = draw_boxes(pixels, (0, 0, 50, 100), [(20, 40, 40, 60)])
    assert tuple(marked[90, 50]) == MARKER
    assert tuple(marked[100, 50]) == (0, 0, 0)
    assert tuple(marked[79, 60]) == INK
    assert tuple(marked[50, 50]) == (255, 255, 255)
    assert (pixels == 255).sum() == pixels.size - 3


def test_a_part_of_a_picture_is_cut_out_in_its_proportions() -> None:
    pixels = np.arange(100 * 200, dtype=np.int64).reshape(100, 200, 1).repeat(3, 2).astype(np.uint8)
    part = crop(pixels, (400, 100, 800, 300), (0, 0, 800, 400))
    assert part.shape == (50, 100, 3)
    assert (part == pixels[25:75, 100:200]).all()


def test_overlap() -> None:
    assert overlaps((0, 0, 2, 2), (1, 1, 3, 3))
    assert not overlaps((0, 0, 2, 2), (2, 0, 3, 3))
