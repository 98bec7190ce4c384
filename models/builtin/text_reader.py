"""Reads the text in pictures with RapidOCR (PP-OCR networks of PaddlePaddle) in worker processes.

Worker processes, because reading leaks memory: a worker is replaced after some pictures, and one that runs out of
memory or time costs only its picture. It knows nothing of which pictures are worth reading; `text_gate` does.
"""

from __future__ import annotations

import logging
import os
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
from pebble import ProcessExpired, ProcessPool
from PIL import Image

from models.builtin.skew import straightened
from models.confined import confined_pool
from models.protocols import Pixels
from store.errors import VisciteError
from store.records import ReadLine

if TYPE_CHECKING:
    from rapidocr import RapidOCR

DETECTOR = "PP-OCRv6_det_small.onnx"
RECOGNIZER = "PP-OCRv6_rec_small.onnx"
"""The networks that RapidOCR's wheel carries. Named one by one, since it downloads what is not."""

MOST_SIDE = 1280
"""Pictures are shrunk to this longer side, in pixels, before they are read."""
PAGE_SIDE = 1600
"""The same for pages, whose letters are smaller. Of 7-point letters scanned at 110 dots an inch, askew, blurred and
noisy, 0.68 % are read wrong at 1280 and 0.65 % at 1600 (`scripts/scan_eval.py`)."""
PAGE_SECONDS = 240.0
"""That one page may take: a dense one takes 10 s on an idle core."""
LEAST_SIDE = 736
"""Small pictures are enlarged towards this shorter side, because the detector misses letters under about 10 px."""
TINY_SIDE = 16
"""A picture with a shorter side than this holds nothing that can be read."""

LEAST_PROBABILITY = 0.6
"""Lines below it are mostly textures taken for letters."""
LEAST_LETTERS = 2
"""Letters and digits of a line. Single ones, and strokes like 口 and 川, are seen in windows and fences."""
SURE_PROBABILITY = 0.9
"""Upright text is read above it; text that stands on its head is read as nonsense, at 0.6 to 0.8."""
MOST_LENGTH = 2000.0
"""Lines are read from the top until together they are this many times as long as high, some 5,000 characters, because a
line takes time by that ratio (about 4 ms on a busy core) and a wall of small letters would take all of `SECONDS`."""
MOST_CHARACTERS = 8000
"""Kept of one picture, however narrow its letters are."""
PAGE_LENGTH, PAGE_CHARACTERS = 6000.0, 24_000
"""The same for pages: a page of small print is three times as long as it is worth reading of a photo."""
SIDEWAYS = 0.6
"""The share of the letters of a page that stand in lines higher than wide, from which it is read turned."""

TASKS_PER_WORKER = 200
WORKER_BYTES = 3 * 2**30
"""Address space of a worker. The most that a wall of small letters took was 2.4 GiB; others take 1.5."""
SECONDS = 60.0
"""That one picture may take. On a busy core a page of 30 long lines takes 5, the longest that is read 16."""


Lines = tuple[ReadLine, ...]
Corners = npt.NDArray[np.float64]
Line = tuple[Corners, str, float]
"""Four corners as fractions (float64[4, 2]), text and probability."""


@dataclass(frozen=True, slots=True)
class Sort:
    """What sort of pictures are read: how large, how much of each, and whether they are put straight first."""

    most_side: int = MOST_SIDE
    most_length: float = MOST_LENGTH
    most_characters: int = MOST_CHARACTERS
    is_page: bool = False


PICTURES = Sort()
PAGES = Sort(PAGE_SIDE, PAGE_LENGTH, PAGE_CHARACTERS, is_page=True)


