"""Small real files, and Viscite over toy models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from api.service import Viscite
from api.settings import Settings
from api.wiring import Builtin
from models.toy import Pace, ToyDescriber, ToyEmbedder, ToyEncoder


class ToyBuiltin(Builtin):
    """The toy models in the place of the built-in ones."""

    def __init__(self) -> None:
        super().__init__(Path("unused"))

    @cached_property
    def encoder(self) -> ToyEncoder:  # type: ignore[override]
        return ToyEncoder()

    @cached_property
    def minilm(self) -> ToyEmbedder:  # type: ignore[override]
        return ToyEmbedder()

    @cached_property
    def quick_describer(self) -> ToyDescriber:  # type: ignore[override]
        return ToyDescriber(Pace.QUICK)

    @cached_property
    def describer(self) -> ToyDescriber:  # type: ignore[override]
        return ToyDescriber()

    @cached_property
    def reading_describer(self) -> ToyDescriber:  # type: ignore[override]
        return ToyDescriber(Pace.READING)


def draw_photo(path: Path, color: str, size: tuple[int, int] = (64, 48)) -> Path:
    """A picture of one colour with a darker corner."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", size, color)
    image.paste((30, 30, 30), (0, 0, size[0] // 8, size[1] // 8))
    image.save(path)
    return path


def write_pdf(path: Path, *pages: str) -> Path:
    """A PDF with a text on each page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = pymupdf.open()
    for text in pages:
        page = document.new_page(width=400, height=500)
        page.insert_textbox(pymupdf.Rect(40, 40, 360, 460), text, fontsize=11)
    document.save(path)
    return path


@pytest.fixture
def photo(tmp_path: Path) -> Callable[..., Path]:
    """Draws a photo of that name and colour into a folder below `tmp_path`."""

    def make(name: str, color: str = "red", folder: str = "photos") -> Path:
        return draw_photo(tmp_path / folder / name, color)

    return make


@pytest.fixture
def pdf(tmp_path: Path) -> Callable[..., Path]:
    """Writes a PDF of that name, with a text on each page, below `tmp_path`."""

    def make(name: str, *pages: str) -> Path:
        return write_pdf(tmp_path / "photos" / name, *pages)

    return make


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two photos, one turned and with words in its metadata, and a PDF, for tests that change nothing."""
    folder = tmp_path_factory.mktemp("library")
    red = draw_photo(folder / "red.jpg", "red", (900, 600))
    exif = Image.Exif()
    exif[0x010E] = "private words"
    exif[0x0112] = 6
    Image.open(red).save(red, exif=exif)
    draw_photo(folder / "blue.png", "blue")
    write_pdf(folder / "book.pdf", "The lighthouse keeper was Ann Bell. She came in 1911.")
    return folder


@pytest.fixture(scope="module")
def served(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viscite]:
    """Viscite with the library in collection `default`, for tests that change nothing."""
    service = Viscite(Settings(home=tmp_path_factory.mktemp("home")), ToyBuiltin())
    service.index([library], "default")
    yield service
    service.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def viscite(settings: Settings) -> Iterator[Viscite]:
    """Viscite over an empty home, with toy models."""
    service = Viscite(settings, ToyBuiltin())
    yield service
    service.close()
