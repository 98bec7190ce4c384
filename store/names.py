"""Paths and words as they can be written down, and the places that a path may mean."""

from __future__ import annotations

import os
from pathlib import Path


def is_text(words: str) -> bool:
    """Whether words can be written as UTF-8: the name of a file in other bytes holds halves of characters."""
    return words.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in words)


def printable(name: str) -> str:
    """The name of a file with an escape for each byte that is no text."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def places(path: str) -> tuple[str, ...]:
    """The absolute paths under which what a person names may be indexed: without links, as index runs do, and as named.

    The file itself may be gone.
    """
    named = os.path.expanduser(path)
    return tuple(dict.fromkeys((str(Path(named).resolve()), os.path.abspath(named))))
