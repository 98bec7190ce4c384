"""Asks every query of a dataset and measures every channel. Knows rankings of corpus ids, not how they are made."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from evaluation.dataset import Dataset, EvaluationQuery, file_of, page_id
from evaluation.metrics import Tally

CHANNELS = ("visual", "semantic", "lexical", "fused")
"""The channels that are always reported. Others, such as `reranked`, are as soon as a ranker names them."""

Ranker = Callable[[EvaluationQuery], Mapping[str, Sequence[str]]]
"""For a query, the corpus ids of the items that each channel found, the best first.

An id comes again for each passage and figure of its page; the best counts. A channel left out found nothing.
"""

NAMED_IN_ERROR = 5


class UnknownDocuments(ValueError):
    """A dataset expects documents that the index does not hold, so its figures would be wrong."""


def corpus_id(path: str, page: int | None, root: str) -> str:
    """The corpus id of a file, or of one page of it: `path` relative to the folder `root` that was indexed.

    A file outside of it keeps its absolute path: it takes up a rank and is never what a dataset expects.
    """
    # On strings: pathlib takes 30 times as long, and an index has many items.
    file = path.removeprefix(root.rstrip("/") + "/")
    return file if page is None else page_id(file, page)


def evaluate(dataset: Dataset, rank: Ranker, corpus: Collection[str]) -> dict[str, Any]:
    """The metrics of each channel, the number of queries, and the seconds it all took.

    Raises UnknownDocuments for expected documents that `corpus`, the corpus id of everything in the index, as
    `corpus_id` makes them, does not hold.
    """
    started = time.perf_counter()
    refuse_unknown(dataset, corpus)
    tallies = measure(dataset, rank, corpus)
    return {
        **{channel: tally.metrics() for channel, tally in tallies.items()},
        "queries": len(dataset.queries),
        "unjudged": len(dataset.unjudged),
        "seconds": time.perf_counter() - started,
    }


def measure(dataset: Dataset, rank: Ranker, corpus: Collection[str]) -> dict[str, Tally]:
    """The tally of each channel over the queries of the dataset, in their order.

    Where a query expects a whole file, its pages count for the file, the best once.
    """
    pages_of: dict[str, list[str]] = {}
    for document in corpus:
        if (file := file_of(document)) != document:
            pages_of.setdefault(file, []).append(document)
    tallies = {channel: Tally(pool_size=len(corpus)) for channel in CHANNELS}
    for asked, query in enumerate(dataset.queries):
        found = rank(query)
        grades = dataset.relevant[query.id]
        whole = {page: file for file in grades for page in pages_of.get(file, ())}
        for channel in found:
            if channel not in tallies:
                tallies[channel] = Tally(pool_size=len(corpus), missed=asked)
        for channel, tally in tallies.items():
            tally.add(_collapse(found.get(channel, ()), whole), grades)
    return tallies


def _collapse(ranking: Sequence[str], files: Mapping[str, str]) -> list[str]:
    """Each document once, at its best rank, with the pages in `files` counting for their file."""
    documents = [files.get(document, document) for document in ranking] if files else ranking
    return list(dict.fromkeys(documents))


def refuse_unknown(dataset: Dataset, corpus: Collection[str]) -> None:
    """Raise UnknownDocuments, naming some, for expected documents that `corpus` does not hold."""
    unknown = sorted(dataset.documents - {*corpus, *map(file_of, corpus)})
    if unknown:
        named = ", ".join(unknown[:NAMED_IN_ERROR]) + (", ..." if len(unknown) > NAMED_IN_ERROR else "")
        raise UnknownDocuments(
            f"{len(unknown)} expected documents are not in the index: {named}. Ids are relative to the folder that "
            "was indexed: index that folder, or correct the ids in qrels.tsv"
        )
