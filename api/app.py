"""The HTTP application. Blocking work runs in Starlette's thread pool, which plain `def` routes use."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api.answers import add_answers
from api.body_limit import BodyLimit
from api.problems import handle_problems
from api.requests import ClassifyIn, SearchIn
from api.schemas import ClassifyOut, CollectionOut, ItemOut, SearchOut, StatusOut
from api.service import Viscite, timed
from api.settings import Settings
from store.errors import InvalidInput, VisciteError
from store.records import Box

THUMBNAIL_SIDE = 256
IMAGE_SIDE = 1600
"""Pixels of the longer side of derived pictures."""

NO_BOX: list[str] = []

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def create_app(viscite: Viscite) -> FastAPI:
    """The application over one `Viscite`, which it closes when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        viscite.close()

    app = FastAPI(title="Viscite", version="0.1.0", lifespan=lifespan)
    handle_problems(app)
    _add_middleware(app, viscite.settings)
    _add_health(app, viscite)
    _add_collections(app, viscite)
    _add_items(app, viscite)
    add_answers(app, viscite)
    _add_classify(app, viscite)
    return app


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes)
    # A page of another site must not reach this server under a name of its own (DNS rebinding).
    own = f"[{settings.host}]" if ":" in settings.host else settings.host
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1", "[::1]", own])

    @app.middleware("http")
    async def safe_headers(request: Request, call_next):  # type: ignore[no-untyped-def]
        response = await call_next(request)
        if request.url.path not in ("/docs", "/redoc"):
            response.headers.update(SAFE_HEADERS)
        return response


def _add_health(app: FastAPI, viscite: Viscite) -> None:
    registry = CollectorRegistry()
    seconds = Histogram("viscite_request_seconds", "Time of a request", ["path", "status"], registry=registry)

    @app.middleware("http")
    async def measure(request: Request, call_next):  # type: ignore[no-untyped-def]
        start = time.perf_counter()
        response = await call_next(request)
        route = request.scope.get("route")
        # The route's pattern: addresses as asked would make one series for every item.
        path = getattr(route, "path", "unknown")
        seconds.labels(path, str(response.status_code)).observe(time.perf_counter() - start)
        return response

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process is alive."""
        return {"status": "alive"}

    @app.get("/readyz")
    def readyz(response: Response) -> dict[str, str]:
        """The models and every collection's current version are loaded."""
        try:
            viscite.warm()
        except VisciteError as error:
            response.status_code = 503
            return {"status": "not ready", "reason": str(error)}
        return {"status": "ready"}

    @app.get("/metrics")
    async def metrics() -> Response:
        """Prometheus."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _add_collections(app: FastAPI, viscite: Viscite) -> None:
    @app.get("/v1/collections")
    def list_collections() -> StatusOut:
        """All collections, as `viscite status`."""
        return StatusOut.of(viscite.status())

    @app.get("/v1/collections/{collection}")
    def show_collection(collection: str) -> CollectionOut:
        """One collection."""
        return CollectionOut.of(*viscite.status(collection)[0])

    @app.delete("/v1/collections/{collection}", status_code=204)
    def delete_collection(collection: str) -> None:
        """Forget a collection. The files that it indexed are untouched."""
        viscite.delete(collection)

    @app.post("/v1/collections/{collection}/search")
    def search(collection: str, body: SearchIn) -> SearchOut:
        """Find pictures and pages by words, by pictures, or by both, added and subtracted."""
        request = body.request()
        found, seconds = timed(lambda: viscite.search(request, collection))
        return SearchOut.of(request, found, seconds, body.explain)


def _add_items(app: FastAPI, viscite: Viscite) -> None:
    base = "/v1/collections/{collection}/items/{identity}"

    @app.get(base)
    def item(collection: str, identity: str) -> ItemOut:
        """All that is known of an item but its vectors."""
        return ItemOut.of(*viscite.item(collection, identity), collection)

    @app.get(f"{base}/thumbnail")
    def thumbnail(collection: str, identity: str) -> Response:
        """A small JPEG of the picture, page or passage, without metadata."""
        return _jpeg(viscite.picture(collection, identity, THUMBNAIL_SIDE))

    @app.get(f"{base}/image")
    def image(
        collection: str,
        identity: str,
        highlight: bool = False,
        box: Annotated[list[str], Query(description="left,top,right,bottom, as a citation gives it")] = NO_BOX,
    ) -> Response:
        """A large JPEG of the picture, page or passage, without metadata.

        With `highlight`, the part of the page or picture around it, with its box, or the boxes given, marked.
        """
        if highlight:
            return _jpeg(viscite.highlighted(collection, identity, [_box(one) for one in box], IMAGE_SIDE))
        return _jpeg(viscite.picture(collection, identity, IMAGE_SIDE))

    @app.get(f"{base}/original")
    def original(collection: str, identity: str) -> Response:
        """The file itself, to be saved and not shown."""
        data = viscite.original(collection, identity)
        headers = {"Content-Disposition": f'attachment; filename="{identity}"'}
        return Response(data, media_type="application/octet-stream", headers=headers)


def _box(written: str) -> Box:
    try:
        left, top, right, bottom = (float(edge) for edge in written.split(","))
    except ValueError as error:
        raise InvalidInput(f"box is {written[:80]!r}; it must be four numbers: left,top,right,bottom.") from error
    return left, top, right, bottom


def _jpeg(data: bytes) -> Response:
    # An id stands for the content, so what is shown under it never changes.
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400, immutable"})


def _add_classify(app: FastAPI, viscite: Viscite) -> None:
    @app.post(
        "/v1/classify",
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": ClassifyIn.model_json_schema()},
                    "multipart/form-data": {
                        "schema": {
                            "type": "object",
                            "required": ["images", "labels"],
                            "properties": {
                                "images": {"type": "array", "items": {"type": "string", "format": "binary"}},
                                "labels": {"type": "string", "description": "labels with commas between"},
                                "top": {"type": "integer"},
                            },
                        }
                    },
                },
            }
        },
    )
    async def classify(request: Request, top: Annotated[int | None, Query(ge=1)] = None) -> ClassifyOut:
        """Which of some labels each picture shows best, or that it shows none of them."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "multipart/form-data":
            pictures, labels, most = await _multipart(request, viscite.settings)
        elif kind == "application/json":
            body = _classify_body(await request.body())
            pictures = [(f"image {place}", base64.b64decode(one)) for place, one in enumerate(body.images, 1)]
            labels, most = body.labels, body.top
        else:
            raise InvalidInput("Send pictures as multipart/form-data, or as application/json with base64.")
        results = await run_in_threadpool(viscite.classify, pictures, labels, top or most)
        return ClassifyOut.of(results, viscite.settings.profile)


def _classify_body(body: bytes) -> ClassifyIn:
    try:
        return ClassifyIn.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


async def _multipart(request: Request, settings: Settings) -> tuple[list[tuple[str, bytes]], list[str], int | None]:
    async with request.form(max_files=settings.max_pictures, max_fields=settings.max_labels + 1) as form:
        uploads = [one for one in form.getlist("images") if isinstance(one, UploadFile)]
        if not uploads:
            raise InvalidInput("No picture was sent. Send at least one file in the field 'images'.")
        pictures = [(one.filename or "image", await one.read()) for one in uploads]
        labels = [label for one in form.getlist("labels") if isinstance(one, str) for label in one.split(",")]
        top = form.get("top")
        if top is not None and not (isinstance(top, str) and top.isdecimal() and int(top) > 0):
            raise InvalidInput("'top' must be a whole number from 1.")
        return pictures, labels, int(str(top)) if top else None
