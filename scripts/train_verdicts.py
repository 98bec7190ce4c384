"""Fits the weights of generator/verdicts.json: `train_verdicts.py [--demo .demo] [--data DATA]`.

A multinomial logistic regression over the tuning half of `corpora/claims` and half of the texts of `corpora/pairs` on
which the claim reader was not trained. A twin counts less than other claims: it is harder than what language models
write. Prints how it does by five-fold cross-validation, no text being in two folds.
"""

from __future__ import annotations

import json
import sys
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from api.settings import Settings
from api.wiring import Builtin
from generator.assessment import Assessor, claim_statements, combined
from generator.judges import Judges
from generator.vectors import Vectors
from generator.weighing import PATH, Signals, decided
from scripts.claim_pairs import Pair, evidence_parser, tuning_pairs
from scripts.pairs_corpus import is_for_tests, is_held_out
from scripts.pairs_eval import told_pairs
from store.records import Verdict

COUNTS = {"tuning half": 3.0, "plain claims": 1.0, "twins": 0.5}
"""What a claim of each source counts."""


def main() -> None:
    """Write the weights, and print what they give on claims left out."""
    arguments = evidence_parser(__doc__).parse_args()
    builtin = Builtin(Settings().model_cache)
    tuning = tuning_pairs(builtin, arguments.demo, arguments.data)
    plain, twins = (list(told_pairs(task, _is_for_weights)) for task in ("plain", "twins"))
    pairs = [*tuning, *plain, *twins]
    sources = np.repeat(list(COUNTS), [len(tuning), len(plain), len(twins)])
    known = [signals(pair, builtin) for pair in pairs]
    kept = [place for place, one in enumerate(known) if one is not None]
    given = np.array([astuple(one) for one in known if one is not None])
    right = np.array([list(Verdict).index(pairs[place].label) for place in kept])
    sources = sources[kept]
    weights = np.array([COUNTS[source] for source in sources])
    texts = np.unique([pairs[place].evidence[0].hit.item.text for place in kept], return_inverse=True)[1]
    cross_validate(given, right, weights, texts, sources)
    model = LogisticRegression(max_iter=5000).fit(given, right, weights)
    names = [field.name for field in fields(Signals)]
    values = {
        verdict: dict(zip(names, map(_short, row), strict=True)) | {"bias": _short(bias)}
        for verdict, row, bias in zip(Verdict, model.coef_, model.intercept_, strict=True)
    }
    PATH.write_text(json.dumps(values, indent=2) + "\n")
    print(f"{len(kept)} claims: {PATH}")


def _is_for_weights(text: str) -> bool:
    return is_held_out(text) and not is_for_tests(text)


def signals(pair: Pair, builtin: Builtin) -> Signals | None:
    """What the rules and the reader know of a claim; None where neither is asked."""
    assessor = Assessor(pair.evidence, Vectors(builtin.minilm), Judges(builtin.claim_reader))
    if assessor.settled(pair.claim, pair.evidence) is not None:
        return None
    judged = [assessor.judge(said, pair.claim, pair.evidence) for said in claim_statements(pair.claim)]
    return assessor.signals(pair.claim, pair.evidence, judged, combined(judged)) if judged else None


def cross_validate(
    given: np.ndarray, right: np.ndarray, weights: np.ndarray, texts: np.ndarray, sources: np.ndarray
) -> None:
    """Print the F1 of the verdicts on the claims of each source."""
    said = np.empty_like(right)
    for train, test in GroupKFold(5).split(given, right, texts):
        model = LogisticRegression(max_iter=5000).fit(given[train], right[train], weights[train])
        chances = model.predict_proba(given[test])
        said[test] = [list(Verdict).index(decided(dict(zip(Verdict, one, strict=True)))) for one in chances]
    for name in COUNTS:
        some = sources == name
        each = [_f1(said[some] == one, right[some] == one) for one in range(len(Verdict))]
        false = (right == list(Verdict).index(Verdict.UNSUPPORTED)) & some
        print(
            f"{name}: F1 {', '.join(f'{one:.3f}' for one in each)}, mean {np.mean(each):.3f}; "
            f"{np.mean(said[false] == 0):.3f} of the unsupported let through"
        )


def _f1(said: np.ndarray, right: np.ndarray) -> float:
    return float(2 * np.sum(said & right) / max(1, np.sum(said) + np.sum(right)))


def _short(value: float) -> float:
    return round(float(value), 3)


if __name__ == "__main__":
    main()
