"""What a picture's item holds of its description and of its file's name."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.drafts import draft_picture
from indexer.file_names import chosen_words
from indexer.pictures import Picture
from models.protocols import Pixels
from store.records import Description, ReadLine, Tag

PICTURE = Picture(np.zeros((30, 40, 3), np.uint8), 400, 300, "image/jpeg", None, bytes(32))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("IMG_1234.JPG", ()),
        ("DSC0001.jpg", ()),
        ("PXL_20240101_120000.jpg", ()),
        ("3f2a9bc01d44ee5f.png", ()),
        ("GrandmasBirthday.heic", ("grandmas", "birthday")),
        ("red-fox_at dawn.webp", ("red", "fox", "dawn")),
        ("海边.jpg", ("海边",)),
        ("", ()),
    ],
)
def test_file_names_keep_the_words_that_a_person_chose(name: str, words: tuple[str, ...]) -> None:
    assert chosen_words(name) == words


def test_the_words_of_the_file_name_are_said() -> None:
    draft = draft_picture("0" * 64, PICTURE, "Lisbon_harbour-2019 (3).jpg").described(Description("Mostly black."))
    assert draft.item.description == 'Mostly black. File name: "lisbon harbour".'
    nameless = draft_picture("0" * 64, PICTURE, "IMG_2041.jpg").described(Description("Mostly black."))
    assert nameless.item.description == "Mostly black."


def test_the_parts_of_a_description_are_kept_by_themselves() -> None:
    line = ReadLine("OPEN", (0.25, 0.5, 0.75, 1.0), 0.9)
    description = Description(
        "A sign.", caption="A sign", caption_probability=0.7, tags=(Tag("sign", 0.8),), lines=(line,), colors=("red",)
    )
    item = draft_picture("0" * 64, PICTURE, "a.jpg").described(description).item
    assert item.text == "OPEN"
    assert item.attributes == {
        "caption": "A sign",
        "caption_probability": 0.7,
        "tags": [{"name": "sign", "probability": 0.8}],
        "colors": ["red"],
        # in pixels of the original
        "lines": [{"text": "OPEN", "box": [100.0, 150.0, 300.0, 300.0], "probability": 0.9}],
    }


def test_a_picture_is_read_again_only_if_it_was_made_smaller() -> None:
    def larger() -> Pixels:
        raise AssertionError("not asked for")

    assert draft_picture("0" * 64, PICTURE, "a.jpg", larger).larger is larger
    whole = Picture(np.zeros((30, 40, 3), np.uint8), 40, 30, "image/png", None, bytes(32))
    assert draft_picture("0" * 64, whole, "a.png", larger).larger is None
