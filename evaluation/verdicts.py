"""How well verdicts on claims agree with labels. Pure functions; they know no claim and no evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from store.records import Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled claim and the verdict on it. `category` says how the claim was made, `number` for a wrong one."""

    label: Verdict
    verdict: Verdict
    category: str


@dataclass(frozen=True, slots=True)
class Scores:
    """Precision, recall and their harmonic mean for one verdict; 0 where nothing was to be found, or nothing was."""

    precision: float
    recall: float
    f1: float


def verdict_scores(judged: Sequence[Judged]) -> dict[Verdict, Scores]:
    """The scores of each verdict, taken as a class of its own."""
    return {verdict: _scores(judged, verdict) for verdict in Verdict}


def macro_f1(scores: Mapping[Verdict, Scores]) -> float:
    """The mean over the verdicts, each of which counts the same."""
    return sum(one.f1 for one in scores.values()) / len(scores)


def let_through(judged: Sequence[Judged], *, partly: bool = False) -> float:
    """The share of the claims labelled `unsupported` that were found supported, or, with `partly`, at least in part."""
    kept = {Verdict.SUPPORTED, Verdict.PARTIAL} if partly else {Verdict.SUPPORTED}
    false = [one for one in judged if one.label is Verdict.UNSUPPORTED]
    return sum(one.verdict in kept for one in false) / len(false) if false else 0.0


def by_category(judged: Sequence[Judged]) -> dict[tuple[Verdict, str], Counter[Verdict]]:
    """How many claims of each label and category got each verdict."""
    counts: dict[tuple[Verdict, str], Counter[Verdict]] = {}
    for one in judged:
        counts.setdefault((one.label, one.category), Counter())[one.verdict] += 1
    return counts


def _scores(judged: Sequence[Judged], verdict: Verdict) -> Scores:
    right = sum(one.label is verdict and one.verdict is verdict for one in judged)
    precision = right / max(1, sum(one.verdict is verdict for one in judged))
    recall = right / max(1, sum(one.label is verdict for one in judged))
    return Scores(precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0)
