"""From a query to hits: the channels rank, the ranks are fused, and every hit says why it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from models.protocols import ImageTextEncoder, TextEmbedder
from retriever import channels
from retriever.calibration import Calibration
from retriever.confidence import THRESHOLD, Judge
from retriever.fusion import fold_pages, promote, reciprocal_ranks
from retriever.snippets import matched_terms, searched_texts, snippet
from store.reader import Reader
from store.records import Hit, Query, Signal
from store.vector_views import Scored

DEPTH = 200
"""Rows that each channel contributes to the fusion of one search."""

JUDGED = 50
"""Rows, best first, whose confidence counts for their order, and of which the most confident says whether anything
matches."""

Rankings = Mapping[str, Scored]
"""Rows and scores by channel, best first."""


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of a query, and whether none of them beats chance."""

    hits: Sequence[Hit]
    nothing_matches: bool


class Retriever:
    """Searches one version with the models it was built with."""

    def __init__(
        self, reader: Reader, encoder: ImageTextEncoder, embedder: TextEmbedder, calibration: Calibration
    ) -> None:
        self.reader = reader
        self._encoder = encoder
        self._embedder = embedder
        self._calibration = calibration
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="lexical")

    def rank(self, query: Query, depth: int) -> Rankings:
        """What each channel finds. A channel that the query does not speak to is left out."""
        allowed = self.reader.catalogue.allowed(query.filters)
        if not allowed.any():
            return {}
        # The full-text index works on its own threads while the models encode the query on ours.
        words = (
            self._pool.submit(channels.lexical, self.reader, query.text, query.filters, depth) if query.text else None
        )
        rankings = {
            "visual": channels.visual(self.reader, channels.visual_vector(query, self._encoder), allowed, depth)
        }
        meaning = channels.semantic_vector(query, self._embedder)
        if meaning is not None:
            rankings["semantic"] = channels.semantic(self.reader, meaning, allowed, depth)
        if words is not None:
            rankings["lexical"] = words.result()
        return rankings

    def judge(self, query: Query, rankings: Rankings) -> Judge:
        """What weighs the rows that a query found."""
        return Judge(self.reader, self._calibration, query, rankings)

    def fuse(self, rankings: Rankings, judge: Judge) -> Scored:
        """Rows with fused scores, best first, pages and their passages not yet folded."""
        catalogue = self.reader.catalogue
        evidence = {
            row: self._calibration.evidence("lexical", catalogue.kinds[row], row, score)
            for row, score in rankings.get("lexical", ())
        }
        fused = reciprocal_ranks(rankings, evidence, catalogue.kinds, catalogue.ids)
        return promote(fused, judge.confidences([row for row, _ in fused[:JUDGED]]), catalogue.ids)

    def search(self, query: Query) -> Found:
        """The best `query.limit` hits whose confidence is at least `query.min_confidence`."""
        catalogue = self.reader.catalogue
        rankings = self.rank(query, max(DEPTH, query.limit))
        judge = self.judge(query, rankings)
        fused = self.fuse(rankings, judge)
        if not query.filters.kinds:
            fused = fold_pages(fused, catalogue.kinds, catalogue.places)
        # Without a bar, what stands below the hits is shown to no one.
        shown = fused if query.min_confidence else fused[: max(JUDGED, query.limit)]
        sure = judge.confidences([row for row, _ in shown])
        kept = [
            (row, score, confidence)
            for (row, score), confidence in zip(shown, sure, strict=True)
            if confidence >= query.min_confidence
        ][: query.limit]
        return Found(self._hits(query, kept, rankings, judge), nothing_matches=max(sure, default=0.0) < THRESHOLD)

    def _hits(
        self, query: Query, kept: Sequence[tuple[int, float, float]], rankings: Rankings, judge: Judge
    ) -> list[Hit]:
        rows = [row for row, _, _ in kept]
        items = self.reader.items(rows)
        paths = [self.reader.catalogue.path(row, query.filters.under) for row in rows]
        terms = matched_terms(self.reader, query.text, searched_texts(paths, items))
        places = {
            channel: {row: (rank, score) for rank, (row, score) in enumerate(scored, 1)}
            for channel, scored in rankings.items()
        }
        return [
            Hit(
                rank,
                items[rank - 1],
                paths[rank - 1],
                score,
                confidence,
                snippet(items[rank - 1].text, terms[rank - 1]),
                _signals(row, places, terms[rank - 1], judge),
            )
            for rank, (row, score, confidence) in enumerate(kept, 1)
        ]


def _signals(
    row: int, places: Mapping[str, Mapping[int, tuple[int, float]]], terms: tuple[str, ...], judge: Judge
) -> tuple[Signal, ...]:
    signals = []
    for channel, ranked in places.items():
        if row in ranked:
            rank, score = ranked[row]
            words = terms if channel == "lexical" else ()
            signals.append(Signal(channel, score, rank, judge.probability(channel, row, score), words))
    return tuple(signals)