class TextReader:
    """A pool of processes that read, started with the first picture. Use as a context manager, or `close` it."""

    def __init__(
        self,
        count: int | None = None,
        seconds: float = SECONDS,
        worker_bytes: int = WORKER_BYTES,
        sort: Sort = PICTURES,
    ) -> None:
        self.count = count or min(2, os.cpu_count() or 1)
        self.failed = 0
        """Pictures so far that took too much time or memory, or killed their worker."""
        self._seconds = seconds
        self._worker_bytes = worker_bytes
        self._pool: ProcessPool | None = None
        self._sort = sort

    @property
    def fingerprint(self) -> str:
        """What the lines depend on: RapidOCR's version, its networks and our settings."""
        networks = f"{Path(DETECTOR).stem}+{Path(RECOGNIZER).stem}"
        return (
            f"rapidocr {version('rapidocr')} {networks} side {LEAST_SIDE}-{self._sort.most_side} "
            f"probability {LEAST_PROBABILITY}/{SURE_PROBABILITY} letters {LEAST_LETTERS} "
            f"length {self._sort.most_length:.0f} characters {self._sort.most_characters}"
            + (" straightened" if self._sort.is_page else "")
        )

    def read(self, images: Sequence[Pixels]) -> list[Lines]:
        """The lines of each picture in reading order, none for a picture that could not be read (see `failed`).

        Raises `VisciteError` if the processes cannot even start.
        """
        futures = [self._schedule(pixels) if min(pixels.shape[:2]) >= TINY_SIDE else None for pixels in images]
        return [self._result(future) if future else () for future in futures]

    def close(self) -> None:
        """Stop the processes. The next `read` starts others."""
        if self._pool:
            self._pool.stop()
            self._pool.join()
            self._pool = None

    def _schedule(self, pixels: Pixels) -> Future[Lines]:
        if not self._pool:
            self._pool = confined_pool(self.count, TASKS_PER_WORKER, self._worker_bytes, read_picture)
        future: Future[Lines] = self._pool.schedule(
            read_picture, args=[fitted(pixels, self._sort.most_side), self._sort], timeout=self._seconds
        )
        return future

    def _result(self, future: Future[Lines]) -> Lines:
        try:
            return future.result()
        except BrokenProcessPool as error:
            raise VisciteError(
                "The processes that read text in pictures die as soon as they start. See whether this machine has "
                f"memory left: each takes up to {self._worker_bytes / 2**30:.0f} GiB."
            ) from error
        except (FutureTimeout, ProcessExpired, MemoryError):
            self.failed += 1
            return ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def fitted(pixels: Pixels, most_side: int = MOST_SIDE) -> Pixels:
    """The picture at the size that is read: the longer side at most `most_side` px, the shorter if possible 736 px."""
    height, width = pixels.shape[:2]
    scale = min(most_side / max(height, width), max(1.0, LEAST_SIDE / min(height, width)))
    if scale == 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


def read_picture(pixels: Pixels, sort: Sort = PICTURES) -> Lines:
    """The lines of one picture, read in this process. Raises `MemoryError`."""
    import cv2
    from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError

    try:
        lines, turn = _read_page(pixels, sort) if sort.is_page else (_read(pixels, sort)[0], 0.0)
    except (cv2.error, ONNXRuntimeError) as error:
        # Both stand for an allocation that failed, and to catch them elsewhere would take importing them there.
        raise MemoryError(str(error).strip().splitlines()[-1]) from None
    return tuple(_bounded(lines, sort.most_characters, turn))


def _read_page(pixels: Pixels, sort: Sort) -> tuple[list[Line], float]:
    """The lines of a page that may lie askew or on its side, and by how many degrees clockwise they are turned."""
    level, back, askew = straightened(pixels)
    lines, on_head = _read(level, sort)
    turn = 180 if on_head else 0
    if _share_sideways(lines, level) > SIDEWAYS:
        # Lines that run down the page are read right too, but each by a guess, and in no order.
        quarter, on_head = _read(np.ascontiguousarray(np.rot90(level)), sort)
        lines = [(np.stack([1 - corners[:, 1], corners[:, 0]], 1), text, sure) for corners, text, sure in quarter]
        turn = 270 if on_head else 90
    if back is not None:
        lines = [(_mapped(corners, back, level), text, sure) for corners, text, sure in lines]
    return lines, turn + askew


def _share_sideways(lines: Sequence[Line], pixels: Pixels) -> float:
    size = np.array([pixels.shape[1], pixels.shape[0]], np.float64)
    letters = [(len(text), np.ptp(corners * size, 0)) for corners, text, _ in lines]
    return sum(count for count, (across, down) in letters if down > 1.5 * across) / max(1, sum(n for n, _ in letters))


def _mapped(corners: Corners, back: npt.NDArray[np.float64], pixels: Pixels) -> Corners:
    """Corners on the straightened page as corners on the page itself, both as fractions."""
    size = np.array([pixels.shape[1], pixels.shape[0]], np.float64)
    moved = (corners * size) @ back[:, :2].T + back[:, 2]
    return np.asarray(np.clip(moved / size, 0, 1), np.float64)


