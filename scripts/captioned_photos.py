"""Reads the photos and captions that the built-in models are trained on.

The folder holds `photos.tar` and `captions.jsonl` (image, split, five captions). It is not part of Viscite.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance

from models.protocols import Pixels


@dataclass(frozen=True, slots=True)
class Captioned:
    """A photo's file name and what people wrote of it."""

    image: str
    captions: list[str]


def read_captions(data: Path, split: str) -> list[Captioned]:
    """The photos of a split, in the order of their names."""
    lines = [json.loads(line) for line in (data / "captions.jsonl").read_text(encoding="utf-8").splitlines()]
    chosen = [Captioned(line["image"], line["captions"]) for line in lines if line["split"] == split]
    return sorted(chosen, key=lambda photo: photo.image)


def batches(data: Path, names: Set[str], view: int) -> Iterator[list[Pixels]]:
    """Views of the named photos, in the order of their names, which is that of the captions."""
    random = np.random.default_rng(view)
    with tarfile.open(data / "photos.tar") as archive:
        members = sorted((m for m in archive.getmembers() if Path(m.name).name in names), key=lambda m: m.name)
        for start in range(0, len(members), 32):
            files = [archive.extractfile(member) for member in members[start : start + 32]]
            yield [look(Image.open(io.BytesIO(file.read())).convert("RGB"), view, random) for file in files if file]


def look(photo: Image.Image, view: int, random: np.random.Generator) -> Pixels:
    """View 0 is the photo, 1 its mirror image, others are random crops, turned and tinted."""
    if view == 1 or (view > 1 and random.random() < 0.5):
        photo = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if view > 1:
        width, height = photo.size
        wide, high = width * random.uniform(0.7, 1), height * random.uniform(0.7, 1)
        left, top = random.uniform(0, width - wide), random.uniform(0, height - high)
        photo = photo.resize((260, 260), Image.Resampling.BICUBIC, box=(left, top, left + wide, top + high))
        photo = ImageEnhance.Brightness(photo).enhance(random.uniform(0.8, 1.2))
        photo = ImageEnhance.Color(photo).enhance(random.uniform(0.7, 1.3))
    return np.asarray(photo)
