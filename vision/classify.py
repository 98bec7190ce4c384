"""Zero-shot classification: which of some labels a picture shows best, or that it shows none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from models.protocols import ImageTextEncoder, Matrix, Pixels
from store.errors import InvalidInput

PROMPTS = ("a photo of a {}.", "a picture of the {}.", "{}")
"""Sentences around a label; their vectors are averaged (Radford et al. 2021, prompt ensembling)."""

TEMPERATURE = 0.01
"""What likenesses are divided by to become probabilities: CLIP's own."""

ELSE = (
    "animal", "bird", "boat", "book", "bottle", "building", "car", "chair", "child", "city", "cloth", "computer",
    "dog", "drink", "face", "field", "fish", "flower", "food", "forest", "fruit", "furniture", "game", "grass",
    "hand", "house", "insect", "kitchen", "machine", "map", "mountain", "musical instrument", "painting", "paper",
    "person", "phone", "plant", "road", "rock", "room", "screen", "sea", "shoe", "sky", "snow", "sport", "street",
    "text", "tool", "toy", "train", "tree", "vehicle", "wall", "water", "window",
)  # fmt: skip
"""Common things that a picture may show instead of any of the labels."""

REJECT_BELOW = 0.5
"""Share of everyday things that the best label must beat, or the picture is said to show none of the labels."""


@runtime_checkable
class LabelScorer(Protocol):
    """An encoder that knows a better way to compare pictures with short labels than its own vectors."""

    def label_scores(self, images: Sequence[Pixels], labels: Sequence[str]) -> Matrix:
        """float32[images, labels]: logits, to be compared within a picture."""
        ...


@dataclass(frozen=True, slots=True)
class Classified:
    """The labels of one picture with their probabilities, best first; `best` is None if it was rejected."""

    labels: tuple[tuple[str, float], ...]
    best: str | None
    rejected: bool


def checked_labels(labels: Sequence[str], most: int, longest: int) -> list[str]:
    """The labels without spaces around them. Raises `InvalidInput` for none, too many, empty or repeated ones."""
    stripped = [label.strip() for label in labels]
    if not stripped or stripped == [""]:
        raise InvalidInput("No labels were given. Give at least one, for example: --labels cat,dog,bird")
    if "" in stripped:
        raise InvalidInput(f"Label {stripped.index('') + 1} has an empty name. Remove the extra comma, or name it.")
    if len(stripped) > most:
        raise InvalidInput(f"{len(stripped)} labels; at most {most} are compared at once. Leave some out.")
    if any(len(label) > longest for label in stripped):
        raise InvalidInput(f"A label is longer than {longest} characters. Shorten it to a few words.")
    if len(set(stripped)) < len(stripped):
        raise InvalidInput("A label was given twice. Give each once.")
    return stripped


def classify(
    images: Sequence[Pixels], labels: Sequence[str], encoder: ImageTextEncoder, top: int | None = None
) -> list[Classified]:
    """One result a picture. Probabilities are among the labels given; `top` keeps the best few of them."""
    others = [name for name in ELSE if name not in labels]
    logits = label_logits(images, [*labels, *others], encoder)
    return [_classified(row[: len(labels)], row[len(labels) :], labels, top) for row in logits]


def label_logits(images: Sequence[Pixels], labels: Sequence[str], encoder: ImageTextEncoder) -> Matrix:
    """float32[images, labels]: how well each label fits, to be compared within a picture."""
    if isinstance(encoder, LabelScorer):
        return encoder.label_scores(images, labels)
    texts = encoder.encode_texts([prompt.format(label) for label in labels for prompt in PROMPTS])
    means = texts.reshape(len(labels), len(PROMPTS), -1).mean(axis=1)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return np.asarray(encoder.encode_images(images) @ means.T / TEMPERATURE, dtype=np.float32)


def _classified(logits: Matrix, others: Matrix, labels: Sequence[str], top: int | None) -> Classified:
    weights = np.exp(logits - logits.max())
    chances = weights / weights.sum()
    order = sorted(range(len(labels)), key=lambda place: (-float(chances[place]), labels[place]))
    # "Animal" beats "spaniel" on many a spaniel, so a few everyday things may rank above a good label.
    rejected = bool(len(others)) and float((logits.max() > others).mean()) < 1 - REJECT_BELOW / 5
    ranked = tuple((labels[place], float(chances[place])) for place in order[:top])
    return Classified(ranked, None if rejected else labels[order[0]], rejected)
