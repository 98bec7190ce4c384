"""Pages that are pictures of text: found at once, read in the second pass with the real reader, and kept."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PIL import Image

from api.search_request import SearchRequest
from api.service import Viscite
from api.settings import Settings
from indexer.documents.reading import read_pages
from indexer.documents.records import Page, TextLine
from indexer.documents.regions import tables_read
from indexer.documents.scans import lines_read, merged, placed
from models.builtin.skew import skew_of, straightened
from store.reader import Reader
from store.records import ReadLine, SourceState

LIMITS = Settings().file_limits()
WORDS = ("The keeper of the lighthouse was Ann Bell.", "She came to the island in 1911.", "Her dog was called Fog.")


def scan(skew: float = 0.0) -> Image.Image:
    """A small page of three lines, rendered, turned by some degrees clockwise, and blurred by JPEG."""
    document = pymupdf.open()
    page = document.new_page(width=300, height=200)
    for row, words in enumerate(WORDS):
        page.insert_text((20, 60 + 30 * row), words, fontsize=12)
    pixmap = page.get_pixmap(dpi=150)
    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    return image.rotate(-skew, resample=Image.Resampling.BICUBIC, fillcolor="white")


def scanned_pdf(path: Path, image: Image.Image, words: str = "") -> Path:
    """A PDF with a page that is the image, with a line of real text above it if `words` are given."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=60)
    document = pymupdf.open()
    page = document.new_page(width=300, height=300 if words else 200)
    page.insert_image(pymupdf.Rect(0, page.rect.height - 200, 300, page.rect.height), stream=out.getvalue())
    if words:
        page.insert_text((20, 50), words)
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save(path)
    return path


def test_only_what_is_a_picture_is_to_be_read(tmp_path: Path) -> None:
    (whole,) = read_pages(scanned_pdf(tmp_path / "a.pdf", scan()).read_bytes(), 1, 1, LIMITS)
    assert (whole.unread, whole.text) == (((0.0, 0.0, 300.0, 200.0),), "")
    (mixed,) = read_pages(scanned_pdf(tmp_path / "b.pdf", scan(), "Real words above.").read_bytes(), 1, 1, LIMITS)
    assert mixed.text == "Real words above."
    assert mixed.unread[0] == pytest.approx((0, 100, 300, 300), abs=0.5)
    blank = pymupdf.open()
    blank.new_page()
    assert read_pages(blank.tobytes(), 1, 1, LIMITS)[0].unread == ()


def test_strips_of_a_scan_are_one() -> None:
    assert merged([(0, 0, 100, 50), (0, 51, 100, 100), (300, 0, 400, 50)]) == [(0, 0, 100, 100), (300, 0, 400, 50)]


@pytest.mark.parametrize("degrees", [-3.0, -0.8, 0.0, 1.5, 4.0])
def test_skew_is_measured_and_taken_out(degrees: float) -> None:
    pixels = np.asarray(scan(degrees))
    assert skew_of(pixels) == pytest.approx(degrees, abs=0.3)
    level, _, askew = straightened(pixels)
    assert askew == pytest.approx(degrees, abs=0.3)
    assert skew_of(level) == pytest.approx(0, abs=0.3)


def test_lines_askew_are_ordered_as_if_they_were_level() -> None:
    # Two lines that fall by 3 degrees over 400 points: their boxes overlap, their level boxes do not.
    read = [ReadLine("one", (0.1, 0.1, 0.9, 0.15), 0.9, 3.0), ReadLine("two", (0.1, 0.13, 0.9, 0.18), 0.9, 3.0)]
    level = list(lines_read((0, 0, 500, 700), read))
    assert level[0].box[3] <= level[1].box[1] + 1
    standing = list(lines_read((0, 0, 500, 700), read).values())
    assert standing[0].box == (50, 70, 450, 105)


def test_a_table_of_a_skewed_page_lies_where_its_words_do() -> None:
    cells = [["Country", "2022", "2023"], ["Germany", "1,180", "1,204"], ["Peru", "77", "81"]]
    straight = [
        TextLine(text, (60 + 110 * column, 100 + 18 * row, 110 + 110 * column, 111 + 18 * row))
        for row, texts in enumerate(cells)
        for column, text in enumerate(texts)
    ]
    places = {line: replace(line, box=tuple(edge + 7 for edge in line.box)) for line in straight}
    page = placed(Page(1, 600, 800, tables=tuple(tables_read(straight))), places)
    [table] = page.tables
    assert table.box == (67, 107, 337, 154)
    assert [row.box for row in table.rows] == [(67, 125, 337, 136), (67, 143, 337, 154)]


def test_a_skewed_scan_is_read_in_the_second_pass_and_not_again(viscite: Viscite, tmp_path: Path) -> None:
    path = scanned_pdf(tmp_path / "photos" / "scan.pdf", scan(1.5))
    _, report = viscite.index([path], "default")
    assert (report.described, report.texts_read, dict(report.items)) == (1, 1, {"page": 1})
    reader = Reader.open(viscite.home.collection("default"))
    assert [source.state for source in reader.sources] == [SourceState.DONE]
    hit = viscite.search(SearchRequest(text="lighthouse keeper"), "default").hits[0]
    assert (hit.item.kind, hit.item.page) == ("passage", 1)
    assert [line["text"] for line in hit.item.attributes["lines"]] == list(WORDS)
    top, bottom = hit.item.attributes["lines"][0]["box"][1], hit.item.attributes["lines"][0]["box"][3]
    assert 35 < top < 56 < bottom < 75
    viscite.remove([str(path)], "default")
    pool = viscite.models("builtin").page_reader._pool  # type: ignore[attr-defined]
    scheduled = pool._context.task_counter
    viscite.index([path], "default")
    assert pool._context.task_counter == scheduled
    assert viscite.search(SearchRequest(text="lighthouse keeper"), "default").hits[0].item.text == " ".join(WORDS)
