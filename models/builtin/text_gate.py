"""A fast test for whether a picture may hold text, so that only such pictures are read.

A logistic model on the backbone's pooled features, made by `scripts/train_text_gate.py`, which prints how many photos
pass and how many pictures with text do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.builtin.heads import compressed
from models.builtin.onnx_files import hash_file

PATH = Path(__file__).with_name("text_gate.safetensors")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TextGate:
    """`weight` is float32[2048] for compressed pooled features; pictures pass where the sum with `bias` is above 0.

    `weights` is the hash of the file.
    """

    weight: Floats
    bias: float
    weights: str

    @classmethod
    def load(cls, path: Path = PATH) -> TextGate:
        """The gate of a file that the training script wrote."""
        from safetensors.numpy import load_file

        tensors = load_file(path)
        return cls(tensors["weight"], float(tensors["bias"][0]), hash_file(path))

    def may_hold_text(self, pooled: Floats) -> npt.NDArray[np.bool_]:
        """bool[n] for pooled features, float32[n, 2048]."""
        passed: npt.NDArray[np.bool_] = self.score(pooled) > 0
        return passed

    def score(self, pooled: Floats) -> Floats:
        """float32[n]: log-odds of text, less those at the threshold."""
        scores: Floats = compressed(pooled) @ self.weight + self.bias
        return scores
