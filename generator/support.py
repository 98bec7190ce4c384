"""How likely a statement is supported that nothing contradicts: a logistic regression over a few shares and counts."""

from __future__ import annotations

import json
import math
from dataclasses import astuple, dataclass, fields
from functools import cache
from pathlib import Path

from generator.basis import Basis
from generator.lexicon import lexicon

PATH = Path(__file__).with_name("support.json")
"""The weights, made by scripts/train_support.py."""


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of a statement and the sentence that it leans on.

    `covered` is the share of its words that the nearest statement holds, with what that speaks of, `whole` the share
    that the sentence holds; `alike` the cosine of the two in meaning; `things` and `doings` how many nouns and verbs
    the sentence lacks (up to 3 each), `unnamed` how many of these are names, and `figures` how many numbers it has in
    common with it (up to 2). `lacking` is 1 where a number or a name does not stand where it should, and 0 otherwise.
    """

    covered: float
    whole: float
    alike: float
    things: float
    doings: float
    figures: float
    unnamed: float
    lacking: float

    @classmethod
    def of(cls, basis: Basis, lacking: bool) -> Features:
        missing = [word for word in basis.whole.missing if word.weight >= 1]
        doings = sum(word.lemma in lexicon().verbs for word in missing)
        return cls(
            covered=basis.here.covered,
            whole=basis.whole.covered,
            alike=basis.alike,
            things=float(min(3, len(missing) - doings)),
            doings=float(min(3, doings)),
            figures=float(min(2, basis.figures)),
            unnamed=float(sum(word.is_name for word in missing)),
            lacking=float(lacking),
        )


@cache
def _weights() -> tuple[tuple[float, ...], float]:
    values = json.loads(PATH.read_text(encoding="utf-8"))
    return tuple(values["weights"][field.name] for field in fields(Features)), values["bias"]


def probability(features: Features) -> float:
    """How likely, in [0, 1], a statement with these features is supported."""
    weights, bias = _weights()
    score = bias + sum(weight * value for weight, value in zip(weights, astuple(features), strict=True))
    return 1 / (1 + math.exp(-score))
