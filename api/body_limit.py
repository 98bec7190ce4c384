"""Refuses request bodies that are too large before they are read into memory."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem


class BodyTooLarge(HTTPException):
    """More bytes came than a request may have. FastAPI makes a 400 of any other error while it reads a body."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"A request body may have {limit:,} bytes. Send fewer or smaller pictures.")


class BodyLimit:
    """ASGI middleware: 413 for a body of more than `limit` bytes, declared or not."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        too_large = BodyTooLarge(self._limit)
        refusal = problem(too_large.status_code, too_large.detail)
        if declared.isdigit() and int(declared) > self._limit:
            await refusal(scope, receive, send)
            return
        received, started = 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise too_large
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except BodyTooLarge:
            if not started:
                await refusal(scope, receive, send)
