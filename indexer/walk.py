"""Finds the files of a folder: in order of path, regular files only, never outside the folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from indexer.documents.text_files import SUFFIXES as TEXT_SUFFIXES
from store.errors import InvalidInput, NotFound
from store.names import is_text, printable

IMAGE_SUFFIXES = frozenset(
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff",
        ".ppm", ".pgm", ".pbm", ".pnm", ".avif", ".heic", ".heif", ".hif",
    }
)  # fmt: skip
"""Named so that a folder of other files is passed over by name; what a file is, its bytes say."""

DOCUMENT_SUFFIXES = frozenset({".pdf", ".epub", ".xps", ".oxps", ".cbz", ".fb2"})

PACKAGE_SUFFIXES = frozenset(
    {
        ".photoslibrary", ".photolibrary", ".aplibrary", ".migratedphotolibrary", ".lrdata", ".lrlibrary",
        ".app", ".bundle", ".framework",
    }
)  # fmt: skip
"""Folders that one program owns and that are shown to people as one file."""

Skip = Callable[[str, str], None]
"""Called with a path and why it was left out."""


def roots(paths: Sequence[Path]) -> list[Path]:
    """The paths, absolute and without links. Raises `NotFound` for one that is not there, `InvalidInput` for a name
    that is not UTF-8.
    """
    found = []
    for path in paths:
        try:
            found.append(path.expanduser().resolve(strict=True))
            if not is_text(str(found[-1])):
                raise InvalidInput(f"The name of {printable(str(path))} is not UTF-8: rename it.")
        except (OSError, RuntimeError) as error:
            raise NotFound(
                f"There is no file or folder {path}. Check the spelling, or mount what it lies on."
            ) from error
    return found


def walk(root: Path, skip: Skip) -> Iterator[Path]:
    """The files to be read under `root`, or `root` itself if it is a file.

    Hidden files, hidden folders and packages such as `.photoslibrary` are left alone. What cannot be read, leads
    out of `root`, or is no picture and no document is reported to `skip`.
    """
    if root.is_file():
        yield root
        return
    pending = [root]
    while pending:
        folder = pending.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            skip(str(folder), f"the folder cannot be read ({error.strerror})")
            continue
        folders = []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = Path(entry.path)
            if not is_text(entry.name):
                skip(printable(entry.path), "its name is not UTF-8: rename it")
                continue
            if entry.is_symlink():
                _report_link(path, root, skip)
                continue
            if entry.is_dir(follow_symlinks=False):
                if path.suffix.lower() not in PACKAGE_SUFFIXES:
                    folders.append(path)
            elif _is_wanted(path, skip):
                yield path
        pending.extend(reversed(folders))


def _report_link(link: Path, root: Path, skip: Skip) -> None:
    """Links are never followed: what lies in the folder is read where it lies, and nothing else is."""
    try:
        inside = link.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        skip(str(link), "the link leads nowhere")
    else:
        if not inside:
            skip(str(link), "the link leads out of the folder")


def _is_wanted(path: Path, skip: Skip) -> bool:
    try:
        mode = path.stat(follow_symlinks=False).st_mode
    except OSError as error:
        skip(str(path), f"cannot be read ({error.strerror})")
        return False
    if not stat.S_ISREG(mode):
        skip(str(path), "not a regular file")
        return False
    if path.suffix.lower() not in IMAGE_SUFFIXES | DOCUMENT_SUFFIXES | TEXT_SUFFIXES.keys():
        skip(str(path), f"neither a picture nor a document by its name ('{path.suffix or path.name}')")
        return False
    return True
