"""Draws text as it is met in pictures: signs, sheets, windows, terminals, chats, slides; on photos and plain ground."""

from __future__ import annotations

import io
import math
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import numpy.typing as npt
import pymupdf
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from models.protocols import Pixels
from scripts.captioned_photos import Captioned

Floats = npt.NDArray[np.float32]
Color = tuple[int, int, int]
Layout = Callable[["Writer", Image.Image], Image.Image]

SIDE = 448
"""Longer side of the drawn pictures: at this size the indexer hands pictures to the backbone."""
PLAIN_SHARE = 0.3
"""Of the backgrounds that are no photo."""
TURNED_SHARE = 0.25
"""Of the pictures that are shown once more on another background, smaller and turned, as photos of screens are."""

TRAINING_FONTS = (
    *("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSansMono.ttf", "DejaVuSerif.ttf"),
    *("DejaVuSerif-Bold.ttf", "STIXGeneral.ttf", "STIXGeneralBol.ttf", "STIXGeneralItalic.ttf"),
    *("helv", "heit", "cour", "cobo", "tiit", "pillow"),
)
HELD_OUT_FONTS = ("DejaVuSansMono-Bold.ttf", "cmr10.ttf", "cmb10.ttf", "cmti10.ttf", "cmtt10.ttf", "tiro", "tibo")


@dataclass(frozen=True, slots=True)
class Writer:
    """Draws words of `vocabulary` in `fonts` (font files, by name) by the numbers of `random`."""

    fonts: Sequence[bytes]
    vocabulary: Sequence[str]
    random: np.random.Generator

    def between(self, low: float, high: float) -> float:
        """Log-uniform: halving a size matters as much as doubling it."""
        return float(math.exp(self.random.uniform(math.log(low), math.log(high))))

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def font(self, size: float) -> ImageFont.FreeTypeFont:
        data = self.fonts[int(self.random.integers(len(self.fonts)))]
        return ImageFont.truetype(io.BytesIO(data), max(6, round(size)))

    def words(self, least: int, most: int) -> str:
        """So many words, names, numbers and times in one manner of writing."""
        manner = (str.lower, str.upper, str.title, str.capitalize)[self.random.integers(4)]
        return " ".join(manner(self.word()) for _ in range(self.random.integers(least, most + 1)))

    def word(self) -> str:
        kind = self.random.random()
        if kind < 0.75:
            return self.vocabulary[int(self.random.integers(len(self.vocabulary)))]
        if kind < 0.85:
            return "".join(self.random.choice(list(string.ascii_uppercase), self.random.integers(2, 6)))
        number = int(self.between(1, 100_000))
        return (f"{number}", f"{number / 100:.2f}", f"{number % 24}:{number % 60:02}", f"${number}")[number % 4]

    def color(self) -> Color:
        red, green, blue = self.random.integers(0, 256, 3).tolist()
        return red, green, blue

    def pair(self) -> tuple[Color, Color]:
        """Paper and ink, of high or of low contrast; half of the pairs are near to black and white."""
        gap = self.between(45, 160)
        while True:
            paper, ink = self.color(), self.color()
            if self.chance(0.5):
                paper, ink = _greyish(paper, 225), _greyish(ink, 30)
                if self.chance(0.35):
                    paper, ink = ink, paper
            if abs(_lightness(paper) - _lightness(ink)) > gap:
                return paper, ink

    def lines(self, image: Image.Image, text: Sequence[str], size: float, ink: Color, left: float, top: float) -> float:
        """Writes lines below one another in one font; returns where the next would start."""
        draw, font = ImageDraw.Draw(image), self.font(size)
        for line in text:
            draw.text((left, top), line, font=font, fill=ink)
            top += size * 1.35
        return top

    def board(self, size: float, text: Sequence[str]) -> Image.Image:
        """A board or sheet with lines in its middle, with an alpha channel."""
        paper, ink = self.pair()
        font, margin = self.font(size), size * self.random.uniform(0.2, 1.2)
        width = max(font.getlength(line) for line in text) + 2 * margin
        height = len(text) * size * 1.3 + 2 * margin
        board = Image.new("RGBA", (round(width), round(height)))
        draw = ImageDraw.Draw(board)
        shape = self.random.integers(5)
        edge = int(self.random.integers(0, 2 + int(size / 8)))
        if shape < 2:
            draw.rectangle((0, 0, width - 1, height - 1), fill=paper, outline=ink, width=edge)
        elif shape < 4:
            draw.rounded_rectangle((0, 0, width - 1, height - 1), margin, fill=paper, outline=ink, width=edge)
        for row, line in enumerate(text):
            place = (width / 2, margin + (row + 0.5) * size * 1.3)
            # Without a board, letters on a photo need a rim to be seen.
            rim = 1 if shape == 4 else 0
            draw.text(place, line, font=font, fill=ink, anchor="mm", stroke_width=rim, stroke_fill=paper)
        return board

    def paste(self, image: Image.Image, board: Image.Image) -> Image.Image:
        """The board somewhere on the picture, turned by up to 30 degrees and seen from a side."""
        board = _seen_from_aside(board, self.random)
        turn = self.random.uniform(-30, 30) if self.chance(0.6) else self.random.uniform(-4, 4)
        board = board.rotate(turn, Image.Resampling.BICUBIC, expand=True)
        shrink = min(1.0, 0.98 * image.width / board.width, 0.98 * image.height / board.height)
        board = board.resize((max(1, int(board.width * shrink)), max(1, int(board.height * shrink))))
        left = int(self.random.integers(0, image.width - board.width + 1))
        top = int(self.random.integers(0, image.height - board.height + 1))
        image.paste(board, (left, top), board)
        return image


