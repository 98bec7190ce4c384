"""The one family of errors that a person is meant to read. Each message says what was wrong and what to do next.

They are translated once, at the face: exit status 1 on the command line, a problem document over HTTP.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class VisciteError(Exception):
    """Refused or failed, with a message for the person who asked."""


class InvalidInput(VisciteError):
    """What was asked cannot be done as asked."""


class NotFound(VisciteError):
    """A collection, item or path that is not there."""


class IncompatibleIndex(VisciteError):
    """An index that was built with other models or by another format version."""


class CollectionLocked(VisciteError):
    """Another process is writing to the collection."""


class StorageFailed(VisciteError):
    """The disk refused: full, read-only or damaged."""


@contextmanager
def storage(place: Path) -> Iterator[None]:
    """Translate what LanceDB, SQLite and the disk raise into `StorageFailed`."""
    try:
        yield
    except (OSError, RuntimeError, sqlite3.OperationalError) as error:
        raise StorageFailed(
            f"Writing to {place} failed: {error}. Free some space or check the disk, then run the same command "
            "again: what was committed is kept, and the run goes on from there."
        ) from error
