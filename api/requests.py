"""What HTTP clients may send, parsed once into strict types."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from api.search_request import SearchRequest, subtracted
from api.service import EVIDENCE, AskRequest
from models.protocols import Turn
from store.errors import InvalidInput
from store.records import Kind, Orientation, Range, Weighted

LARGEST = 10**9
"""The largest number that a filter takes: the columns it is compared with hold 32 bits."""

DATA_URL = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)


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
            under=_paths(self.under),
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
    """A conversation that ends with the user's question. `images` are shown with it."""

    messages: list[MessageIn] = Field(min_length=1)
    images: list[Base64] = []
    stream: bool = False
    limit: int = EVIDENCE
    under: str | list[str] = []
    keep_unsupported: bool = False

    def asked(self) -> AskRequest:
        """The question with what came before it."""
        *history, last = self.messages
        return AskRequest(
            _users(last.role, last.content),
            history=tuple(Turn(message.role, message.content) for message in history),
            images=tuple(map(base64.b64decode, self.images)),
            under=_paths(self.under),
            limit=self.limit,
            keep_unsupported=self.keep_unsupported,
        )


class Lenient(BaseModel):
    """Base of what clients of OpenAI send: they add fields for models that have what ours do not."""

    model_config = ConfigDict(extra="ignore")


class ImageAddressIn(Lenient):
    url: str

    def data(self) -> bytes:
        """The picture that stands in a data URL. Raises `InvalidInput` for any other address."""
        found = DATA_URL.match(self.url)
        if not found:
            raise InvalidInput("Send a picture as a data URL (data:image/png;base64,...): addresses are not fetched.")
        try:
            return base64.b64decode(self.url[found.end() :], validate=True)
        except (binascii.Error, ValueError) as error:
            raise InvalidInput("A picture in a data URL must be base64 of its bytes.") from error


class ContentIn(Lenient):
    type: Literal["text", "image_url"]
    text: str = ""
    image_url: ImageAddressIn | None = None


class SpokenIn(Lenient):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[ContentIn] | None = None

    def text(self) -> str:
        """All its words."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or [] if part.type == "text")

    def images(self) -> tuple[bytes, ...]:
        """Its pictures as they were encoded."""
        parts = [] if isinstance(self.content, str) else self.content or []
        return tuple(part.image_url.data() for part in parts if part.image_url)


class CompletionIn(Lenient):
    """A request of a client of OpenAI. Instructions to the system are not followed: answers keep to the evidence."""

    model: str
    messages: list[SpokenIn] = Field(min_length=1)
    stream: bool = False

    @property
    def collection(self) -> str:
        """The collection that the model's name stands for. Raises `InvalidInput` for other names."""
        owner, _, name = self.model.partition("/")
        if owner != "viscite" or not name:
            raise InvalidInput(f"There is no model '{self.model}'. Name a collection: viscite/default")
        return name

    def asked(self) -> AskRequest:
        """The question with what came before it."""
        *history, last = self.messages
        spoken = [Turn(one.role, one.text()) for one in history if one.role in ("user", "assistant")]
        return AskRequest(_users(last.role, last.text()), history=tuple(spoken), images=last.images())


def _paths(under: str | list[str]) -> tuple[str, ...]:
    return (under,) if isinstance(under, str) else tuple(under)


def _users(role: str, question: str) -> str:
    if role != "user":
        raise InvalidInput("The last message must be the user's question.")
    return question


class ClassifyIn(RequestModel):
    images: list[Base64] = Field(min_length=1)
    labels: list[str]
    top: int | None = Field(default=None, ge=1)
