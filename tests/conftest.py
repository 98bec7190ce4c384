"""Small real files, and Viscite over toy models."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import hypothesis
import pymupdf
import pytest
from PIL import Image

from api.service import Viscite
from api.settings import Settings
from api.wiring import Builtin
from models.toy import Pace, ToyDescriber, ToyEmbedder, ToyEncoder, ToyVocabulary

# For tests/api/test_hostile.py, which says how.
hypothesis.settings.register_profile("hostile", max_examples=10_000)


class ToyBuiltin(Builtin):
    """The toy models in the place of the built-in ones. With other dimensions they are other models."""

    def __init__(self, encoder_dimension: int = 16, embedder_dimension: int = 64) -> None:
        super().__init__(Path("unused"))
        self._dimensions = encoder_dimension, embedder_dimension

    @cached_property
    def encoder(self) -> ToyEncoder:  # type: ignore[override]
        return ToyEncoder(self._dimensions[0])

    @cached_property
    def minilm(self) -> ToyEmbedder:  # type: ignore[override]
        return ToyEmbedder(self._dimensions[1])

    @cached_property
    def vocabulary(self) -> ToyVocabulary:  # type: ignore[override]
        return ToyVocabulary()

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


TINY_CLIP = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16, "head_width": 32},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real open_clip model with random weights in a folder, as `local-dir:` wants it."""
    from models.torchvision_cure import cure_torchvision

    cure_torchvision()
    import open_clip  # type: ignore[import-untyped]
    import torch
    from safetensors.torch import save_file

    configs, folder = tmp_path_factory.mktemp("configs"), tmp_path_factory.mktemp("weights")
    (configs / "tiny-clip.json").write_text(json.dumps(TINY_CLIP))
    open_clip.add_model_config(configs)
    torch.manual_seed(1)
    weights = open_clip.create_model("tiny-clip").state_dict()
    preprocessing = {"mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bilinear", "resize_mode": "squash"}
    config = {"model_cfg": TINY_CLIP, "preprocess_cfg": preprocessing}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    save_file({name: tensor.contiguous() for name, tensor in weights.items()}, folder / "open_clip_model.safetensors")
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def viscite(settings: Settings) -> Iterator[Viscite]:
    """Viscite over an empty home, with toy models."""
    service = Viscite(settings, ToyBuiltin())
    yield service
    service.close()
