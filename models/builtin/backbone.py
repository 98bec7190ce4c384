"""EfficientNet-Lite2 with its ImageNet weights in eight bits, as features of a picture.

`backbone.onnx` is made by `scripts/quantize_backbone.py`. It knows nothing of text. One run gives the pooled
features for the encoder, the class probabilities for the tags, and the feature map for the captions.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from models.builtin.onnx_files import hash_file, open_session
from models.protocols import Pixels

if TYPE_CHECKING:
    import onnxruntime as ort  # type: ignore[import-untyped]

SIZE = 260
BATCH = 8
"""Pictures that one thread runs at once. A thread a core, each with a batch of its own, is a quarter faster than all on
one batch of 32, and preparing the pictures is shared as well."""

PREPROCESSING = f"stretch {SIZE} bicubic, (x - 127) / 128"
PATH = Path(__file__).with_name("backbone.onnx")

POOLED = 1280 + 768
"""Length of the pooled features."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Features:
    """What the backbone sees in n pictures.

    `pooled` is float32[n, 2048], the means over places of the last feature map and of four stages before it (where
    colours and textures are not yet lost); `probabilities` is
    float32[n, 1000] over the ImageNet classes; `map` is the last feature map, float32[n, 1280, 9, 9].
    """

    pooled: Floats
    probabilities: Floats
    map: Floats


class Backbone:
    """EfficientNet-Lite2 (Tan and Le 2019; Lite variant by Google) run by ONNX Runtime."""

    def __init__(self, session: ort.InferenceSession, weights: str) -> None:
        self._session = session
        self._pool = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="backbone")
        # By thread, so that batches in flight at once do not push each other's features out.
        self._local = threading.local()
        self.weights = weights
        """Hash of the weights."""

    @classmethod
    def load(cls, path: Path = PATH) -> Backbone:
        """The backbone that ships beside this file, or another of the same outputs."""
        return cls(open_session(path, threads=1), hash_file(path))

    def run(self, images: Sequence[Pixels]) -> Features:
        """Features of pictures of any size, in order.

        Pictures of the latest call are not run again: the encoder and the describer are given the same ones in turn.
        """
        kept = self._kept(images)
        if kept is not None:
            return kept
        features = self._run(images)
        self._local.latest = (list(images), features)
        return features

    def _kept(self, images: Sequence[Pixels]) -> Features | None:
        """What the latest call found for these very arrays, or None if any of them was not in it."""
        latest, features = getattr(self._local, "latest", ([], None))
        if features is None:
            return None
        places = {id(pixels): place for place, pixels in enumerate(latest)}
        rows = [places[id(pixels)] for pixels in images if id(pixels) in places]
        if not rows or len(rows) < len(images):
            return None
        return Features(features.pooled[rows], features.probabilities[rows], features.map[rows])

    def _run(self, images: Sequence[Pixels]) -> Features:
        if not images:
            empty = (np.zeros((0, *shape), np.float32) for shape in ((POOLED,), (1000,), (1280, 9, 9)))
            return Features(*empty)
        batches = self._pool.map(
            lambda start: self._session.run(
                ["pooled", "logits", "map"], {"pixels": prepare(images[start : start + BATCH])}
            ),
            range(0, len(images), BATCH),
        )
        pooled, logits, maps = (np.concatenate(parts) for parts in zip(*batches, strict=True))
        return Features(pooled, softmax(logits), maps)


def prepare(images: Sequence[Pixels]) -> Floats:
    """float32[n, 3, 260, 260] as the network was trained on."""
    batch = np.empty((len(images), SIZE, SIZE, 3), np.float32)
    for row, pixels in zip(batch, images, strict=True):
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
            raise ValueError(f"a picture must be uint8[height, width, 3], not {pixels.dtype}{list(pixels.shape)}")
        row[:] = np.asarray(Image.fromarray(pixels).resize((SIZE, SIZE), Image.Resampling.BICUBIC))
    batch -= 127
    batch /= 128
    return np.ascontiguousarray(batch.transpose(0, 3, 1, 2))


def softmax(logits: Floats) -> Floats:
    """Probabilities along the last axis."""
    shifted: Floats = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Floats = shifted / shifted.sum(axis=-1, keepdims=True)
    return shares
