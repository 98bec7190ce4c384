"""How the word of a further model changes what the rules found."""

from __future__ import annotations

import numpy as np
import pytest

from generator.findings import Finding, with_agreement, with_entailment
from models.protocols import Agreement
from store.records import Verdict

HELD = Finding(Verdict.SUPPORTED, 0.9, "the evidence says so in other words", "The mill burned down.")
PART = Finding(Verdict.PARTIAL, 0.6, "only in part", "The mill burned down.")
WRONG = Finding(Verdict.UNSUPPORTED, 0.0, "the evidence denies this", "It did not burn.", contradicted=True)


@pytest.mark.parametrize(
    ("found", "probabilities", "verdict"),
    [
        (HELD, (0.9, 0.1, 0.0), Verdict.SUPPORTED),
        (HELD, (0.2, 0.7, 0.1), Verdict.PARTIAL),
        (HELD, (0.1, 0.1, 0.8), Verdict.UNSUPPORTED),
        (PART, (0.9, 0.1, 0.0), Verdict.SUPPORTED),
        (PART, (0.1, 0.8, 0.1), Verdict.PARTIAL),
        (WRONG, (0.9, 0.1, 0.0), Verdict.UNSUPPORTED),
    ],
)
def test_a_model_for_inference(found: Finding, probabilities: tuple[float, ...], verdict: Verdict) -> None:
    assert with_entailment(found, np.array(probabilities, np.float32)).verdict is verdict


@pytest.mark.parametrize(
    ("found", "said", "verdict"),
    [
        (HELD, Agreement.YES, Verdict.SUPPORTED),
        (HELD, Agreement.PARTIAL, Verdict.PARTIAL),
        (HELD, Agreement.NO, Verdict.UNSUPPORTED),
        (PART, Agreement.YES, Verdict.SUPPORTED),
        (PART, None, Verdict.PARTIAL),
        (WRONG, Agreement.YES, Verdict.UNSUPPORTED),
    ],
)
def test_a_model_that_sees(found: Finding, said: Agreement | None, verdict: Verdict) -> None:
    assert with_agreement(found, said).verdict is verdict
