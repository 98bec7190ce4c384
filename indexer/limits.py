"""The bounds under which files are read. Their values are set in `api/settings.py`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What one file may cost. Sizes are bytes, `seconds` is for one picture or a few pages of a document.

    `passwords` are tried on encrypted PDFs. They are in no message and in nothing that is stored.
    """

    file_bytes: int
    pixels: int
    frames: int
    pdf_pages: int
    page_characters: int
    text_bytes: int
    archive_members: int
    unpacked_bytes: int
    worker_bytes: int
    seconds: float
    passwords: tuple[str, ...] = field(default=(), repr=False)
