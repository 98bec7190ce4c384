"""The cross-encoder adapter, on a tiny BERT with random weights that the test saves through the library."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.cross_encoder import CrossEncoderReranker, words_of
from models.errors import ModelUnavailable
from models.protocols import Reranker
from models.torchvision_cure import cure_torchvision
from store.records import Item, Kind

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "boat", "two", "dogs", "on", "the", "beach", "##s"]
QUERY = "a boat"


def item(description: str, text: str = "") -> Item:
    return Item(id=description, kind=Kind.IMAGE, sha256="", description=description, text=text)


ITEMS = [item("a red boat"), item("two dogs", "on the beach"), item(""), item("boats " * 50)]


def save_bert(folder: Path, labels: int, seed: int) -> Path:
    """A classifying BERT as transformers saves it; a plain one with 0 labels."""
    cure_torchvision()
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizer

    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    torch.manual_seed(seed)
    sizes: dict[str, Any] = {"hidden_size": 20, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = BertConfig(vocab_size=len(WORDS), intermediate_size=32, num_labels=labels, **sizes)
    bert = BertForSequenceClassification(config) if labels else BertModel(config)
    for parameter in bert.parameters():
        # As they are made, weights are so small that all pairs score alike.
        torch.nn.init.normal_(parameter, std=0.5)
    bert.save_pretrained(folder)
    BertTokenizer(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def save(folder: Path, seed: int = 1) -> Path:
    """A whole cross-encoder as sentence-transformers saves it."""
    bert = save_bert(folder.with_name(f"{folder.name}-bert"), 1, seed)
    from sentence_transformers import CrossEncoder

    CrossEncoder(str(bert), max_length=16, device="cpu").save(str(folder))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("weights") / "tiny")


@pytest.fixture(scope="module")
def reranker(folder: Path) -> CrossEncoderReranker:
    return CrossEncoderReranker.load(str(folder), device="cpu", batch_size=2)


def test_scores_equal_those_of_the_library(folder: Path, reranker: CrossEncoderReranker) -> None:
    from sentence_transformers import CrossEncoder

    expected = CrossEncoder(str(folder), device="cpu").predict([(QUERY, words_of(one)) for one in ITEMS])
    scores = reranker.score(QUERY, ITEMS)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, expected, atol=1e-6)
    assert len(set(scores.round(3).tolist())) > 1


def test_it_reads_description_and_text() -> None:
    assert words_of(item("Two dogs.", "NO ENTRY")) == "Two dogs.\nNO ENTRY"
    assert words_of(item("", "NO ENTRY")) == "NO ENTRY"


def test_no_items_give_no_scores(reranker: CrossEncoderReranker) -> None:
    assert isinstance(reranker, Reranker)
    assert reranker.score(QUERY, []).shape == (0,)


def test_the_fingerprint_says_what_the_scores_depend_on(reranker: CrossEncoderReranker, tmp_path: Path) -> None:
    fingerprint = reranker.fingerprint
    assert fingerprint.name == "cross-encoder/local-dir"
    assert fingerprint.preprocessing == "16 tokens, Sigmoid"
    assert fingerprint.dimension == 0
    assert CrossEncoderReranker.load(str(save(tmp_path / "moved")), device="cpu").fingerprint == fingerprint
    other = CrossEncoderReranker.load(str(save(tmp_path / "other", seed=2)), device="cpu")
    assert other.fingerprint.weights != fingerprint.weights


@pytest.mark.usefixtures("reranker")  # so that the time of importing the library does not count
def test_a_model_that_is_not_here_is_named_with_the_command_that_gets_it() -> None:
    started = time.monotonic()
    with pytest.raises(ModelUnavailable, match="nobody/nothing is not on this machine") as error:
        CrossEncoderReranker.load("nobody/nothing")
    command = """-c 'from models.cross_encoder import download; download("nobody/nothing")'"""
    assert str(error.value).endswith(command)
    assert time.monotonic() - started < 15  # and no hub was waited for: that takes 23 s a file


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=f"{tmp_path} does not hold a whole cross-encoder"):
        CrossEncoderReranker.load(str(tmp_path))


def test_a_folder_whose_weights_are_cut_off_is_refused(tmp_path: Path) -> None:
    folder = save(tmp_path / "cut")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(ModelUnavailable, match="does not hold a whole cross-encoder"):
        CrossEncoderReranker.load(str(folder))


def test_a_plain_language_model_is_refused_instead_of_scoring_at_random(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="holds BertModel, which does not score pairs of texts"):
        CrossEncoderReranker.load(str(save_bert(tmp_path / "plain", 0, seed=1)), device="cpu")


def test_a_classifier_of_pairs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="gives 3 scores for a pair"):
        CrossEncoderReranker.load(str(save_bert(tmp_path / "entailment", 3, seed=1)), device="cpu")
