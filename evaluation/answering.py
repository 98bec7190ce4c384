"""Asks the questions of an answer set over one version of a collection."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from evaluation.answer_set import Question, as_dataset
from evaluation.answers import Ask, evaluate_answers, failures
from evaluation.corpus import Corpus
from evaluation.run import refuse_unknown
from store.reader import Reader
from store.records import Citation


def answer_all(questions: Sequence[Question], reader: Reader, ask: Ask) -> dict[str, Any]:
    """The measures of `evaluate_answers`, the answers that fall short, and the seconds it took.

    Corpus ids are relative to the folder given at index time, as in `evaluate_retriever`. Raises UnknownDocuments for
    expected sources that are not indexed.
    """
    started = time.perf_counter()
    expected = as_dataset(questions)
    corpus = Corpus.explaining(expected, reader.catalogue, reader.manifest.roots)
    refuse_unknown(expected.renamed(corpus.name), set(corpus.ids))

    def locate(citation: Citation) -> str:
        return corpus.ids[reader.catalogue.row_of[citation.evidence.hit.item.id]]

    named = [replace(one, sources=tuple(map(corpus.name, one.sources))) for one in questions]
    asked, measures = evaluate_answers(named, ask, locate)
    return {**measures, "failures": failures(asked), "seconds": time.perf_counter() - started}
