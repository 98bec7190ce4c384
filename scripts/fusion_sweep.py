"""What the constants of fusion are worth: `fusion_sweep.py COLLECTION=FOLDER...`.

Each FOLDER holds queries.jsonl and qrels.tsv for a collection of the home in use, as `scripts/caption_eval.py` writes
them for photos. Every constant is moved by itself, with the others as they are; a star marks the one in use. Prints
recall@1, recall@10 and MRR@10 over the same queries, at most 1,000 of each folder, drawn with a fixed seed.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from api.service import Viscite
from api.settings import Settings
from evaluation.corpus import Corpus
from evaluation.dataset import load_dataset
from evaluation.metrics import first_rank
from retriever import fusion
from retriever.confidence import Judge
from retriever.search import DEPTH, Rankings, Retriever
from store.records import Kind, Query

MOST_QUERIES = 1000
SEED = 5
SHOWN = 10

RANK_CONSTANTS = (0, 2, 5, 10, 20, 60)
CONFIDENCE_WEIGHTS = (0.0, 0.03, 0.1, 0.3, 1.0)
PICTURE_WEIGHTS = (0.0, 0.01, 0.03, 0.1, 0.3)
PASSAGE_WEIGHTS = (0.1, 0.5, 1.0, 2.0)
SURE = (0.9, 0.98, 0.995, 0.999, 1.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, what each channel found, and what is relevant to it, by the ids of the evaluation folder."""

    rankings: Rankings
    judge: Judge
    grades: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Searched:
    """A collection and the queries that were put to it."""

    retriever: Retriever
    ids: Sequence[str]
    asked: Sequence[Asked]


def search_all(viscite: Viscite, collection: str, folder: Path) -> Searched:
    """Rank the queries of a folder once; every setting fuses the same rankings."""
    retriever = viscite.retriever(collection)
    dataset = load_dataset(folder)
    corpus = Corpus.explaining(dataset, retriever.reader.catalogue, retriever.reader.manifest.roots)
    dataset = dataset.renamed(corpus.name)
    queries = list(dataset.queries)
    random.Random(SEED).shuffle(queries)
    asked = []
    for one in queries[:MOST_QUERIES]:
        query = Query(one.text)
        rankings = retriever.rank(query, DEPTH)
        asked.append(Asked(rankings, retriever.judge(query, rankings), dataset.relevant[one.id]))
    return Searched(retriever, corpus.ids, asked)


def measured(searched: Searched) -> tuple[float, float, float]:
    """Recall@1 and @10 of the first that is relevant, and MRR@10, with the constants as they stand."""
    ranks = []
    for one in searched.asked:
        fused = searched.retriever.fuse(one.rankings, one.judge)
        ids = list(dict.fromkeys(searched.ids[row] for row, _ in fused))[:SHOWN]
        ranks.append(first_rank(ids, one.grades))
    found = [rank for rank in ranks if rank]
    count = len(ranks)
    return sum(rank == 1 for rank in found) / count, len(found) / count, sum(1 / rank for rank in found) / count


@contextmanager
def with_constant(name: str, value: Any) -> Iterator[None]:
    """Fusion with one of its constants at another value."""
    before = getattr(fusion, name)
    setattr(fusion, name, value)
    try:
        yield
    finally:
        setattr(fusion, name, before)


def with_weight(channel: str, kind: Kind, value: float) -> Mapping[str, Mapping[str, float]]:
    """The weights of fusion with one of them changed."""
    return {**fusion.WEIGHTS, channel: {**fusion.WEIGHTS[channel], kind: value}}


def settings() -> Iterator[tuple[str, str, Any, bool]]:
    """What a row is called, the constant that it moves and to what, and whether that is the one in use."""
    for constant in RANK_CONSTANTS:
        yield f"rank constant {constant}", "RANK_CONSTANT", constant, constant == fusion.RANK_CONSTANT
    for weight in CONFIDENCE_WEIGHTS:
        yield f"confidence {weight}", "CONFIDENCE_WEIGHT", weight, weight == fusion.CONFIDENCE_WEIGHT
    for channel, kind, weights in (
        ("semantic", Kind.IMAGE, PICTURE_WEIGHTS),
        ("lexical", Kind.IMAGE, PICTURE_WEIGHTS),
        ("semantic", Kind.PASSAGE, PASSAGE_WEIGHTS),
        ("lexical", Kind.PASSAGE, PASSAGE_WEIGHTS),
    ):
        for weight in weights:
            is_used = weight == fusion.WEIGHTS[channel][kind]
            yield f"{channel}, {kind} {weight}", "WEIGHTS", with_weight(channel, kind, weight), is_used
    for probability in SURE:
        evidence = math.inf if probability == 1 else -math.log(1 - probability)
        yield f"sure word from {probability}", "SURE_EVIDENCE", evidence, probability == fusion.SURE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", metavar="COLLECTION=FOLDER")
    viscite = Viscite(Settings())
    for given in parser.parse_args().sets:
        collection, _, folder = given.partition("=")
        searched = search_all(viscite, collection, Path(folder))
        print(f"{collection}, {len(searched.asked)} queries\n| | recall@1 | recall@{SHOWN} | MRR@{SHOWN} |")
        print("|---|---|---|---|")
        for name, constant, value, is_used in settings():
            with with_constant(constant, value):
                first, ten, mean = measured(searched)
            print(f"| {name}{' *' if is_used else ''} | {first:.1%} | {ten:.1%} | {mean:.3f} |", flush=True)
    viscite.close()


if __name__ == "__main__":
    main()
