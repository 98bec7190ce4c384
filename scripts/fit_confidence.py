"""Fits the constants of retriever/confidence.py: `fit_confidence.py COLLECTION=FOLDER ...`.
Each FOLDER is an evaluation folder of an indexed collection with queries that have an answer and queries that have none
(scripts/answerable_eval.py, corpora/eval/answerable). Prints the constants, and how well they do, beside what the best
fixed cutoff of the raw likeness does on the same queries: fitted on all, on the other half of each collection's queries
(`halves`), and on the other collections alone (`others`).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from api.service import Viscite
from api.settings import Settings
from evaluation.calibration_error import equal_width, expected_calibration_error
from evaluation.corpus import Corpus, is_relevant
from evaluation.dataset import load_dataset
from retriever.confidence import MOST_LEXICAL
from retriever.fusion import fold_pages
from retriever.search import DEPTH, JUDGED, Retriever
from store.records import Filters, Query

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NAMES = ("visual", "semantic", "lexical", "words")


@dataclass(frozen=True, slots=True)
class Asked:
    """One query: float64[m, 4] evidence of the items judged, best first; whether the first is relevant; whether the
    query has an answer; and the highest raw likeness of a picture."""

    evidence: Floats
    is_correct: bool
    is_answerable: bool
    cosine: float


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model of the evidence, and the threshold under which nothing matches."""

    weights: Floats
    offset: float
    threshold: float = 0.0

    def first(self, asked: Asked) -> float:
        """The confidence of the first hit."""
        return float(self._confidences(asked)[0])

    def best(self, asked: Asked) -> float:
        """The highest confidence."""
        return float(self._confidences(asked).max())

    def _confidences(self, asked: Asked) -> Floats:
        return 1 / (1 + np.exp(-(asked.evidence @ self.weights + self.offset)))


def main() -> None:
    """Collect the evidence, fit, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", metavar="COLLECTION=FOLDER")
    arguments = parser.parse_args()
    viscite = Viscite(Settings.load())
    try:
        every = {one: collect(viscite, *one.split("=", 1)) for one in arguments.sets}
    finally:
        viscite.close()
    report(every)


def collect(viscite: Viscite, collection: str, folder: str) -> list[Asked]:
    """Ask all queries of a folder."""
    retriever, dataset = viscite.retriever(collection), load_dataset(Path(folder))
    corpus = Corpus.explaining(dataset, retriever.reader.catalogue, retriever.reader.manifest.roots)
    dataset = dataset.renamed(corpus.name)
    return [
        asked
        for query in (*dataset.queries, *dataset.unanswerable)
        if (
            asked := _ask(retriever, corpus, query.text, query.within, dataset.relevant.get(query.id), query.answerable)
        )
    ]


def _ask(
    retriever: Retriever, corpus: Corpus, text: str, within: str | None, grades: object, is_answerable: bool
) -> Asked | None:
    catalogue = retriever.reader.catalogue
    under = (str(Path(corpus.root) / within),) if within else ()
    query = Query(text, filters=Filters(under=under))
    rankings = retriever.rank(query, DEPTH)
    judge = retriever.judge(query, rankings)
    fused = fold_pages(retriever.fuse(rankings, judge), catalogue.kinds, catalogue.places)[:JUDGED]
    if not fused:
        return None
    rows = [row for row, _ in fused]
    evidence = [
        [heard.get("visual", 0), heard.get("semantic", 0), min(heard.get("lexical", 0), MOST_LEXICAL), words]
        for heard, words in judge.evidence(rows)
    ]
    is_correct = isinstance(grades, dict) and is_relevant(corpus.ids[rows[0]], grades)
    cosine = rankings["visual"][0][1] if rankings["visual"] else 0.0
    return Asked(np.array(evidence, np.float64), is_correct, is_answerable, cosine)


def fit(sets: Sequence[Sequence[Asked]]) -> Model:
    """The model for which all sets count alike."""
    evidence = np.array([asked.evidence[0] for one in sets for asked in one])
    labels = np.array([asked.is_correct for one in sets for asked in one])
    weights = np.array([1000 / len(one) for one in sets for _ in one])
    fitted = LogisticRegression(max_iter=5000).fit(evidence, labels, sample_weight=weights)
    model = Model(fitted.coef_[0], float(fitted.intercept_[0]))
    bars = np.arange(0.02, 0.5, 0.005)
    mean = [np.mean([balanced([model.best(asked) for asked in one], one, bar) for one in sets]) for bar in bars]
    return Model(model.weights, model.offset, float(bars[int(np.argmax(mean))]))


def balanced(values: Sequence[float], asked: Sequence[Asked], bar: float) -> float:
    """The balanced accuracy of saying that nothing matches below a bar."""
    high, answerable = np.array(values) >= bar, np.array([one.is_answerable for one in asked])
    return float((high[answerable].mean() + (~high[~answerable]).mean()) / 2)


def best_bar(values: Sequence[float], asked: Sequence[Asked]) -> tuple[float, float]:
    """The highest balanced accuracy that any bar reaches, and the bar."""
    return max((balanced(values, asked, bar), bar) for bar in sorted(set(values)))


def report(every: dict[str, list[Asked]]) -> None:
    """Print the constants and the table."""
    whole = fit(list(every.values()))
    print("OFFSET", round(whole.offset, 2), "THRESHOLD", round(whole.threshold, 3))
    print({name: round(float(weight), 2) for name, weight in zip(NAMES, whole.weights, strict=True)})
    cosine_bar = _common_cosine(every)
    print(f"balanced accuracy, calibration error of the first hit (one raw likeness for all: {cosine_bar:.3f})")
    for name, asked in every.items():
        others = fit([one for other, one in every.items() if other != name]) if len(every) > 1 else whole
        halves = [fit([one[1 - half :: 2] for one in every.values()]) for half in (0, 1)]
        tested = [asked[half::2] for half in (0, 1)]
        by_halves = np.mean([_accuracy(model, part) for model, part in zip(halves, tested, strict=True)])
        own, _ = best_bar([whole.best(one) for one in asked], asked)
        raw, bar = best_bar([one.cosine for one in asked], asked)
        print(
            f"{name}: {len(asked)} queries; all {_accuracy(whole, asked):.3f}, own threshold {own:.3f}, "
            f"halves {by_halves:.3f}, others {_accuracy(others, asked):.3f}; "
            f"raw likeness, its own best bar {bar:.3f}: {raw:.3f}, one bar for all: "
            f"{balanced([one.cosine for one in asked], asked, cosine_bar):.3f}; error: all {_error(whole, asked):.3f}, "
            f"halves {np.mean([_error(model, part) for model, part in zip(halves, tested, strict=True)]):.3f}, "
            f"others {_error(others, asked):.3f}"
        )


def _common_cosine(every: dict[str, list[Asked]]) -> float:
    bars = np.arange(0.0, 1.0, 0.005)
    mean = [np.mean([balanced([one.cosine for one in asked], asked, bar) for asked in every.values()]) for bar in bars]
    return float(bars[int(np.argmax(mean))])


def _accuracy(model: Model, asked: Sequence[Asked]) -> float:
    return balanced([model.best(one) for one in asked], asked, model.threshold)


def _error(model: Model, asked: Sequence[Asked]) -> float:
    confidence = np.array([model.first(one) for one in asked])
    error = expected_calibration_error(equal_width(confidence, np.array([one.is_correct for one in asked], bool)))
    return 0.0 if error is None else error


if __name__ == "__main__":
    main()
