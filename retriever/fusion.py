"""Fusion of the channels' rankings by rank."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from store.records import Kind
from store.vector_views import Scored

RANK_CONSTANT = 5
"""How slowly a place loses weight. Cormack, Clarke and Buettcher (2009) use 60 for channels of like worth; where one is
much better, the first places must differ more, or the weaker channels reorder them: on `val`, recall@1 of photos is
24.5 % with 5 and 18.0 % with 60, at a weight of 0.1 for the weaker ones."""

WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "visual": {Kind.IMAGE: 1.0, Kind.FIGURE: 1.0, Kind.PAGE: 0.25, Kind.PASSAGE: 0.0},
    "semantic": {Kind.IMAGE: 0.03, Kind.FIGURE: 0.3, Kind.PAGE: 1.0, Kind.PASSAGE: 1.0},
    "lexical": {Kind.IMAGE: 0.03, Kind.FIGURE: 0.3, Kind.PAGE: 0.5, Kind.PASSAGE: 1.0},
}
"""How much a channel's word on an item of a kind counts. Pictures are best known by sight, texts by their words: on
`val` any larger weight of descriptions lowers the recall of photos."""

CONFIDENCE_WEIGHT = 0.1
"""What the confidence of an item adds to its fused score."""

SURE = 0.995
"""From this probability on a lexical match, such as a file's name or the words on a sign, counts in full or more."""

SURE_EVIDENCE = -math.log(1 - SURE)
"""The evidence (`Null.evidence`) of such a match. One of twice the evidence counts twice: three words on a sign must
beat two on another that sight likes better. Of 50 drawn pictures with text 49 come first by this, and 48 if all count
the same."""


def reciprocal_ranks(
    rankings: Mapping[str, Scored], evidence: Mapping[int, float], kinds: Sequence[str], ids: Sequence[str]
) -> list[tuple[int, float]]:
    """Rows and fused scores, best first, ties by id: the sum over channels of weight / (RANK_CONSTANT + rank).

    `rankings` are rows with raw scores, best first, by channel; `evidence` is that of rows' lexical matches.
    Weighted reciprocal rank fusion (Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and
    individual Rank Learning Methods", 2009).
    """
    scores: dict[int, float] = defaultdict(float)
    for channel, scored in rankings.items():
        weights: Mapping[str, float] = WEIGHTS[channel]
        for rank, (row, _) in enumerate(scored, 1):
            weight = weights[kinds[row]]
            if channel == "lexical" and evidence.get(row, 0) >= SURE_EVIDENCE:
                weight = max(weight, evidence[row] / SURE_EVIDENCE)
            scores[row] += weight / (RANK_CONSTANT + rank)
    return sorted(scores.items(), key=lambda entry: (-entry[1], ids[entry[0]]))


def promote(
    ranking: Sequence[tuple[int, float]], confidences: Sequence[float], ids: Sequence[str]
) -> list[tuple[int, float]]:
    """The ranking with confidence added to the scores of its first rows, those that `confidences` are given for.

    What lies below keeps its place.
    """
    judged = [
        (row, score + CONFIDENCE_WEIGHT * confidence)
        for (row, score), confidence in zip(ranking, confidences, strict=False)
    ]
    first = sorted(judged, key=lambda entry: (-entry[1], ids[entry[0]]))
    return first + list(ranking[len(first) :])


def fold_pages(
    ranking: Sequence[tuple[int, float]], kinds: Sequence[str], pages: Sequence[tuple[str, int | None]]
) -> list[tuple[int, float]]:
    """The ranking with each page and the passages of that page shown once: the better place, the best passage.

    `pages[row]` is the content and page number of a row. Other items are untouched.
    """
    passage_of: dict[tuple[str, int | None], int] = {}
    for row, _ in ranking:
        if kinds[row] == Kind.PASSAGE:
            passage_of.setdefault(pages[row], row)
    folded, shown = [], set()
    for row, score in ranking:
        kept = passage_of.get(pages[row], row) if kinds[row] == Kind.PAGE else row
        if kept not in shown:
            shown.add(kept)
            folded.append((kept, score))
    return folded
