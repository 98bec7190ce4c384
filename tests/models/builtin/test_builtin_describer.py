"""What the first describer says, and what it does not say."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from models.builtin.backbone import Backbone
from models.builtin.caption_trust import TrustedCaptioner
from models.builtin.captioner import Captioner
from models.builtin.colors import look_at_colors
from models.builtin.describer import KEPT_CAPTION, LIKELY_CAPTION, SURE_CAPTION, BuiltinDescriber
from models.builtin.encoder import BuiltinEncoder
from models.builtin.minilm import MiniLM
from models.builtin.names import Names, read_classes, read_groups, with_article
from models.protocols import DescribeContext, Describer, Pixels
from store.records import SourceState


@pytest.fixture(scope="module")
def describer(backbone: Backbone) -> BuiltinDescriber:
    """The quick one."""
    return BuiltinDescriber(backbone)


@pytest.fixture(scope="module")
def captioning(backbone: Backbone, captioner: Captioner, encoder: BuiltinEncoder, minilm: MiniLM) -> BuiltinDescriber:
    return BuiltinDescriber(backbone, TrustedCaptioner(captioner, encoder, minilm))


@pytest.fixture(scope="module")
def names() -> Names:
    return Names.load()


def flat(red: int, green: int, blue: int) -> Pixels:
    return np.full((64, 96, 3), (red, green, blue), np.uint8)


def test_a_photo_is_named_as_far_as_it_is_sure(describer: BuiltinDescriber, photos: dict[str, Pixels]) -> None:
    contexts = [DescribeContext()] * 2
    temple, portrait = describer.describe([photos["temple"], photos["portrait"]], contexts)
    assert temple.sentence == "Probably a castle (building). Mostly grey and white."
    assert [tag.name for tag in temple.tags[:3]] == ["building", "castle", "palace"]
    assert portrait.sentence == "Mostly black and blue."
    assert [tag.name for tag in portrait.tags] == ["military uniform"]


def test_sure_words_are_stated_and_likely_ones_qualified(describer: BuiltinDescriber, names: Names) -> None:
    def said(**classes: float) -> str:
        probabilities = np.zeros((1, 1000), np.float32)
        for name, probability in classes.items():
            probabilities[0, read_classes().index(name.replace("_", " "))] = probability
        return describer._subject(names.probabilities(probabilities)[0])

    assert said(tabby_cat=0.6, tiger_cat=0.3) == "A tabby cat (animal)."
    assert said(tabby_cat=0.4, tiger_cat=0.3) == "A cat (animal)."
    assert said(tabby_cat=0.3, tiger_cat=0.1) == "Probably a cat (animal)."
    assert said(tabby_cat=0.2, scorpion=0.2, snail=0.2) == "An animal."
    assert said(tabby_cat=0.2, scorpion=0.2) == ""


@pytest.mark.parametrize(
    ("pixels", "sentence"),
    [
        (flat(0, 0, 0), "Mostly black."),
        (flat(255, 255, 255), "Mostly white."),
        (flat(30, 60, 180), "Mostly blue."),
    ],
)
def test_a_picture_of_one_colour_shows_no_object(describer: BuiltinDescriber, pixels: Pixels, sentence: str) -> None:
    (description,) = describer.describe([pixels], [DescribeContext()])
    assert description.sentence == sentence
    assert description.tags == ()


def test_noise_and_gradients_are_not_stated_as_things(describer: BuiltinDescriber) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (260, 260, 3), np.uint8)
    gradient = np.repeat(np.linspace(0, 255, 260).astype(np.uint8)[None, :, None], 260, 0).repeat(3, 2)
    for description in describer.describe([noise, gradient], [DescribeContext()] * 2):
        assert description.sentence.startswith(("Mostly", "Probably"))


def test_captions_are_said_as_far_as_they_can_be_believed(describer: BuiltinDescriber, names: Names) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    nothing = np.zeros(len(names.words), np.float32)
    said = [
        describer._compose(pixels, "a dog runs", probability, nothing, ())
        for probability in (SURE_CAPTION, LIKELY_CAPTION, KEPT_CAPTION, KEPT_CAPTION - 0.01)
    ]
    assert said[0].sentence.startswith("A dog runs. Mostly")
    assert said[1].sentence.startswith("Perhaps a dog runs. Mostly")
    assert all(one.sentence.startswith("Mostly") for one in said[2:])
    assert [one.caption for one in said] == ["A dog runs"] * 3 + [None]
    assert said[3].caption_probability is None


def test_what_is_no_snapshot_gets_no_caption_of_people_or_dogs(
    captioning: BuiltinDescriber, photos: dict[str, Pixels]
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (260, 260, 3), np.uint8)
    gradient = np.repeat(np.linspace(0, 255, 260).astype(np.uint8)[None, :, None], 260, 0).repeat(3, 2)
    pictures = [noise, gradient, flat(9, 9, 9), photos["flower"], photos["temple"]]
    for said in captioning.describe(pictures, [DescribeContext()] * len(pictures)):
        assert (said.caption_probability or 0) < SURE_CAPTION
        assert not {"man", "woman", "people", "person", "dog"} & set(said.sentence.partition(".")[0].lower().split())


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (3, 2)])
def test_tiny_and_thin_pictures_are_described(captioning: BuiltinDescriber, shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    (said,) = captioning.describe([pixels], [DescribeContext()])
    assert said.colors
    assert (said.caption_probability or 0) < SURE_CAPTION


def test_one_that_writes_captions_says_what_remains(
    describer: BuiltinDescriber, captioning: BuiltinDescriber, photos: dict[str, Pixels]
) -> None:
    assert describer.fingerprint != captioning.fingerprint
    (quick,) = describer.describe([photos["temple"]], [DescribeContext()])
    (whole,) = captioning.describe([photos["temple"]], [DescribeContext()])
    assert (quick.state, whole.state) == (SourceState.QUICK, SourceState.DONE)
    assert quick.tags == whole.tags


def test_one_description_a_picture_in_order(describer: BuiltinDescriber) -> None:
    found = describer.describe([flat(255, 255, 255), flat(0, 0, 0)], [DescribeContext()] * 2)
    assert [description.colors for description in found] == [("white",), ("black",)]
    assert describer.describe([], []) == []
    with pytest.raises(ValueError, match="1 pictures, but 0 contexts"):
        describer.describe([flat(0, 0, 0)], [])


def test_is_a_describer_with_a_fingerprint(describer: BuiltinDescriber) -> None:
    assert isinstance(describer, Describer)
    assert describer.fingerprint.dimension == 0


def test_dominant_colors_are_ordered_by_their_share() -> None:
    flag = np.concatenate([flat(200, 20, 20), flat(200, 20, 20), flat(245, 245, 245)])
    assert look_at_colors(flag).names == ("red", "white")


@pytest.mark.parametrize(
    ("color", "name"),
    [((255, 255, 0), "yellow"), ((0, 128, 0), "green"), ((128, 128, 128), "grey"), ((139, 90, 43), "brown")],
)
def test_colors_have_basic_names(color: tuple[int, int, int], name: str) -> None:
    assert look_at_colors(flat(*color)).names == (name,)


def test_only_one_colour_is_plain(photos: dict[str, Pixels]) -> None:
    assert look_at_colors(flat(12, 200, 7)).plain
    assert not look_at_colors(photos["flower"]).plain
    assert not look_at_colors(np.asarray(Image.linear_gradient("L").convert("RGB"))).plain


def test_split_leaves_add_up_to_the_broader_word(names: Names) -> None:
    probabilities = np.zeros((1, 1000), np.float32)
    for name in ("tabby cat", "tiger cat", "Egyptian Mau"):
        probabilities[0, read_classes().index(name)] = 0.3
    found = dict(zip(names.words, names.probabilities(probabilities)[0].tolist(), strict=True))
    assert found["cat"] == pytest.approx(0.9)
    assert found["animal"] == pytest.approx(0.9)
    assert found["dog"] == 0


def test_a_narrow_word_is_said_with_the_broader_one_that_people_search(names: Names) -> None:
    assert names.with_broader(names.words.index("Golden Retriever")) == "a Golden Retriever (dog)"
    assert names.with_broader(names.words.index("tabby cat")) == "a tabby cat (animal)"


def test_groups_name_classes_that_exist() -> None:
    assert len(read_classes()) == 1000
    assert all(index < 1000 for indices in read_groups().values() for index in indices)
    assert {"dog", "bird", "boat", "car", "cat"} <= read_groups().keys()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tabby cat", "a tabby cat"),
        ("axolotl", "an axolotl"),
        ("jeans", "jeans"),
        ("school bus", "a school bus"),
        ("hay", "hay"),
        ("unicycle", "a unicycle"),
    ],
)
def test_articles(name: str, said: str) -> None:
    assert with_article(name) == said
