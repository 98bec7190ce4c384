"""The step after fusion and folding: a slower model reads the best hits once more, and puts them in its order."""

from __future__ import annotations

import numpy as np

from models.errors import ModelUnavailable
from models.protocols import Reranker, Scores
from store.reader import Reader
from store.vector_views import Scored

RERANKED = 30
"""Hits, best first, that are read once more. Further down little is right, and each costs a run of the model."""


def rerank(reader: Reader, reranker: Reranker, text: str, ranking: Scored) -> tuple[Scored, Scored]:
    """The ranking with its first `RERANKED` rows in the reranker's order, and those rows with its scores, best first.

    Raises `ModelUnavailable` if the model gives scores that cannot be ordered.
    """
    head = ranking[:RERANKED]
    scores = reranker.score(text, reader.items([row for row, _ in head]))
    if scores.shape != (len(head),) or not np.isfinite(scores).all():
        raise ModelUnavailable(
            f"The reranker {reranker.fingerprint.name} gave no finite score for each of {len(head)} hits. Choose "
            'another in viscite.toml, or none: reranker.library = "none"'
        )
    reread = ordered(head, scores)
    return [*exchanged(head, reread), *ranking[len(head) :]], reread


def ordered(head: Scored, scores: Scores) -> Scored:
    """The rows of `head` with their new scores, best first; of equal ones the earlier first."""
    order = np.argsort(-scores, kind="stable")
    return [(head[place][0], float(scores[place])) for place in order]


def exchanged(head: Scored, reread: Scored) -> Scored:
    """The rows of `reread` with the scores of `head`, so that scores still order the hits, and stay above the rest."""
    return [(row, score) for (row, _), (_, score) in zip(reread, head, strict=True)]
