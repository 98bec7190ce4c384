"""How likely an item is what was looked for, and how likely it is that anything is: two questions of the same grounds,
what each channel found in an item and how seldom chance achieves that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retriever.calibration import Calibration
from retriever.matches import NO_WORDS, Matches, Shares
from retriever.unnamed import Unnamed
from store.records import Kind, Query
from store.vector_views import Scored

Signs = tuple[float, ...]

OFFSET = -3.70
WEIGHTS: Signs = (0.73, 0.38, 0.54, 0.43, 0.69, -1.45)
"""What each of `Grounds.telling` adds to the log odds that an item is what was looked for."""

MATCH_OFFSET = -2.47
MATCH_WEIGHTS: Signs = (1.15, 0.50, 0.43, 2.77, -3.36)
"""The same for `Grounds.signs` and the log odds that anything matches, asked of the item for which they are highest.
What is looked for is seldom the first of many that look alike: a picture of a dog may well match a dog on a beach, but
need not be it. The offset is such that at even odds the collection for which it is hardest to say does best."""

MOST_LEXICAL = 3.0
"""Lexical evidence counts up to this: rare words of a long query add up to any height."""
MOST_STATED = 6.0
"""The same for words that are stated."""

TEXTS = frozenset({Kind.PAGE, Kind.PASSAGE})
"""Kinds that are found by what they say."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What speaks for and against an item: its evidence (`Null.evidence`) by channel, the shares of the query's words
    that stand in it, and how sure it is that the describer would have named what is asked for, had it seen it."""

    evidence: Mapping[str, float]
    words: Shares = NO_WORDS
    unnamed: float = 0.0
    is_text: bool = False

    @property
    def signs(self) -> Signs:
        """What tells that anything matches: the evidence of sight, meaning and words, the share of the words, and the
        silence of the describer, which says nothing against words that stand in the item all the same."""
        held, lexical = self.words.held, min(self._of("lexical"), MOST_LEXICAL)
        return self._of("visual"), self._of("semantic"), lexical, held, self.unnamed * (1 - held)

    @property
    def telling(self) -> Signs:
        """What tells that an item is the one: the same, without what the description of a picture means, which adds
        nothing to its looks, and with the evidence of the words that are stated."""
        sight, meaning, lexical, held, silence = self.signs
        stated = self.words.stated * min(self._of("lexical"), MOST_STATED)
        return sight, meaning if self.is_text else 0.0, lexical, held, stated, silence

    def _of(self, channel: str) -> float:
        return self.evidence.get(channel, 0.0)


def confidence(grounds: Grounds) -> float:
    """The probability that an item is what was looked for. The constants of both models are fitted by
    `scripts/fit_confidence.py`.
    """
    return _probability(OFFSET + _weighed(WEIGHTS, grounds.telling))


def match_probability(grounds: Grounds) -> float:
    """The probability that anything matches, as far as one item tells."""
    return _probability(MATCH_OFFSET + _weighed(MATCH_WEIGHTS, grounds.signs))


def _weighed(weights: Signs, signs: Signs) -> float:
    return sum(weight * sign for weight, sign in zip(weights, signs, strict=True))


def _probability(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


class Judge:
    """Weighs rows that were found by one query, each once."""

    def __init__(
        self,
        kinds: Sequence[str],
        calibration: Calibration,
        query: Query,
        matches: Matches,
        unnamed: Unnamed,
        rankings: Mapping[str, Scored],
    ) -> None:
        self._kinds = kinds
        self._calibration = calibration
        self._query = query
        self._matches = matches
        self._unnamed = unnamed
        self._scores = {channel: dict(scored) for channel, scored in rankings.items()}
        self._known: dict[int, Grounds] = {}

    def confidences(self, rows: Sequence[int]) -> list[float]:
        """How likely each of `rows` is what was looked for."""
        return [confidence(grounds) for grounds in self.grounds(rows)]

    def match(self, rows: Sequence[int]) -> float:
        """How likely it is that anything matches, from the `rows` that were found: 0 where there are none."""
        return max(map(match_probability, self.grounds(rows)), default=0.0)

    def grounds(self, rows: Sequence[int]) -> list[Grounds]:
        """What speaks for and against each of `rows`."""
        new = [row for row in rows if row not in self._known]
        if new:
            self._known |= self._weigh(new)
        return [self._known[row] for row in rows]

    def _weigh(self, rows: Sequence[int]) -> dict[int, Grounds]:
        worded = [row for row in rows if row in self._scores.get("lexical", ())]
        shares = dict(zip(worded, self._matches.shares(worded), strict=True))
        return {
            row: Grounds(
                self._by_channel(row),
                shares.get(row, NO_WORDS),
                self._unnamed.of(row),
                is_text=self._kinds[row] in TEXTS,
            )
            for row in rows
        }

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
