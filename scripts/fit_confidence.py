"""Fits the constants of retriever/confidence.py: `fit_confidence.py COLLECTION=FOLDER ...`.
Each FOLDER is an evaluation folder of an indexed collection with queries that have an answer and queries that have none
(scripts/answerable_eval.py, corpora/eval/answerable). Prints the constants, and how well they do, beside what the best
fixed cutoff of the raw likeness does on the same queries: fitted on all, on the other half of each collection's queries
(`halves`), and on the other collections alone (`others`).

Two models of the same signs. That a hit is what was looked for is a logistic regression over the first hits. That
anything matches is a multiple-instance one (Ray and Craven 2005, with the maximum), because nobody knows which item of
a query with an answer is meant: it is fitted to the likeliest item of each query, again and again. Its offset is moved
so that at even odds the collection does best that does worst.
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
from retriever.fusion import fold_pages
from retriever.search import DEPTH, JUDGED, Retriever
from store.records import Filters, Query

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SIGNS = ("visual", "semantic", "lexical", "words", "unnamed")
TELLING = ("visual", "semantic", "lexical", "words", "stated", "unnamed")
ROUNDS = 15
"""Of choosing the likeliest items and fitting to them."""
STEP = 0.5
"""How far the weights go towards each new fit, so that they settle."""
ALIKE = 0.0015
"""Bars that do as well as the best but for so much, about half a query of a set, do alike: the middle one is taken."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One query: float64[m, 5], `Grounds.signs` of the items judged, best first; float64[6], `Grounds.telling` of the
    first; whether that is relevant; whether the query has an answer; and the highest raw likeness of a picture."""

    signs: Floats
    telling: Floats
    is_correct: bool
    is_answerable: bool
    cosine: float


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model of signs."""

    weights: Floats
    offset: float

    def odds(self, signs: Floats) -> Floats:
        """Log odds along the last axis."""
        found: Floats = signs @ self.weights + self.offset
        return found


@dataclass(frozen=True, slots=True)
class Models:
    """The model of the first hit being what was looked for, and that of anything matching."""

    right: Model
    match: Model

    def confidence(self, asked: Asked) -> float:
        """Of the first hit."""
        return float(1 / (1 + np.exp(-self.right.odds(asked.telling))))

    def matching(self, asked: Asked) -> float:
        """Log odds that anything matches."""
        return float(self.match.odds(asked.signs).max())


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
    every = judge.grounds(rows)
    signs = np.array([grounds.signs for grounds in every], np.float64)
    is_correct = isinstance(grades, dict) and is_relevant(corpus.ids[rows[0]], grades)
    cosine = rankings["visual"][0][1] if rankings["visual"] else 0.0
    return Asked(signs, np.array(every[0].telling, np.float64), is_correct, is_answerable, cosine)


def fit(sets: Sequence[Sequence[Asked]]) -> Models:
    """The models for which all sets count alike."""
    every = [asked for one in sets for asked in one]
    shares = np.array([1000 / len(one) for one in sets for _ in one])
    telling = np.array([asked.telling for asked in every])
    right = _regression(telling, np.array([asked.is_correct for asked in every]), shares)
    models = Models(right, _fit_match(every, shares))
    bars = np.arange(-2, 2, 0.01)
    least = np.array([min(_balanced_at(models, one, bar) for one in sets) for bar in bars])
    bar = float(np.median(bars[least >= least.max() - ALIKE]))
    return Models(right, Model(models.match.weights, models.match.offset - bar))


def _fit_match(every: Sequence[Asked], shares: Floats) -> Model:
    answerable = np.array([asked.is_answerable for asked in every])
    model = _regression(np.array([asked.signs[0] for asked in every]), answerable, shares)
    for _ in range(ROUNDS):
        likeliest = np.array([asked.signs[int(np.argmax(model.odds(asked.signs)))] for asked in every])
        later = _regression(likeliest, answerable, shares)
        model = Model(
            model.weights + STEP * (later.weights - model.weights), model.offset + STEP * (later.offset - model.offset)
        )
    return model


def _regression(signs: Floats, labels: Flags, shares: Floats) -> Model:
    fitted = LogisticRegression(max_iter=5000).fit(signs, labels, sample_weight=shares)
    return Model(fitted.coef_[0], float(fitted.intercept_[0]))


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
    for name, signs, model in (("", TELLING, whole.right), ("MATCH_", SIGNS, whole.match)):
        weights = {sign: round(float(weight), 2) for sign, weight in zip(signs, model.weights, strict=True)}
        print(f"{name}OFFSET", round(model.offset, 2), f"{name}WEIGHTS", weights)
    cosine_bar = _common_cosine(every)
    print(f"balanced accuracy, calibration error of the first hit (one raw likeness for all: {cosine_bar:.3f})")
    for name, asked in every.items():
        others = fit([one for other, one in every.items() if other != name]) if len(every) > 1 else whole
        halves = [fit([one[1 - half :: 2] for one in every.values()]) for half in (0, 1)]
        tested = [asked[half::2] for half in (0, 1)]
        by_halves = np.mean([_accuracy(model, part) for model, part in zip(halves, tested, strict=True)])
        own, _ = best_bar([whole.matching(one) for one in asked], asked)
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


def _accuracy(models: Models, asked: Sequence[Asked]) -> float:
    return _balanced_at(models, asked, 0.0)


def _balanced_at(models: Models, asked: Sequence[Asked], bar: float) -> float:
    return balanced([models.matching(one) for one in asked], asked, bar)


def _error(models: Models, asked: Sequence[Asked]) -> float:
    confidence = np.array([models.confidence(one) for one in asked])
    error = expected_calibration_error(equal_width(confidence, np.array([one.is_correct for one in asked], bool)))
    return 0.0 if error is None else error


if __name__ == "__main__":
    main()
