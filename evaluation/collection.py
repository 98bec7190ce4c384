"""Evaluates the search of a collection: the retriever's rankings as corpus ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.dataset import Dataset, EvaluationQuery, file_of, load_dataset
from evaluation.run import corpus_id, evaluate
from retriever.search import Retriever
from store.records import Filters, Query

DEPTH = 1000
"""Rows of each channel that are ranked; a document further down counts as not found."""


def evaluate_collection(folder: Path, retriever: Retriever) -> dict[str, Any]:
    """What `viscite eval` prints for an evaluation folder.

    Corpus ids are relative to the folder given at index time; where several were given, to that which explains most
    of the expected documents. Raises `ValueError` for a malformed folder and for documents that are not indexed.
    """
    dataset = load_dataset(folder)
    root, ids = _best_root(dataset, retriever)

    def rank(query: EvaluationQuery) -> Mapping[str, Sequence[str]]:
        under = (str(Path(root) / query.within),) if query.within else ()
        rankings = retriever.rank(Query(query.text, filters=Filters(under=under)), DEPTH)
        every = {**rankings, "fused": retriever.fuse(rankings)}
        return {channel: list(dict.fromkeys(ids[row] for row, _ in scored)) for channel, scored in every.items()}

    return evaluate(dataset, rank, set(ids))


def _best_root(dataset: Dataset, retriever: Retriever) -> tuple[str, list[str]]:
    """The folder that corpus ids are relative to, and the corpus id of every row."""
    expected = {document for grades in dataset.relevant.values() for document in grades}
    roots = retriever.reader.manifest.roots or ("/",)

    def explained(ids: Sequence[str]) -> int:
        return len(expected & {*ids, *map(file_of, ids)})

    every = [(root, _corpus_ids(retriever, root)) for root in roots]
    return max(every, key=lambda entry: explained(entry[1]))


def _corpus_ids(retriever: Retriever, root: str) -> list[str]:
    catalogue = retriever.reader.catalogue
    # A row whose source is not wholly in is never ranked, and has no path.
    paths = [catalogue.paths.get(content, [content])[0] for content in catalogue.contents]
    return [corpus_id(path, page, root) for path, page in zip(paths, catalogue.pages, strict=True)]
