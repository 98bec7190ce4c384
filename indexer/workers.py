"""Worker processes that read files under memory and time limits, so that one bad file costs only itself."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pebble import ProcessExpired

from indexer.documents.opening import document_type, open_document
from indexer.documents.reading import read_pages, render_page
from indexer.documents.records import Page
from indexer.documents.rendering import draw_text
from indexer.documents.scans import render_part
from indexer.documents.text_files import SUFFIXES as TEXT_SUFFIXES
from indexer.documents.text_files import TextPassage, read_text
from indexer.limits import FileLimits
from indexer.pictures import READING_SIDE, WORKING_SIDE, Picture, decode_picture
from models.confined import confined_pool
from models.protocols import Pixels
from store.errors import InvalidInput, VisciteError
from store.records import Box

Result = TypeVar("Result")

TASKS_PER_WORKER = 2000
"""A worker is replaced after this many files, so that what a decoder leaks goes with it."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A file as it was when its bytes were read."""

    sha256: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What reading a file gave: a picture, the number of pages of a document, the passages of a text, or why none."""

    stamp: FileStamp | None
    picture: Picture | None = None
    page_count: int = 0
    texts: tuple[TextPassage, ...] = ()
    document_type: str = ""
    failure: str = ""

    @property
    def media_type(self) -> str:
        """The type that the bytes showed."""
        return self.picture.media_type if self.picture else self.document_type


def _read(path: Path, limits: FileLimits) -> tuple[bytes, os.stat_result]:
    try:
        # Not following links and not waiting for a writer: the path may have been swapped since it was found.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise InvalidInput(f"cannot be read ({error.strerror})") from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise InvalidInput("not a regular file")
        if status.st_size > limits.file_bytes:
            raise InvalidInput(
                f"{status.st_size:,} bytes, more than the {limits.file_bytes:,} that are read "
                "(VISCITE_MAX_FILE_BYTES raises that)"
            )
        data = file.read(limits.file_bytes + 1)
    if not data:
        raise InvalidInput("an empty file")
    return data, status


def read_file(path: Path, known: str | None, limits: FileLimits) -> Contents:
    """Hash, recognise and decode one file. One whose hash is `known` is not decoded."""
    stamp = None
    try:
        data, status = _read(path, limits)
        stamp = FileStamp(hashlib.sha256(data).hexdigest(), status.st_size, status.st_mtime_ns)
        if stamp.sha256 == known:
            return Contents(stamp)
        if document := document_type(data):
            return Contents(stamp, page_count=open_document(data, limits).page_count, document_type=document)
        if text := TEXT_SUFFIXES.get(path.suffix.lower()):
            return Contents(stamp, texts=read_text(data, text, limits), document_type=text)
        return Contents(stamp, picture=decode_picture(data, limits))
    except InvalidInput as error:
        return Contents(stamp, failure=str(error))


def read_content(path: Path, sha256: str, limits: FileLimits) -> bytes:
    """The bytes of a file. Raises `InvalidInput` if they are no longer those of `sha256`."""
    data, _ = _read(path, limits)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise InvalidInput("changed since; index it again")
    return data


def read_picture(path: Path, sha256: str, limits: FileLimits) -> Pixels:
    """A picture in as many pixels as text needs. Raises `InvalidInput` if its bytes are no longer those of `sha256`."""
    return decode_picture(read_content(path, sha256, limits), limits, READING_SIDE).pixels


def read_document(path: Path, sha256: str, first: int, last: int, limits: FileLimits) -> list[Page]:
    """Pages of a PDF. Raises `InvalidInput` if its bytes are no longer those of `sha256`."""
    return read_pages(read_content(path, sha256, limits), first, last, limits)


def read_part(path: Path, sha256: str, number: int, box: Box, limits: FileLimits) -> Pixels:
    """A part of a page to be read. Raises `InvalidInput` if the bytes are no longer those of `sha256`."""
    return render_part(read_content(path, sha256, limits), number, box, limits)


class Workers:
    """A pool of worker processes. Use as a context manager."""

    def __init__(self, limits: FileLimits, count: int | None = None) -> None:
        self.limits = limits
        self.count = count or max(1, min(8, os.cpu_count() or 1))
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        self._pool = confined_pool(self.count, TASKS_PER_WORKER, limits.worker_bytes, read_file)

    def read_file(self, path: Path, known: str | None) -> Future[Contents]:
        """The file, some time later; decoded unless its hash is `known`."""
        return self._schedule(read_file, path, known, self.limits)

    def read_picture(self, path: Path, sha256: str) -> Pixels:
        """A picture of known content in as many pixels as text needs. Raises `InvalidInput` if it has changed since."""
        future: Future[Pixels] = self._schedule(read_picture, path, sha256, self.limits)
        return result_of(future, self.limits)

    def read_document(self, path: Path, sha256: str, first: int, last: int) -> Future[list[Page]]:
        """Some pages of a PDF, some time later."""
        return self._schedule(read_document, path, sha256, first, last, self.limits)

    def read_part(self, path: Path, sha256: str, number: int, box: Box) -> Future[Pixels]:
        """A part of a page in as many pixels as its letters need, some time later."""
        return self._schedule(read_part, path, sha256, number, box, self.limits)

    def decode(self, data: bytes, side: int = WORKING_SIDE) -> Picture:
        """The picture in some bytes, decoded in a worker. Raises `InvalidInput` for what is none."""
        future: Future[Picture] = self._schedule(decode_picture, data, self.limits, side)
        return result_of(future, self.limits)

    def render(self, data: bytes, number: int, box: Box | None, side: int) -> Pixels:
        """A page of a PDF, or a box of it, rendered in a worker with a longer side of about `side` pixels."""
        future: Future[Pixels] = self._schedule(render_page, data, number, box, side, self.limits)
        return result_of(future, self.limits)

    def draw_text(self, text: str, side: int) -> Pixels:
        """A text, set on a page of its own, with a longer side of about `side` pixels."""
        future: Future[Pixels] = self._schedule(draw_text, text, side)
        return result_of(future, self.limits)

    def close(self) -> None:
        """Stop the processes."""
        self._pool.stop()
        self._pool.join()

    def _schedule(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = self._pool.schedule(function, args=arguments, timeout=self.limits.seconds)
        return future

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def result_of(future: Future[Result], limits: FileLimits) -> Result:
    """What the worker returned. Raises `InvalidInput` if it ran out of time or memory or was killed by the file."""
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise VisciteError(
            "The processes that read files die as soon as they start. Give them more memory (VISCITE_WORKER_BYTES), "
            "and see whether this machine has any left."
        ) from error
    except FutureTimeout as error:
        raise InvalidInput(f"took longer than the {limits.seconds:g} s that one file may take") from error
    except MemoryError as error:
        raise InvalidInput("needs more memory than one file may use") from error
    except ProcessExpired as error:
        raise InvalidInput("the process that read it died: damaged, or too large") from error
