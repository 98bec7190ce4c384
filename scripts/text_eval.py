"""Makes an evaluation folder of 50 pictures that hold text: `text_eval.py OUT [--check] [--memory [N]]`.

Signs, labels and screenshots, each with a few words of its own, on coloured, noisy grounds and turned by up to 25
degrees. OUT gets `pictures/`, `queries.jsonl` (the words) and `qrels.tsv`. Then: `viscite index OUT --collection text`
and `viscite eval OUT --collection text`.

`--check` runs the gate and the reader on them and prints what they find; `--memory` reads N pictures in a row and
prints the memory of the processes. Words, layouts and most fonts are not those of `scripts/train_text_gate.py`.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle, islice
from pathlib import Path

import matplotlib
import numpy as np
import psutil  # type: ignore[import-untyped]
import pymupdf
from PIL import Image, ImageDraw, ImageFont

from models.builtin.backbone import Backbone
from models.builtin.text_gate import TextGate
from models.builtin.text_reader import MOST_SIDE, TextReader
from models.protocols import Pixels
from scripts.evaluation_folder import write_queries

SEED = 20_000
PICTURES = 50
LEAST_SIDE, LARGEST_SIDE = 300, 1600
MOST_TURN = 25
GATE_SIDE = 448
"""Longer side at which the indexer hands pictures to the backbone."""
GATE_BATCH = 16
REPORT_EVERY = 100
MEMORY_BATCH = 10

FONTS = (
    *("hebo", "hebi", "coit", "tibi", "cmss10.ttf", "DejaVuSans-BoldOblique.ttf", "DejaVuSerif-BoldItalic.ttf"),
    "STIXGeneralBolIta.ttf",
)
OWNERS = (
    *("Kestrel", "Thornbury", "Okafor", "Lindqvist", "Marchetti", "Whitlock", "Petrov", "Yamada", "Delacroix"),
    *("Hargreaves", "Novak", "Castellan", "Bergstrom", "Villanueva", "Ashcombe", "Rutherford", "Zielinski"),
)
THINGS = (
    *("Bakery", "Pharmacy", "Invoice", "Ferry", "Orchestra", "Warranty", "Kombucha", "Quarry", "Dentist", "Backup"),
    *("Marmalade", "Passport", "Galaxy", "Turbine", "Cathedral", "Firmware", "Origami", "Glacier", "Password"),
)
FILLERS = (
    *("please ring the bell", "open daily", "handle with care", "version history", "file  edit  view  help", "sign in"),
    *("this side up", "all rights reserved", "next departure", "save changes?", "no items selected", "best before"),
)

Color = tuple[int, int, int]
Painter = Callable[["Page"], None]


@dataclass(frozen=True, slots=True)
class Page:
    """What a layout paints: an empty sheet of `paper`, the words it must show, and the chance it may use."""

    image: Image.Image
    words: tuple[str, ...]
    paper: Color
    ink: Color
    accent: Color
    random: np.random.Generator

    def write(
        self, text: str, x: float, y: float, height: float, ink: Color, width: float = 0.9, anchor: str = "mm"
    ) -> None:
        """Text at a place and of a height that are fractions of the sheet, made smaller to fit `width` of it."""
        size = height * self.image.height
        font = _font(FONTS[self.random.integers(len(FONTS))], size)
        longest = width * self.image.width
        if font.getlength(text) > longest:
            font = font.font_variant(size=size * longest / font.getlength(text))
        place = (x * self.image.width, y * self.image.height)
        ImageDraw.Draw(self.image).text(place, text, font=font, fill=ink, anchor=anchor)

    def fill(self, left: float, top: float, right: float, bottom: float, color: Color, round_by: float = 0.0) -> None:
        """A rectangle, in fractions of the sheet."""
        width, height = self.image.size
        box = (left * width, top * height, right * width, bottom * height)
        ImageDraw.Draw(self.image).rounded_rectangle(box, round_by * height, fill=color)

    def filler(self) -> str:
        """A phrase that several pictures share."""
        return FILLERS[self.random.integers(len(FILLERS))]


def shop_sign(page: Page) -> None:
    """Large words between two bars."""
    page.fill(0, 0, 1, 0.12, page.accent)
    page.fill(0, 0.88, 1, 1, page.accent)
    page.write(" ".join(page.words[:2]).upper(), 0.5, 0.4, 0.26, page.ink)
    page.write(page.words[2], 0.5, 0.7, 0.2, page.ink)


def road_sign(page: Page) -> None:
    """A word a line beside an arrow."""
    ImageDraw.Draw(page.image).polygon(
        [(x * page.image.width, y * page.image.height) for x, y in ((0.05, 0.5), (0.18, 0.2), (0.18, 0.8))], page.accent
    )
    for row, word in enumerate(page.words):
        page.write(word, 0.24, 0.22 + 0.28 * row, 0.19, page.ink, 0.7, "lm")


def parcel_label(page: Page) -> None:
    """An address, a remark and bars."""
    page.write(page.filler(), 0.05, 0.12, 0.09, page.ink, anchor="lm")
    for row, word in enumerate(page.words):
        page.write(word, 0.05, 0.3 + 0.15 * row, 0.12, page.ink, anchor="lm")
    for bar in range(40):
        left = 0.05 + bar * 0.02
        page.fill(left, 0.75, left + float(page.random.uniform(0.003, 0.015)), 0.93, page.ink)


def jar_label(page: Page) -> None:
    """Words in the middle of an oval."""
    width, height = page.image.size
    ImageDraw.Draw(page.image).ellipse((0, 0, width, height), outline=page.accent, width=max(2, height // 30))
    page.write(page.words[1], 0.5, 0.4, 0.17, page.ink, 0.75)
    page.write(f"{page.words[0]} {page.words[2]}", 0.5, 0.62, 0.12, page.ink, 0.75)
    page.write(page.filler(), 0.5, 0.78, 0.07, page.ink, 0.5)


def dialog(page: Page) -> None:
    """A question with two buttons."""
    page.fill(0, 0, 1, 0.15, page.accent)
    page.write(page.filler(), 0.04, 0.08, 0.07, _over(page.accent), anchor="lm")
    page.write(" ".join(page.words), 0.06, 0.36, 0.085, page.ink, 0.88, "lm")
    page.write(page.filler(), 0.06, 0.53, 0.065, page.ink, 0.88, "lm")
    for left, text in ((0.45, "Cancel"), (0.73, "Continue")):
        page.fill(left, 0.76, left + 0.23, 0.92, page.accent, 0.03)
        page.write(text, left + 0.115, 0.84, 0.065, _over(page.accent), 0.2)


def inbox(page: Page) -> None:
    """A list beside a column of folders; one row has the words."""
    page.fill(0, 0, 0.24, 1, page.accent)
    for row in range(6):
        page.write(f"Folder {row + 1}", 0.03, 0.12 + 0.12 * row, 0.045, _over(page.accent), 0.2, "lm")
    chosen = int(page.random.integers(10))
    for row in range(10):
        text = " ".join(page.words) if row == chosen else page.filler()
        page.write(text, 0.28, 0.07 + 0.095 * row, 0.048, page.ink, 0.68, "lm")


def editor(page: Page) -> None:
    """Numbered, indented lines of code, in which the words are names."""
    for row in range(12):
        chosen = page.words[row // 4] if row % 4 == 1 else ""
        text = f"value = {chosen}" if chosen else ("if ready:", "return total", "# " + page.filler())[row % 3]
        page.write(str(row + 1), 0.03, 0.06 + 0.08 * row, 0.042, page.accent, anchor="lm")
        page.write(text, 0.1 + 0.05 * (row % 3), 0.06 + 0.08 * row, 0.046, page.ink, 0.75, "lm")


LAYOUTS: tuple[Painter, ...] = (shop_sign, dialog, road_sign, inbox, parcel_label, editor, jar_label)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture with text and the words it shows."""

    pixels: Pixels
    words: tuple[str, ...]


