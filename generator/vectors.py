"""Text vectors that are computed once an answer, however many checks ask for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.protocols import Matrix, TextEmbedder
from store.records import Vector


class Vectors:
    """The vectors of texts, kept for as long as one answer is made. Not to be shared between requests."""

    def __init__(self, embedder: TextEmbedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vector] = {}

    def of(self, texts: Sequence[str]) -> Matrix:
        """float32[n, d], unit length. Texts seen before cost nothing, the others are encoded in one batch."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            self._known.update(zip(missing, self._embedder.encode(missing), strict=True))
        return np.array([self._known[text] for text in texts], dtype=np.float32).reshape(len(texts), -1)
