"""Captions of pictures, by a small transformer decoder over the backbone's feature map.

Trained and exported by `scripts/train_captioner.py`; see CARD.md.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.builtin.backbone import Features
from models.builtin.onnx_files import hash_file, hash_together, open_session

if TYPE_CHECKING:
    import onnxruntime as ort  # type: ignore[import-untyped]
    from tokenizers import Tokenizer

LOOK = Path(__file__).with_name("caption_look.onnx")
STEP = Path(__file__).with_name("caption_step.onnx")
TOKENIZER = Path(__file__).with_name("caption_pieces.json")

PAD, START, END = 0, 1, 2
MAX_TOKENS = 20
"""Tokens of a caption with the one that ends it; few of the training captions are longer, and they are cut."""
BATCH = 8
"""Pictures that one thread captions at once."""
BEAM = 3
"""Captions of a picture that are gone on with at each word. Greedily, BLEU-4 is 0.017 lower, and 5 gain 0.004 more."""
LENGTH_POWER = 0.7
"""The power of a caption's length by which the logarithm of its probability is divided, as in Wu et al. 2016 without
their constant. With 1 captions come out longer and worse."""


Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Caption:
    """A sentence in lower case without a full stop.

    `probability` is the geometric mean of its tokens' probabilities, `least` the least of them.
    """

    text: str
    probability: float
    least: float


class Beams:
    """The captions under way for n pictures, `BEAM` each, in rows.

    `tokens` is int64[n * BEAM, t], `likelihoods` float32[n * BEAM, t] the logarithm of the probability of each.
    """

    def __init__(self, pictures: int) -> None:
        rows = pictures * BEAM
        self.tokens = np.full((rows, 1), START, np.int64)
        self.likelihoods = np.zeros((rows, 1), np.float32)
        # One of the first, since all are alike.
        self._totals = np.where(np.arange(rows) % BEAM == 0, 0, -np.inf).astype(np.float32)
        self._lengths = np.zeros(rows, np.float32)

    @property
    def ended(self) -> npt.NDArray[np.bool_]:
        """bool[n * BEAM]: which captions have come to their end."""
        ended: npt.NDArray[np.bool_] = (self.tokens[:, -1] == END) | (self.tokens[:, -1] == PAD)
        return ended

    def extend(self, likelihoods: Floats, is_last: bool) -> npt.NDArray[np.int64]:
        """Go on with the likeliest captions by one token; `likelihoods` is float32[n * BEAM, vocabulary].

        Returns int64[n * BEAM], which row each has come from.
        """
        ended = self.ended
        if is_last:
            likelihoods[:, np.arange(likelihoods.shape[1]) != END] = -np.inf
        likelihoods[:, [PAD, START]] = -np.inf
        likelihoods[ended] = -np.inf
        likelihoods[ended, PAD] = 0
        lengths = self._lengths + ~ended
        totals = self._totals[:, None] + likelihoods
        worth = (totals / lengths[:, None] ** LENGTH_POWER).reshape(-1, BEAM * likelihoods.shape[1])
        best = np.argpartition(-worth, BEAM - 1, axis=1)[:, :BEAM]
        rows: npt.NDArray[np.int64] = (np.arange(len(best))[:, None] * BEAM + best // likelihoods.shape[1]).ravel()
        chosen = (best % likelihoods.shape[1]).ravel()
        self.tokens = np.concatenate([self.tokens[rows], chosen[:, None]], axis=1)
        self.likelihoods = np.concatenate([self.likelihoods[rows], likelihoods[rows, chosen][:, None]], axis=1)
        self._totals, self._lengths = totals[rows, chosen], lengths[rows]
        return rows

    def best(self) -> npt.NDArray[np.int64]:
        """int64[n]: the row of the likeliest caption of each picture, for its length."""
        worth = (self._totals / self._lengths**LENGTH_POWER).reshape(-1, BEAM)
        rows: npt.NDArray[np.int64] = np.arange(len(worth)) * BEAM + worth.argmax(axis=1)
        return rows


class Captioner:
    """Writes the likeliest caption that a beam search finds."""

    def __init__(
        self, look: ort.InferenceSession, step: ort.InferenceSession, tokenizer: Tokenizer, weights: str
    ) -> None:
        self._look = look
        self._step = step
        self._tokenizer = tokenizer
        self._pool = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="captioner")
        self.weights = weights
        """Hash of the weights and of the word pieces."""

    @classmethod
    def load(cls) -> Captioner:
        """The captioner that ships beside this file."""
        from tokenizers import Tokenizer

        weights = hash_together(*(hash_file(path) for path in (LOOK, STEP, TOKENIZER)))
        return cls(open_session(LOOK, 1), open_session(STEP, 1), Tokenizer.from_file(str(TOKENIZER)), weights)

    def write(self, features: Features) -> list[Caption]:
        """One caption a picture, of features."""
        starts = range(0, len(features.map), BATCH)
        parts = self._pool.map(lambda start: self._write(features, slice(start, start + BATCH)), starts)
        return [caption for part in parts for caption in part]

    def _write(self, features: Features, rows: slice) -> list[Caption]:
        seen = self._look.run(None, {"map": features.map[rows], "pooled": features.pooled[rows]})
        seen_keys, seen_values = (np.repeat(part, BEAM, axis=1) for part in seen)
        layers, count, heads, _, width = seen_keys.shape
        keys = values = np.zeros((layers, count, heads, 0, width), np.float32)
        beams = Beams(count // BEAM)
        for position in range(MAX_TOKENS):
            likelihoods, keys, values = self._step.run(
                None,
                {
                    "tokens": beams.tokens[:, -1],
                    "position": np.array(position, np.int64),
                    "keys": keys,
                    "values": values,
                    "seen_keys": seen_keys,
                    "seen_values": seen_values,
                },
            )
            parents = beams.extend(likelihoods, is_last=position == MAX_TOKENS - 1)
            if beams.ended.all():
                break
            keys, values = keys[:, parents], values[:, parents]
        best = beams.best()
        written, likelihoods = beams.tokens[best, 1:], beams.likelihoods[best, 1:]
        mean = np.exp(likelihoods.sum(1) / (written != PAD).sum(1))
        least = np.exp(likelihoods.min(1))
        texts: Sequence[str] = self._tokenizer.decode_batch(written.tolist())
        return [Caption(text, float(p), float(q)) for text, p, q in zip(texts, mean, least, strict=True)]
