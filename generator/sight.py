"""Whether a picture shows what a claim says, by their vectors: how far the claim stands out among everyday scenes.

The likeness of a text and a picture means little by itself: it depends on the encoder, and some pictures are like
everything. So each picture is compared with a bank of scenes that it most likely does not show, and a claim counts by
how many deviations of that bank it lies above its mean. Colours, counts and names are not seen here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

from models.protocols import ImageTextEncoder, Matrix
from store.records import Vector

SUBJECTS = (
    *("a man in a blue shirt", "a woman with a red bag", "two children", "a little girl", "a young boy", "a brown dog"),
    *(
        "a black and white dog",
        "a group of people",
        "a cat",
        "a bird",
        "an old building",
        "a yellow car",
        "a boat",
        "food",
    ),
)
SCENES = (
    *(
        "on a beach",
        "in the snow",
        "at a table in a kitchen",
        "on a city street",
        "in a swimming pool",
        "in the mountains",
    ),
    *("running through grass", "jumping in the air", "in front of a crowd", "at night", "by a river", "on a stage"),
    *("in a forest", "playing with a ball"),
)
BANK = tuple(f"{subject} {scene}" for subject in SUBJECTS for scene in SCENES)
"""Everyday scenes, of which a picture shows at most a few."""

CENTRE, SLOPE = 1.73, 2.45
"""The deviations at which a claim is as likely about this picture as about another, and how fast that changes: fitted
by scripts/train_support.py."""


class Sight:
    """Holds claims against image vectors of one encoder. The bank is encoded when it is first needed (0.2 s)."""

    def __init__(self, encoder: ImageTextEncoder) -> None:
        self._encoder = encoder

    @cached_property
    def _bank(self) -> Matrix:
        return self._encoder.encode_texts(BANK)

    def prepare(self, claims: Sequence[str]) -> None:
        """Encodes claims in one batch, for an encoder that keeps its latest texts."""
        self._encoder.encode_texts(claims)

    def deviations(self, claim: str, picture: Vector) -> float:
        """How far the claim's likeness to the picture lies above that of the bank, in standard deviations."""
        null = self._bank @ picture
        return float((self._encoder.encode_texts([claim])[0] @ picture - null.mean()) / max(1e-6, float(null.std())))

    def probability(self, claim: str, picture: Vector) -> float:
        """How likely, in [0, 1], the claim is about this picture rather than another."""
        return 1 / (1 + math.exp(-SLOPE * (self.deviations(claim, picture) - CENTRE)))
