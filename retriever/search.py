"""From a query to hits: the channels rank, the ranks are fused, and every hit says why it is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple

from models.protocols import ImageTextEncoder, Reranker, TextEmbedder, Vocabulary
from retriever import channels
from retriever.calibration import Calibration
from retriever.confidence import Judge
from retriever.explanation import explain
from retriever.folding import copies_of
from retriever.fusion import fold_pages, promote, reciprocal_ranks
from retriever.grouping import by_file
from retriever.matches import Matches
from retriever.reranking import rerank
from retriever.snippets import snippet
from retriever.unnamed import Unnamed
from store.reader import Reader
from store.records import Copy, Hit, Query, Signal
from store.vector_views import Scored

DEPTH = 100
"""Rows that each channel contributes to the fusion of one search: with twice as many the recall of photos is the same,
and a search of 100,000 items takes a third longer. Where that gives fewer hits than are wanted it is doubled, and what
only then is found comes after the rest, so that pages of results never change their order."""

DEEPEST = 16 * DEPTH
"""Beyond this it is doubled no more."""

JUDGED = 50
"""Rows, best first, whose confidence counts for their order, and of which the likeliest says whether anything
matches."""

EVEN = 0.5
"""Below this probability that anything matches, nothing does."""

Rankings = Mapping[str, Scored]
"""Rows and scores by channel, best first."""


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of a query, how likely it is that anything matches it, and whether there are more hits after these."""

    hits: Sequence[Hit]
    match: float
    more: bool

    @property
    def nothing_matches(self) -> bool:
        """Whether nothing that was found beats chance."""
        return self.match < EVEN


class Ranked(NamedTuple):
    """A row with its fused score, and the ranking and the judge of the depth that it was found at."""

    row: int
    score: float
    rankings: Rankings
    judge: Judge


