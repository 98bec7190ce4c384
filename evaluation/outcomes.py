"""What a search said of itself, query by query, and whether it was right: "nothing matches", and `confidence`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from evaluation.calibration_error import Bin, equal_mass, equal_width, expected_calibration_error
from evaluation.risk import rejection, risk_coverage

COVERAGES = tuple(tenths / 10 for tenths in range(1, 11))
"""Where the risk-coverage curve is reported; the area under it is that of every point."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one query went. `match` is the probability that anything matches, and decides whether anything does;
    `first` is the confidence of the first hit, None where there is no hit; `is_correct` is whether it is relevant."""

    is_answerable: bool
    nothing_matches: bool
    match: float
    first: float | None
    is_correct: bool


def judged(outcomes: Sequence[Outcome]) -> dict[str, Any] | None:
    """How well "nothing matches" was said, and at what risk; None without queries that have no answer.

    Two risks by coverage: `risk` is the share of the answered queries that have no answer, `wrong_first` that of those
    whose first hit is not relevant.
    """
    answerable = np.array([one.is_answerable for one in outcomes], bool)
    if answerable.all() or not answerable.any():
        return None
    match = np.array([one.match for one in outcomes], np.float64)
    said = rejection(np.array([one.nothing_matches for one in outcomes], bool), answerable)
    unanswerable = risk_coverage(match, ~answerable)
    wrong_first = risk_coverage(match, np.array([not one.is_correct for one in outcomes], bool))
    points = []
    for wanted in COVERAGES:
        threshold, coverage, risk = unanswerable.at(wanted)
        points.append(
            {"threshold": threshold, "coverage": coverage, "risk": risk, "wrong_first": wrong_first.at(wanted)[2]}
        )
    return {
        **asdict(said),
        "area_under_risk_coverage": unanswerable.area(),
        "area_under_wrong_first": wrong_first.area(),
        "risk_coverage": points,
    }


def calibrated(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The expected calibration error of the first hit's confidence, over bins of equal width and of equal mass."""
    heard = [(one.first, one.is_correct) for one in outcomes if one.first is not None]
    confidence = np.array([first for first, _ in heard], np.float64)
    correct = np.array([is_correct for _, is_correct in heard], bool)
    by_width, by_mass = equal_width(confidence, correct), equal_mass(confidence, correct)
    return {
        "queries": len(heard),
        "expected_calibration_error": expected_calibration_error(by_width),
        "expected_calibration_error_equal_mass": expected_calibration_error(by_mass),
        "reliability": _rows(by_width),
        "reliability_equal_mass": _rows(by_mass),
    }


def _rows(table: Sequence[Bin]) -> list[dict[str, Any]]:
    return [asdict(one) for one in table]
