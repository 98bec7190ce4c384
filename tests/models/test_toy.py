"""The toy models keep what the other tests rely on."""

from __future__ import annotations

import numpy as np
import pytest

from models.protocols import DescribeContext, Describer, ImageTextEncoder, Pixels, TextEmbedder
from models.toy import COLORS, Fault, FaultyEncoder, ToyDescriber, ToyEmbedder, ToyEncoder


def plain(color: str, height: int = 20, width: int = 30) -> Pixels:
    return np.full((height, width, 3), COLORS[color], np.uint8)


def test_toys_fit_the_protocols() -> None:
    assert isinstance(ToyEncoder(), ImageTextEncoder)
    assert isinstance(ToyEmbedder(), TextEmbedder)
    assert isinstance(ToyDescriber(), Describer)


@pytest.mark.parametrize("color", COLORS)
def test_a_picture_is_found_by_the_name_of_its_color(color: str) -> None:
    encoder = ToyEncoder()
    likeness = encoder.encode_texts([f"a {color} square"]) @ encoder.encode_images([plain(c) for c in COLORS]).T
    assert list(COLORS)[int(likeness.argmax())] == color
    assert sorted(likeness[0])[-2] < 0.2  # the second best is far off


def test_a_text_without_colors_is_like_no_picture() -> None:
    encoder = ToyEncoder()
    assert (encoder.encode_texts(["the annual report"]) @ encoder.encode_images([plain("red")]).T).max() < 0.2


def test_two_pictures_of_one_color_differ() -> None:
    red = plain("red")
    darker_left = red.copy()
    darker_left[:, :10] = 180, 20, 20
    first, second = ToyEncoder().encode_images([red, darker_left])
    assert 0.99 < float(first @ second) < 1 - 1e-6


@pytest.mark.parametrize("dimension", [13, 16, 100])
def test_vectors_have_unit_length(dimension: int) -> None:
    encoder = ToyEncoder(dimension)
    images = encoder.encode_images([plain("black", 1, 1), np.zeros((3, 2, 3), np.uint8), plain("white", 500, 4)])
    texts = encoder.encode_texts(["", "red", "nothing of the kind"])
    assert images.shape == texts.shape == (3, dimension)
    assert images.dtype == texts.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm([*images, *texts], axis=1), 1, rtol=1e-6)


def test_the_space_needs_an_axis_for_each_color_and_more() -> None:
    with pytest.raises(ValueError, match="must exceed 12"):
        ToyEncoder(12)


def test_no_input_gives_no_rows_and_all_input_is_counted() -> None:
    encoder = ToyEncoder()
    assert encoder.encode_images([]).shape == (0, 16)
    encoder.encode_images([plain("red"), plain("blue")])
    encoder.encode_texts(["red"])
    assert (encoder.images_encoded, encoder.texts_encoded) == (2, 1)


def test_a_fingerprint_tells_models_apart() -> None:
    assert ToyEncoder().fingerprint == ToyEncoder().fingerprint
    assert ToyEncoder().fingerprint != ToyEncoder(32).fingerprint
    assert ToyEncoder().fingerprint.dimension == 16


@pytest.mark.parametrize(
    ("fault", "is_faulty"),
    [
        (Fault.NAN, lambda vector: np.isnan(vector).any()),
        (Fault.INFINITE, lambda vector: np.isinf(vector).any()),
        (Fault.ZERO, lambda vector: not vector.any()),
    ],
)
def test_a_faulty_encoder_fails_for_one_color_only(fault: Fault, is_faulty: object) -> None:
    assert callable(is_faulty)
    vectors = FaultyEncoder(fault, "green").encode_images([plain("red"), plain("green"), plain("blue")])
    assert [bool(is_faulty(vector)) for vector in vectors] == [False, True, False]


def test_a_faulty_encoder_cuts_the_batch_that_holds_its_color() -> None:
    encoder = FaultyEncoder(Fault.TOO_SHORT, "green")
    assert encoder.encode_images([plain("red"), plain("green")]).shape == (2, 15)
    assert encoder.encode_images([plain("red")]).shape == (1, 16)
    assert encoder.images_encoded == 3


def test_texts_that_share_stems_are_alike() -> None:
    embedder = ToyEmbedder()
    boats, boat, tax = embedder.encode(["boats in harbours", "a boat in a harbour", "income tax"])
    assert boats @ boat > 0.5 > abs(boats @ tax)
    np.testing.assert_allclose(np.linalg.norm(embedder.encode(["", "boat boat"]), axis=1), 1, rtol=1e-6)
    assert embedder.encode([]).shape == (0, 64)
    assert embedder.texts_encoded == 5


def test_a_description_names_colors() -> None:
    picture = plain("red")
    picture[:, 20:] = COLORS["white"]
    picture[0, 0] = COLORS["black"]  # too small to mention
    describer = ToyDescriber()
    flag, sea = describer.describe([picture, plain("blue")], [DescribeContext()] * 2)
    assert flag.sentence == "A red and white picture."
    assert flag.colors == ("red", "white")
    assert [tag.name for tag in flag.tags] == ["red", "white"]
    assert sea.sentence == "A blue picture."
    assert describer.images_described == 2
