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
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
from pebble import ProcessExpired, ProcessPool
from PIL import Image

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

TASKS_PER_WORKER = 200
WORKER_BYTES = 3 * 2**30
"""Address space of a worker. The most that a wall of small letters took was 2.4 GiB; others take 1.5."""
SECONDS = 60.0
"""That one picture may take. On a busy core a page of 30 long lines takes 5, the longest that is read 16."""


Lines = tuple[ReadLine, ...]
Corners = npt.NDArray[np.float64]
Line = tuple[Corners, str, float]
"""Four corners as fractions (float64[4, 2]), text and probability."""


class TextReader:
    """A pool of processes that read, started with the first picture. Use as a context manager, or `close` it."""

    def __init__(self, count: int | None = None, seconds: float = SECONDS, worker_bytes: int = WORKER_BYTES) -> None:
        self.count = count or min(2, os.cpu_count() or 1)
        self.failed = 0
        """Pictures so far that took too much time or memory, or killed their worker."""
        self._seconds = seconds
        self._worker_bytes = worker_bytes
        self._pool: ProcessPool | None = None

    @property
    def fingerprint(self) -> str:
        """What the lines depend on: RapidOCR's version, its networks and our settings."""
        networks = f"{Path(DETECTOR).stem}+{Path(RECOGNIZER).stem}"
        return (
            f"rapidocr {version('rapidocr')} {networks} side {LEAST_SIDE}-{MOST_SIDE} "
            f"probability {LEAST_PROBABILITY}/{SURE_PROBABILITY} letters {LEAST_LETTERS} "
            f"length {MOST_LENGTH:.0f} characters {MOST_CHARACTERS}"
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
        future: Future[Lines] = self._pool.schedule(read_picture, args=[fitted(pixels)], timeout=self._seconds)
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


def fitted(pixels: Pixels) -> Pixels:
    """The picture at the size that is read: the longer side at most 1280 px, the shorter if possible 736 px."""
    height, width = pixels.shape[:2]
    scale = min(MOST_SIDE / max(height, width), max(1.0, LEAST_SIDE / min(height, width)))
    if scale == 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


def read_picture(pixels: Pixels) -> Lines:
    """The lines of one picture, read in this process. Raises `MemoryError`."""
    import cv2
    from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError

    try:
        lines = _read(np.ascontiguousarray(pixels[:, :, ::-1]))
    except (cv2.error, ONNXRuntimeError) as error:
        # Both stand for an allocation that failed, and to catch them elsewhere would take importing them there.
        raise MemoryError(str(error).strip().splitlines()[-1]) from None
    return tuple(_bounded(lines))


def _read(bgr: Pixels) -> list[Line]:
    engine = _engine()
    found = engine(bgr)
    # What it returns depends on what it finds: with no line it is of another class.
    boxes = getattr(found, "boxes", None)
    if boxes is None:
        return []
    rows = in_reading_order([corners.astype(np.float64) for corners in boxes])
    rows = rows[: int(np.searchsorted(np.cumsum([_length(corners) for corners in rows]), MOST_LENGTH, "right"))]
    crops = engine.crop_text_regions(bgr, np.array(rows, np.float32))
    read = _recognize(crops)
    # A crop that is higher than wide has been turned upright, by RapidOCR and by a guess: half of these stand on their
    # head, as do the lines of a picture that does.
    doubtful = [row for row, (_, probability) in enumerate(read) if probability < SURE_PROBABILITY]
    for row, turned in zip(doubtful, _recognize([np.rot90(crops[row], 2) for row in doubtful]), strict=True):
        if turned[1] >= SURE_PROBABILITY:
            read[row] = turned
    size = np.array([bgr.shape[1], bgr.shape[0]], np.float64)
    return [
        (np.clip(corners / size, 0, 1), text, probability)
        for corners, (text, probability) in zip(rows, read, strict=True)
        if probability >= LEAST_PROBABILITY and sum(map(str.isalnum, text)) >= LEAST_LETTERS
    ]


def _recognize(crops: Sequence[Pixels]) -> list[tuple[str, float]]:
    """Text and probability of each picture of a line."""
    if not crops:
        return []
    found = _engine().recognize_txt([np.ascontiguousarray(crop) for crop in crops])
    return [(clean(text), float(score)) for text, score in zip(found.txts or (), found.scores, strict=True)]


@cache
def _engine() -> RapidOCR:
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
            "Global.max_side_len": MOST_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.model_path": str(networks / DETECTOR),
            "Rec.model_path": str(networks / RECOGNIZER),
            # The picture comes at the size to be read (`fitted`): enlarging to a least side would have no bound.
            "Det.limit_type": "max",
            "Det.limit_side_len": MOST_SIDE,
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


def _bounded(lines: Sequence[Line]) -> Iterator[ReadLine]:
    """As they are returned, up to the most characters."""
    left = MOST_CHARACTERS
    for corners, text, probability in lines:
        kept = text[:left]
        if not kept:
            return
        left -= len(kept)
        (west, north), (east, south) = corners.min(0).tolist(), corners.max(0).tolist()
        yield ReadLine(kept, (west, north, east, south), probability)