def signs(writer: Writer, image: Image.Image) -> Image.Image:
    """Street signs, shop signs, labels and posters: one to three boards of a few words."""
    for _ in range(writer.random.integers(1, 4)):
        size = writer.between(0.035, 0.3) * image.height
        text = [writer.words(1, 3) for _ in range(writer.random.integers(1, 4))]
        image = writer.paste(image, writer.board(size, text))
    return image


def sheet(writer: Writer, image: Image.Image) -> Image.Image:
    """A letter, note, label or receipt: many short lines."""
    size = writer.between(0.028, 0.07) * image.height
    text = [writer.words(1, 6) for _ in range(writer.random.integers(4, 14))]
    return writer.paste(image, writer.board(size, text))


def scrawl(writer: Writer, image: Image.Image) -> Image.Image:
    """Slanting letters that dance, as written by hand."""
    size = writer.between(0.05, 0.15) * image.height
    text, ink = writer.words(2, 5), writer.pair()
    board = Image.new("RGBA", (round(size * (len(text) * 0.75 + 2)), round(size * 2.5)), (*ink[0], 255))
    draw, font, left = ImageDraw.Draw(board), writer.font(size), size
    for letter in text:
        draw.text((left, size * writer.random.uniform(0.5, 0.75)), letter, font=font, fill=ink[1])
        left += font.getlength(letter) * writer.random.uniform(0.85, 1.1)
    return writer.paste(image, board)


def window(writer: Writer, image: Image.Image) -> Image.Image:
    """A screenshot: a window with a title, menus, paragraphs and buttons, over all or part of the picture."""
    (paper, ink), (bar, title) = writer.pair(), writer.pair()
    width, height = image.size
    inset = 0 if writer.chance(0.6) else writer.random.uniform(0.05, 0.25)
    left, top, right, bottom = width * inset, height * inset, width * (1 - inset), height * (1 - inset)
    size = writer.between(0.022, 0.045) * height
    draw = ImageDraw.Draw(image)
    draw.rectangle((left, top, right, bottom), fill=paper)
    draw.rectangle((left, top, right, top + size * 1.8), fill=bar)
    writer.lines(image, [writer.words(2, 5)], size, title, left + size, top + size * 0.3)
    row = writer.lines(
        image, ["   ".join(writer.words(1, 1) for _ in range(6))], size, ink, left + size, top + size * 2
    )
    while row < bottom - size * 2:
        if writer.chance(0.2):
            draw.rounded_rectangle((left + size, row, left + size * 9, row + size * 1.6), size / 3, fill=bar)
            row = (
                writer.lines(image, [writer.words(1, 1)], size, title, left + size * 1.5, row + size * 0.2) + size * 0.5
            )
        elif writer.chance(0.15):
            row += writer.between(1, 8) * size
        else:
            row = writer.lines(image, [writer.words(2, 12)], size, ink, left + size, row)
    return image


