"""The bounds under which files are read. Their values are set in `api/settings.py`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What one file may cost. Sizes are bytes, `seconds` is for one picture or a few PDF pages."""

    file_bytes: int
    pixels: int
    frames: int
    pdf_pages: int
    page_characters: int
    worker_bytes: int
    seconds: float
