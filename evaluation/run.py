"""Asks every query of a dataset and measures every channel. Knows rankings of corpus ids, not how they are made."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evaluation.dataset import Dataset, EvaluationQuery, file_of, page_id
from evaluation.metrics import METRICS, Metrics, Tally

if TYPE_CHECKING:
    from rich.table import Table

CHANNELS = ("visual", "semantic", "lexical", "fused")

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
    """What `viscite eval` prints: the metrics of each channel, the number of queries, and the seconds it all took.

    `corpus` holds the corpus id of everything in the index, as `corpus_id` makes them. Where a query expects a whole
    file, its pages count for the file, the best once. Raises UnknownDocuments for expected documents that `corpus`
    does not hold.
    """
    started = time.perf_counter()
    _refuse_unknown(dataset, corpus)
    pages_of: dict[str, list[str]] = {}
    for document in corpus:
        if (file := file_of(document)) != document:
            pages_of.setdefault(file, []).append(document)
    tallies = {channel: Tally(pool_size=len(corpus)) for channel in CHANNELS}
    for query in dataset.queries:
        found = rank(query)
        grades = dataset.relevant[query.id]
        whole = {page: file for file in grades for page in pages_of.get(file, ())}
        for channel, tally in tallies.items():
            tally.add(_collapse(found.get(channel, ()), whole), grades)
    return {
        **{channel: tally.metrics() for channel, tally in tallies.items()},
        "queries": len(dataset.queries),
        "unjudged": len(dataset.unjudged),
        "seconds": time.perf_counter() - started,
    }


def render(result: Mapping[str, Any]) -> Table:
    """The result of `evaluate` as a table for a terminal: a row for each channel, a dash where nothing was ranked."""
    from rich.table import Table

    table = Table(title=f"{result['queries']} queries, {result['seconds']:.1f} s")
    table.add_column("channel")
    for name in METRICS:
        table.add_column(name, justify="right")
    for channel in CHANNELS:
        metrics: Metrics = result[channel]
        table.add_row(channel, *(_cell(name, metrics[name]) for name in METRICS))
    return table


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:g}" if name == "median_rank" else f"{100 * value:.1f} %"


def _collapse(ranking: Sequence[str], files: Mapping[str, str]) -> list[str]:
    """Each document once, at its best rank, with the pages in `files` counting for their file."""
    documents = [files.get(document, document) for document in ranking] if files else ranking
    return list(dict.fromkeys(documents))


def _refuse_unknown(dataset: Dataset, corpus: Collection[str]) -> None:
    known = {*corpus, *map(file_of, corpus)}
    unknown = sorted({document for grades in dataset.relevant.values() for document in grades} - known)
    if unknown:
        named = ", ".join(unknown[:NAMED_IN_ERROR]) + (", ..." if len(unknown) > NAMED_IN_ERROR else "")
        raise UnknownDocuments(
            f"{len(unknown)} expected documents are not in the index: {named}. Ids are relative to the folder that "
            "was indexed: index that folder, or correct the ids in qrels.tsv"
        )