def terminal(writer: Writer, image: Image.Image) -> Image.Image:
    """Lines from the left edge, of one size, on a dark or light ground: a terminal or a page."""
    paper, ink = writer.pair()
    image = Image.new("RGB", image.size, paper)
    size = writer.between(0.025, 0.06) * image.height
    rows = writer.random.integers(3, max(4, int(image.height / size / 1.35)))
    text = [writer.words(1, 10) if writer.chance(0.85) else "" for _ in range(rows)]
    writer.lines(image, text, size, ink, size, size * writer.random.uniform(0.5, 3))
    return image


def slide(writer: Writer, image: Image.Image) -> Image.Image:
    """A title and points below it."""
    paper, ink = writer.pair()
    image = Image.new("RGB", image.size, paper) if writer.chance(0.7) else image
    size = writer.between(0.05, 0.12) * image.height
    left = size * writer.random.uniform(0.5, 2)
    row = writer.lines(image, [writer.words(1, 4)], size * 1.5, ink, left, size)
    writer.lines(image, ["- " + writer.words(1, 6) for _ in range(writer.random.integers(1, 6))], size, ink, left, row)
    return image


def subtitle(writer: Writer, image: Image.Image) -> Image.Image:
    """A line or two across the lower part of a picture."""
    size = writer.between(0.045, 0.1) * image.height
    draw, font = ImageDraw.Draw(image), writer.font(size)
    for row in range(writer.random.integers(1, 3)):
        place = (image.width / 2, image.height - size * (1 + 1.4 * row))
        draw.text(place, writer.words(3, 6), font=font, fill="white", anchor="mm", stroke_width=1, stroke_fill="black")
    return image


def chat(writer: Writer, image: Image.Image) -> Image.Image:
    """Speech bubbles from the left and from the right, as on a telephone."""
    image = Image.new("RGB", image.size, writer.pair()[0]) if writer.chance(0.7) else image
    size = writer.between(0.028, 0.05) * image.height
    row, draw = size, ImageDraw.Draw(image)
    while row < image.height - 4 * size:
        paper, ink = writer.pair()
        left = size if writer.chance(0.5) else image.width * 0.35
        count = int(writer.random.integers(1, 4))
        bubble = (left, row, left + image.width * 0.6, row + size * (1.35 * count + 0.8))
        draw.rounded_rectangle(bubble, size / 2, fill=paper)
        row = writer.lines(
            image, [writer.words(1, 5) for _ in range(count)], size, ink, left + size / 2, row + size / 3
        )
        row += size * 1.5
    return image


def table(writer: Writer, image: Image.Image) -> Image.Image:
    """Cells with words and numbers between rules, on a sheet that is turned or not."""
    paper, ink = writer.pair()
    columns, rows = writer.random.integers(2, 6), writer.random.integers(3, 15)
    size = writer.between(0.03, 0.05) * image.height
    cell, sheet_height = size * 7, round(size * 1.7 * rows)
    board = Image.new("RGBA", (round(cell * columns), sheet_height), (*paper, 255))
    draw, font = ImageDraw.Draw(board), writer.font(size)
    for column in range(columns):
        draw.line((column * cell, 0, column * cell, sheet_height), fill=ink)
        for row in range(rows):
            draw.text((column * cell + size / 3, row * size * 1.7 + size / 3), writer.word()[:9], font=font, fill=ink)
    return writer.paste(image, board)


def plate(writer: Writer, image: Image.Image) -> Image.Image:
    """One short plate, as of a car, a door or a player."""
    return writer.paste(image, writer.board(writer.between(0.05, 0.3) * image.height, [writer.words(1, 1)]))


TRAINING_LAYOUTS: tuple[Layout, ...] = (signs, signs, signs, sheet, scrawl, window, window, terminal, slide)
SPARSE_LAYOUTS: tuple[Layout, ...] = (plate, subtitle, slide)
"""Those with a few letters on a photo are missed most, and get pictures of their own."""
HELD_OUT_LAYOUTS: tuple[Layout, ...] = (chat, table)


def _lightness(color: Color) -> float:
    return 0.3 * color[0] + 0.6 * color[1] + 0.1 * color[2]


def _greyish(color: Color, grey: int) -> Color:
    red, green, blue = (round(0.2 * part + 0.8 * grey) for part in color)
    return red, green, blue


