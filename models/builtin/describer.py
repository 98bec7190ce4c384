"""The first describer: names of what the classifier sees, dominant colours and the words of the file name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.builtin.backbone import PREPROCESSING, Backbone, Floats
from models.builtin.colors import look_at_colors
from models.builtin.file_names import words_of
from models.builtin.names import Names
from models.protocols import DescribeContext, Fingerprint, Pixels
from store.records import Description, Tag

PROMPT_VERSION = "3"
"""Raised when the same picture would be described otherwise."""

SURE = 0.5
"""From this probability on a thing is stated."""
LIKELY = 0.3
"""From this probability on it is stated as probable; below, the sentence does not name it."""
TAG = 0.1
"""Below this probability a name is no tag."""
MOST_TAGS = 8

BROAD = frozenset({"animal", "vehicle", "food", "furniture", "building"})
"""Words that say little, and that a picture of none of the classes can reach by adding up their small probabilities:
used only where they are sure, and named only where nothing narrower is likely."""


class BuiltinDescriber:
    """A `Describer` that says only what it is fairly sure of."""

    def __init__(self, backbone: Backbone) -> None:
        self._backbone = backbone
        self._names = Names.load()
        self._broad = np.array([word in BROAD for word in self._names.words])

    @property
    def fingerprint(self) -> Fingerprint:
        """Of the classifier and the wording; no vector comes out."""
        return Fingerprint("viscite-tags", self._backbone.weights, PREPROCESSING, 0, PROMPT_VERSION)

    def describe(self, images: Sequence[Pixels], contexts: Sequence[DescribeContext]) -> list[Description]:
        """One description a picture, in order."""
        probabilities = self._names.probabilities(self._backbone.run(images).probabilities)
        return [
            self._describe(pixels, context, row)
            for pixels, context, row in zip(images, contexts, probabilities, strict=True)
        ]

    def _describe(self, pixels: Pixels, context: DescribeContext, probabilities: Floats) -> Description:
        # The classifier must name something even in a wall of one colour.
        colors = look_at_colors(pixels)
        subject = "" if colors.plain else self._subject(probabilities)
        sentences = (subject, _palette(colors.names), _file_name(context.file_name))
        return Description(
            " ".join(sentence for sentence in sentences if sentence),
            tags=() if colors.plain else self._tags(probabilities),
            colors=colors.names,
        )

    def _tags(self, probabilities: Floats) -> tuple[Tag, ...]:
        """The likeliest words; of two that are equally likely the narrower first."""
        likeliest = [
            Tag(self._names.words[row], round(float(probabilities[row]), 3))
            for row in np.argsort(-probabilities.round(2), kind="stable")[: 2 * MOST_TAGS]
        ]
        return tuple(tag for tag in likeliest if tag.probability >= (SURE if tag.name in BROAD else TAG))[:MOST_TAGS]

    def _subject(self, probabilities: Floats) -> str:
        """The narrowest word that is sure, else the likeliest that is likely, else a broad one, else nothing."""
        sure = [int(row) for row in np.flatnonzero(probabilities >= SURE)]
        narrow = [row for row in sure if self._names.words[row] not in BROAD]
        likeliest = int(np.argmax(np.where(self._broad, 0, probabilities)))
        if narrow:
            text = f"{self._names.with_broader(narrow[0])}."
        elif probabilities[likeliest] >= LIKELY:
            text = f"Probably {self._names.with_broader(likeliest)}."
        elif sure:
            text = f"{self._names.with_broader(sure[0])}."
        else:
            return ""
        return text[0].upper() + text[1:]


def _palette(colors: Sequence[str]) -> str:
    return f"Mostly {' and '.join(colors[:2])}." if colors else ""


def _file_name(name: str) -> str:
    words = words_of(name)
    return f'File name: "{" ".join(words)}".' if words else ""
