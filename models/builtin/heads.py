"""The trained heads that put pictures and texts into one space, in numpy.

Trained by `scripts/train_builtin.py`; see CARD.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.builtin.onnx_files import hash_file
from models.protocols import Matrix

PATH = Path(__file__).with_name("heads.safetensors")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Head:
    """One hidden layer, `relu(x B + b) C + c`, and beside it for texts a linear map of `x`."""

    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats
    skip: Floats | None

    def __call__(self, rows: Floats) -> Matrix:
        """float32[n, d], unit length."""
        mapped = np.maximum(rows @ self.hidden + self.hidden_bias, 0) @ self.out + self.out_bias
        return unit(mapped if self.skip is None else mapped + rows @ self.skip)


@dataclass(frozen=True, slots=True)
class Heads:
    """Both heads, and the vectors float32[1000, 384] of the ImageNet class names."""

    image: Head
    text: Head
    classes: Matrix
    weights: str

    @classmethod
    def load(cls, path: Path = PATH) -> Heads:
        """The heads of a file that the training script wrote."""
        from safetensors.numpy import load_file

        tensors = {name: tensor.astype(np.float32) for name, tensor in load_file(path).items()}
        return cls(head(tensors, "image"), head(tensors, "text"), unit(tensors["classes"]), hash_file(path))


def head(tensors: Mapping[str, Floats], name: str) -> Head:
    """The head whose tensors are called `name.*`."""
    return Head(
        hidden=tensors[f"{name}.hidden"],
        hidden_bias=tensors[f"{name}.hidden_bias"],
        out=tensors[f"{name}.out"],
        out_bias=tensors[f"{name}.out_bias"],
        skip=tensors.get(f"{name}.skip"),
    )


def unit(rows: Floats) -> Matrix:
    """The rows scaled to unit length."""
    scaled: Matrix = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    return scaled


def compressed(pooled: Floats) -> Floats:
    """The signed square root, which tames the few large values that pooled features have."""
    rooted: Floats = np.sign(pooled) * np.sqrt(np.abs(pooled))
    return rooted
