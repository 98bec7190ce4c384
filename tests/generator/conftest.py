"""Evidence, the built-in embedder and answer model, for the tests of the generator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generator.extractive import ExtractiveAnswerModel
from generator.vectors import Vectors
from models.builtin.minilm import MiniLM
from models.builtin.pair_reader import PairReader
from store.records import Evidence, Hit, Item, Kind, Signal


class Remembering:
    """The built-in embedder, which encodes no text twice in a test run."""

    def __init__(self, minilm: MiniLM) -> None:
        self.fingerprint = minilm.fingerprint
        self.encode = Vectors(minilm).of


MakeEvidence = Callable[..., Evidence]


@pytest.fixture(scope="session")
def minilm(pytestconfig: pytest.Config) -> Remembering:
    """The embedder of the built-in profile. Its export is kept between runs beside the cache of pytest."""
    return Remembering(MiniLM.load(Path(pytestconfig.cache.mkdir("builtin"))))


@pytest.fixture(scope="session")
def quoting(minilm: Remembering) -> ExtractiveAnswerModel:
    """The answer model of the built-in profile."""
    return ExtractiveAnswerModel(minilm, PairReader.load())


@pytest.fixture
def passage() -> MakeEvidence:
    """Makes text evidence."""

    def make(text: str, number: int = 1, path: str = "/files/report.pdf", page: int = 1) -> Evidence:
        item = Item(f"passage-{number}", Kind.PASSAGE, "hash", page=page, box=(72, 90, 500, 140), text=text)
        return Evidence(number, Hit(number, item, path, score=1 / number, confidence=0.9))

    return make


@pytest.fixture
def picture() -> MakeEvidence:
    """Makes image evidence; `seen` is the probability of the visual channel."""

    def make(description: str, number: int = 1, path: str = "/photos/IMG_1.jpg", seen: float | None = None) -> Evidence:
        item = Item(f"image-{number}", Kind.IMAGE, "hash", description=description)
        signal = Signal("visual", score=0.3, rank=1, probability=seen)
        return Evidence(number, Hit(number, item, path, score=1 / number, confidence=0.9, signals=(signal,)))

    return make
