"""The verdict on a claim from what the rules found and what the claim reader says, weighed as labelled claims taught.

A multinomial logistic regression, made by scripts/train_verdicts.py. The rules know numbers, names and tables, the
reader what follows from what; the weights come from claims that neither was made from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np

from generator.findings import AT_ODDS, IN_PART, NOT_SAID, SAID, Finding
from generator.statements import is_negator
from generator.words import words
from store.records import Vector, Verdict

PATH = Path(__file__).with_name("verdicts.json")
"""The weights, made by scripts/train_verdicts.py."""
LEAST = 1e-3
"""Under which no probability is taken, so that none outweighs all the rest."""
SUPPORTED = 0.725
"""The probability from which a claim is supported: the least at which of the unsupported claims of the tuning half, by
cross-validation, one standard error under one in twenty have it.
"""


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of a claim.

    Of the rules: their verdict, at most one of the first three being 1, whether a number or name is `missing`, and the
    log odds of the `weakest` of its statements. Of the reader: the logarithms of its probabilities that the text
    supports the claim, leaves it open, supports a part of it, and contradicts it. Of the wording, on which it depends
    how far either is right: the share of the claim's words that are `copied` from the text, whether it `denies`
    something, whether it has `figures`, and its `length` in scores of words.
    """

    ruled_supported: float
    ruled_partial: float
    ruled_contradicted: float
    missing: float
    weakest: float
    supports: float
    leaves_open: float
    supports_part: float
    contradicts: float
    copied: float
    denies: float
    figures: float
    length: float

    @classmethod
    def of(cls, found: Finding, weakest: float, missing: bool, claim: str, text: str, told: Vector) -> Signals:
        """`told` is float32[4], what a `ClaimJudge` that read the text says of the claim."""
        chance = min(1 - LEAST, max(LEAST, weakest))
        supports, leaves_open, supports_part, contradicts = (float(np.log(max(LEAST, one))) for one in told)
        said, there = words(claim), set(words(text))
        return cls(
            ruled_supported=float(found.verdict is Verdict.SUPPORTED),
            ruled_partial=float(found.verdict is Verdict.PARTIAL),
            ruled_contradicted=float(found.contradicted),
            missing=float(missing),
            weakest=float(np.log(chance / (1 - chance))),
            supports=supports,
            leaves_open=leaves_open,
            supports_part=supports_part,
            contradicts=contradicts,
            copied=sum(word in there for word in said) / max(1, len(said)),
            denies=float(any(map(is_negator, said))),
            figures=float(any(map(str.isdigit, claim))),
            length=len(said) / 20,
        )


def probabilities(signals: Signals) -> dict[Verdict, float]:
    """How likely each verdict is right."""
    weights, bias = _weights()
    scores = weights @ np.array(astuple(signals)) + bias
    grown = np.exp(scores - scores.max())
    return dict(zip(Verdict, map(float, grown / grown.sum()), strict=True))


def decided(chances: Mapping[Verdict, float]) -> Verdict:
    """The verdict by how likely each is: supported from `SUPPORTED` on, else the likelier of the rest."""
    if chances[Verdict.SUPPORTED] >= SUPPORTED:
        return Verdict.SUPPORTED
    return Verdict.PARTIAL if chances[Verdict.PARTIAL] > chances[Verdict.UNSUPPORTED] else Verdict.UNSUPPORTED


def weighed(found: Finding, signals: Signals) -> Finding:
    """The finding of the rules, after the claim reader was heard."""
    chances = probabilities(signals)
    support, verdict = round(chances[Verdict.SUPPORTED], 4), decided(chances)
    same = found.verdict is verdict
    if verdict is Verdict.SUPPORTED:
        return Finding(verdict, support, found.reason if same else SAID, found.quote)
    if verdict is Verdict.PARTIAL:
        return Finding(verdict, support, found.reason if same else IN_PART, found.quote)
    if same:
        return Finding(Verdict.UNSUPPORTED, support, found.reason, found.quote, found.contradicted)
    at_odds = signals.contradicts > signals.leaves_open
    return Finding(Verdict.UNSUPPORTED, support, AT_ODDS if at_odds else NOT_SAID, found.quote, at_odds)


@cache
def _weights() -> tuple[np.ndarray, np.ndarray]:
    """float64[3, n] and float64[3], in the order of the verdicts and of the fields of `Signals`."""
    values = json.loads(PATH.read_text(encoding="utf-8"))
    names = [field.name for field in fields(Signals)]
    rows = [[values[verdict][name] for name in names] for verdict in Verdict]
    return np.array(rows), np.array([values[verdict]["bias"] for verdict in Verdict])
