"""What it costs to answer: how well "nothing matches" is said, and the risk taken for the share of queries answered.

Pure functions over arrays that hold one entry for each query; they know no retriever.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Figures = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rejection:
    """How "nothing matches" was said over queries with and without an answer.

    `misses` have an answer and were told that nothing matches; `false_alarms` have none and were told otherwise.
    `balanced_accuracy` is the mean of the shares of both kinds that were told right.
    """

    answerable: int
    unanswerable: int
    misses: int
    false_alarms: int
    balanced_accuracy: float


def rejection(nothing_matches: Flags, answerable: Flags) -> Rejection:
    """The counts of two bool[n]. Raises ValueError unless there are queries of both kinds."""
    if answerable.all() or not answerable.any():
        raise ValueError("balanced accuracy needs queries with and without an answer")
    misses = int((nothing_matches & answerable).sum())
    false_alarms = int((~nothing_matches & ~answerable).sum())
    with_answer, without = int(answerable.sum()), int((~answerable).sum())
    right = (1 - misses / with_answer + 1 - false_alarms / without) / 2
    return Rejection(with_answer, without, misses, false_alarms, right)


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """A curve over every bar that can be set, the highest first; all are float64[m].

    With a bar at `thresholds[i]` the share `coverage[i]` of queries is answered, and `risk[i]` of those wrongly.
    """

    thresholds: Figures
    coverage: Figures
    risk: Figures

    def at(self, coverage: float) -> tuple[float, float, float]:
        """Threshold, coverage and risk of the highest bar under which at least `coverage` is answered."""
        place = min(int(np.searchsorted(self.coverage, coverage - 1e-9)), len(self.coverage) - 1)
        return float(self.thresholds[place]), float(self.coverage[place]), float(self.risk[place])

    def area(self) -> float:
        """The area under the curve, which is the mean risk over all coverages: 0 at best (AURC)."""
        steps = np.diff(self.coverage, prepend=0.0)
        return float((self.risk * steps).sum())


def risk_coverage(confidence: Figures, wrong: Flags) -> RiskCoverage:
    """The curve of float64[n] confidences and of whether an answer would be wrong, bool[n].

    Queries of one confidence are answered together. El-Yaniv and Wiener, "On the Foundations of Noise-free Selective
    Classification", 2010. Raises ValueError for no queries.
    """
    if not len(confidence):
        raise ValueError("a risk-coverage curve needs at least one query")
    order = np.argsort(-confidence, kind="stable")
    bars = confidence[order]
    last_of_each = np.append(np.flatnonzero(np.diff(bars)), len(bars) - 1)
    answered = last_of_each + 1
    mistakes = np.cumsum(wrong[order])[last_of_each]
    return RiskCoverage(bars[last_of_each].astype(np.float64), answered / len(bars), mistakes / answered)
