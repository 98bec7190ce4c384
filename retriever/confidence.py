"""How likely an item is what was looked for, from what each channel found in it and how seldom chance achieves that."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from retriever.calibration import Calibration
from retriever.matches import Matches
from store.records import Query
from store.vector_views import Scored

OFFSET = -3.71
WEIGHTS: Mapping[str, float] = {"visual": 0.43, "semantic": 0.15, "lexical": 0.48}
"""What a unit of evidence (`Null.evidence`) of each channel adds to the log odds."""
WORDS = 1.74
"""What is added where all words of the query stand in the item, and in proportion where some do."""
MOST_LEXICAL = 4.0
"""Lexical evidence counts up to this: rare words of a long query add up to any height."""

THRESHOLD = 0.11
"""Confidence under which the best hit counts as nothing. Over photos 0.09 to 0.12 do alike. Over documents, which were
no part of the fit, 0.11 is right for 93 % (drawn) and 92 % (typeset) of queries, and 0.09 for 90 and 88."""


def confidence(evidence: Mapping[str, float], words: float) -> float:
    """The probability that an item is relevant: a logistic model of its evidence by channel, and of the share of the
    query's words that stand in it. Its constants, and the threshold, are fitted by `scripts/fit_confidence.py`.
    """
    known = {**evidence, "lexical": min(evidence.get("lexical", 0.0), MOST_LEXICAL)}
    odds = OFFSET + WORDS * words + sum(WEIGHTS[channel] * value for channel, value in known.items())
    return 1 / (1 + math.exp(-odds))


class Judge:
    """The confidence of rows that were found by one query, each weighed once."""

    def __init__(
        self,
        kinds: Sequence[str],
        calibration: Calibration,
        query: Query,
        matches: Matches,
        rankings: Mapping[str, Scored],
    ) -> None:
        self._kinds = kinds
        self._calibration = calibration
        self._query = query
        self._matches = matches
        self._scores = {channel: dict(scored) for channel, scored in rankings.items()}
        self._known: dict[int, float] = {}

    def confidences(self, rows: Sequence[int]) -> list[float]:
        """How likely each of `rows` is relevant."""
        new = [row for row in rows if row not in self._known]
        for row, (evidence, words) in zip(new, self.evidence(new), strict=True):
            self._known[row] = confidence(evidence, words)
        return [self._known[row] for row in rows]

    def evidence(self, rows: Sequence[int]) -> list[tuple[dict[str, float], float]]:
        """For each row its evidence by channel, and the share of the query's words that stand in it."""
        worded = [row for row in rows if row in self._scores.get("lexical", ())]
        shares = dict(zip(worded, self._matches.shares(worded), strict=True))
        return [(self._by_channel(row), shares.get(row, 0.0)) for row in rows]

    def probability(self, channel: str, row: int, score: float) -> float | None:
        """How likely chance stays below the raw score of a row."""
        kind = self._kinds[row]
        return self._calibration.probability(self._calibrated_as(channel), kind, row, score)

    def _by_channel(self, row: int) -> dict[str, float]:
        kind = self._kinds[row]
        return {
            channel: self._calibration.evidence(self._calibrated_as(channel), kind, row, scores[row])
            for channel, scores in self._scores.items()
            if row in scores
        }

    def _calibrated_as(self, channel: str) -> str:
        # Pictures lie nearer to pictures than texts do.
        return "picture" if channel == "visual" and self._query.images else channel
