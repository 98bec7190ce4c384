"""The protocols that the rest of Viscite depends on. No class here knows a model library."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

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
class Vocabulary(Protocol):
    """All the names that a describer gives to things, so that what it leaves unnamed tells something too."""

    def naming(self, text: str) -> Mapping[str, float]:
        """How well each of its names says what `text` asks for, from 0 to 1; those that say something else are left
        out, so that it is empty for a text that asks for nothing which the describer knows by name."""
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
class Interruptible(Protocol):
    """The pieces of an answer that come over a network, or from a thread or process of their own."""

    def interrupt(self) -> None:
        """End the wait for the next piece, and give back what it takes up; called from another thread, and at once."""
        ...


@runtime_checkable
class AnswerModel(Protocol):
    """Writes an answer that cites evidence by number, as in `The tower is 84 m high [2].`"""

    @property
    def fingerprint(self) -> Fingerprint: ...

    def answer(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> Iterator[str]:
        """The answer in pieces, as it comes. Nothing at all means: not in the evidence.

        The pieces may be `Interruptible`; others are left alone after the piece that is being waited for.
        """
        ...


@runtime_checkable
class Pieces(Iterator[str], Interruptible, Protocol):
    """Text as it comes, which may be interrupted."""


@runtime_checkable
class ChatModel(Protocol):
    """A general language model. What it is told and shown are its words alone: it follows whatever it likes."""

    @property
    def fingerprint(self) -> Fingerprint: ...

    @property
    def sees(self) -> bool:
        """Whether it may be shown pictures."""
        ...

    @property
    def takes_schema(self) -> bool:
        """Whether it can be made to reply with JSON that fits a schema."""
        ...

    def stream(
        self, instructions: str, parts: Sequence[str | bytes], schema: Mapping[str, Any] | None = None
    ) -> Pieces:
        """The reply to texts and pictures (JPEG), as it comes. The pieces raise `ModelFailed`, or `SchemaRefused`
        before the first of them."""
        ...


@runtime_checkable
class AnswersFromImages(Protocol):
    """An `AnswerModel` that also looks at pictures (JPEG) which were given with the question."""

    def answer_with_images(
        self, question: str, images: Sequence[bytes], evidence: Sequence[Evidence], history: Sequence[Turn]
    ) -> Iterator[str]:
        """As `AnswerModel.answer`."""
        ...


@runtime_checkable
class AnswersInDoubt(Protocol):
    """An `AnswerModel` that says nothing unless the evidence answers, and so is asked though the search doubts it."""

    def answer_in_doubt(self, question: str, evidence: Sequence[Evidence]) -> Iterator[str]:
        """As `AnswerModel.answer`, of evidence that is no more like the question than chance would have it."""
        ...


@runtime_checkable
class ResolvesQuestions(Protocol):
    """An `AnswerModel` that can make a question out of a conversation which stands alone."""

    def standalone(self, question: str, history: Sequence[Turn]) -> str:
        """The question with what it leans on in the conversation before it."""
        ...


@runtime_checkable
class Reranker(Protocol):
    """Scores how well items answer a query, more slowly and better than the channels."""

    @property
    def fingerprint(self) -> Fingerprint: ...

    def score(self, query: str, items: Sequence[Item]) -> Scores:
        """float32[n], higher is better."""
        ...


@runtime_checkable
class EntailmentModel(Protocol):
    """Says whether a text entails a claim or contradicts it."""

    @property
    def fingerprint(self) -> Fingerprint: ...

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Matrix:
        """float32[n, 3] for pairs of text and claim: the probabilities that it entails, leaves open and contradicts."""
        ...


@runtime_checkable
class ClaimJudge(Protocol):
    """Says what a text says of claims, and whether it says the whole of each."""

    @property
    def fingerprint(self) -> Fingerprint: ...

    def read(self, pairs: Sequence[tuple[str, str]]) -> Matrix:
        """float32[n, 4] for pairs of text and claim: the probabilities that the text supports it, leaves it open,
        supports one part and leaves the rest open, and contradicts it."""
        ...


@runtime_checkable
class AnswerSelector(Protocol):
    """Says which lines of a text answer a question."""

    @property
    def fingerprint(self) -> Fingerprint: ...

    def answering(self, question: str, lines: Sequence[str]) -> Scores:
        """float32[n]: how likely each line answers the question, in [0, 1], against none doing so."""
        ...


class Agreement(StrEnum):
    """What a model that sees a picture says of a claim about it."""

    YES = "yes"
    PARTIAL = "partial"
    NO = "no"


@runtime_checkable
class PictureJudge(Protocol):
    """Looks at the picture of evidence and says whether a claim about it is true."""

    @property
    def fingerprint(self) -> Fingerprint: ...

    def judge(self, claim: str, evidence: Evidence) -> Agreement | None:
        """Its word, asked to be strict; None where it gives none, or there is no picture."""
        ...
