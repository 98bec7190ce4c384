"""Any chat model that `pydantic-ai` knows: OpenAI, Anthropic, Google, and every server that speaks OpenAI's protocol.

Pictures are sent as bytes. Requests run on one event loop of their own, so that a wait can be ended from outside.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from functools import cached_property
from typing import Any

from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import AgentRunError, ModelHTTPError, UserError
from pydantic_ai.messages import (
    BinaryContent,
    ModelRequest,
    PartDeltaEvent,
    PartStartEvent,
    SystemPromptPart,
    TextPart,
    TextPartDelta,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters, infer_model
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.settings import ModelSettings

from models.errors import ModelFailed, ModelUnavailable, SchemaRefused
from models.protocols import Fingerprint

SCHEMA_REFUSED = frozenset({400, 404, 415, 422, 501})
"""Status by which servers say that they do not know `response_format`."""
REQUEST_SECONDS = 120.0


class RemoteChat:
    """A `ChatModel` over the network, or over loopback."""

    def __init__(self, model: Model, *, sees: bool, takes_schema: bool, most_tokens: int = 1024) -> None:
        self._model = model
        self._sees = sees
        self._takes_schema = takes_schema
        self._settings = ModelSettings(max_tokens=most_tokens, temperature=0.0, timeout=REQUEST_SECONDS)

    @classmethod
    def named(cls, name: str, *, sees: bool | None = None, takes_schema: bool | None = None) -> RemoteChat:
        """A model by pydantic-ai's name, as in `anthropic:claude-sonnet-4-5`; its key is read from the environment.

        What it can do is taken from what pydantic-ai knows of it, unless said. Raises `ModelUnavailable`.
        """
        try:
            model = infer_model(name)
        except (UserError, ImportError, ValueError) as error:
            raise ModelUnavailable(f"The answer model '{name}' cannot be used: {error}") from error
        profile = model.profile
        return cls(
            model,
            sees=bool(profile.get("supports_image_input")) if sees is None else sees,
            takes_schema=bool(profile.get("supports_json_schema_output")) if takes_schema is None else takes_schema,
        )

    @classmethod
    def at(cls, address: str, name: str, key: str = "", *, sees: bool = False, takes_schema: bool = True) -> RemoteChat:
        """A model of a server that speaks OpenAI's protocol; `address` ends in `/v1`."""
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.providers.openai import OpenAIProvider

        provider = OpenAIProvider(base_url=address, api_key=key or "none")
        return cls(OpenAIChatModel(name, provider=provider), sees=sees, takes_schema=takes_schema)

    @property
    def fingerprint(self) -> Fingerprint:
        """The name alone: what a service runs under it is not known."""
        return Fingerprint(f"{self._model.system}:{self._model.model_name}", "", "chat", 0)

    @property
    def sees(self) -> bool:
        return self._sees

    @property
    def takes_schema(self) -> bool:
        return self._takes_schema

    def stream(
        self, instructions: str, parts: Sequence[str | bytes], schema: Mapping[str, Any] | None = None
    ) -> RemotePieces:
        """The reply as it comes. The pieces raise `ModelFailed`, or `SchemaRefused` before the first of them."""
        content = [part if isinstance(part, str) else BinaryContent(part, media_type="image/jpeg") for part in parts]
        request = ModelRequest(parts=[SystemPromptPart(instructions), UserPromptPart(content)])
        parameters = ModelRequestParameters()
        if schema is not None:
            parameters = ModelRequestParameters(
                output_mode="native", output_object=OutputObjectDefinition(dict(schema), name="answer", strict=True)
            )
        return RemotePieces(self._loop, self._model, request, parameters, self._settings)

    @cached_property
    def _loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, name="chat-model", daemon=True).start()
        return loop


class RemotePieces(Iterator[str]):
    """A reply that is read on the event loop and waited for here."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        model: Model,
        request: ModelRequest,
        parameters: ModelRequestParameters,
        settings: ModelSettings,
    ) -> None:
        self._mail: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()
        self._model = model
        self._request = request
        self._parameters = parameters
        self._settings = settings
        self._reading: Future[None] = asyncio.run_coroutine_threadsafe(self._read(), loop)

    def __next__(self) -> str:
        """The next piece. Raises `ModelFailed`, or `SchemaRefused` before the first."""
        piece = self._mail.get()
        if isinstance(piece, str):
            return piece
        # Whoever asks again hears the same.
        self._mail.put(piece)
        if piece is None:
            raise StopIteration
        raise piece

    def interrupt(self) -> None:
        """Close the connection; the pieces come to their end."""
        self._reading.cancel()
        self._mail.put(None)

    async def _read(self) -> None:
        try:
            async with model_request_stream(
                self._model,
                [self._request],
                model_settings=self._settings,
                model_request_parameters=self._parameters,
            ) as events:
                async for event in events:
                    if text := _text(event):
                        self._mail.put(text)
            self._mail.put(None)
        except ModelHTTPError as error:
            self._mail.put(self._failed(error))
        except (AgentRunError, UserError) as error:
            self._mail.put(ModelFailed(f"The answer model failed: {type(error).__name__}. Ask again later."))
        # The clients of the services raise errors of their own for what breaks in mid-stream.
        except Exception as error:
            self._mail.put(ModelFailed(f"The answer model broke off ({type(error).__name__}). Ask again later."))

    def _failed(self, error: ModelHTTPError) -> ModelFailed:
        if self._parameters.output_object is not None and error.status_code in SCHEMA_REFUSED:
            return SchemaRefused(f"The answer model takes no schema (status {error.status_code}).")
        hint = "Check its key and its name." if error.status_code in (401, 403, 404) else "Ask again later."
        return ModelFailed(f"The answer model refused with status {error.status_code}. {hint}")


def _text(event: object) -> str:
    match event:
        case PartStartEvent(part=TextPart(content=text)):
            return text
        case PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
            return text
        case _:
            return ""
