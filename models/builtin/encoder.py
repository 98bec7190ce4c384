"""The compact dual encoder: pictures and texts in one space, from two frozen networks and two small heads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from models.builtin.backbone import PREPROCESSING, Backbone, Features
from models.builtin.heads import Heads, compressed, unit
from models.builtin.minilm import MiniLM
from models.protocols import Fingerprint, Matrix, Pixels

NAMES_TOP = 10
"""Classes whose names are mixed into one vector, as in ConSE (Norouzi et al. 2014)."""

NAMES_WEIGHT = 0.2
"""Share of the class names' likeness in that of search; the rest is the heads'. `scripts/train_builtin.py` prints
the recall for others."""

LABEL_NAMES_WEIGHT = 0.6
"""The same for classification, where labels are names of things and captions of scenes help less."""

LABEL_SCALE = 25.0
"""Turns likeness into logits: about the inverse temperature that the heads were trained with."""

LABEL_TEMPLATE = "a photo of a {}"


class BuiltinEncoder:
    """An `ImageTextEncoder`. Its vectors are two parts side by side, so that an inner product is a weighted mean:

    the trained heads (good at scenes like those of the captions they saw), and ConSE, the mean of the embedded names
    of the likeliest ImageNet classes (good at things that captions never mention).
    """

    def __init__(self, backbone: Backbone, minilm: MiniLM, heads: Heads) -> None:
        self._backbone = backbone
        self._minilm = minilm
        self._heads = heads

    @classmethod
    def load(cls, backbone: Backbone, minilm: MiniLM) -> BuiltinEncoder:
        """The encoder with the heads that ship beside this file."""
        return cls(backbone, minilm, Heads.load())

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._heads.image.out.shape[1] + self._heads.classes.shape[1])

    @property
    def fingerprint(self) -> Fingerprint:
        """Of both networks and the heads together."""
        parts = (self._backbone.weights, self._minilm.fingerprint.weights, self._heads.weights)
        weights = hashlib.sha256("/".join(parts).encode()).hexdigest()[:16]
        preprocessing = f"{PREPROCESSING}; {self._minilm.fingerprint.preprocessing}; names {NAMES_WEIGHT}"
        return Fingerprint("viscite-compact", weights, preprocessing, self.dimension)

    def encode_images(self, images: Sequence[Pixels]) -> Matrix:
        """float32[n, d], unit length."""
        return self._images(self._backbone.run(images), NAMES_WEIGHT)

    def encode_texts(self, texts: Sequence[str]) -> Matrix:
        """float32[n, d], unit length."""
        embedded = self._minilm.encode(texts)
        return beside(self._heads.text(embedded), embedded, NAMES_WEIGHT)

    def label_scores(self, images: Sequence[Pixels], labels: Sequence[str]) -> Matrix:
        """float32[n, labels], not of unit length: the softmax along a row is the probability of each label.

        Weighted for names of things, unlike the vectors of search.
        """
        named = self._minilm.encode(labels)
        in_template = self._minilm.encode([LABEL_TEMPLATE.format(label) for label in labels])
        texts = beside(self._heads.text(in_template), named, LABEL_NAMES_WEIGHT)
        logits: Matrix = self._images(self._backbone.run(images), LABEL_NAMES_WEIGHT) @ texts.T * LABEL_SCALE
        return logits

    def _images(self, features: Features, names_weight: float) -> Matrix:
        named = unit(mix_names(features.probabilities, self._heads.classes))
        return beside(self._heads.image(compressed(features.pooled)), named, names_weight)


def mix_names(probabilities: Matrix, names: Matrix) -> Matrix:
    """float32[n, d]: the vectors of the likeliest classes' names, weighted by their probabilities."""
    likeliest = np.argpartition(-probabilities, NAMES_TOP, axis=1)[:, :NAMES_TOP]
    kept = np.zeros_like(probabilities)
    np.put_along_axis(kept, likeliest, np.take_along_axis(probabilities, likeliest, axis=1), axis=1)
    return kept @ names


def beside(head: Matrix, names: Matrix, names_weight: float) -> Matrix:
    """Unit vectors whose inner products are `1 - names_weight` parts `head`'s and `names_weight` parts `names`'."""
    return np.concatenate([head * np.float32(1 - names_weight) ** 0.5, names * np.float32(names_weight) ** 0.5], axis=1)
