"""Pictures and texts in one space, through the heads that ship."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from models.builtin.backbone import Backbone
from models.builtin.encoder import BuiltinEncoder, beside, corrected_images, corrected_texts, mix_names, popularity
from models.builtin.heads import PATH, Heads, small, whole
from models.builtin.minilm import MiniLM
from models.protocols import ImageTextEncoder, Pixels

LIMIT = 10_000_000


@pytest.fixture(scope="module")
def encoder(backbone: Backbone, minilm: MiniLM) -> BuiltinEncoder:
    return BuiltinEncoder(backbone, minilm, Heads.load())


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("a temple with a tiled roof", "temple"),
        ("a flower", "flower"),
        ("a woman in uniform", "portrait"),
    ],
)
def test_a_query_finds_its_photo(encoder: BuiltinEncoder, photos: dict[str, Pixels], query: str, name: str) -> None:
    scores = encoder.encode_images(list(photos.values())) @ encoder.encode_texts([query])[0]
    assert list(photos)[int(scores.argmax())] == name


def test_vectors_have_unit_length_and_the_dimension_of_the_fingerprint(
    encoder: BuiltinEncoder, photos: dict[str, Pixels]
) -> None:
    for vectors in (encoder.encode_images(list(photos.values())), encoder.encode_texts(["", "日本語", "a dog"])):
        assert vectors.dtype == np.float32
        assert vectors.shape == (3, encoder.fingerprint.dimension)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert isinstance(encoder, ImageTextEncoder)


def test_nothing_in_gives_nothing_out(encoder: BuiltinEncoder) -> None:
    assert encoder.encode_images([]).shape == (0, encoder.dimension)
    assert encoder.encode_texts([]).shape == (0, encoder.dimension)


def test_labels_are_told_apart(encoder: BuiltinEncoder, photos: dict[str, Pixels]) -> None:
    labels = ["flower", "temple", "bicycle"]
    scores = encoder.label_scores([photos["flower"], photos["temple"]], labels)
    assert [labels[index] for index in scores.argmax(axis=1)] == ["flower", "temple"]


def test_other_heads_have_another_fingerprint(
    encoder: BuiltinEncoder, backbone: Backbone, minilm: MiniLM, tmp_path: Path
) -> None:
    again = BuiltinEncoder(backbone, minilm, Heads.load())
    assert again.fingerprint == encoder.fingerprint
    tensors = load_file(PATH)
    tensors["text.hidden_bias"] = tensors["text.hidden_bias"] + np.float32(1)
    save_file(tensors, tmp_path / "other.safetensors")
    other = BuiltinEncoder(backbone, minilm, Heads.load(tmp_path / "other.safetensors"))
    assert other.fingerprint.weights != encoder.fingerprint.weights


def test_the_name_of_a_thing_is_read_as_a_photo_of_it_and_weighted_for_names(encoder: BuiltinEncoder) -> None:
    together = encoder.encode_texts(["cat", "a dog runs on the grass", ""])
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for row, text in zip(together, ["cat", "a dog runs on the grass", ""], strict=True):
        np.testing.assert_allclose(row, encoder.encode_texts([text])[0], atol=1e-5)
    head, names = slice(0, 384), slice(384, 768)
    said, named = encoder.encode_texts(["a photo of a cat"])[0], together[0]
    likeness = said[head] @ named[head] / np.linalg.norm(said[head]) / np.linalg.norm(named[head])
    assert likeness == pytest.approx(1, abs=1e-4)
    assert np.linalg.norm(named[names]) > np.linalg.norm(said[names])


def test_the_heads_are_small() -> None:
    assert PATH.stat().st_size <= LIMIT


def test_parts_side_by_side_give_the_weighted_mean_of_their_likeness() -> None:
    east, north = np.eye(2, dtype=np.float32)
    left = beside(east[None], east[None], 0.2)
    right = beside(east[None], north[None], 0.2)
    assert (left @ left.T).item() == pytest.approx(1)
    assert (left @ right.T).item() == pytest.approx(0.8)


def test_names_are_mixed_by_the_ten_likeliest_classes() -> None:
    probabilities = np.array([[0.5, *[0.05] * 9, 0.001, 0.049]], np.float32)
    mixed = mix_names(probabilities, np.eye(12, dtype=np.float32))
    np.testing.assert_allclose(mixed, [[0.5, *[0.05] * 9, 0, 0]])


def test_a_picture_near_to_every_query_loses_to_an_equally_near_one_that_is_not() -> None:
    bank = np.eye(4, dtype=np.float32)[:2]
    hub = np.array([[0.4, 0.4, 0.1, 0.8]], np.float32)
    own = np.array([[0.4, 0.1, 0.4, 0.8]], np.float32)
    images = np.concatenate([hub, own]) / np.linalg.norm(hub)
    popular = popularity(images, bank)
    assert popular[0] > popular[1]
    placed = corrected_images(images, popular)
    scores = placed @ corrected_texts(bank)[0]
    assert scores[1] > scores[0]
    np.testing.assert_allclose(np.linalg.norm(placed, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(corrected_texts(bank), axis=1), 1, atol=1e-6)


def test_stored_matrices_come_back_within_half_a_step() -> None:
    matrix = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    back = whole(small({"matrix": matrix, "bias": matrix[0]}))
    assert back.keys() == {"matrix", "bias"}
    assert (np.abs(back["matrix"] - matrix) <= np.abs(matrix).max(axis=0) / 127 / 2 + 1e-6).all()
    np.testing.assert_array_equal(back["bias"], matrix[0])
