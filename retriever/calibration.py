"""What a score is worth: how seldom a query that should match nothing reaches it.

For each channel and kind of item, the best score of every query of a bank (`null_queries.txt`: things that most
collections do not hold) over the whole version is a sample of what chance alone achieves. Being maxima, they are
modelled by a Gumbel distribution; it is fitted by quantiles, because some queries of the bank do match something in
some collections. A score's probability is the share of such maxima that lie below it. Filters leave it as it is: a
smaller haystack is no reason to believe more.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from models.protocols import ImageTextEncoder, Matrix, TextEmbedder
from retriever import channels
from store.manifest import write_atomically
from store.reader import Reader
from store.records import Filters, Kind
from store.vector_views import VectorColumn

FILE_NAME = "calibration.json"
BANK = Path(__file__).with_name("null_queries.txt")

GROWTH = 0.2
"""A version of whose items more than this share came, went or were described in full since is calibrated anew."""

THRESHOLD = 0.5
"""Confidence under which the best hit counts as chance."""

DEPTH = 50
"""Rows looked at for the best lexical match of each kind under a null query."""

LEAST_SCALE = {"visual": 0.01, "semantic": 0.01, "lexical": 1.0}
"""The narrowest that chance is taken to be: in a small collection few null queries match any word at all, and a word
that stands in every file must not count as sure."""

LOW, HIGH = 0.25, 0.75
"""The quantiles that are fitted."""


@dataclass(frozen=True, slots=True)
class Null:
    """A Gumbel distribution of the best score of chance."""

    location: float
    scale: float

    @classmethod
    def fit(cls, maxima: Matrix, least_scale: float) -> Null:
        """The distribution whose quartiles are those of `maxima`, unless it would be narrower than `least_scale`."""
        low, high = np.quantile(maxima, [LOW, HIGH])
        spread = np.log(np.log(1 / LOW)) - np.log(np.log(1 / HIGH))
        scale = max(float(high - low) / float(spread), least_scale)
        return cls(float(low) + scale * float(np.log(np.log(1 / LOW))), scale)

    def probability(self, score: float) -> float:
        """The share of chance maxima below `score`."""
        return math.exp(-self._above(score))

    def evidence(self, score: float) -> float:
        """How surprising a score is by chance: minus the natural logarithm of the share of chance maxima above it."""
        return -math.log(-math.expm1(-self._above(score)))

    def _above(self, score: float) -> float:
        # Within 50 scales, beyond which the probability is 0 or 1 to the last digit, so that nothing overflows.
        return math.exp(min(50.0, max(-50.0, (self.location - score) / self.scale)))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Null distributions by channel and kind, the number of items they were measured on, and of sources among them that
    were described in haste."""

    items: int
    quick: int
    nulls: Mapping[str, Mapping[str, Null]]
    threshold: float = THRESHOLD

    def probability(self, channel: str, kind: str, score: float) -> float | None:
        """How likely chance stays below `score`; None where the channel has no null for the kind."""
        null = self.nulls.get(channel, {}).get(str(kind))
        return None if null is None else null.probability(score)

    def evidence(self, channel: str, kind: str, score: float) -> float:
        """`Null.evidence` of a channel and kind; 0 where there is no null."""
        null = self.nulls.get(channel, {}).get(str(kind))
        return 0.0 if null is None else null.evidence(score)

    def confidence(self, kind: str, scores: Mapping[str, float]) -> float:
        """The probability that an item beats chance, given its raw scores by channel.

        The best of several channels is corrected for the choice (Bonferroni), so one lucky channel is not enough.
        """
        known = [self.probability(channel, kind, score) for channel, score in scores.items()]
        doubts = [1 - probability for probability in known if probability is not None]
        channels_heard = max(1, len(self.nulls))
        return max(0.0, 1 - channels_heard * min(doubts)) if doubts else 0.0

    def fits(self, reader: Reader) -> bool:
        """Whether the version is still about what it was when this was measured."""
        changed = max(abs(len(reader) - self.items), abs(reader.quick - self.quick))
        return changed <= GROWTH * max(1, self.items)


@cache
def bank() -> tuple[str, ...]:
    """The queries that should match nothing."""
    return tuple(BANK.read_text(encoding="utf-8").split("\n")[:-1])


def calibrate(reader: Reader, encoder: ImageTextEncoder, embedder: TextEmbedder) -> Calibration:
    """Measure the null distributions of a version, about 2 s, and keep them beside it."""
    maxima = {
        "visual": _best_likenesses(reader, "image_vector", encoder.encode_texts(bank())),
        "semantic": _best_likenesses(reader, "text_vector", embedder.encode(bank())),
        "lexical": _best_matches(reader),
    }
    nulls = {
        channel: {kind: Null.fit(scores, LEAST_SCALE[channel]) for kind, scores in by_kind.items()}
        for channel, by_kind in maxima.items()
    }
    calibration = Calibration(len(reader), reader.quick, nulls)
    write_atomically(reader.folder / FILE_NAME, json.dumps(asdict(calibration), indent=2, sort_keys=True) + "\n")
    return calibration


def _best_likenesses(reader: Reader, column: VectorColumn, queries: Matrix) -> dict[str, Matrix]:
    """float32[q] by kind: the largest inner product of each query with a vector of the kind."""
    best: dict[str, Matrix] = {}
    catalogue = reader.catalogue
    for rows, vectors in reader.vector_batches(column):
        visible = catalogue.visible[rows]
        kinds = np.array([catalogue.kinds[row] for row in rows[visible]])
        likenesses = queries @ vectors[visible].T
        for kind in np.unique(kinds):
            largest = likenesses[:, kinds == kind].max(axis=1)
            best[str(kind)] = np.maximum(best.get(str(kind), -np.inf), largest)
    return best


def _best_matches(reader: Reader) -> dict[str, Matrix]:
    """float32[q] by kind: the largest lexical score of each query, 0 where no word matches."""
    best: dict[str, Matrix] = {}
    for place, text in enumerate(bank()):
        for row, score in channels.lexical(reader, text, Filters(), DEPTH):
            scores = best.setdefault(reader.catalogue.kinds[row], np.zeros(len(bank()), np.float32))
            scores[place] = max(scores[place], score)
    return best


def open_calibration(reader: Reader, encoder: ImageTextEncoder, embedder: TextEmbedder) -> Calibration:
    """The calibration kept with a version, measured anew if there is none or the version has changed much."""
    kept = _read(reader.folder / FILE_NAME)
    return kept if kept is not None and kept.fits(reader) else calibrate(reader, encoder, embedder)


def _read(path: Path) -> Calibration | None:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        nulls = {
            channel: {str(Kind(kind)): Null(**null) for kind, null in by_kind.items()}
            for channel, by_kind in values["nulls"].items()
        }
        return Calibration(values["items"], values["quick"], nulls, values["threshold"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
