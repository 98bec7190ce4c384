"""Measures the folding of near copies: how many copies of photos are found, and how many pairs of others are taken for
copies.

    python scripts/near_copies.py DATA [--photos 300] [--split val] [--sheet pairs.jpg]

DATA holds `photos.tar` and `captions.jsonl`. Pairs are all pairs of different photos of the split; `--sheet` draws
those that would be folded side by side, because such a collection holds real near copies too.
"""

from __future__ import annotations

import argparse
import io
import tarfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageEnhance

from api.settings import Settings
from api.wiring import Builtin
from indexer.pictures import perceptual_hash
from models.protocols import ImageTextEncoder, Matrix
from retriever.folding import LEAST_LIKENESS, MOST_BITS, distances
from scripts.captioned_photos import read_captions
from store.catalogue import Hashes, as_hashes

BATCH = 32
Alter = Callable[[Image.Image], Image.Image]


def jpeg(quality: int) -> Alter:
    def alter(photo: Image.Image) -> Image.Image:
        file = io.BytesIO()
        photo.save(file, "JPEG", quality=quality)
        return Image.open(file).convert("RGB")

    return alter


def resize(scale: float) -> Alter:
    def alter(photo: Image.Image) -> Image.Image:
        size = (round(photo.width * scale), round(photo.height * scale))
        return photo.resize(size, Image.Resampling.BICUBIC)

    return alter


def crop(left: float, top: float, right: float, bottom: float) -> Alter:
    """Shares of the sides that are cut off."""

    def alter(photo: Image.Image) -> Image.Image:
        width, height = photo.size
        edges = (width * left, height * top, width * (1 - right), height * (1 - bottom))
        x0, y0, x1, y1 = map(round, edges)
        return photo.crop((x0, y0, x1, y1))

    return alter


def brighten(factor: float) -> Alter:
    return lambda photo: ImageEnhance.Brightness(photo).enhance(factor)


def together(*steps: Alter) -> Alter:
    def alter(photo: Image.Image) -> Image.Image:
        for step in steps:
            photo = step(photo)
        return photo

    return alter


COPIES = {
    **{f"JPEG of quality {quality}": jpeg(quality) for quality in (30, 50, 70, 90)},
    "a quarter of the pixels": resize(0.5),
    "four times the pixels": resize(2),
    **{f"brightness {factor}": brighten(factor) for factor in (0.6, 0.8, 1.2, 1.4)},
    "1 % cut off each side": crop(0.01, 0.01, 0.01, 0.01),
    "2 % cut off each side": crop(0.02, 0.02, 0.02, 0.02),
    "3 % cut off each side": crop(0.03, 0.03, 0.03, 0.03),
    "4 % cut off each side": crop(0.04, 0.04, 0.04, 0.04),
    "5 % cut off one side": crop(0.05, 0, 0, 0),
    "2 % a side, 70 % size, brightness 1.1, quality 50": together(
        crop(0.02, 0.02, 0.02, 0.02), resize(0.7), brighten(1.1), jpeg(50)
    ),
}
"""What should be folded."""

VIEWS = {
    "camera moved by 10 % (10 % off the left, against 10 % off the right)": (crop(0.1, 0, 0, 0), crop(0, 0, 0.1, 0)),
    "camera moved by 20 %": (crop(0.2, 0, 0, 0), crop(0, 0, 0.2, 0)),
    "zoomed by 1.25": (crop(0, 0, 0, 0), crop(0.1, 0.1, 0.1, 0.1)),
}
"""Two photos of one scene, as far as one photo can show them: what should stay apart."""


def read_photos(data: Path, split: str) -> list[Image.Image]:
    """The photos of a split, in the order of their names."""
    names = {photo.image for photo in read_captions(data, split)}
    with tarfile.open(data / "photos.tar") as archive:
        members = sorted((m for m in archive.getmembers() if Path(m.name).name in names), key=lambda m: m.name)
        files = [archive.extractfile(member) for member in members]
        return [Image.open(io.BytesIO(file.read())).convert("RGB") for file in files if file]


