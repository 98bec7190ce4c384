"""What HTTP clients may send, parsed once into strict types."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from api.search_request import SearchRequest, subtracted
from store.records import Kind, Orientation, Range, Weighted

LARGEST = 10**9
"""The largest number that a filter takes: the columns it is compared with hold 32 bits."""


def _decoded(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("a picture must be base64 of its bytes; addresses are not fetched") from error
    return text


Base64 = Annotated[str, AfterValidator(_decoded)]


class RequestModel(BaseModel):
    """Base of all requests: an unknown field is a mistake, and is said to be one."""

    model_config = ConfigDict(extra="forbid")


class PartIn(RequestModel):
    """A text or a picture that is added or subtracted with a weight."""

    text: str = ""
    image: Base64 = ""
    weight: float = 1.0

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if bool(self.text) == bool(self.image):
            raise ValueError("give either a text or an image")
        return self

    def part(self) -> Weighted[str] | Weighted[bytes]:
        """The part as a search takes it."""
        return Weighted(base64.b64decode(self.image), self.weight) if self.image else Weighted(self.text, self.weight)


class DatesIn(RequestModel):
    """From one year, month or day to another, both included."""

    from_: str | None = Field(default=None, alias="from")
    to: str | None = None


class NumbersIn(RequestModel):
    """From one number to another, both included."""

    from_: int | None = Field(default=None, alias="from", ge=0, le=LARGEST)
    to: int | None = Field(default=None, ge=0, le=LARGEST)


class SearchIn(RequestModel):
    """`size` is the shorter side of a picture in pixels. What is found has every one of `tags`."""

    text: str = ""
    images: list[Base64] = []
    plus: list[str | PartIn] = []
    minus: list[str | PartIn] = []
    kinds: list[Kind] = []
    under: str | list[str] = []
    taken: DatesIn = DatesIn()
    pages: NumbersIn = NumbersIn()
    size: NumbersIn = NumbersIn()
    orientations: list[Orientation] = []
    tags: list[str] = []
    limit: int = 10
    offset: int = 0
    min_confidence: float = 0.0
    fold: bool = True
    group: bool = False
    explain: bool = False

    def request(self) -> SearchRequest:
        """The search. Raises `InvalidInput` for something left out with a negative weight."""
        added = [_part(one) for one in self.plus]
        taken = [subtracted(_part(one)) for one in self.minus]
        return SearchRequest(
            text=self.text,
            images=tuple(map(base64.b64decode, self.images)),
            parts=(*added, *taken),
            kinds=tuple(self.kinds),
            under=(self.under,) if isinstance(self.under, str) else tuple(self.under),
            taken=Range(self.taken.from_, self.taken.to),
            pages=Range(self.pages.from_, self.pages.to),
            size=Range(self.size.from_, self.size.to),
            orientations=tuple(self.orientations),
            tags=tuple(self.tags),
            limit=self.limit,
            offset=self.offset,
            min_confidence=self.min_confidence,
            fold=self.fold,
            group=self.group,
        )


def _part(one: str | PartIn) -> Weighted[str] | Weighted[bytes]:
    return Weighted(one) if isinstance(one, str) else one.part()


class MessageIn(RequestModel):
    role: Literal["user", "assistant"]
    content: str


class ChatIn(RequestModel):
    messages: list[MessageIn] = Field(min_length=1)
    stream: Literal[False] = False
    limit: int = 8
    under: str | list[str] = []
    keep_unsupported: bool = False


class ClassifyIn(RequestModel):
    images: list[Base64] = Field(min_length=1)
    labels: list[str]
    top: int | None = Field(default=None, ge=1)
