"""The trained heads that put pictures and texts into one space, in numpy.

Trained by `scripts/train_builtin.py`; see CARD.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    """The pair of heads, and what goes with them.

    `image` takes compressed pooled features, `text` MiniLM vectors. `classes` is float32[1000, 384], the MiniLM vectors
    of the ImageNet class names; `bank` is float32[b, 384], those of captions that stand for what people might ask.
    """

    image: Head
    text: Head
    classes: Matrix
    bank: Matrix
    weights: str

    @classmethod
    def load(cls, path: Path = PATH) -> Heads:
        """The heads of a file that the training script wrote."""
        from safetensors.numpy import load_file

        tensors = whole(load_file(path))
        return cls(
            head(tensors, "image"),
            head(tensors, "text"),
            unit(tensors["classes"]),
            unit(tensors["bank"]),
            hash_file(path),
        )


def head(tensors: Mapping[str, Floats], name: str) -> Head:
    """The head whose tensors are called `name.*`."""
    return Head(
        hidden=tensors[f"{name}.hidden"],
        hidden_bias=tensors[f"{name}.hidden_bias"],
        out=tensors[f"{name}.out"],
        out_bias=tensors[f"{name}.out_bias"],
        skip=tensors.get(f"{name}.skip"),
    )


def small(tensors: Mapping[str, Floats]) -> dict[str, npt.NDArray[Any]]:
    """As they are stored: matrices as int8 with a scale for each column, which changes no recall; the rest as it is."""
    stored: dict[str, npt.NDArray[Any]] = {}
    for name, tensor in tensors.items():
        if tensor.ndim == 2:
            scale = (np.abs(tensor).max(axis=0) / 127 + 1e-12).astype(np.float32)
            stored |= {name: np.round(tensor / scale).astype(np.int8), f"{name}.scale": scale}
        else:
            stored[name] = tensor.astype(np.float32)
    return stored


def whole(stored: Mapping[str, npt.NDArray[Any]]) -> dict[str, Floats]:
    """What `small` was given, as near as eight bits allow."""
    return {
        name: tensor * stored[f"{name}.scale"] if tensor.dtype == np.int8 else tensor
        for name, tensor in stored.items()
        if not name.endswith(".scale")
    }


def unit(rows: Floats) -> Matrix:
    """The rows scaled to unit length."""
    scaled: Matrix = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    return scaled


def compressed(pooled: Floats) -> Floats:
    """The signed square root, which tames the few large values that pooled features have."""
    rooted: Floats = np.sign(pooled) * np.sqrt(np.abs(pooled))
    return rooted