def with_patch(photos: Sequence[Image.Image], share: float) -> list[Image.Image]:
    """Each photo with the middle of the next one in its own, over that share of its sides: another thing in the
    scene."""
    altered = []
    for photo, other in zip(photos, [*photos[1:], photos[0]], strict=True):
        changed = photo.copy()
        width, height = round(photo.width * share), round(photo.height * share)
        changed.paste(other.resize((width, height)), ((photo.width - width) // 2, (photo.height - height) // 2))
        altered.append(changed)
    return altered


def pages_of_text(count: int) -> list[Image.Image]:
    """Pictures of pages with the same layout and different words, as scans of one document are."""
    random = np.random.default_rng(1)
    pages = []
    for _ in range(count):
        page = Image.new("RGB", (600, 850), "white")
        pen = ImageDraw.Draw(page)
        for line in range(24):
            words = ["".join(random.choice(list("abcdefghilmnorstu"), random.integers(2, 10))) for _ in range(9)]
            pen.text((60, 60 + 30 * line), " ".join(words)[:62], fill="black", font_size=16)
        pages.append(page)
    return pages


def hashes_of(photos: Sequence[Image.Image]) -> Hashes:
    return as_hashes([perceptual_hash(np.asarray(photo)) for photo in photos])


def vectors_of(photos: Sequence[Image.Image], encoder: ImageTextEncoder) -> Matrix:
    batches = (photos[start : start + BATCH] for start in range(0, len(photos), BATCH))
    return np.concatenate([encoder.encode_images([np.asarray(photo) for photo in batch]) for batch in batches])


def compare(
    some: Sequence[Image.Image], others: Sequence[Image.Image], encoder: ImageTextEncoder
) -> tuple[npt.NDArray[np.int64], Matrix]:
    """int64[n] and float32[n]: the bits in which the hashes of pairs differ, and the likeness of their vectors."""
    differing = np.bitwise_count(hashes_of(some) ^ hashes_of(others)).sum(axis=1)
    return differing.astype(np.int64), (vectors_of(some, encoder) * vectors_of(others, encoder)).sum(axis=1)


def print_row(name: str, bits: npt.NDArray[np.int64], likeness: Matrix) -> None:
    folded = (bits <= MOST_BITS) & (likeness >= LEAST_LIKENESS)
    high, low = np.quantile(bits, 0.95), np.quantile(likeness, 0.05)
    print(f"{name:72} {folded.mean():7.1%} {np.median(bits):6.0f} {high:6.0f} {np.median(likeness):8.2f} {low:6.2f}")


def folded_pairs(photos: Sequence[Image.Image], encoder: ImageTextEncoder) -> Iterator[tuple[int, int, int, float]]:
    """Pairs of different photos that would be folded, with differing bits and likeness; prints what each test keeps."""
    bits, vectors = distances(hashes_of(photos)), vectors_of(photos, encoder)
    likeness = vectors @ vectors.T
    upper = np.triu(np.ones(bits.shape, bool), 1)
    by_hash, by_vector = upper & (bits <= MOST_BITS), upper & (likeness >= LEAST_LIKENESS)
    both = by_hash & by_vector
    print(f"\n{upper.sum():,} pairs of different photos; the nearest hashes differ in {bits[upper].min()} bits")
    print(f"alike by hash {by_hash.sum()}, by vector {by_vector.sum()}, by both, and so folded, {both.sum()}")
    for bound in range(32, 113, 16):
        print(f"  with at most {bound:3} bits: {(upper & (bits <= bound) & by_vector).sum()} folded")
    for one, other in np.argwhere(both):
        yield int(one), int(other), int(bits[one, other]), float(likeness[one, other])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--photos", type=int, default=300, help="photos of which copies are made")
    parser.add_argument("--split", default="val")
    parser.add_argument("--sheet", type=Path, help="where to draw the folded pairs")
    arguments = parser.parse_args()
    encoder = Builtin(Settings.load().model_cache).encoder
    photos = read_photos(arguments.data, arguments.split)
    some = photos[: arguments.photos]
    print(f"{len(some)} photos; folded: at most {MOST_BITS} bits and a likeness of at least {LEAST_LIKENESS}")
    print(f"{'copies, to be folded':72} {'folded':>7} {'bits':>6} {'95 %':>6} {'likeness':>8} {'5 %':>6}")
    for name, alter in COPIES.items():
        print_row(name, *compare(some, [alter(photo) for photo in some], encoder))
    print("other pictures of one scene, to stay apart")
    for name, (first, second) in VIEWS.items():
        print_row(name, *compare([first(p) for p in some], [second(p) for p in some], encoder))
    for share in (0.2, 0.3, 0.4, 0.5):
        print_row(f"another thing over {share:.0%} of the sides", *compare(some, with_patch(some, share), encoder))
    pages = pages_of_text(60)
    print_row("pages of other words", *compare(pages[:-1], pages[1:], encoder))
    found = list(folded_pairs(photos, encoder))
    for one, other, bits, likeness in found:
        print(f"  photos {one} and {other}: {bits} bits, likeness {likeness:.2f}")
    if arguments.sheet and found:
        draw_sheet([(photos[one], photos[other]) for one, other, _, _ in found], arguments.sheet)


def draw_sheet(pairs: Sequence[tuple[Image.Image, Image.Image]], path: Path) -> None:
    """The pairs one below the other."""
    sheet = Image.new("RGB", (460, 230 * len(pairs)), "white")
    for row, pair in enumerate(pairs):
        for column, photo in enumerate(pair):
            sheet.paste(photo.resize((224, 224)), (230 * column, 230 * row))
    sheet.save(path)


if __name__ == "__main__":
    main()
