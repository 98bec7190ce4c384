"""Scans: a document as a flatbed scanner of middling care would give it back, with its facts where they then stand."""

# PyMuPDF is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pymupdf
from PIL import Image, ImageFilter

from scripts.documents.sheet import Fact
from store.records import Box

NOISE_SEED = 5


@dataclass(frozen=True, slots=True)
class Scan:
    """How a page is made worse: `skew` in degrees, `blur` in pixels, `noise` and `paper` in grey levels."""

    skew: float
    blur: float
    noise: float
    paper: int
    quality: int
    dpi: int


def scanned(data: bytes, scan: Scan) -> bytes:
    """A PDF of pictures of the pages, each turned a little differently, without any text."""
    noise = np.random.default_rng(NOISE_SEED)
    output = pymupdf.open()
    with pymupdf.open("pdf", data) as document:
        for page in document:
            pixmap = page.get_pixmap(dpi=scan.dpi, colorspace=pymupdf.csGRAY)
            image = Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)
            # Pillow turns against the clock; seen with y downwards, ours is a turn with it.
            turned = image.rotate(-turn_of(scan, page.number + 1), Image.Resampling.BICUBIC, fillcolor=255)
            grey = np.asarray(turned.filter(ImageFilter.GaussianBlur(scan.blur)), np.float32) / 255
            light = np.linspace(1.0, 0.94, grey.shape[1], dtype=np.float32)
            dirty = 30 + grey * light * (scan.paper - 30) + noise.normal(0, scan.noise, grey.shape)
            jpeg = io.BytesIO()
            Image.fromarray(dirty.clip(0, 255).astype(np.uint8)).save(jpeg, "JPEG", quality=scan.quality, dpi=(72, 72))
            sheet = output.new_page(width=page.rect.width, height=page.rect.height)
            sheet.insert_image(sheet.rect, stream=jpeg.getvalue())
    output.set_metadata({})
    return bytes(output.tobytes(garbage=3, no_new_id=True))


def turn_of(scan: Scan, page: int) -> float:
    """By how many degrees a page lies askew, clockwise: the feeder pulls in no two alike."""
    return scan.skew * (1.0 if page % 2 else 0.6)


def turned_facts(facts: Iterable[Fact], scan: Scan, width: float, height: float) -> list[Fact]:
    """The facts of pages of that size with their boxes as they stand in the scan: upright, around the turned ones."""
    return [
        replace(fact, boxes=tuple(_turned(box, turn_of(scan, fact.page), width, height) for box in fact.boxes))
        for fact in facts
    ]


def _turned(box: Box, degrees: float, width: float, height: float) -> Box:
    angle = math.radians(degrees)
    corners = [(x - width / 2, y - height / 2) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs = [width / 2 + x * math.cos(angle) - y * math.sin(angle) for x, y in corners]
    ys = [height / 2 + x * math.sin(angle) + y * math.cos(angle) for x, y in corners]
    return (round(min(xs), 1), round(min(ys), 1), round(max(xs), 1), round(max(ys), 1))
