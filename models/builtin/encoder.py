"""The compact dual encoder: pictures and texts in one space, from two frozen networks and two small heads."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.builtin.backbone import PREPROCESSING, Backbone, Features
from models.builtin.heads import Heads, compressed, unit
from models.builtin.minilm import MiniLM
from models.builtin.onnx_files import hash_together
from models.protocols import Fingerprint, Matrix, Pixels

NAMES_TOP = 10
"""Classes whose names are mixed into one vector, as in ConSE (Norouzi et al. 2014)."""

NAMES_WEIGHT = 0.2
"""Share of the class names' likeness in that of search; the rest is the heads'. `scripts/train_builtin.py` prints
the recall for others."""

THING_WORDS = 2
"""A text of at most so many words is taken for the name of a thing, not the caption of a scene."""

THING_NAMES_WEIGHT = 0.35
"""The share of the class names for the name of a thing. With `LABEL_TEMPLATE` it finds 32 of 36 things among the first
three of the demo's 56 photos (`scripts/everyday.py`), and 28 when such texts are treated as captions."""

LABEL_NAMES_WEIGHT = 0.6
"""The same for classification, where labels are names of things and captions of scenes help less."""

LABEL_SCALE = 25.0
"""Turns likeness into logits: about the inverse temperature that the heads were trained with."""

SOFTNESS = 0.05
"""Of the mean over the bank in `popularity`: nearly that of the captions that fit a picture best."""

POPULARITY_WEIGHT = 0.6
"""How much of its popularity is taken off a picture's likeness; `scripts/train_builtin.py` prints recall without."""

POPULARITY = 0.25
"""The mean popularity of the photos of `val`, which are left as they are."""

MOST_CORRECTION = 0.1
"""A picture unlike any caption is unpopular too, and must not come before all others."""

CORRECTION_SHARE = 0.3
"""The coordinate of every text that carries a picture's correction."""

IMAGE_LENGTH = 0.9
"""Length of a picture's own part; the rest of the unit is filled up where texts have a zero."""

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

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._heads.image.out.shape[1] + self._heads.classes.shape[1] + 2)

    @property
    def fingerprint(self) -> Fingerprint:
        """Of both networks and the heads together."""
        weights = hash_together(self._backbone.weights, self._minilm.fingerprint.weights, self._heads.weights)
        shares = f"names {NAMES_WEIGHT} {THING_NAMES_WEIGHT}; popularity {POPULARITY_WEIGHT}"
        preprocessing = f"{PREPROCESSING}; {self._minilm.fingerprint.preprocessing}; {shares}"
        return Fingerprint("viscite-compact", weights, preprocessing, self.dimension)

    def encode_images(self, images: Sequence[Pixels]) -> Matrix:
        """float32[n, d], unit length."""
        return self.place_images(self._backbone.run(images))

    def place_images(self, features: Features) -> Matrix:
        """float32[n, d], unit length: the vectors of pictures that the backbone has seen."""
        vectors = self._images(features, NAMES_WEIGHT)
        return corrected_images(vectors, popularity(vectors, self._bank))

    def encode_texts(self, texts: Sequence[str]) -> Matrix:
        """float32[n, d], unit length. The name of a thing is put into a template for the head, as in its training."""
        are_things = [0 < len(text.split()) <= THING_WORDS for text in texts]
        read = [LABEL_TEMPLATE.format(text) if thing else text for text, thing in zip(texts, are_things, strict=True)]
        in_template = self._minilm.encode(read)
        # Last, so that the texts themselves are what MiniLM keeps for the next to ask.
        named = self._minilm.encode(texts)
        shares = np.where(np.array(are_things, bool), THING_NAMES_WEIGHT, NAMES_WEIGHT)[:, None]
        return self._texts(in_template, named, shares.astype(np.float32))

    def named(self, features: Features) -> Matrix:
        """float32[n, 384], unit length: the mean of the names of the likeliest classes, in the space of MiniLM."""
        return unit(mix_names(features.probabilities, self._heads.classes))

    def place_texts(self, embedded: Matrix) -> Matrix:
        """float32[n, d], unit length: the vectors of captions that MiniLM has embedded."""
        return self._texts(embedded, embedded, np.float32(NAMES_WEIGHT))

    def _texts(self, read: Matrix, named: Matrix, names_weight: Matrix | np.float32) -> Matrix:
        """The head is given `read`. A picture's vector has fixed shares, so those of the likeness are set here."""
        head = self._heads.text(read) * (1 - names_weight) / np.float32(1 - NAMES_WEIGHT) ** 0.5
        names = named * names_weight / np.float32(NAMES_WEIGHT) ** 0.5
        return corrected_texts(unit(np.concatenate([head, names], axis=1)))

    @cached_property
    def _bank(self) -> Matrix:
        return beside(self._heads.text(self._heads.bank), self._heads.bank, NAMES_WEIGHT)

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
        return beside(self._heads.image(compressed(features.pooled)), self.named(features), names_weight)


def mix_names(probabilities: Matrix, names: Matrix) -> Matrix:
    """float32[n, d]: the vectors of the likeliest classes' names, weighted by their probabilities."""
    likeliest = np.argpartition(-probabilities, NAMES_TOP, axis=1)[:, :NAMES_TOP]
    kept = np.zeros_like(probabilities)
    np.put_along_axis(kept, likeliest, np.take_along_axis(probabilities, likeliest, axis=1), axis=1)
    return kept @ names


def beside(head: Matrix, names: Matrix, names_weight: float) -> Matrix:
    """Unit vectors whose inner products are `1 - names_weight` parts `head`'s and `names_weight` parts `names`'."""
    return np.concatenate([head * np.float32(1 - names_weight) ** 0.5, names * np.float32(names_weight) ** 0.5], axis=1)


def popularity(images: Matrix, bank: Matrix) -> npt.NDArray[np.float32]:
    """float32[n]: how near pictures are to what people might ask, whatever it is.

    Some pictures ("hubs") are near to many queries, and push the right ones down. Querybank normalisation
    (Bogolin et al. 2022) takes the likeness to a bank of queries off; here as a soft maximum, so that it can be
    stored in the vector.
    """
    found: npt.NDArray[np.float32] = SOFTNESS * np.log(np.exp(images @ bank.T / SOFTNESS).mean(axis=1))
    return found


def corrected_images(vectors: Matrix, popular: npt.NDArray[np.float32]) -> Matrix:
    """Unit vectors whose inner products with corrected texts grow by the correction, but for one constant factor."""
    correction = (POPULARITY_WEIGHT * (POPULARITY - popular)).clip(-MOST_CORRECTION, MOST_CORRECTION)
    carried = IMAGE_LENGTH * correction * (1 - CORRECTION_SHARE**2) ** 0.5 / CORRECTION_SHARE
    filled = np.sqrt(1 - IMAGE_LENGTH**2 - carried**2)
    return np.concatenate([IMAGE_LENGTH * vectors, np.stack([carried, filled], axis=1)], axis=1).astype(np.float32)


def corrected_texts(vectors: Matrix) -> Matrix:
    """Unit vectors with the coordinate that picks up the correction of pictures."""
    extra = np.tile(np.array([CORRECTION_SHARE, 0], np.float32), (len(vectors), 1))
    return np.concatenate([np.float32(1 - CORRECTION_SHARE**2) ** 0.5 * vectors, extra], axis=1).astype(np.float32)
