"""Measures how many letters of degraded scans are read wrong, by the size at which they are read.

    .venv/bin/python scripts/scan_eval.py

Draws half a page of the licence in small type, scans it in few dots an inch, askew, blurred, noisy and as poor JPEG.
"""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path

import numpy as np
import pymupdf
from PIL import Image, ImageFilter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.builtin.text_reader import PAGE_CHARACTERS, PAGE_LENGTH, Sort, read_picture
from models.protocols import Pixels

ROOT = Path(__file__).resolve().parent.parent

SCANS = ((7, 110, 0.8), (8, 100, -1.0), (10, 100, 2.5), (8, 150, -1.2))
"""Type size in points, dots an inch, degrees askew."""
SIDES = (1280, 1600, 2000)


def draw(size: int) -> tuple[pymupdf.Page, str]:
    """Half a page of type of that size, and its text."""
    words = " ".join((ROOT / "LICENSE").read_text(encoding="utf-8").split())[4000:]
    document = pymupdf.open()
    page = document.new_page()
    page.insert_textbox(pymupdf.Rect(60, 60, 535, 420), words[: 180_000 // size**2], fontsize=size, fontname="tiro")
    return page, page.get_text()


def scan(page: pymupdf.Page, dots: int, askew: float) -> Image.Image:
    """The page as a poor scanner sees it."""
    pixmap = page.get_pixmap(dpi=dots)
    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples).convert("L")
    image = image.rotate(-askew, resample=Image.Resampling.BICUBIC, fillcolor=255)
    image = image.filter(ImageFilter.GaussianBlur(0.6 * dots / 150))
    noise = np.random.default_rng(0).normal(20, 10, (image.height, image.width))
    image = Image.fromarray((0.85 * np.asarray(image, np.float32) + noise).clip(0, 255).astype(np.uint8))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=45)
    return Image.open(out).convert("RGB")


def scaled(image: Image.Image, side: int) -> Pixels:
    """The image with a longer side of `side` pixels."""
    return np.asarray(image.resize((round(image.width * side / image.height), side), Image.Resampling.BICUBIC))


def errors(truth: str, read: str) -> float:
    """The share of letters to be changed, by edit distance, blanks left out."""
    one, other = ([ord(letter) for letter in "".join(text.split())] for text in (truth, read))
    wanted, row = np.array(one), np.arange(len(one) + 1)
    steps = np.arange(len(one) + 1)
    for number, letter in enumerate(other, 1):
        best = np.minimum(row[1:] + 1, row[:-1] + (wanted != letter))
        row = np.minimum.accumulate(np.concatenate([[number], best]) - steps) + steps
    return float(row[-1]) / len(one)


def main() -> None:
    """Read every scan at every size."""
    for size, dots, askew in SCANS:
        page, truth = draw(size)
        image = scan(page, dots, askew)
        for side in SIDES:
            start = time.perf_counter()
            lines = read_picture(scaled(image, side), Sort(side, PAGE_LENGTH, PAGE_CHARACTERS, is_page=True))
            wrong = 100 * errors(truth, " ".join(line.text for line in lines))
            spent = time.perf_counter() - start
            print(f"{size} pt at {dots} dpi, {askew:+} degrees, read at {side}: {wrong:.2f} % wrong, {spent:.1f} s")


if __name__ == "__main__":
    main()
