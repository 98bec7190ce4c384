"""The first describer: names of what the classifier sees, dominant colours and the words of the file name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.builtin.backbone import PREPROCESSING, Backbone, Floats
from models.builtin.colors import dominant_colors, is_plain
from models.builtin.file_names import words_of
from models.builtin.names import Names
from models.protocols import DescribeContext, Fingerprint, Pixels
from store.records import Description, Tag

PROMPT_VERSION = "1"
"""Raised when the same picture would be described otherwise."""

SURE = 0.5
"""From this probability on a thing is stated."""
LIKELY = 0.3
"""From this probability on it is stated as probable; below, the sentence does not name it."""
TAG = 0.1
"""Below this probability a name is no tag."""
MOST_TAGS = 8

BROAD = frozenset({"animal", "vehicle", "food", "furniture", "building"})
"""Words that say little: named only where nothing narrower is probable."""


class BuiltinDescriber:
    """A `Describer` that says only what it is fairly sure of."""

    def __init__(self, backbone: Backbone) -> None:
        self._backbone = backbone
        self._names = Names.load()

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
        plain = is_plain(pixels)
        colors = dominant_colors(pixels)
        subject = "" if plain else self._subject(probabilities)
        sentences = (subject, _palette(colors), _file_name(context.file_name))
        return Description(
            " ".join(sentence for sentence in sentences if sentence),
            tags=() if plain else self._tags(probabilities),
            colors=colors,
        )

    def _tags(self, probabilities: Floats) -> tuple[Tag, ...]:
        """The likeliest words; of two that are equally likely the narrower first."""
        likeliest = np.argsort(-probabilities.round(2), kind="stable")[:MOST_TAGS]
        return tuple(
            Tag(self._names.words[row], round(float(probabilities[row]), 3))
            for row in likeliest
            if probabilities[row] >= TAG
        )

    def _subject(self, probabilities: Floats) -> str:
        """The narrowest word that is sure, else the narrowest that is likely, else nothing."""
        for least, form in ((SURE, "{}."), (LIKELY, "Probably {}.")):
            rows = np.flatnonzero(probabilities >= least)
            if len(rows):
                text = form.format(self._names.with_broader(int(rows[0])))
                return text[0].upper() + text[1:]
        return ""


def _palette(colors: Sequence[str]) -> str:
    return f"Mostly {' and '.join(colors[:2])}." if colors else ""


def _file_name(name: str) -> str:
    words = words_of(name)
    return f'File name: "{" ".join(words)}".' if words else ""
