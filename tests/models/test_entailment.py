"""The cross-encoder adapter, on a tiny BERT with random weights that the test saves through the library."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.cross_encoder import CrossEncoderEntailment
from models.errors import ModelUnavailable
from models.protocols import EntailmentModel
from models.torchvision_cure import cure_torchvision

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "boat", "two", "dogs", "on", "the", "beach"]
PAIRS = [("two dogs on the beach", "a red boat"), ("a red boat", "a boat")]


def save(folder: Path, labels: list[str]) -> Path:
    cure_torchvision()
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=20, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        id2label=dict(enumerate(labels)), label2id={label: at for at, label in enumerate(labels)},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizer(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def test_probabilities_are_in_the_order_of_the_protocol(tmp_path: Path) -> None:
    one = CrossEncoderEntailment.load(
        str(save(tmp_path / "a", ["contradiction", "entailment", "neutral"])), device="cpu"
    )
    other = CrossEncoderEntailment.load(
        str(save(tmp_path / "b", ["ENTAILMENT", "neutral", "Contradiction"])), device="cpu"
    )
    assert isinstance(one, EntailmentModel)
    found, same = one.judge(PAIRS), other.judge(PAIRS)
    assert found.shape == (2, 3)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    # The networks are the same but for the names of their outputs.
    np.testing.assert_allclose(found[:, [2, 0, 1]], same, rtol=1e-4)
    assert one.judge([]).shape == (0, 3)
    assert one.fingerprint.name.startswith("cross-encoder/")


def test_a_model_of_other_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no model for inference"):
        CrossEncoderEntailment.load(str(save(tmp_path / "c", ["good", "bad", "so-so"])), device="cpu")


def test_a_model_that_is_not_here_says_how_to_get_it() -> None:
    with pytest.raises(ModelUnavailable, match="is not on this machine"):
        CrossEncoderEntailment.load("nobody/no-such-model", device="cpu")
