"""The reader with its real networks, in worker processes, and the gate before it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from models.builtin.backbone import Backbone
from models.builtin.text_gate import TextGate
from models.builtin.text_reader import TextReader, clean, in_reading_order
from models.protocols import Pixels
from store.errors import VisciteError


def write(
    size: tuple[int, int], *texts: tuple[int, int, str, int], paper: str = "navy", ink: str = "white"
) -> Image.Image:
    """A picture with texts, each at left and top, of a height in pixels."""
    image = Image.new("RGB", size, paper)
    for left, top, text, height in texts:
        ImageDraw.Draw(image).text((left, top), text, font=ImageFont.load_default(height), fill=ink)
    return image


def screenshot() -> Pixels:
    """A window with a title, a menu and paragraphs."""
    rows = [(12, 60 + 22 * row, "The quarterly report is due on Friday, says the committee", 15) for row in range(12)]
    image = write((448, 336), (12, 34, "File   Edit   View   Help", 14), *rows, paper="white", ink="black")
    ImageDraw.Draw(image).rectangle((0, 0, 448, 28), fill="steelblue")
    ImageDraw.Draw(image).text((12, 5), "report.txt - Editor", font=ImageFont.load_default(16), fill="white")
    return np.asarray(image)


@pytest.fixture(scope="module")
def reader() -> Iterator[TextReader]:
    with TextReader(count=1) as reader:
        yield reader


SIGN = write((400, 300), (40, 60, "Harbour Street", 36), (40, 160, "left", 30), (260, 163, "right 42", 30))


def test_lines_come_in_reading_order_with_their_places(reader: TextReader) -> None:
    (lines,) = reader.read([np.asarray(SIGN)])
    assert [line.text for line in lines] == ["Harbour Street", "left", "right 42"]
    assert all(line.probability > 0.9 for line in lines)
    left, top, right, bottom = lines[0].box
    assert (left, top) == pytest.approx((40 / 400, 60 / 300), abs=0.05)
    assert (right, bottom) == pytest.approx((290 / 400, 105 / 300), abs=0.05)


@pytest.mark.parametrize("degrees", [-25, 90, 180])
def test_reads_text_that_is_turned(reader: TextReader, degrees: int) -> None:
    label = write((300, 300), (40, 130, "Kestrel 4711", 34), paper="wheat", ink="darkred")
    (lines,) = reader.read([np.asarray(label.rotate(degrees, Image.Resampling.BICUBIC))])
    assert [line.text for line in lines] == ["Kestrel 4711"]
    assert all(0 <= edge <= 1 for edge in lines[0].box)


def test_finds_nothing_where_nothing_is_written(reader: TextReader) -> None:
    plain, tiny = np.full((300, 400, 3), 120, np.uint8), np.full((15, 400, 3), 120, np.uint8)
    assert reader.read([plain, tiny]) == [(), ()]
    assert reader.read([]) == []
    assert reader.failed == 0


def test_a_picture_that_cannot_be_read_costs_only_itself() -> None:
    # Enough memory for a small picture; the large one needs a gigabyte more.
    large = np.asarray(write((1280, 1280), *((4, y, "a wall of letters " * 10, 13) for y in range(0, 1280, 16))))
    with TextReader(count=1, worker_bytes=1100 * 2**20) as reader:
        walls, (first, *_) = reader.read([large, np.asarray(SIGN)])
        assert walls == ()
        assert first.text == "Harbour Street"
        assert reader.failed == 1


def test_says_that_no_process_can_start() -> None:
    with TextReader(count=1, worker_bytes=2**20) as reader, pytest.raises(VisciteError, match="memory"):
        reader.read([np.asarray(SIGN)])


def test_cleans_control_characters_and_spaces() -> None:
    assert clean("  No\x00 entry\u200b\t today\n") == "No entry today"


def test_puts_words_of_a_slanting_row_in_order() -> None:
    def box(left: float, top: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.array([[left, top], [left + 50, top], [left + 50, top + 20], [left, top + 20]])

    boxes = [box(60, 4), box(0, 8), box(0, 40)]
    assert [tuple(corners[0]) for corners in in_reading_order(boxes[::-1])] == [(0, 8), (60, 4), (0, 40)]


def test_gate_tells_a_screenshot_from_photos(backbone: Backbone, photos: dict[str, Pixels]) -> None:
    images = [screenshot(), np.asarray(SIGN), photos["temple"], photos["flower"]]
    passed = TextGate.load().may_hold_text(backbone.run(images).pooled)
    assert passed.tolist() == [True, True, False, False]


def test_gate_of_no_pictures_is_empty(backbone: Backbone) -> None:
    assert TextGate.load().may_hold_text(backbone.run([]).pooled).shape == (0,)
