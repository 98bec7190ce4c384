"""What the measure of documents counts as right."""

from __future__ import annotations

import pytest

from scripts.documents_eval import best_overlap, failed_step, holds, overlap


def test_overlap_is_intersection_over_union() -> None:
    assert overlap((0, 0, 10, 10), (0, 0, 10, 10)) == 1.0
    assert overlap((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 10, 10), (10, 0, 20, 10)) == 0.0
    assert best_overlap((0, 0, 10, 10), [[50, 50, 60, 60], [0, 0, 10, 20]]) == 0.5
    assert best_overlap(None, [[0, 0, 1, 1]]) == 0.0


def test_a_cell_is_held_whole_whatever_white_space_parts_it() -> None:
    assert holds("Legionella: 1\u00a0204,5 €", "1 204,5 €")
    assert holds("in 2023 901,306 passengers", "901,306")
    assert holds("IBAN DE3957863615", "DE39 5786 3615")
    assert not holds("11,204 ships", "1,204")
    assert not holds("1,204.5 ships", "1,204")
    assert not holds("The Cellar", "Kitchen")


def test_the_first_step_that_fails_is_named() -> None:
    assert failed_step(6, True, True, 0.9, None) == "page not found"
    assert failed_step(None, False, False, 0.0, None) == "page not found"
    assert failed_step(2, False, False, 0.0, False) == "no answer"
    assert failed_step(1, True, False, 0.0, True) == "other page cited"
    assert failed_step(1, True, True, 0.9, False) == "cell lost"
    assert failed_step(1, True, True, 0.4, True) == "box elsewhere or too large"
    assert failed_step(1, True, True, 0.5, None) == ""
