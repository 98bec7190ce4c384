"""Which of the names that the describer gives to things a text asks for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from models.builtin.heads import Heads
from models.builtin.minilm import MiniLM
from models.builtin.names import Names, read_classes
from models.protocols import Matrix

SAME = 0.65
"""Likeness (cosine) at which a text as likely as not asks for the thing that a name stands for: `sofa` and `couch` have
0.86, `bald eagle` and `owl` 0.48, and `dog` and `cat`, alas, 0.66. With 0.6 and 0.7 "nothing matches" is right as
often."""

SHARPNESS = 30.0
"""How fast one becomes the other around there."""

LEAST = 0.05
"""A name that says what is asked for less well is left out."""


class BuiltinVocabulary:
    """A `Vocabulary`: the classes of the backbone and the broader words above them, compared by the sentence embedder.

    A text is taken as a whole. A caption with many things in it is like no name, and rightly so: that the describer
    does not name one of them says little.
    """

    def __init__(self, minilm: MiniLM, heads: Heads) -> None:
        self._minilm = minilm
        self._classes = dict(zip(read_classes(), heads.classes, strict=True))

    def naming(self, text: str) -> Mapping[str, float]:
        """How well each name says what `text` asks for, from 0 to 1; those that say something else are left out."""
        words, vectors = self._names
        [vector] = self._minilm.encode([text])
        meant = 1 / (1 + np.exp(SHARPNESS * (SAME - vectors @ vector)))
        return {words[row]: float(meant[row]) for row in np.flatnonzero(meant >= LEAST)}

    @cached_property
    def _names(self) -> tuple[tuple[str, ...], Matrix]:
        """The names, and float32[n, 384], their vectors. The broader words are embedded at the first question."""
        words = Names.load().words
        broader = [word for word in words if word not in self._classes]
        known = self._classes | dict(zip(broader, self._minilm.encode(broader), strict=True))
        return words, np.stack([known[word] for word in words])
