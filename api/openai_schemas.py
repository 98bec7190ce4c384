"""The replies that OpenAI's clients know, with ours in `viscite` beside `choices`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from api.problems import problem_of
from api.schemas import AnswerOut, Schema
from store.errors import VisciteError


class SpokenOut(Schema):
    role: Literal["assistant"] = "assistant"
    content: str


class ChoiceOut(Schema):
    index: int = 0
    message: SpokenOut
    finish_reason: Literal["stop"] = "stop"


class UsageOut(Schema):
    """Tokens are not counted: the built-in models have none."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class CompletionOut(Schema):
    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[ChoiceOut]
    usage: UsageOut = Field(default_factory=UsageOut)
    viscite: AnswerOut

    @classmethod
    def of(cls, model: str, identity: str, answer: AnswerOut) -> CompletionOut:
        message = SpokenOut(content=answer.answer)
        return cls(
            id=identity, created=int(time.time()), model=model, choices=[ChoiceOut(message=message)], viscite=answer
        )


class DeltaOut(Schema):
    role: Literal["assistant"] | None = None
    content: str | None = None


class ChunkChoiceOut(Schema):
    index: int
    delta: DeltaOut
    finish_reason: Literal["stop"] | None


class ChunkOut(Schema):
    """A piece of a streamed reply. What is not set is not sent."""

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: list[ChunkChoiceOut]
    viscite: AnswerOut | None = None

    @classmethod
    def of(cls, model: str, identity: str, delta: DeltaOut, answer: AnswerOut | None = None) -> ChunkOut:
        """A piece; with the answer, the last one."""
        choice = ChunkChoiceOut(index=0, delta=delta, finish_reason="stop" if answer else None)
        kind: Literal["chat.completion.chunk"] = "chat.completion.chunk"
        created = int(time.time())
        if answer is None:
            return cls(id=identity, object=kind, created=created, model=model, choices=[choice])
        return cls(id=identity, object=kind, created=created, model=model, choices=[choice], viscite=answer)


class OpenAIProblemOut(Schema):
    message: str
    type: str
    code: int


class OpenAIErrorOut(Schema):
    error: OpenAIProblemOut

    @classmethod
    def of(cls, error: VisciteError) -> OpenAIErrorOut:
        problem = problem_of(error)
        return cls(error=OpenAIProblemOut(message=problem.detail, type=problem.title, code=problem.status))


class ModelCardOut(Schema):
    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "viscite"


class ModelListOut(Schema):
    object: Literal["list"] = "list"
    data: list[ModelCardOut]

    @classmethod
    def of(cls, collections: Sequence[str]) -> ModelListOut:
        return cls(data=[ModelCardOut(id=f"viscite/{name}") for name in collections])
