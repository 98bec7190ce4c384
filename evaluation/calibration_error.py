"""Whether a confidence of 0.8 is right eight times in ten. Pure functions over arrays; they know no retriever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Figures = npt.NDArray[np.float64]

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions of like confidence: how many, their mean confidence, and the share of them that was right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def equal_width(confidence: Figures, correct: Flags, bins: int = BINS) -> list[Bin]:
    """Bins of one width over [0, 1], the upper edge within; those that hold nothing are left out."""
    edges = np.linspace(0, 1, bins + 1)
    # The first bin holds its lower edge too.
    places = np.maximum(np.searchsorted(edges, confidence, side="left"), 1)
    return [
        _bin(float(edges[place - 1]), float(edges[place]), confidence[places == place], correct[places == place])
        for place in np.unique(places)
    ]


def equal_mass(confidence: Figures, correct: Flags, bins: int = BINS) -> list[Bin]:
    """Bins that hold about as many predictions each, from their least to their largest confidence.

    Equal confidences stay together, so there may be fewer bins.
    """
    if not len(confidence):
        return []
    order = np.argsort(confidence, kind="stable")
    ranked, right = confidence[order], correct[order]
    wanted = ranked[np.arange(bins) * len(ranked) // bins]
    starts = np.unique(np.searchsorted(ranked, wanted, side="left"))
    return [
        _bin(float(values[0]), float(values[-1]), values, answers)
        for values, answers in zip(np.split(ranked, starts[1:]), np.split(right, starts[1:]), strict=True)
    ]


def expected_calibration_error(table: Sequence[Bin]) -> float | None:
    """The mean distance of confidence and accuracy over predictions, by bins; None where there are none.

    Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015.
    """
    total = sum(one.count for one in table)
    return sum(one.count * abs(one.confidence - one.accuracy) for one in table) / total if total else None


def _bin(low: float, high: float, confidence: Figures, correct: Flags) -> Bin:
    return Bin(low, high, len(confidence), float(confidence.mean()), float(correct.mean()))
