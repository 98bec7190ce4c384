"""What HTTP clients may send, parsed once into strict types."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from store.records import Kind


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


class MinusIn(RequestModel):
    """Something to move away from: a text or a picture."""

    text: str = ""
    image: Base64 = ""


class SearchIn(RequestModel):
    text: str = ""
    images: list[Base64] = []
    minus: list[str | MinusIn] = []
    kinds: list[Kind] = []
    under: str | list[str] = []
    limit: int = 10
    min_confidence: float = 0.0
    explain: bool = False


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
