"""The three channels: each ranks rows of a version for a query. Plain functions over explicit arguments."""

from __future__ import annotations

import numpy as np

from models.protocols import ImageTextEncoder, TextEmbedder
from store.errors import InvalidInput
from store.reader import Reader
from store.records import Filters, Query, Vector
from store.vector_views import Mask, Scored


def visual(reader: Reader, vector: Vector, allowed: Mask, depth: int) -> Scored:
    """Rows whose pictures lie nearest to the vector, with inner products."""
    return reader.nearest("image_vector", vector, depth, allowed)


def semantic(reader: Reader, vector: Vector, allowed: Mask, depth: int) -> Scored:
    """Rows whose descriptions and passages lie nearest to the vector, with inner products."""
    return reader.nearest("text_vector", vector, depth, allowed)


def lexical(reader: Reader, text: str, filters: Filters, depth: int) -> Scored:
    """Rows that hold words of the text, with BM25 scores."""
    return reader.matching(text, depth, filters)


def visual_vector(query: Query, encoder: ImageTextEncoder) -> Vector:
    """float32[d], unit length: the texts and images of the query, added and subtracted.

    Raises `InvalidInput` where nothing is added or everything cancels out.
    """
    added = [*query.images, *(encoder.encode_texts([query.text]) if query.text else ())]
    taken = [*query.minus_images, *(encoder.encode_texts(query.minus_texts) if query.minus_texts else ())]
    return _combine(added, taken)


def semantic_vector(query: Query, embedder: TextEmbedder) -> Vector | None:
    """float32[d], unit length: the texts of the query, added and subtracted; None for a query of images alone."""
    if not query.text:
        return None
    texts = embedder.encode([query.text, *query.minus_texts])
    return _combine([texts[0]], list(texts[1:]))


def _combine(added: list[Vector], taken: list[Vector]) -> Vector:
    if not added:
        raise InvalidInput("Nothing is looked for, only left out: give a text or a picture to search for as well.")
    total = np.sum(added, axis=0, dtype=np.float32)
    if taken:
        total = total - np.sum(taken, axis=0, dtype=np.float32)
    length = float(np.linalg.norm(total))
    if length < 1e-6:
        raise InvalidInput("What is left out cancels what is looked for. Change one of them.")
    return np.asarray(total / length, dtype=np.float32)
