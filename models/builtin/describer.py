"""What a picture shows, in words: a caption where it can be believed, what the classifier sees, the dominant colours
and, if asked for, the text in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.builtin.backbone import PREPROCESSING, Backbone, Floats
from models.builtin.caption_trust import TrustedCaptioner
from models.builtin.colors import look_at_colors
from models.builtin.names import Names
from models.builtin.onnx_files import hash_together
from models.builtin.text_gate import TextGate
from models.builtin.text_reader import TextReader
from models.protocols import DescribeContext, Fingerprint, Pixels
from store.records import Description, ReadLine, Tag

PROMPT_VERSION = "6"
"""Raised when the same picture would be described otherwise."""

SURE = 0.5
"""From this probability on a thing is stated."""
LIKELY = 0.3
"""From this probability on it is stated as probable; below, the sentence does not name it."""
TAG = 0.1
"""Below this probability a name is no tag."""
MOST_TAGS = 8
QUOTED = 200
"""Characters of the text read that the sentence quotes; all of it is kept beside."""

SURE_CAPTION = 0.9
"""From this probability on a caption is stated."""
LIKELY_CAPTION = 0.55
"""From this probability on it is stated as possible; below, the sentence is made of tags."""
KEPT_CAPTION = 0.3
"""Below this probability a caption is not even kept beside the sentence."""

BROAD = frozenset({"animal", "vehicle", "food", "furniture", "building"})
"""Words that say little, and that a picture of none of the classes can reach by adding up their small probabilities:
used only where they are sure, and named only where nothing narrower is likely."""


class BuiltinDescriber:
    """A `Describer` that says only what it is fairly sure of.

    Without a `captioner` it is quick, and says what the classifier sees; without a `reader` it reads no text.
    """

    def __init__(
        self, backbone: Backbone, captioner: TrustedCaptioner | None = None, reader: TextReader | None = None
    ) -> None:
        self._backbone = backbone
        self._captioner = captioner
        self._reader = reader
        self._gate = TextGate.load()
        self._names = Names.load()
        self._broad = np.array([word in BROAD for word in self._names.words])

    @property
    def fingerprint(self) -> Fingerprint:
        """Of all its parts and the wording; no vector comes out."""
        parts = [self._backbone.weights, self._gate.weights]
        if self._captioner:
            parts.append(self._captioner.weights)
        if self._reader:
            parts.append(self._reader.fingerprint)
        weights = hash_together(*parts)
        return Fingerprint("viscite-describer", weights, PREPROCESSING, 0, PROMPT_VERSION)

    def describe(self, images: Sequence[Pixels], contexts: Sequence[DescribeContext]) -> list[Description]:
        """One description a picture, in order."""
        if len(images) != len(contexts):
            raise ValueError(f"{len(images)} pictures, but {len(contexts)} contexts")
        features = self._backbone.run(images)
        probabilities = self._names.probabilities(features.probabilities)
        captions = self._captioner.write(features) if self._captioner else [("", 0.0)] * len(images)
        may_hold_text = self._gate.may_hold_text(features.pooled)
        lines: list[tuple[ReadLine, ...]] = [()] * len(images)
        if self._reader:
            chosen = [int(row) for row in np.flatnonzero(may_hold_text)]
            larger = [_largest(images[row], contexts[row]) for row in chosen]
            for row, read in zip(chosen, self._reader.read(larger), strict=True):
                lines[row] = read
        described = []
        for row, pixels in enumerate(images):
            said = self._compose(pixels, *captions[row], probabilities[row], lines[row])
            unread = bool(may_hold_text[row]) and not self._reader
            described.append(replace(said, is_quick=not self._captioner, may_hold_text=unread))
        return described

    def _compose(
        self,
        pixels: Pixels,
        caption: str,
        caption_probability: float,
        probabilities: Floats,
        lines: tuple[ReadLine, ...],
    ) -> Description:
        colors = look_at_colors(pixels)
        if colors.plain:
            # Decoder and classifier must say something even of a wall of one colour.
            return Description(_joined(_palette(colors.names), _quoted(lines)), lines=lines, colors=colors.names)
        is_kept = caption_probability >= KEPT_CAPTION
        scene, subject = _scene(caption, caption_probability), self._subject(probabilities)
        return Description(
            _joined(scene, subject, _palette(colors.names), _quoted(lines)),
            caption=_capital(caption) if is_kept else None,
            caption_probability=caption_probability if is_kept else None,
            tags=self._tags(probabilities),
            lines=lines,
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
            return _sentence(self._names.with_broader(narrow[0]))
        if probabilities[likeliest] >= LIKELY:
            return f"Probably {self._names.with_broader(likeliest)}."
        return _sentence(self._names.with_broader(sure[0])) if sure else ""


def _largest(pixels: Pixels, context: DescribeContext) -> Pixels:
    return context.larger() if context.larger else pixels


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _scene(caption: str, probability: float) -> str:
    if probability >= SURE_CAPTION:
        return _sentence(caption)
    return f"Perhaps {caption}." if probability >= LIKELY_CAPTION else ""


def _sentence(text: str) -> str:
    return f"{_capital(text)}." if text else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _palette(colors: Sequence[str]) -> str:
    return f"Mostly {' and '.join(colors[:2])}." if colors else ""


def _quoted(lines: Sequence[ReadLine]) -> str:
    text = " / ".join(line.text for line in lines)
    short = text if len(text) <= QUOTED else f"{text[:QUOTED].rsplit(' ', 1)[0]} ..."
    return f'Text: "{short}".' if text else ""