class Retriever:
    """Searches one version with the models it was built with."""

    def __init__(
        self,
        reader: Reader,
        encoder: ImageTextEncoder,
        embedder: TextEmbedder,
        calibration: Calibration,
        reranker: Reranker | None = None,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self.reader = reader
        self._encoder = encoder
        self._embedder = embedder
        self._calibration = calibration
        self._reranker = reranker
        self._vocabulary = vocabulary
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="channels")

    def rank(self, query: Query, depth: int) -> Rankings:
        """What each channel finds. A channel that the query does not speak to is left out.

        Raises `InvalidInput` where nothing is looked for, and for filters that contradict each other.
        """
        channels.require_something(query)
        allowed = self.reader.allowed(query.filters)
        if not allowed.count:
            return {}
        # The full-text index works on its own threads while the models encode the query on ours.
        asked = (self.reader, query.text, query.filters, depth, query.texts)
        lexical = self._pool.submit(channels.lexical, *asked) if query.words else None
        look = channels.visual_vector(query, self._encoder)
        meaning = channels.semantic_vector(query, self._embedder)
        semantic = None
        if meaning is not None:
            semantic = self._pool.submit(channels.semantic, self.reader, meaning, allowed, depth)
        rankings = {"visual": channels.visual(self.reader, look, allowed, depth)}
        later = {"semantic": semantic, "lexical": lexical}
        return rankings | {channel: found.result() for channel, found in later.items() if found is not None}

    def judge(self, query: Query, rankings: Rankings, matches: Matches | None = None) -> Judge:
        """What weighs the rows that a query found; `matches` are those that were read for it before."""
        catalogue = self.reader.catalogue
        read = matches or Matches(self.reader, query)
        unnamed = Unnamed(catalogue, self._vocabulary, query)
        return Judge(catalogue.kinds, self._calibration, query, read, unnamed, rankings)

    def fuse(self, rankings: Rankings, judge: Judge) -> Scored:
        """Rows with fused scores, best first, pages and their passages not yet folded."""
        catalogue = self.reader.catalogue
        evidence = {
            row: self._calibration.evidence("lexical", catalogue.kinds[row], row, score)
            for row, score in rankings.get("lexical", ())
        }
        fused = reciprocal_ranks(rankings, evidence, catalogue.kinds, catalogue.ids)
        return promote(fused, judge.confidences([row for row, _ in fused[:JUDGED]]), catalogue.ids)

    def rerank(self, query: Query, ranking: Scored) -> tuple[Scored, Rankings]:
        """The ranking as the reranker, if there is one, puts it, and as a channel the rows that it read."""
        if self._reranker is None or not query.words or not ranking:
            return ranking, {}
        ranking, reread = rerank(self.reader, self._reranker, query.words, ranking)
        return ranking, {"reranker": reread}

    def search(self, query: Query) -> Found:
        """The best `query.limit` hits from `query.offset` on, whose confidence is at least `query.min_confidence`.

        Every page of results comes from the same order. Raises `InvalidInput` where nothing is looked for, and for
        filters that contradict each other.
        """
        wanted = query.offset + query.limit + 1
        matches = Matches(self.reader, query)
        ranked: dict[int, Ranked] = {}
        shown: list[list[int]] = []
        match, depth = 0.0, DEPTH
        while True:
            rankings = self.rank(query, depth)
            block = self._beyond(query, rankings, matches, ranked)
            if depth == DEPTH and block:
                match = block[0].judge.match([one.row for one in block[:JUDGED]])
            kept = block
            if query.min_confidence:
                kept = [
                    one for one, sure in zip(block, _confidences(block), strict=True) if sure >= query.min_confidence
                ]
            ranked |= {one.row: one for one in kept}
            copies = copies_of(self.reader, list(ranked)) if query.fold else {}
            shown = self._shown(query, [row for row in ranked if row not in copies])
            is_all = all(len(scored) < depth for scored in rankings.values())
            # Where the last that was ranked is below the bar, so is what lies deeper.
            if len(shown) >= wanted or kept[-1:] != block[-1:] or not block or is_all or depth >= DEEPEST:
                break
            depth *= 2
        page = shown[query.offset : query.offset + query.limit]
        entries = [ranked[row] for rows in page for row in rows]
        hits = dict(zip([one.row for one in entries], self._hits(query, entries, matches, copies), strict=True))
        numbered = [
            replace(hits[first], rank=rank, others=tuple(replace(hits[row], rank=rank) for row in rest))
            for rank, (first, *rest) in enumerate(page, query.offset + 1)
        ]
        return Found(numbered, match, more=len(shown) >= wanted)

    def _beyond(self, query: Query, rankings: Rankings, matches: Matches, known: Mapping[int, Ranked]) -> list[Ranked]:
        """What is ranked beside the `known`, best first. It stands below them, whatever its score."""
        catalogue = self.reader.catalogue
        judge = self.judge(query, rankings, matches)
        fused = self.fuse(rankings, judge)
        if not query.filters.kinds:
            fused = fold_pages(fused, catalogue.kinds, catalogue.places)
        # What is known was reread with the first that were ranked.
        fused, reread = (fused, {}) if known else self.rerank(query, fused)
        most = min((one.score for one in known.values()), default=float("inf"))
        rankings = {**rankings, **reread}
        return [Ranked(row, min(score, most), rankings, judge) for row, score in fused if row not in known]

    def _shown(self, query: Query, rows: Sequence[int]) -> list[list[int]]:
        """Each hit's row, followed by those that are shown under it as found in the same file."""
        return by_file(rows, self.reader.catalogue.contents) if query.group else [[row] for row in rows]

    def _hits(self, query: Query, entries: Sequence[Ranked], matches: Matches, copies: Mapping[int, int]) -> list[Hit]:
        """The hits of `entries` with the `copies` that are folded under them, not yet numbered."""
        catalogue = self.reader.catalogue
        folded: dict[int, list[Copy]] = {one.row: [] for one in entries}
        for row, best in copies.items():
            if best in folded:
                folded[best].append(Copy(catalogue.ids[row], catalogue.path(row, query.filters.under)))
        found = matches.of([one.row for one in entries])
        places = _places(entries)
        hits: list[Hit] = []
        for one, match, sure in zip(entries, found, _confidences(entries), strict=True):
            signals = _signals(one, places[one.row], match.said.words)
            [grounds] = one.judge.grounds([one.row])
            hits.append(
                Hit(
                    rank=0,
                    item=match.item,
                    path=match.path,
                    score=one.score,
                    confidence=sure,
                    snippet=snippet(match.item.text, match.said.words),
                    signals=signals,
                    copies=tuple(folded[one.row]),
                    explanation=explain(query, match.item.kind, signals, match.said, grounds.unnamed),
                )
            )
        return hits


def _confidences(entries: Sequence[Ranked]) -> list[float]:
    """How likely each of `entries` is relevant."""
    rows: dict[Judge, list[int]] = defaultdict(list)
    for one in entries:
        rows[one.judge].append(one.row)
    sure = {judge: dict(zip(found, judge.confidences(found), strict=True)) for judge, found in rows.items()}
    return [sure[one.judge][one.row] for one in entries]


def _places(entries: Sequence[Ranked]) -> dict[int, dict[str, tuple[int, float]]]:
    """Rank and score of each of `entries` in every channel that found it."""
    found_by = {id(one.rankings): one.rankings for one in entries}
    of = {one.row: id(one.rankings) for one in entries}
    places: dict[int, dict[str, tuple[int, float]]] = {row: {} for row in of}
    for key, rankings in found_by.items():
        for channel, scored in rankings.items():
            for rank, (row, score) in enumerate(scored, 1):
                if of.get(row) == key:
                    places[row][channel] = rank, score
    return places


def _signals(one: Ranked, places: Mapping[str, tuple[int, float]], terms: tuple[str, ...]) -> tuple[Signal, ...]:
    return tuple(
        Signal(
            channel,
            score,
            rank,
            one.judge.probability(channel, one.row, score),
            terms if channel == "lexical" else (),
        )
        for channel, (rank, score) in places.items()
    )


def with_image_vectors(reader: Reader, hits: Sequence[Hit]) -> list[Hit]:
    """The hits with the image vectors of their items, which a search itself has no need to read."""
    vectors = reader.image_vectors_by_id([hit.item.id for hit in hits])
    return [replace(hit, item=replace(hit.item, image_vector=vectors.get(hit.item.id))) for hit in hits]
