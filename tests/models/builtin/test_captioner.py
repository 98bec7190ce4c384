"""Captions as the shipped decoder writes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.builtin.backbone import Backbone, Features
from models.builtin.caption_trust import SIGNS, CaptionTrust, signs_of
from models.builtin.captioner import BATCH, Captioner
from models.builtin.encoder import BuiltinEncoder
from models.builtin.minilm import MiniLM
from models.protocols import Pixels


@pytest.fixture(scope="module")
def features(backbone: Backbone, photos: dict[str, Pixels]) -> Features:
    return backbone.run(list(photos.values()))


def test_captions_are_words_with_probabilities(captioner: Captioner, features: Features) -> None:
    for caption in captioner.write(features):
        assert 3 <= len(caption.text.split()) <= 20
        assert caption.text == caption.text.lower()
        assert "[" not in caption.text
        assert "#" not in caption.text
        assert 0 < caption.least <= caption.probability <= 1


def test_a_caption_depends_on_its_picture_alone(captioner: Captioner, features: Features) -> None:
    count = 2 * BATCH + 3
    rows = np.arange(count) % len(features.map)
    many = Features(features.pooled[rows], features.probabilities[rows], features.map[rows])
    texts = [caption.text for caption in captioner.write(features)]
    assert [caption.text for caption in captioner.write(many)] == [texts[row] for row in rows]
    assert captioner.write(replace(features, pooled=features.pooled[:0], map=features.map[:0])) == []


def test_the_portrait_is_of_a_person(captioner: Captioner, backbone: Backbone, photos: dict[str, Pixels]) -> None:
    (caption,) = captioner.write(backbone.run([photos["portrait"]]))
    assert {"man", "woman", "person", "lady", "girl", "boy"} & set(caption.text.split())


def test_a_caption_is_less_believed_where_it_does_not_belong(
    captioner: Captioner, features: Features, encoder: BuiltinEncoder, minilm: MiniLM
) -> None:
    trust = CaptionTrust.load()
    captions = captioner.write(features)
    portrait = captions[2]
    signs = signs_of([portrait] * 3, features, encoder, minilm, trust.centroids)
    assert signs.shape == (3, len(SIGNS))
    probabilities = trust.probability(signs)
    assert probabilities.argmax() == 2
    dog = replace(portrait, text="a dog runs")
    without, with_dog = signs_of([portrait, dog], features_of(features, [2, 2]), encoder, minilm, trust.centroids)
    assert without[SIGNS.index("dog")] == 0
    assert with_dog[SIGNS.index("dog")] < np.log(0.1)


def features_of(features: Features, rows: list[int]) -> Features:
    return Features(features.pooled[rows], features.probabilities[rows], features.map[rows])
