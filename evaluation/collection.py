"""Evaluates the search of one version of a collection: every channel's ranking, and what the search says of itself."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.corpus import Corpus, is_relevant
from evaluation.dataset import Dataset, EvaluationQuery
from evaluation.metrics import Tally
from evaluation.outcomes import Outcome, calibrated, judged
from evaluation.run import measure, refuse_unknown
from retriever.search import Retriever
from store.records import Filters, Query

DEPTH = 1000
"""Rows of each channel that are ranked; a document further down counts as not found."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A version measured on a dataset: a tally by channel, and an outcome for each query, those with an answer first.

    `dataset` names documents as the version does.
    """

    version: int
    profile: str
    dataset: Dataset
    tallies: Mapping[str, Tally]
    outcomes: Sequence[Outcome]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """What `viscite eval` prints."""
        return {
            **{channel: tally.metrics() for channel, tally in self.tallies.items()},
            "version": self.version,
            "profile": self.profile,
            "queries": len(self.dataset.queries),
            "unanswerable": len(self.dataset.unanswerable),
            "unjudged": len(self.dataset.unjudged),
            "nothing_matches": judged(self.outcomes),
            "calibration": calibrated(self.outcomes),
            "seconds": self.seconds,
        }


def evaluate_retriever(dataset: Dataset, retriever: Retriever, *, allow_missing: bool = False) -> Evaluation:
    """Ask every query of a dataset.

    Corpus ids are relative to the folder given at index time; where several were given, to that which explains most
    of the expected documents. Raises UnknownDocuments for expected documents that are not indexed, unless these may
    be missing; then they count as not found.
    """
    started = time.perf_counter()
    reader = retriever.reader
    corpus = Corpus.explaining(dataset, reader.catalogue, reader.manifest.roots)
    dataset = dataset.renamed(corpus.name)
    if not allow_missing:
        refuse_unknown(dataset, set(corpus.ids))

    def rank(query: EvaluationQuery) -> Mapping[str, Sequence[str]]:
        asked = _query(query, corpus)
        rankings = retriever.rank(asked, DEPTH)
        every = {**rankings, "fused": retriever.fuse(rankings, retriever.judge(asked, rankings))}
        return {channel: list(dict.fromkeys(corpus.ids[row] for row, _ in scored)) for channel, scored in every.items()}

    tallies = measure(dataset, rank, set(corpus.ids))
    outcomes = [_outcome(query, dataset, retriever, corpus) for query in (*dataset.queries, *dataset.unanswerable)]
    manifest = reader.manifest
    return Evaluation(manifest.version, manifest.profile, dataset, tallies, outcomes, time.perf_counter() - started)


def _query(query: EvaluationQuery, corpus: Corpus) -> Query:
    under = (str(Path(corpus.root) / query.within),) if query.within else ()
    return Query(query.text, filters=Filters(under=under), limit=1)


def _outcome(query: EvaluationQuery, dataset: Dataset, retriever: Retriever, corpus: Corpus) -> Outcome:
    found = retriever.search(_query(query, corpus))
    grades = dataset.relevant.get(query.id, {})
    first = found.hits[0] if found.hits else None
    return Outcome(
        is_answerable=query.answerable,
        nothing_matches=found.nothing_matches,
        match=found.match,
        first=None if first is None else first.confidence,
        is_correct=first is not None
        and is_relevant(corpus.ids[retriever.reader.catalogue.row_of[first.item.id]], grades),
    )