def _read(pixels: Pixels, sort: Sort) -> tuple[list[Line], bool]:
    """The lines of a picture, and whether most of them stand on their head."""
    bgr = np.ascontiguousarray(pixels[:, :, ::-1])
    engine = _engine(sort.most_side)
    found = engine(bgr)
    # What it returns depends on what it finds: with no line it is of another class.
    boxes = getattr(found, "boxes", None)
    if boxes is None:
        return [], False
    rows = in_reading_order([corners.astype(np.float64) for corners in boxes])
    rows = rows[: int(np.searchsorted(np.cumsum([_length(corners) for corners in rows]), sort.most_length, "right"))]
    crops = engine.crop_text_regions(bgr, np.array(rows, np.float32))
    read = _recognize(crops, engine)
    # A crop that is higher than wide has been turned upright, by RapidOCR and by a guess: half of these stand on their
    # head, as do the lines of a picture that does.
    doubtful = [row for row, (_, probability) in enumerate(read) if probability < SURE_PROBABILITY]
    on_head = 0
    for row, turned in zip(doubtful, _recognize([np.rot90(crops[row], 2) for row in doubtful], engine), strict=True):
        if turned[1] >= SURE_PROBABILITY:
            read[row] = turned
            on_head += crops[row].shape[1] > crops[row].shape[0]
    size = np.array([bgr.shape[1], bgr.shape[0]], np.float64)
    lines = [
        (np.clip(corners / size, 0, 1), text, probability)
        for corners, (text, probability) in zip(rows, read, strict=True)
        if probability >= LEAST_PROBABILITY and sum(map(str.isalnum, text)) >= LEAST_LETTERS
    ]
    return lines, 2 * on_head > len(lines)


def _recognize(crops: Sequence[Pixels], engine: RapidOCR) -> list[tuple[str, float]]:
    """Text and probability of each picture of a line."""
    if not crops:
        return []
    found = engine.recognize_txt([np.ascontiguousarray(crop) for crop in crops])
    return [(clean(text), float(score)) for text, score in zip(found.txts or (), found.scores, strict=True)]


@cache
def _engine(most_side: int) -> RapidOCR:
    """The networks, loaded once a process."""
    import cv2
    import rapidocr

    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    cv2.setNumThreads(1)
    networks = Path(rapidocr.__file__).with_name("models")
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.use_rec": False,
            "Global.max_side_len": most_side,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.model_path": str(networks / DETECTOR),
            "Rec.model_path": str(networks / RECOGNIZER),
            # The picture comes at the size to be read (`fitted`): enlarging to a least side would have no bound.
            "Det.limit_type": "max",
            "Det.limit_side_len": most_side,
        }
    )


def clean(text: str) -> str:
    """The text without control and other invisible characters, its spaces single."""
    visible = "".join(letter if not unicodedata.category(letter).startswith("C") else " " for letter in text)
    return " ".join(visible.split())


def in_reading_order(boxes: Sequence[Corners]) -> list[Corners]:
    """Rows from top to bottom, each from left to right; `boxes` are float64[4, 2], the corners in pixels.

    A line belongs to the row above it if its middle is less than half a line's height lower.
    """
    ordered: list[Corners] = []
    row: list[Corners] = []
    for corners in sorted(boxes, key=_middle):
        if row and _middle(corners) - _middle(row[0]) >= min(_sides(row[0])) / 2:
            ordered += sorted(row, key=_left)
            row = []
        row.append(corners)
    return ordered + sorted(row, key=_left)


def _middle(corners: Corners) -> float:
    return float(corners[:, 1].mean())


def _left(corners: Corners) -> float:
    return float(corners[:, 0].min())


def _sides(corners: Corners) -> tuple[float, float]:
    return float(np.linalg.norm(corners[1] - corners[0])), float(np.linalg.norm(corners[2] - corners[1]))


def _length(corners: Corners) -> float:
    """In heights of the line, which is what reading it costs."""
    short, long = sorted(_sides(corners))
    return long / max(short, 1)


def _bounded(lines: Sequence[Line], most_characters: int, turn: float) -> Iterator[ReadLine]:
    """As they are returned, up to the most characters."""
    left = most_characters
    for corners, text, probability in lines:
        kept = text[:left]
        if not kept:
            return
        left -= len(kept)
        (west, north), (east, south) = corners.min(0).tolist(), corners.max(0).tolist()
        yield ReadLine(kept, (west, north, east, south), probability, turn)