def _seen_from_aside(board: Image.Image, random: np.random.Generator) -> Image.Image:
    """A light perspective: the corners of the board drawn in by up to an eighth of a side."""
    width, height = board.size
    inward = random.uniform(0, 0.12, (4, 2)) * [width, height]
    outer = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    inner = outer + inward * [[1, 1], [-1, 1], [-1, -1], [1, -1]]
    rows = [
        row
        for (x, y), (u, v) in zip(inner, outer, strict=True)
        for row in ([x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y])
    ]
    coefficients = np.linalg.solve(np.array(rows), outer.ravel())
    return board.transform(board.size, Image.Transform.PERSPECTIVE, coefficients.tolist(), Image.Resampling.BICUBIC)


def plain(random: np.random.Generator) -> Image.Image:
    """A background that is no photo: one colour, a gradient between two, or either with noise."""
    long, short = SIDE, round(SIDE * random.uniform(0.5, 1))
    width, height = (long, short) if random.random() < 0.6 else (short, long)
    start, end = random.uniform(0, 255, 3), random.uniform(0, 255, 3)
    end = start if random.random() < 0.4 else end
    slope = (
        (np.arange(width) / width)[None, :, None]
        if random.random() < 0.5
        else (np.arange(height) / height)[:, None, None]
    )
    pixels = np.broadcast_to(start + (end - start) * slope, (height, width, 3))
    if random.random() < 0.5:
        pixels = pixels + random.normal(0, random.uniform(3, 40), (height, width, int(random.choice([1, 3]))))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def worn(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """As cameras and senders leave a picture: sometimes blurred, noisy, or of few bytes."""
    if random.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(random.uniform(0.3, 1.2)))
    if random.random() < 0.3:
        pixels = np.asarray(image) + random.normal(0, random.uniform(2, 18), (image.height, image.width, 3))
        image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    if random.random() < 0.6:
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=int(random.integers(30, 95)))
        image = Image.open(stream)
    return image


def drawn(photo: Pixels, writer: Writer, layouts: Sequence[Layout]) -> Pixels:
    """A picture with text, on the photo or on a plain background."""
    image = background(photo, writer)
    image = layouts[int(writer.random.integers(len(layouts)))](writer, image)
    if writer.chance(TURNED_SHARE):
        shrink = writer.random.uniform(0.55, 0.9)
        smaller = image.resize((round(image.width * shrink), round(image.height * shrink)), Image.Resampling.BICUBIC)
        image = writer.paste(background(photo, writer), smaller.convert("RGBA"))
    image.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(worn(image, writer.random))


def background(photo: Pixels, writer: Writer) -> Image.Image:
    """The photo or a plain picture; sometimes larger, to be drawn upon and then shrunk, as photos of text are."""
    image = plain(writer.random) if writer.chance(PLAIN_SHARE) else Image.fromarray(photo)
    scale = SIDE / max(image.size) * (2 if writer.chance(0.4) else 1)
    return image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BICUBIC)


def without_text(writer: Writer) -> Pixels:
    """A plain background, with empty boards or without, so that the gate learns letters and not boards."""
    image = plain(writer.random)
    for _ in range(writer.random.integers(0, 4)):
        image = writer.paste(image, writer.board(writer.between(0.05, 0.3) * image.height, [" " * 12]))
    return np.asarray(worn(image, writer.random))


def read_fonts(names: Sequence[str]) -> list[bytes]:
    """Font files: matplotlib's (`.ttf`), those built into PyMuPDF, and Pillow's own."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return [_read_font(name, folder) for name in names]


def _read_font(name: str, folder: Path) -> bytes:
    if name == "pillow":
        default = ImageFont.load_default(12)
        assert isinstance(default, ImageFont.FreeTypeFont)
        stream = default.path
        assert isinstance(stream, io.BytesIO)
        return stream.getvalue()
    return (folder / name).read_bytes() if name.endswith(".ttf") else bytes(pymupdf.Font(name).buffer)


def vocabularies(photos: Sequence[Captioned]) -> tuple[list[str], list[str]]:
    """The words of captions, for training and held out: two lists that share none."""
    words = {word for photo in photos for caption in photo.captions for word in caption.lower().split()}
    ordered = sorted(word for word in words if word.isalpha() and len(word) > 2)
    return [word for place, word in enumerate(ordered) if place % 4], ordered[::4]
