"""The words in a file's name that a person chose."""

from __future__ import annotations

import re
from pathlib import PurePath

CAMERA = frozenset(
    [
        "cimg",
        "copy",
        "dji",
        "dsc",
        "dscf",
        "dscn",
        "edit",
        "edited",
        "final",
        "gopr",
        "image",
        "images",
        "img",
        "imgp",
        "jpeg",
        "jpg",
        "mov",
        "mvimg",
        "pano",
        "photo",
        "photos",
        "pic",
        "picture",
        "pxl",
        "sam",
        "scan",
        "screenshot",
        "thumb",
        "thumbnail",
        "untitled",
        "vid",
        "wa",
        "whatsapp",
    ]
)
"""What cameras, phones and programs write."""

_HASH = re.compile(r"(?=[a-z]*\d)[0-9a-f]{8,}|[0-9a-z]{24,}")
_WORD = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def chosen_words(name: str) -> tuple[str, ...]:
    """Lower-case words of a file name, without its folder, suffix, numbers, hashes and camera names."""
    stem = _HUMP.sub(" ", PurePath(name).stem)
    kept = [part for part in re.split(r"[\s_.\-]+", stem) if not _HASH.fullmatch(part.lower())]
    words = [word.lower() for part in kept for word in _WORD.findall(part)]
    return tuple(word for word in words if word not in CAMERA and (len(word) > 2 or not word.isascii()))
