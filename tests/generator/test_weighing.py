"""The word of the claim reader beside that of the rules."""

from __future__ import annotations

import numpy as np
import pytest

from generator.findings import AT_ODDS, NOT_SAID, Finding
from generator.weighing import SUPPORTED, Signals, probabilities, weighed
from store.records import Vector, Verdict

HELD = Finding(Verdict.SUPPORTED, 0.8, "so the rules", "The mill burned down.")
OPEN = Finding(Verdict.UNSUPPORTED, 0.3, "not said", "The mill burned down.")
WRONG = Finding(Verdict.UNSUPPORTED, 0.0, "another number", "The mill burned down.", contradicted=True)


def told(*chances: float) -> Vector:
    return np.array(chances, np.float32)


SURE = told(0.96, 0.02, 0.01, 0.01)
AGAINST = told(0.01, 0.02, 0.01, 0.96)
SILENT = told(0.01, 0.96, 0.02, 0.01)
HALF = told(0.01, 0.02, 0.96, 0.01)


CLAIM = "The mill burned down in 1903."
TEXT = "The mill burned down. It had been built in 1850."


def signals(found: Finding, weakest: float, chances: Vector) -> Signals:
    return Signals.of(found, weakest, False, CLAIM, TEXT, chances)


def heard(found: Finding, weakest: float, chances: Vector) -> Finding:
    return weighed(found, signals(found, weakest, chances))


def test_signals_of_the_wording() -> None:
    known = signals(HELD, 0.8, SURE)
    assert (known.copied, known.denies, known.figures, known.length) == (pytest.approx(5 / 6), 0, 1, 0.3)
    denied = Signals.of(HELD, 0.8, False, "No mill burned.", TEXT, SURE)
    assert (denied.copied, denied.denies, denied.figures) == (pytest.approx(2 / 3), 1, 0)


def test_probabilities_are_such() -> None:
    chances = probabilities(signals(HELD, 0.8, SURE))
    assert set(chances) == set(Verdict)
    assert sum(chances.values()) == pytest.approx(1)


def test_who_agrees_with_the_rules_changes_no_reason() -> None:
    found = heard(HELD, 0.8, SURE)
    assert (found.verdict, found.reason, found.quote) == (Verdict.SUPPORTED, HELD.reason, HELD.quote)
    assert found.support >= SUPPORTED
    assert heard(WRONG, 0.0, AGAINST).contradicted


@pytest.mark.parametrize(("chances", "reason", "at_odds"), [(AGAINST, AT_ODDS, True), (SILENT, NOT_SAID, False)])
def test_the_reader_takes_support_away(chances: Vector, reason: str, at_odds: bool) -> None:
    found = heard(HELD, 0.6, chances)
    assert (found.verdict, found.reason, found.contradicted) == (Verdict.UNSUPPORTED, reason, at_odds)
    assert found.support < SUPPORTED


def test_the_reader_finds_what_follows_and_what_follows_in_part() -> None:
    assert heard(OPEN, 0.4, SURE).verdict is Verdict.SUPPORTED
    assert heard(OPEN, 0.4, HALF).verdict is Verdict.PARTIAL
