"""What a score is worth: how seldom a query that should match nothing reaches it.

A query of the bank (`null_queries.txt`: things that most collections do not hold) matches by chance alone, so its
scores say what chance achieves. Two things are learned of them, for each channel:

- what score an item usually has: some pictures lie near to every text, and a score means more on the others. A raw
  score is read as a standard score, in deviations from the item's own mean over the bank. This matters most: on 1,014
  photos the best standard score tells queries with an answer from those without by an area under the curve of 0.95,
  where raw likeness has 0.85 (`scripts/null_study.py`).
- how high the best of a collection comes by chance: the highest standard score of each query of the bank over the whole
  version, whatever kind of item has it: three charts among hundreds of photos are seldom the best, and must not be held
  to what the best of three charts achieves. Being maxima, these are modelled by a Gumbel distribution, fitted by
  quantiles, because some queries of the bank do match something in some collections. A score's probability is the share
  of such maxima that lie below it. Words are counted for each kind of item by itself, because pictures have few, and
  those on a sign or in a file's name are telling however many passages speak of the same.

For queries with a picture the bank is a sample of the version's own pictures, each without its copies. Filters leave
all this as it is: a smaller haystack is no reason to believe more.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from models.protocols import ImageTextEncoder, Matrix, TextEmbedder
from retriever import channels
from retriever.background import COPY, Background, Usual
from store.manifest import write_atomically
from store.reader import Reader
from store.records import Filters

FILE_NAME = "calibration.json"
BANK = Path(__file__).with_name("null_queries.txt")

GROWTH = 0.2
"""A version of whose items more than this share came, went or were described in full since is calibrated anew."""

DEPTH = 50
"""Rows looked at for the best lexical match of each kind under a null query."""

LEAST_SCALE = {"visual": 0.1, "picture": 0.1, "semantic": 0.1, "lexical": 1.0}
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


CERTAIN = Null(0.0, 1.0).evidence(50.0)
"""The evidence of what chance never achieves."""


@dataclass(frozen=True, slots=True)
class Nulls:
    """What is kept of a calibration: null distributions as `null_name` calls them, the number of items they were
    measured on, and of sources among them that were described in haste."""

    items: int
    quick: int
    by_name: Mapping[str, Null]

    def fit(self, reader: Reader) -> bool:
        """Whether the version is still about what it was when these were measured."""
        changed = max(abs(len(reader) - self.items), abs(reader.quick - self.quick))
        return changed <= GROWTH * max(1, self.items)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Null distributions, and what score each row usually has."""

    nulls: Nulls
    usual: Mapping[str, Usual]

    def probability(self, channel: str, kind: str, row: int, score: float) -> float | None:
        """How likely chance stays below the raw `score` of a row; None where there is no null."""
        null = self.nulls.by_name.get(null_name(channel, kind))
        if null is None:
            return None
        return 1.0 if self._is_copy(channel, score) else null.probability(self._standard(channel, row, score))

    def evidence(self, channel: str, kind: str, row: int, score: float) -> float:
        """`Null.evidence` of the raw `score` of a row; 0 where there is no null."""
        if self._is_copy(channel, score):
            return CERTAIN
        null = self.nulls.by_name.get(null_name(channel, kind))
        return 0.0 if null is None else null.evidence(self._standard(channel, row, score))

    def _standard(self, channel: str, row: int, score: float) -> float:
        return self.usual[channel].standard(row, score) if channel in self.usual else score

    @staticmethod
    def _is_copy(channel: str, score: float) -> bool:
        return channel == "picture" and score >= COPY


def null_name(channel: str, kind: str) -> str:
    """What the null distribution is called that the scores of a channel for items of a kind are held to."""
    return f"{channel} {kind}" if channel == "lexical" else channel


@cache
def bank() -> tuple[str, ...]:
    """The queries that should match nothing."""
    return tuple(BANK.read_text(encoding="utf-8").split("\n")[:-1])


def open_calibration(reader: Reader, encoder: ImageTextEncoder, embedder: TextEmbedder) -> Calibration:
    """The calibration of a version; its nulls are measured anew, in about 2 s, if it has none or has changed much."""
    nulls, background = _read(reader.folder / FILE_NAME), Background.open(reader)
    if nulls is None or background is None or not nulls.fit(reader):
        background = Background.measure(reader, encoder, embedder, bank())
        nulls = Nulls(len(reader), reader.quick, dict(_measured(reader, background)))
        # Where there is no room for it, it is measured again by the next who opens the version.
        with suppress(OSError):
            write_atomically(reader.folder / FILE_NAME, json.dumps(asdict(nulls), indent=2, sort_keys=True) + "\n")
    return Calibration(nulls, background.usual)


def _measured(reader: Reader, background: Background) -> Iterator[tuple[str, Null]]:
    for channel, best in background.maxima(reader):
        yield channel, Null.fit(best, LEAST_SCALE[channel])
    for kind, best in _best_matches(reader).items():
        yield null_name("lexical", kind), Null.fit(best, LEAST_SCALE["lexical"])


def _best_matches(reader: Reader) -> dict[str, Matrix]:
    """float32[q] by kind: the largest lexical score of each query, 0 where no word matches."""
    best: dict[str, Matrix] = {}
    for place, text in enumerate(bank()):
        for row, score in channels.lexical(reader, text, Filters(), DEPTH):
            scores = best.setdefault(reader.catalogue.kinds[row], np.zeros(len(bank()), np.float32))
            scores[place] = max(scores[place], score)
    return best


def _read(path: Path) -> Nulls | None:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        by_name = {name: Null(**null) for name, null in values["by_name"].items()}
        return Nulls(values["items"], values["quick"], by_name)
    except (OSError, ValueError, KeyError, TypeError):
        return None
