"""The three channels: each ranks rows of a version for a query. Plain functions over explicit arguments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.protocols import ImageTextEncoder, TextEmbedder
from store.errors import InvalidInput
from store.reader import Reader
from store.records import Filters, Query, Vector, Weighted
from store.vector_views import Allowed, Scored

CANCELLED = 1e-3
"""A sum of parts shorter than this share of the heaviest is rounding, and points nowhere."""


def visual(reader: Reader, vector: Vector, allowed: Allowed, depth: int) -> Scored:
    """Rows whose pictures lie nearest to the vector, with inner products."""
    return reader.nearest("image_vector", vector, depth, allowed)


def semantic(reader: Reader, vector: Vector, allowed: Allowed, depth: int) -> Scored:
    """Rows whose descriptions and passages lie nearest to the vector, with inner products."""
    return reader.nearest("text_vector", vector, depth, allowed)


def lexical(reader: Reader, text: str, filters: Filters, depth: int, further: Sequence[Weighted[str]] = ()) -> Scored:
    """Rows that hold words of the texts, with BM25 scores: of `text` and of `further` ones added and subtracted.

    What holds more of the subtracted words than of the added is not found.
    """
    return reader.matching([*([Weighted(text)] if text else ()), *further], depth, filters)


def require_something(query: Query) -> None:
    """Raises `InvalidInput` where nothing is added, only subtracted."""
    weights = [*(one.weight for one in query.texts), *(one.weight for one in query.images)]
    if not query.text and max(weights, default=0) <= 0:
        raise InvalidInput("Nothing is looked for, only left out: give a text or a picture to search for as well.")


def visual_vector(query: Query, encoder: ImageTextEncoder) -> Vector:
    """float32[d], unit length: the texts and images of the query, added and subtracted.

    Raises `InvalidInput` where everything cancels out.
    """
    texts = _texts(query)
    vectors = list(encoder.encode_texts([one.part for one in texts])) if texts else []
    parts = [Weighted(vector, one.weight) for vector, one in zip(vectors, texts, strict=True)]
    total = _sum([*parts, *query.images])
    if total is None:
        raise InvalidInput("What is left out cancels what is looked for. Change one of them.")
    return total


def semantic_vector(query: Query, embedder: TextEmbedder) -> Vector | None:
    """float32[d], unit length: the texts of the query, added and subtracted.

    None where none is added or they cancel out, as in a query of images that leaves out a text.
    """
    texts = _texts(query)
    if not any(one.weight > 0 for one in texts):
        return None
    vectors = embedder.encode([one.part for one in texts])
    return _sum([Weighted(vector, one.weight) for vector, one in zip(vectors, texts, strict=True)])


def _texts(query: Query) -> list[Weighted[str]]:
    """Each text of the query once, with all its weights together, and none that cancels itself."""
    weights: dict[str, float] = {}
    for one in (*([Weighted(query.text)] if query.text else ()), *query.texts):
        weights[one.part] = weights.get(one.part, 0.0) + one.weight
    return [Weighted(text, weight) for text, weight in weights.items() if abs(weight) > CANCELLED]


def _sum(parts: Sequence[Weighted[Vector]]) -> Vector | None:
    if not parts:
        return None
    total = np.sum([one.weight * one.part for one in parts], axis=0, dtype=np.float32)
    length = float(np.linalg.norm(total))
    if length < CANCELLED * max(abs(one.weight) for one in parts):
        return None
    return np.asarray(total / length, dtype=np.float32)
