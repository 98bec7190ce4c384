"""The protocols that the rest of Viscite depends on. No class here knows a model library."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from store.records import Description, Evidence, Item, ReadLine

Matrix = npt.NDArray[np.float32]
"""float32[n, d]; rows of unit length unless said otherwise."""

Scores = npt.NDArray[np.float32]
"""float32[n], one an item."""

Pixels = npt.NDArray[np.uint8]
"""uint8[height, width, 3], RGB, upright."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a vector or description depends on. Two models with equal fingerprints are interchangeable.

    `weights` is a hash of the weights; `preprocessing` and `prompt_version` change when the input of the network
    is made differently; `dimension` is 0 where no vector comes out.
    """

    name: str
    weights: str
    preprocessing: str
    dimension: int
    prompt_version: str = ""

    def as_json(self) -> dict[str, str | int]:
        """The fingerprint as stored in a manifest."""
        return asdict(self)

    @property
    def digest(self) -> str:
        """One short word for all of it."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class DescribeContext:
    """What is known of a picture beside its pixels.

    `larger` gives the same picture in as many pixels as small text needs, where it has more than were given.
    """

    larger: Callable[[], Pixels] | None = None


@runtime_checkable
class ImageTextEncoder(Protocol):
    """Puts pictures and texts into one space, where the inner product is their likeness."""

    @property
    def fingerprint(self) -> Fingerprint: ...

    def encode_images(self, images: Sequence[Pixels]) -> Matrix:
        """float32[n, d], unit length."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> Matrix:
        """float32[n, d], unit length."""
        ...


@runtime_checkable
class TextEmbedder(Protocol):
    """Puts texts into a space of meaning."""

    @property
    def fingerprint(self) -> Fingerprint: ...

    def encode(self, texts: Sequence[str]) -> Matrix:
        """float32[n, d], unit length."""
        ...


@runtime_checkable
class Describer(Protocol):
    """Says in words what a picture shows, and less where it is unsure."""

    @property
    def fingerprint(self) -> Fingerprint: ...

    def describe(self, images: Sequence[Pixels], contexts: Sequence[DescribeContext]) -> list[Description]:
        """One description a picture, in order."""
        ...


@runtime_checkable
class PageReader(Protocol):
    """Reads the text in pictures of pages. `failed` counts those that it could not read at all."""

    failed: int

    @property
    def fingerprint(self) -> str: ...

    def read(self, images: Sequence[Pixels]) -> list[tuple[ReadLine, ...]]:
        """The lines of each picture in reading order."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation; `role` is `user` or `assistant`."""

    role: str
    content: str


@runtime_checkable
class AnswerModel(Protocol):
    """Writes an answer that cites evidence by number, as in `The tower is 84 m high [2].`"""

    @property
    def fingerprint(self) -> Fingerprint: ...

    def answer(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> Iterator[str]:
        """The answer in pieces, as it comes. Nothing at all means: not in the evidence."""
        ...


@runtime_checkable
class Reranker(Protocol):
    """Scores how well items answer a query, more slowly and better than the channels."""

    @property
    def fingerprint(self) -> Fingerprint: ...

    def score(self, query: str, items: Sequence[Item]) -> Scores:
        """float32[n], higher is better."""
        ...
