"""Errors as RFC 9457 problem documents."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from models.errors import ModelFailed, ModelUnavailable
from store.errors import (
    CollectionLocked,
    IncompatibleIndex,
    InvalidInput,
    NotFound,
    StorageFailed,
    VisciteError,
)

STATUS: dict[type[VisciteError], int] = {
    InvalidInput: 422,
    NotFound: 404,
    IncompatibleIndex: 409,
    CollectionLocked: 409,
    ModelFailed: 502,
    ModelUnavailable: 503,
    StorageFailed: 507,
}


class Problem(BaseModel):
    """A problem document; its type is that of its status."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


def problem_of(error: VisciteError) -> Problem:
    """The problem document of an error that a person is meant to read."""
    status = STATUS.get(type(error), 500)
    return Problem(title=HTTPStatus(status).phrase, status=status, detail=str(error))


def problem(status: int, detail: str) -> JSONResponse:
    """A problem document as a response."""
    content = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail).model_dump()
    return JSONResponse(content, status, media_type="application/problem+json")


def handle_problems(app: FastAPI) -> None:
    """Let every error of `app` leave as a problem document. What is not meant for a person is not told."""

    @app.exception_handler(VisciteError)
    async def refused(request: Request, error: VisciteError) -> JSONResponse:
        return problem(STATUS.get(type(error), 500), str(error))

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        return problem(422, f"The request does not fit: {wrong}")

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail))

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        return problem(500, "Something went wrong inside Viscite. The log of the server says what.")
