"""The built-in models, loaded once, and photographs that scikit-learn and matplotlib carry."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import pytest
import sklearn.datasets  # type: ignore[import-untyped]
from PIL import Image

from models.builtin.backbone import Backbone
from models.builtin.captioner import Captioner
from models.builtin.encoder import BuiltinEncoder
from models.builtin.heads import Heads
from models.builtin.minilm import MiniLM
from models.protocols import Pixels


@pytest.fixture(scope="session")
def model_cache(pytestconfig: pytest.Config) -> Path:
    return Path(pytestconfig.cache.mkdir("builtin"))


@pytest.fixture(scope="session")
def backbone() -> Backbone:
    return Backbone.load()


@pytest.fixture(scope="session")
def minilm(model_cache: Path) -> MiniLM:
    return MiniLM.load(model_cache)


@pytest.fixture(scope="session")
def encoder(backbone: Backbone, minilm: MiniLM) -> BuiltinEncoder:
    return BuiltinEncoder(backbone, minilm, Heads.load())


@pytest.fixture(scope="session")
def captioner() -> Captioner:
    return Captioner.load()


@pytest.fixture(scope="session")
def photos() -> dict[str, Pixels]:
    """A temple, a flower and a portrait of an admiral in uniform."""
    portrait = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    return {
        "temple": sklearn.datasets.load_sample_image("china.jpg"),
        "flower": sklearn.datasets.load_sample_image("flower.jpg"),
        "portrait": np.asarray(Image.open(portrait).convert("RGB")),
    }
