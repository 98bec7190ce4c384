"""What evidence says of a claim, and how the word of a further model changes it. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.protocols import Agreement
from store.records import Vector, Verdict

SURE = 0.5
"""The probability from which a model for inference is believed."""
SAID = "the evidence says so in other words"
IN_PART = "the cited evidence says this only in part"
NOT_SAID = "the cited evidence does not say this"
AT_ODDS = "the evidence is at odds with it"


@dataclass(frozen=True, slots=True)
class Finding:
    """What evidence says of a claim: verdict, support in [0, 1], why, and the exact words leaned on.

    `contradicted` is whether the evidence is at odds with the claim, rather than silent.
    """

    verdict: Verdict
    support: float
    reason: str
    quote: str = ""
    contradicted: bool = False


def with_entailment(found: Finding, probabilities: Vector) -> Finding:
    """The finding of the rules, heard a model for inference: float32[3], entailed, left open and contradicted.

    It may take support away, and give it where the rules only found too little; what they found wrong stays so.
    """
    entailed, _, contradicted = (round(float(one), 4) for one in probabilities)
    if found.contradicted:
        return found
    if contradicted >= SURE:
        reason = "the model for inference finds the evidence at odds with it"
        return Finding(Verdict.UNSUPPORTED, 0.0, reason, found.quote, contradicted=True)
    if entailed >= SURE:
        return replace(found, verdict=Verdict.SUPPORTED, support=entailed, reason="the evidence entails it")
    if found.verdict is Verdict.SUPPORTED:
        return replace(
            found, verdict=Verdict.PARTIAL, support=entailed, reason="the evidence does not entail all of it"
        )
    return found


def with_agreement(found: Finding, said: Agreement | None) -> Finding:
    """The finding of the rules, heard a model that sees the picture. It may not overrule what they found wrong."""
    if said is None or found.contradicted:
        return found
    if said is Agreement.NO:
        reason = "the model that sees the picture says that it does not show this"
        return Finding(Verdict.UNSUPPORTED, 0.0, reason, found.quote, contradicted=True)
    if said is Agreement.PARTIAL:
        reason = "the model that sees the picture says that it shows this in part"
        return replace(found, verdict=Verdict.PARTIAL, support=min(found.support, 0.5), reason=reason)
    return replace(found, verdict=Verdict.SUPPORTED, reason="the model that sees the picture says that it shows this")