def draw() -> Iterator[Drawn]:
    """Pictures without end, the same at every call; no two of the first thousands share all their words."""
    random = np.random.default_rng(SEED)
    seen: set[tuple[str, ...]] = set()
    for layout in cycle(LAYOUTS):
        words = (str(random.choice(OWNERS)), str(random.choice(THINGS)), str(random.integers(100, 1000)))
        if words not in seen:
            seen.add(words)
            yield Drawn(_picture(layout, words, random), words)


def _picture(layout: Painter, words: tuple[str, ...], random: np.random.Generator) -> Pixels:
    width, height = random.integers(LEAST_SIDE, LARGEST_SIDE + 1, 2).tolist()
    width, height = (max(width, height // 2), max(height, width // 2))
    ground = _ground(width, height, random)
    # A turned sheet must fit in, and its letters must not become smaller than a person can read.
    wide = width * random.uniform(0.65, 0.85)
    sheet = Image.new("RGB", (round(wide), round(min(wide * random.uniform(0.55, 0.8), height * 0.7))))
    paper, ink, accent = _colors(random)
    sheet.paste(paper, (0, 0, *sheet.size))
    layout(Page(sheet, words, paper, ink, accent, random))
    turned = sheet.convert("RGBA").rotate(random.uniform(-MOST_TURN, MOST_TURN), Image.Resampling.BICUBIC, expand=True)
    turned.thumbnail((width, height), Image.Resampling.LANCZOS)
    left, top = random.integers(0, width - turned.width + 1), random.integers(0, height - turned.height + 1)
    ground.paste(turned, (int(left), int(top)), turned)
    noise = random.normal(0, random.uniform(0, 12), (height, width, 1))
    return (np.asarray(ground) + noise).clip(0, 255).astype(np.uint8)


def _ground(width: int, height: int, random: np.random.Generator) -> Image.Image:
    """Soft patches of colour under grain."""
    patches = Image.fromarray(random.integers(0, 256, (*random.integers(2, 9, 2), 3), np.uint8))
    pixels = np.asarray(patches.resize((width, height), Image.Resampling.BICUBIC), np.float64)
    pixels = pixels + random.normal(0, random.uniform(2, 25), pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _colors(random: np.random.Generator) -> tuple[Color, Color, Color]:
    """Paper and ink of readable contrast, and any colour."""
    light, dark, accent = random.integers(170, 256, 3), random.integers(0, 90, 3), random.integers(0, 256, 3)
    paper, ink = (light, dark) if random.random() < 0.65 else (dark, light)
    return _color(paper.tolist()), _color(ink.tolist()), _color(accent.tolist())


def _color(parts: Sequence[int]) -> Color:
    red, green, blue = parts
    return red, green, blue


def _over(color: Color) -> Color:
    return (0, 0, 0) if sum(color) > 380 else (255, 255, 255)


def _font(name: str, size: float) -> ImageFont.FreeTypeFont:
    if name.endswith(".ttf"):
        return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name, size)
    return ImageFont.truetype(io.BytesIO(pymupdf.Font(name).buffer), size)


def write(pictures: Sequence[Drawn], out: Path) -> None:
    """The evaluation folder."""
    (out / "pictures").mkdir(parents=True, exist_ok=True)
    queries = []
    for number, drawn in enumerate(pictures):
        # A name that says nothing, because names are searched too.
        path = f"pictures/{number:02}.jpg"
        Image.fromarray(drawn.pixels).save(out / path, quality=90)
        queries.append((f"{number:02}", " ".join(drawn.words), path))
    write_queries(out, queries)
    print(f"{len(pictures)} pictures and queries in {out}")


def shrunk(pixels: Pixels, side: int) -> Pixels:
    """The picture with a longer side of at most `side`."""
    image = Image.fromarray(pixels)
    image.thumbnail((side, side), Image.Resampling.BICUBIC)
    return np.asarray(image)


def check(out: Path, pictures: Sequence[Drawn]) -> None:
    """Prints how many of the pictures in the folder pass the gate and how many are read."""
    stored = [np.asarray(Image.open(path)) for path in sorted((out / "pictures").glob("*.jpg"))]
    backbone, gate = Backbone.load(), TextGate.load()
    small = [shrunk(pixels, GATE_SIDE) for pixels in stored]
    started = time.perf_counter()
    starts = range(0, len(small), GATE_BATCH)
    pooled = np.concatenate([backbone.run(small[start : start + GATE_BATCH]).pooled for start in starts])
    backbone_seconds = time.perf_counter() - started
    started = time.perf_counter()
    passed = gate.may_hold_text(pooled)
    gate_seconds = time.perf_counter() - started
    with TextReader() as reader:
        reader.read(stored[:1])
        started = time.perf_counter()
        texts = [" ".join(line.text for line in lines) for lines in reader.read([shrunk(p, MOST_SIDE) for p in stored])]
        reader_seconds = time.perf_counter() - started
    read = [
        all(word.lower() in text.lower() for word in drawn.words) for drawn, text in zip(pictures, texts, strict=True)
    ]
    for number, drawn in enumerate(pictures):
        if not (passed[number] and read[number]):
            print(f"{number:02} gate {passed[number]}, words {drawn.words}, read: {texts[number]}")
    total = len(stored)
    print(f"{passed.sum()} of {total} pass the gate, {sum(read)} are read, {(passed & read).sum()} are found")
    print(
        f"ms a picture: backbone {1e3 * backbone_seconds / total:.1f}, gate {1e3 * gate_seconds / total:.3f}, "
        f"reader {1e3 * reader_seconds / total:.0f} with {reader.count} processes"
    )


def measure_memory(pictures: int) -> None:
    """Prints resident memory while `pictures` are read, and by how much it grows."""
    # Drawn before, because drawing large pictures changes the memory of this process more than reading does.
    drawn = cycle([shrunk(drawn.pixels, MOST_SIDE) for drawn in islice(draw(), PICTURES)])
    main, points, read = psutil.Process(), [], 0
    peaks: dict[int, float] = {}
    with TextReader() as reader:
        for done in count(MEMORY_BATCH, MEMORY_BATCH):
            lines = reader.read(list(islice(drawn, MEMORY_BATCH)))
            read += sum(map(bool, lines))
            workers = {child.pid: child.memory_info().rss / 2**20 for child in main.children(recursive=True)}
            peaks |= {pid: max(rss, peaks.get(pid, 0)) for pid, rss in workers.items()}
            points.append((done, main.memory_info().rss / 2**20))
            if done % REPORT_EVERY == 0 or done >= pictures:
                each = " + ".join(f"{rss:.0f}" for rss in workers.values())
                print(f"{done} pictures: main {points[-1][1]:.0f} MiB, workers {each} MiB", flush=True)
            if done >= pictures:
                break
    steps, resident = np.array(points[len(points) // 10 :]).T
    slope = float(np.polyfit(steps, resident, 1)[0]) if len(steps) > 1 else 0.0
    print(f"{read} of {done} held text, {reader.failed} failed")
    print(
        f"main grows by {1000 * slope:.1f} MiB per 1,000 pictures; peak of each worker, in turn: "
        + ", ".join(f"{peak:.0f}" for peak in peaks.values())
        + " MiB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--check", action="store_true", help="run the gate and the reader on the pictures")
    parser.add_argument("--memory", type=int, nargs="?", const=2000, metavar="N", help="read N pictures (2,000)")
    arguments = parser.parse_args()
    if arguments.out is None and arguments.memory is None:
        parser.error("give OUT, or --memory")
    if arguments.out is not None:
        pictures = list(islice(draw(), PICTURES))
        write(pictures, arguments.out)
        if arguments.check:
            check(arguments.out, pictures)
    if arguments.memory is not None:
        measure_memory(arguments.memory)


if __name__ == "__main__":
    main()
