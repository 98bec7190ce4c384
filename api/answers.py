"""Answers over HTTP: whole, as server-sent events, and in the form that OpenAI's clients know.

Who goes away while an answer is made stops the model. Whatever the form, the citations are the same.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, format_sse_event
from pydantic import BaseModel

from api.openai_schemas import (
    ChunkOut,
    CompletionOut,
    DeltaOut,
    ModelListOut,
    OpenAIErrorOut,
)
from api.problems import problem_of
from api.requests import ChatIn, CompletionIn
from api.schemas import AnswerOut, EvidenceListOut, TextOut, claim_out
from api.service import Viscite
from generator.events import AnswerMade, ClaimChecked, Event, EvidenceShown, TextWritten, checked_text
from generator.stream import AnswerStream
from store.errors import VisciteError

CLIENT_LEFT = 499
"""What the log says of a request that nobody waits for; the number is that of nginx."""


def add_answers(app: FastAPI, viscite: Viscite) -> None:
    """The routes that answer questions."""

    @app.post("/v1/collections/{collection}/chat", response_model=AnswerOut)
    async def chat(collection: str, body: ChatIn, request: Request) -> Response | AnswerOut:
        """A checked answer to the last message; with `stream`, the events `evidence`, `text`, `claim`, `answer`."""
        started = time.perf_counter()
        stream = await run_in_threadpool(viscite.open_answer, body.asked(), collection)
        if body.stream:
            return EventSourceResponse(_sent(stream, request, collection, started))
        return await _whole(stream, request, collection, started) or Response(status_code=CLIENT_LEFT)

    @app.post("/v1/chat/completions", response_model=CompletionOut)
    async def complete(body: CompletionIn, request: Request) -> Response | CompletionOut:
        """The same for clients of OpenAI: model `viscite/{collection}`, citations in `viscite` beside `choices`.

        Streamed text is checked already: a sentence that does not stand is never sent.
        """
        started = time.perf_counter()
        collection = body.collection
        stream = await run_in_threadpool(viscite.open_answer, body.asked(), collection)
        if body.stream:
            return EventSourceResponse(_chunks(stream, request, body.model, started))
        whole = await _whole(stream, request, collection, started)
        return CompletionOut.of(body.model, _new_id(), whole) if whole else Response(status_code=CLIENT_LEFT)

    @app.get("/v1/models")
    def list_models() -> ModelListOut:
        """The collections, as the models that OpenAI's clients may choose from."""
        return ModelListOut.of([collection.name for collection, _ in viscite.status()])


async def _events(stream: AnswerStream, request: Request) -> AsyncIterator[Event]:
    """The events of an answer to its end, or until the client has left."""
    leaving = asyncio.ensure_future(_left(request))
    try:
        while True:
            coming = asyncio.ensure_future(run_in_threadpool(partial(next, stream, None)))
            coming.add_done_callback(_forget)
            await asyncio.wait({coming, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done() or (event := coming.result()) is None:
                return
            yield event
    finally:
        leaving.cancel()
        stream.close()


async def _left(request: Request) -> None:
    """Returns when the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _forget(coming: asyncio.Future[Any]) -> None:
    """What comes after the client has left is of no interest, not even an error."""
    if not coming.cancelled():
        coming.exception()


async def _whole(stream: AnswerStream, request: Request, collection: str, started: float) -> AnswerOut | None:
    """The answer; None if the client left before it was made."""
    async for event in _events(stream, request):
        if isinstance(event, AnswerMade):
            return AnswerOut.of(event.answer, collection, time.perf_counter() - started)
    return None


async def _sent(stream: AnswerStream, request: Request, collection: str, started: float) -> AsyncIterator[bytes]:
    try:
        async for event in _events(stream, request):
            match event:
                case EvidenceShown(evidence):
                    yield _event("evidence", EvidenceListOut.of(evidence, collection))
                case TextWritten(text):
                    yield _event("text", TextOut(text=text))
                case ClaimChecked(claim, _):
                    yield _event("claim", claim_out(claim))
                case AnswerMade(answer):
                    yield _event("answer", AnswerOut.of(answer, collection, time.perf_counter() - started))
    except VisciteError as error:
        yield _event("error", problem_of(error))


def _event(name: str, data: BaseModel) -> bytes:
    return format_sse_event(event=name, data_str=data.model_dump_json())


async def _chunks(stream: AnswerStream, request: Request, model: str, started: float) -> AsyncIterator[bytes]:
    chunk = partial(ChunkOut.of, model, _new_id())
    collection = model.partition("/")[2]
    said = ""
    yield _chunk(chunk(DeltaOut(role="assistant", content="")))
    try:
        async for event in _events(stream, request):
            if more := checked_text(said, event):
                said += more
                yield _chunk(chunk(DeltaOut(content=more)))
            if isinstance(event, AnswerMade):
                whole = AnswerOut.of(event.answer, collection, time.perf_counter() - started)
                yield _chunk(chunk(DeltaOut(), whole))
    except VisciteError as error:
        yield format_sse_event(data_str=OpenAIErrorOut.of(error).model_dump_json())
    yield format_sse_event(data_str="[DONE]")


def _chunk(chunk: ChunkOut) -> bytes:
    return format_sse_event(data_str=chunk.model_dump_json(exclude_unset=True))


def _new_id() -> str:
    return f"chatcmpl-{uuid.uuid4().hex}"
