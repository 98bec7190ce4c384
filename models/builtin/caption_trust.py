"""How far a caption can be believed: what the decoder, the dual encoder and the classifier make of it together.

A decoder that has seen people and dogs writes of people and dogs, whatever it is shown. Its own probability says little
then; that the picture is unlike all that it was trained on says most. A logistic model of the signs below, fitted by
`scripts/train_caption_trust.py`, which prints how often captions are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.builtin.backbone import Features
from models.builtin.captioner import Caption, Captioner
from models.builtin.encoder import BuiltinEncoder
from models.builtin.heads import compressed, unit, whole
from models.builtin.minilm import MiniLM
from models.builtin.names import read_groups
from models.builtin.onnx_files import hash_file, hash_together

PATH = Path(__file__).with_name("caption_trust.safetensors")

LAST_MAP = 1280
"""The first of the pooled features are those of the last map. The earlier stages after them show how sharp a picture
is, and training photos are small: they would take every large picture for an unfamiliar one."""

NEAREST = 3
"""Centroids whose likeness counts, of all."""

DOGS = frozenset({"dog", "dogs", "puppy", "puppies"})
LEAST_DOG = 0.001

SIGNS = ("likelihood", "least", "agreement", "names", "familiarity", "certainty", "dog")
"""The logarithms of a caption's probability and of its least likely token's; the likeness of caption and picture in the
encoder, and of caption and class names; how near the picture is to photos of training; the likeliest class's
probability; and where the caption speaks of a dog, the logarithm of the classifier's probability that there is one."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CaptionTrust:
    """`centroids` is float32[k, 1280], unit length, of training photos; `weight` is float32[7] for `SIGNS`.

    `weights` is the hash of the file.
    """

    centroids: Floats
    weight: Floats
    bias: float
    weights: str

    @classmethod
    def load(cls, path: Path = PATH) -> CaptionTrust:
        """The model of a file that the training script wrote."""
        from safetensors.numpy import load_file

        tensors = whole(load_file(path))
        return cls(tensors["centroids"], tensors["weight"], float(tensors["bias"][0]), hash_file(path))

    def probability(self, signs: Floats) -> Floats:
        """float32[n]: that captions are right about people and dogs, from their signs, float32[n, 7]."""
        shares: Floats = 1 / (1 + np.exp(-(signs @ self.weight + self.bias)))
        return shares


class TrustedCaptioner:
    """A captioner that says how far each caption can be believed."""

    def __init__(self, captioner: Captioner, encoder: BuiltinEncoder, minilm: MiniLM) -> None:
        self._captioner = captioner
        self._encoder = encoder
        self._minilm = minilm
        self._trust = CaptionTrust.load()

    @property
    def weights(self) -> str:
        """Hash of all that captions and their probabilities depend on."""
        return hash_together(self._captioner.weights, self._encoder.fingerprint.weights, self._trust.weights)

    def write(self, features: Features) -> list[tuple[str, float]]:
        """A caption for each picture, and the probability that it is right about people and dogs."""
        captions = self._captioner.write(features)
        if not captions:
            return []
        signs = signs_of(captions, features, self._encoder, self._minilm, self._trust.centroids)
        probabilities = self._trust.probability(signs).astype(np.float64).round(3).tolist()
        return [(caption.text, probability) for caption, probability in zip(captions, probabilities, strict=True)]


def signs_of(
    captions: Sequence[Caption], features: Features, encoder: BuiltinEncoder, minilm: MiniLM, centroids: Floats
) -> Floats:
    """float32[n, 7]: the `SIGNS` of the captions of n pictures."""
    embedded = minilm.encode([caption.text for caption in captions])
    columns = (
        np.log([caption.probability for caption in captions]),
        np.log([caption.least for caption in captions]),
        (encoder.place_images(features) * encoder.place_texts(embedded)).sum(1),
        (encoder.named(features) * embedded).sum(1),
        np.sort(last_map(features.pooled) @ centroids.T, axis=1)[:, -NEAREST:].mean(1),
        features.probabilities.max(1),
        [
            np.log(max(dog, LEAST_DOG)) if DOGS & set(caption.text.split()) else 0
            for caption, dog in zip(captions, features.probabilities[:, _dog_classes()].sum(1), strict=True)
        ],
    )
    return np.stack(columns, 1).astype(np.float32)


def last_map(pooled: Floats) -> Floats:
    """float32[n, 1280], unit length, of float32[n, 2048]."""
    return unit(compressed(pooled[:, :LAST_MAP]))


@cache
def _dog_classes() -> list[int]:
    return sorted(read_groups()["dog"])
