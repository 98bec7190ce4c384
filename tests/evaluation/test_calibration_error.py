"""Reliability tables and the expected calibration error by hand, and beside scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.calibration_error import Bin, equal_mass, equal_width, expected_calibration_error
from evaluation.outcomes import Outcome, calibrated


def test_two_bins_by_hand() -> None:
    confidence, correct = np.array([0.1, 0.3, 0.8, 1.0]), np.array([False, True, True, True])
    table = equal_width(confidence, correct, bins=2)
    assert table == [Bin(0, 0.5, 2, pytest.approx(0.2), 0.5), Bin(0.5, 1, 2, pytest.approx(0.9), 1)]
    assert expected_calibration_error(table) == pytest.approx((2 * 0.3 + 2 * 0.1) / 4)


def test_the_edges_of_the_range_belong_to_the_outer_bins_and_empty_bins_are_left_out() -> None:
    table = equal_width(np.array([0.0, 0.1, 1.0]), np.array([False, False, True]))
    assert [(one.low, one.high, one.count) for one in table] == [(0, 0.1, 2), (0.9, 1, 1)]


def test_bins_of_equal_mass() -> None:
    confidence = np.linspace(0.9, 1, 101)[1:]
    table = equal_mass(confidence, np.ones(100, bool))
    assert [one.count for one in table] == [10] * 10
    assert expected_calibration_error(table) == pytest.approx(1 - confidence.mean())


def test_equal_confidences_stay_together() -> None:
    table = equal_mass(np.array([1.0] * 95 + [0.2] * 5), np.array([True] * 95 + [False] * 5))
    assert sum(one.count for one in table) == 100
    assert {one.count for one in table} == {95, 5}
    assert expected_calibration_error(equal_mass(np.ones(7), np.ones(7, bool))) == 0


def test_a_sure_voice_that_is_wrong_and_no_voice_at_all() -> None:
    assert expected_calibration_error(equal_width(np.ones(8), np.zeros(8, bool))) == 1
    assert equal_width(np.array([]), np.array([], bool)) == equal_mass(np.array([]), np.array([], bool)) == []
    assert expected_calibration_error([]) is None


def test_calibrated_draws_have_next_to_no_error_and_the_tables_are_those_of_scikit_learn() -> None:
    from sklearn.calibration import calibration_curve

    generator = np.random.default_rng(5)
    confidence = generator.uniform(size=20_000)
    correct = generator.uniform(size=20_000) < confidence
    for table, strategy in (
        (equal_width(confidence, correct), "uniform"),
        (equal_mass(confidence, correct), "quantile"),
    ):
        accuracy, mean = calibration_curve(correct, confidence, n_bins=10, strategy=strategy)
        assert [one.accuracy for one in table] == pytest.approx(list(accuracy), abs=1e-3)
        assert [one.confidence for one in table] == pytest.approx(list(mean), abs=1e-3)
        assert expected_calibration_error(table) < 0.02  # type: ignore[operator]
        assert expected_calibration_error(table) > 0  # type: ignore[operator]


def test_queries_without_a_hit_are_not_counted() -> None:
    heard = Outcome(True, nothing_matches=False, match=0.8, first=0.8, is_correct=True)
    silent = Outcome(True, nothing_matches=True, match=0.0, first=None, is_correct=False)
    result = calibrated([heard, silent])
    assert result["queries"] == 1
    assert result["expected_calibration_error"] == pytest.approx(0.2)
    assert calibrated([silent])["expected_calibration_error"] is None
