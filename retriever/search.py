"""From a query to hits: the channels rank, the ranks are fused, and every hit says why it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from models.protocols import ImageTextEncoder, TextEmbedder
from retriever import channels
from retriever.calibration import Calibration
from retriever.fusion import fold_pages, reciprocal_ranks
from retriever.snippets import matched_terms, snippet
from store.reader import Reader
from store.records import Hit, Query, Signal
from store.vector_views import Scored

DEPTH = 200
"""Rows that each channel contributes to the fusion of one search."""

JUDGED = 50
"""Rows, best first, among which the most confident decides whether anything matches."""

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

    def fuse(self, rankings: Rankings) -> Scored:
        """Rows with fused scores, best first, pages and their passages not yet folded."""
        catalogue = self.reader.catalogue
        evidence = {
            row: self._calibration.evidence("lexical", catalogue.kinds[row], score)
            for row, score in rankings.get("lexical", ())
        }
        return reciprocal_ranks(rankings, evidence, catalogue.kinds, catalogue.ids)

    def search(self, query: Query) -> Found:
        """The best `query.limit` hits whose confidence is at least `query.min_confidence`."""
        catalogue = self.reader.catalogue
        rankings = self.rank(query, max(DEPTH, query.limit))
        fused = self.fuse(rankings)
        if not query.filters.kinds:
            fused = fold_pages(fused, catalogue.kinds, catalogue.places)
        places = {
            channel: {row: (rank, score) for rank, (row, score) in enumerate(scored, 1)}
            for channel, scored in rankings.items()
        }
        # Without a bar, what stands below the hits is shown to no one.
        shown = fused if query.min_confidence else fused[: max(JUDGED, query.limit)]
        judged = [(row, score, self._confidence(row, places)) for row, score in shown]
        best = max((confidence for _, _, confidence in judged), default=0.0)
        kept = [entry for entry in judged if entry[2] >= query.min_confidence][: query.limit]
        return Found(self._hits(query, kept, places), nothing_matches=best < self._calibration.threshold)

    def _hits(
        self,
        query: Query,
        kept: Sequence[tuple[int, float, float]],
        places: Mapping[str, Mapping[int, tuple[int, float]]],
    ) -> list[Hit]:
        items = self.reader.items([row for row, _, _ in kept])
        paths = [self.reader.catalogue.path(row, query.filters.under) for row, _, _ in kept]
        texts = [
            f"{path.rsplit('/', 1)[-1]}\n{item.description}\n{item.text}"
            for path, item in zip(paths, items, strict=True)
        ]
        terms = matched_terms(self.reader, query.text, texts)
        return [
            Hit(
                rank,
                items[rank - 1],
                paths[rank - 1],
                score,
                confidence,
                snippet(items[rank - 1].text, terms[rank - 1]),
                self._signals(row, places, terms[rank - 1]),
            )
            for rank, (row, score, confidence) in enumerate(kept, 1)
        ]

    def _confidence(self, row: int, places: Mapping[str, Mapping[int, tuple[int, float]]]) -> float:
        kind = self.reader.catalogue.kinds[row]
        scores = {channel: ranked[row][1] for channel, ranked in places.items() if row in ranked}
        return self._calibration.confidence(kind, scores)

    def _signals(
        self, row: int, places: Mapping[str, Mapping[int, tuple[int, float]]], terms: tuple[str, ...]
    ) -> tuple[Signal, ...]:
        kind = self.reader.catalogue.kinds[row]
        signals = []
        for channel, ranked in places.items():
            if row in ranked:
                rank, score = ranked[row]
                probability = self._calibration.probability(channel, kind, score)
                signals.append(Signal(channel, score, rank, probability, terms if channel == "lexical" else ()))
        return tuple(signals)
