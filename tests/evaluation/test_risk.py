"""Balanced accuracy and the risk-coverage curve by hand, by property, and where they mean nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.outcomes import Outcome, judged
from evaluation.risk import Rejection, rejection, risk_coverage


def flags(text: str) -> np.ndarray:
    return np.array([letter == "y" for letter in text])


def test_misses_and_false_alarms_are_counted_apart() -> None:
    #                 with an answer ^^^^ and without ^^
    said = rejection(nothing_matches=flags("ynnnyn"), answerable=flags("yyyynn"))
    assert said == Rejection(answerable=4, unanswerable=2, misses=1, false_alarms=1, balanced_accuracy=0.625)


def test_saying_nothing_of_note_is_worth_one_half() -> None:
    answerable = flags("y" * 9 + "n")
    assert rejection(flags("n" * 10), answerable).balanced_accuracy == 0.5
    assert rejection(~answerable, answerable).balanced_accuracy == 1


@pytest.mark.parametrize("answerable", ["yyy", "nnn", ""])
def test_queries_of_one_kind_give_no_balanced_accuracy(answerable: str) -> None:
    with pytest.raises(ValueError, match="with and without an answer"):
        rejection(flags("n" * len(answerable)), flags(answerable))


def test_the_curve_by_hand() -> None:
    curve = risk_coverage(np.array([0.2, 0.9, 0.5, 0.9]), wrong=flags("ynyn"))
    assert curve.thresholds.tolist() == [0.9, 0.5, 0.2]
    assert curve.coverage.tolist() == [0.5, 0.75, 1]
    assert curve.risk.tolist() == [0, pytest.approx(1 / 3), 0.5]
    assert curve.area() == pytest.approx(0.5 * 0 + 0.25 / 3 + 0.25 * 0.5)
    assert curve.at(0.5) == (0.9, 0.5, 0)
    assert curve.at(0.51) == (0.5, 0.75, pytest.approx(1 / 3))


def test_equal_confidences_are_answered_together() -> None:
    curve = risk_coverage(np.full(4, 0.7), wrong=flags("ynnn"))
    assert (curve.coverage.tolist(), curve.risk.tolist()) == ([1], [0.25])


def test_no_queries_have_no_curve() -> None:
    with pytest.raises(ValueError, match="at least one query"):
        risk_coverage(np.array([]), flags(""))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_the_curve_ends_with_everything_answered(queries: list[tuple[float, bool]]) -> None:
    confidence, wrong = np.array([one for one, _ in queries]), np.array([one for _, one in queries])
    curve = risk_coverage(confidence, wrong)
    assert curve.coverage[-1] == 1
    assert curve.risk[-1] == pytest.approx(wrong.mean())
    assert (np.diff(curve.thresholds) < 0).all()
    for threshold, coverage, risk in zip(curve.thresholds, curve.coverage, curve.risk, strict=True):
        answered = confidence >= threshold
        assert (coverage, risk) == (pytest.approx(answered.mean()), pytest.approx(wrong[answered].mean()))


def outcome(is_answerable: bool, match: float, is_correct: bool = False) -> Outcome:
    return Outcome(is_answerable, nothing_matches=match < 0.5, match=match, first=match, is_correct=is_correct)


def test_outcomes_are_judged() -> None:
    outcomes = [outcome(True, 0.9, True), outcome(True, 0.4), outcome(False, 0.6), outcome(False, 0.1)]
    result = judged(outcomes)
    assert result is not None
    assert (result["misses"], result["false_alarms"], result["balanced_accuracy"]) == (1, 1, 0.5)
    half = result["risk_coverage"][4]
    assert half == {"threshold": 0.6, "coverage": 0.5, "risk": 0.5, "wrong_first": 0.5}
    assert result["risk_coverage"][-1] == {"threshold": 0.1, "coverage": 1, "risk": 0.5, "wrong_first": 0.75}
    assert judged(outcomes[:2]) is None
