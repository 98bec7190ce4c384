"""The sentence-transformers adapter, on a tiny BERT with random weights that the test saves through the library."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import ModelUnavailable
from models.protocols import TextEmbedder
from models.sentence_transformers import SentenceTransformerEmbedder
from models.torchvision_cure import cure_torchvision

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "boat", "two", "dogs", "on", "the", "beach", "##s"]
TEXTS = ["a red boat", "two dogs on the beach", "", "boats " * 50]


def save(folder: Path, seed: int) -> Path:
    cure_torchvision()
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    bert = folder.with_name(f"{folder.name}-bert")
    bert.mkdir()
    (bert / "vocab.txt").write_text("\n".join(WORDS))
    torch.manual_seed(seed)
    sizes: dict[str, Any] = {"hidden_size": 20, "num_hidden_layers": 1, "num_attention_heads": 2}
    BertModel(BertConfig(vocab_size=len(WORDS), intermediate_size=32, **sizes)).save_pretrained(bert)
    BertTokenizer(vocab=str(bert / "vocab.txt")).save_pretrained(bert)
    transformer = Transformer(str(bert), max_seq_length=16)
    SentenceTransformer(modules=[transformer, Pooling(20, "mean")], device="cpu").save(str(folder))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("weights") / "tiny", seed=1)


@pytest.fixture(scope="module")
def embedder(folder: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder.load(str(folder), device="cpu", batch_size=2)


def test_vectors_equal_those_of_the_library(folder: Path, embedder: SentenceTransformerEmbedder) -> None:
    from sentence_transformers import SentenceTransformer

    expected = SentenceTransformer(str(folder), device="cpu").encode(TEXTS, normalize_embeddings=True)
    vectors = embedder.encode(TEXTS)
    assert vectors.shape == (4, 20)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


def test_no_input_gives_no_rows(embedder: SentenceTransformerEmbedder) -> None:
    assert isinstance(embedder, TextEmbedder)
    assert embedder.encode([]).shape == (0, 20)


def test_the_fingerprint_says_what_the_vectors_depend_on(embedder: SentenceTransformerEmbedder, tmp_path: Path) -> None:
    fingerprint = embedder.fingerprint
    assert fingerprint.name == "sentence-transformers/local-dir"
    assert fingerprint.preprocessing == "16 tokens, Transformer, Pooling mean"
    assert fingerprint.dimension == 20
    moved = SentenceTransformerEmbedder.load(str(save(tmp_path / "moved", seed=1)), device="cpu")
    assert moved.fingerprint == fingerprint
    other = SentenceTransformerEmbedder.load(str(save(tmp_path / "other", seed=2)), device="cpu")
    assert other.fingerprint.weights != fingerprint.weights


def test_the_packaged_model_is_the_default_and_knows_what_words_mean() -> None:
    embedder = SentenceTransformerEmbedder.load(device="cpu")
    assert embedder.fingerprint.name == "sentence-transformers/all-MiniLM-L6-v2"
    assert embedder.fingerprint.dimension == 384
    ship, boat, tax = embedder.encode(["a ship at sea", "boats on the water", "income tax form"])
    assert ship @ boat > 0.5 > 0.2 > ship @ tax


@pytest.mark.usefixtures("embedder")  # so that the time of importing the library does not count
def test_a_model_that_is_not_here_is_named_with_the_command_that_gets_it() -> None:
    started = time.monotonic()
    with pytest.raises(ModelUnavailable, match="nobody/nothing is not on this machine") as error:
        SentenceTransformerEmbedder.load("nobody/nothing")
    command = """-c 'from models.sentence_transformers import download; download("nobody/nothing")'"""
    assert str(error.value).endswith(command)
    assert time.monotonic() - started < 15  # and no hub was waited for: that takes 23 s a file


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=f"{tmp_path} does not hold a whole sentence-transformers model"):
        SentenceTransformerEmbedder.load(str(tmp_path))


def test_a_folder_whose_weights_are_cut_off_is_refused(tmp_path: Path) -> None:
    folder = save(tmp_path / "cut", seed=1)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(ModelUnavailable, match="does not hold a whole sentence-transformers model"):
        SentenceTransformerEmbedder.load(str(folder))
