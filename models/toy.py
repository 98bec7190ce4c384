"""Small deterministic models without weights: real classes for the tests of everything that stands on a model.

They see colours and nothing else. A picture lies where the names of its colours lie, so that "a red square" finds a
red picture, and a test can say what it expects before it runs.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from models.protocols import DescribeContext, Fingerprint, Matrix, Pixels
from store.records import Description, ReadLine, Tag

COLORS = {
    "red": (220, 30, 30),
    "orange": (250, 140, 20),
    "yellow": (245, 225, 40),
    "green": (40, 160, 60),
    "cyan": (40, 210, 220),
    "blue": (40, 70, 210),
    "purple": (130, 50, 170),
    "pink": (250, 150, 190),
    "brown": (120, 75, 35),
    "black": (10, 10, 10),
    "gray": (128, 128, 128),
    "white": (250, 250, 250),
}
"""The palette; every pixel counts as the nearest of these, in RGB."""

SAMPLES = 32
"""A picture is looked at on a grid of at most this many points a side."""

DETAIL = 0.1
"""The length of what is not colour, brightness of stripes or further words, beside a colour part of length 1."""

TOY_TEXT = "platform nine"
"""What is read in a white picture."""

NAMED_SHARE = 0.1
"""A colour that covers less of a picture is not mentioned."""

_palette = np.array(list(COLORS.values()), np.float32)
_names = tuple(COLORS)


class ToyEncoder:
    """Pictures and texts in a space whose first axes are the colours of the palette.

    The other axes hold the brightness of as many vertical stripes, so that two red pictures differ a little, and for
    texts the words that name no colour. `images_encoded` and `texts_encoded` count what was asked for.
    """

    def __init__(self, dimension: int = 16) -> None:
        if dimension <= len(COLORS):
            raise ValueError(f"the toy space has an axis for each colour: dimension must exceed {len(COLORS)}")
        self._dimension = dimension
        self.images_encoded = 0
        self.texts_encoded = 0

    @property
    def fingerprint(self) -> Fingerprint:
        return Fingerprint("toy-encoder", _hash(str(COLORS)), f"{SAMPLES}x{SAMPLES} samples", self._dimension)

    def encode_images(self, images: Sequence[Pixels]) -> Matrix:
        """float32[n, d], unit length."""
        self.images_encoded += len(images)
        return self._stack([self._image_vector(image) for image in images])

    def encode_texts(self, texts: Sequence[str]) -> Matrix:
        """float32[n, d], unit length. A text without a colour is like no picture much."""
        self.texts_encoded += len(texts)
        return self._stack([self._text_vector(text) for text in texts])

    def _stack(self, vectors: Sequence[npt.NDArray[np.float32]]) -> Matrix:
        matrix = np.array(vectors, np.float32).reshape(-1, self._dimension)
        matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
        return matrix

    def _image_vector(self, image: Pixels) -> npt.NDArray[np.float32]:
        samples = _sample(image)
        stripes = np.array_split(samples.mean(axis=(0, 2)) / 255, self._dimension - len(COLORS))
        brightness = np.array([stripe.mean() if stripe.size else 0 for stripe in stripes], np.float32)
        return np.concatenate([_unit(_color_shares(samples)), DETAIL * _unit(brightness)])

    def _text_vector(self, text: str) -> npt.NDArray[np.float32]:
        words = _words(text)
        colors = np.array([words.count(name) for name in _names], np.float32)
        rest = _hashed([word for word in words if word not in COLORS], self._dimension - len(COLORS))
        return np.concatenate([_unit(colors), DETAIL * _unit(rest)])


class Fault(StrEnum):
    """What a faulty model returns in place of a vector."""

    NAN = "nan"
    INFINITE = "infinite"
    ZERO = "zero"
    TOO_SHORT = "too short"


class FaultyEncoder(ToyEncoder):
    """A toy encoder that fails for every picture whose main colour is `color`, whatever batch it comes in.

    Its fingerprint is that of the sound one. A matrix has rows of one length, so `TOO_SHORT` cuts the last axis off
    the whole batch that holds such a picture.
    """

    def __init__(self, fault: Fault, color: str, dimension: int = 16) -> None:
        super().__init__(dimension)
        self._fault = fault
        self._color = color

    def encode_images(self, images: Sequence[Pixels]) -> Matrix:
        """float32[n, d], unit length but for the faulty rows; float32[n, d - 1] where they are too short."""
        vectors = super().encode_images(images)
        faulty = [_main_color(image) == self._color for image in images]
        match self._fault:
            case Fault.NAN:
                vectors[faulty, 0] = np.nan
            case Fault.INFINITE:
                vectors[faulty, 0] = np.inf
            case Fault.ZERO:
                vectors[faulty] = 0
            case Fault.TOO_SHORT:
                vectors = vectors[:, :-1] if any(faulty) else vectors
        return vectors


class ToyVocabulary:
    """The names of the colours, which `ToyDescriber` gives to what it sees."""

    def naming(self, text: str) -> Mapping[str, float]:
        """The colour that the text is the name of, if it is one."""
        return {text: 1.0} if text in COLORS else {}


class ToyEmbedder:
    """Texts as hashed bags of stemmed words: those that share words are alike. `texts_encoded` counts."""

    def __init__(self, dimension: int = 64) -> None:
        self._dimension = dimension
        self.texts_encoded = 0

    @property
    def fingerprint(self) -> Fingerprint:
        return Fingerprint("toy-embedder", _hash("crc32"), "english stems", self._dimension)

    def encode(self, texts: Sequence[str]) -> Matrix:
        """float32[n, d], unit length; a text without words is the first axis."""
        self.texts_encoded += len(texts)
        rows = [_unit(_hashed(_stems(text), self._dimension)) for text in texts]
        return np.array(rows, np.float32).reshape(-1, self._dimension)


class Pace(StrEnum):
    """How much time a describer takes."""

    QUICK = "quick"
    WHOLE = "whole"
    READING = "reading"


class ToyDescriber:
    """Names the colours of a picture, the largest first. `images_described` counts.

    The quick one names the first alone. What is mostly white may hold text, and `TOY_TEXT` is what is read in it.
    """

    def __init__(self, pace: Pace = Pace.WHOLE) -> None:
        self.images_described = 0
        self._pace = pace

    @property
    def fingerprint(self) -> Fingerprint:
        return Fingerprint(f"toy-describer, {self._pace}", _hash(str(COLORS)), f"{SAMPLES}x{SAMPLES} samples", 0, "1")

    def describe(self, images: Sequence[Pixels], contexts: Sequence[DescribeContext]) -> list[Description]:
        """One description a picture: `A red and white picture.`"""
        self.images_described += len(images)
        return [self._describe(image) for image in images]

    def _describe(self, image: Pixels) -> Description:
        said, may_hold_text = _describe(image), _main_color(image) == "white"
        if self._pace is Pace.QUICK:
            return Description(f"Mostly {said.colors[0]}.", is_quick=True, may_hold_text=may_hold_text)
        if self._pace is Pace.WHOLE or not may_hold_text:
            return replace(said, may_hold_text=may_hold_text)
        line = ReadLine(TOY_TEXT, (0.0, 0.0, 1.0, 1.0), 1.0)
        return replace(said, sentence=f'{said.sentence} Text: "{TOY_TEXT}".', lines=(line,))


def _describe(image: Pixels) -> Description:
    shares = _color_shares(_sample(image))
    main = [int(index) for index in np.argsort(-shares, kind="stable") if shares[index] >= NAMED_SHARE]
    colors = tuple(_names[index] for index in main)
    caption = f"A {' and '.join(colors)} picture"
    return Description(
        sentence=f"{caption}.",
        caption=caption,
        tags=tuple(Tag(_names[index], float(shares[index])) for index in main),
        colors=colors,
    )


def _main_color(image: Pixels) -> str:
    return _names[int(_color_shares(_sample(image)).argmax())]


def _sample(image: Pixels) -> npt.NDArray[np.float32]:
    """float32[rows, columns, 3] on a regular grid."""
    rows, columns = (np.linspace(0, size - 1, min(size, SAMPLES)).astype(int) for size in image.shape[:2])
    return np.asarray(image[np.ix_(rows, columns)], np.float32)


def _color_shares(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """float32[colours], which sum to 1."""
    distances = np.linalg.norm(samples.reshape(-1, 1, 3) - _palette, axis=2)
    counts = np.bincount(distances.argmin(axis=1), minlength=len(COLORS))
    return np.asarray(counts / counts.sum(), np.float32)


def _hashed(words: Sequence[str], dimension: int) -> npt.NDArray[np.float32]:
    """float32[dimension]: how many words fell on each axis; on the first where there are none."""
    vector = np.zeros(dimension, np.float32)
    for word in words or [""]:  # the CRC of nothing is 0
        vector[zlib.crc32(word.encode()) % dimension] += 1
    return vector


def _unit(vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    length = np.linalg.norm(vector)
    return np.asarray(vector / length, np.float32) if length else vector


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _stems(text: str) -> list[str]:
    import snowballstemmer

    stems: list[str] = snowballstemmer.stemmer("english").stemWords(_words(text))
    return stems


def _hash(definition: str) -> str:
    """In place of a hash of weights: what the toy is made of."""
    return f"{zlib.crc32(definition.encode()):08x}"
