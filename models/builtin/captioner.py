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


@dataclass(frozen=True, slots=True)
class Caption:
    """A sentence in lower case without a full stop.

    `probability` is the geometric mean of its tokens' probabilities, `least` the least of them.
    """

    text: str
    probability: float
    least: float


class Captioner:
    """Writes the likeliest words one by one (greedily)."""

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
        maps, pooled = features.map[rows], features.pooled[rows]
        seen_keys, seen_values = self._look.run(None, {"map": maps, "pooled": pooled})
        layers, count, heads, _, width = seen_keys.shape
        keys = values = np.zeros((layers, count, heads, 0, width), np.float32)
        tokens, ended = np.full(count, START, np.int64), np.zeros(count, bool)
        found, chosen = [], []
        for position in range(MAX_TOKENS):
            likelihoods, keys, values = self._step.run(
                None,
                {
                    "tokens": tokens,
                    "position": np.array(position, np.int64),
                    "keys": keys,
                    "values": values,
                    "seen_keys": seen_keys,
                    "seen_values": seen_values,
                },
            )
            likelihoods[:, [PAD, START]] = -np.inf
            tokens = likelihoods.argmax(1)
            chosen.append(np.where(ended, 0, np.take_along_axis(likelihoods, tokens[:, None], 1)[:, 0]))
            tokens[ended] = PAD
            found.append(tokens)
            ended |= tokens == END
            if ended.all():
                break
        written, likelihood = np.stack(found, 1), np.stack(chosen, 1)
        mean = np.exp(likelihood.sum(1) / (written != PAD).sum(1))
        least = np.exp(likelihood.min(1))
        texts: Sequence[str] = self._tokenizer.decode_batch(written.tolist())
        return [Caption(text, float(p), float(q)) for text, p, q in zip(texts, mean, least, strict=True)]
