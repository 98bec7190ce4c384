"""The six figures that say how good rankings are. Pure functions over corpus ids; they know no file and no index.

Computed here rather than by ir-measures, which the tests compare them with: the package under it has no wheel for Linux
on ARM and cannot be built offline; ranx takes 3.3 s to import (`python -c "import ranx"`). For the same reasons the
paired tests of two rankings are scipy's (`evaluation/significance.py`), and neither of the two is more than a check.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median

import numpy as np
import numpy.typing as npt

RECALL_DEPTHS = (1, 5, 10)
DEPTH = 10
"""How far down a ranking mrr and ndcg look."""

METRICS = (*(f"recall@{depth}" for depth in RECALL_DEPTHS), f"mrr@{DEPTH}", f"ndcg@{DEPTH}", "median_rank")

Metrics = dict[str, float | None]
"""A value for each of METRICS, in that order; None where nothing was ranked for any query."""


class Tally:
    """Gathers the metrics of one channel, a query at a time, and keeps no ranking.

    `pool_size` is how many documents there are to be found.

    - recall@k: the fraction of a query's relevant documents among its first k.
    - mrr@10: 1 / rank of the first relevant document, 0 beyond rank 10.
    - ndcg@10: gains are the grades, discounted by log2(rank + 1) (Järvelin and Kekäläinen 2002).
    - median_rank: of the first relevant document, counting from 1; `pool_size` + 1 where none was ranked.

    `missed` queries came before the channel was first heard of: it ranked nothing for them.
    """

    def __init__(self, pool_size: int, missed: int = 0) -> None:
        self._never = pool_size + 1
        self._found_something = False
        self._rows: list[tuple[float, ...]] = [(0.0,) * (len(METRICS) - 1)] * missed
        self._first_ranks: list[int] = [self._never] * missed

    def add(self, ranking: Sequence[str], grades: Mapping[str, int]) -> None:
        """Count a query: its corpus ids, the best first, none twice, and the grades, from 1, of relevant ones."""
        rank = first_rank(ranking, grades) or self._never
        recalls = (recall(ranking, grades, depth) for depth in RECALL_DEPTHS)
        self._rows.append((*recalls, 1 / rank if rank <= min(DEPTH, len(ranking)) else 0, ndcg(ranking, grades)))
        self._first_ranks.append(rank)
        self._found_something |= bool(ranking)

    @property
    def found_something(self) -> bool:
        """Whether anything was ranked for any query."""
        return self._found_something

    def by_query(self) -> npt.NDArray[np.float64]:
        """float64[queries, metrics]: each of METRICS for each query; the last is the rank of the first relevant one."""
        rows = [(*row, rank) for row, rank in zip(self._rows, self._first_ranks, strict=True)]
        return np.array(rows, np.float64).reshape(-1, len(METRICS))

    def first_ranks(self) -> list[int | None]:
        """The rank of the first relevant document for each query, None where none was ranked."""
        return [None if rank == self._never else rank for rank in self._first_ranks]

    def metrics(self) -> Metrics:
        """The average over queries, and the median of ranks; all None where nothing was ranked for any query."""
        if not self._found_something:
            return dict.fromkeys(METRICS)
        averages = map(fmean, zip(*self._rows, strict=True))
        return dict(zip(METRICS, (*averages, float(median(self._first_ranks))), strict=True))


def recall(ranking: Sequence[str], grades: Mapping[str, int], depth: int) -> float:
    """The fraction of the relevant documents among the first `depth`."""
    return sum(document in grades for document in ranking[:depth]) / len(grades)


def first_rank(ranking: Sequence[str], grades: Mapping[str, int]) -> int | None:
    """The rank, from 1, of the first relevant document, or None where none was ranked."""
    return next((rank for rank, document in enumerate(ranking, start=1) if document in grades), None)


def ndcg(ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """The discounted gain of the first DEPTH documents, as a fraction of what the best ranking gains."""
    best = sorted(grades.values(), reverse=True)
    return _discounted([grades.get(document, 0) for document in ranking[:DEPTH]]) / _discounted(best[:DEPTH])


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
